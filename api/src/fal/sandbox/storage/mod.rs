//! Uploads, both ways fal has: a signed address to PUT to (`signed`, fal's JavaScript client and ours), and the file
//! host with its token (`cdn`, fal's Python client). `body` writes what comes.

mod body;
mod cdn;
mod signed;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use serde::Deserialize;

use super::faults;
use super::house::House;

pub(super) fn routes(house: &Arc<House>) -> Router<Arc<House>> {
    let guard = from_fn_with_state(Arc::clone(house), faults::guard_uploads);
    signed::routes().merge(cdn::routes()).route_layer(guard)
}

/// The parts a client says it has sent.
#[derive(Deserialize)]
struct Parts {
    parts: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    #[serde(rename = "partNumber")]
    number: u32,
    etag: String,
}
