//! Faults at the upload of a file's bytes, in front of both ways of uploading.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt;

use super::super::house::House;
use super::super::reply;
use super::UploadFault;

/// Lets an upload through, or not.
pub(in crate::fal::sandbox) async fn guard(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    let brings_bytes = request.method() == Method::PUT || request.uri().path() == "/files/upload";
    let hit = if brings_bytes { house.faults.take::<UploadFault>("", "") } else { None };
    match hit.map(|hit| hit.fault) {
        None => next.run(request).await,
        Some(UploadFault::Refused) => reply::detail(StatusCode::FORBIDDEN, "The signature is not valid"),
        Some(UploadFault::Nginx503) => reply::nginx_503(),
        Some(UploadFault::Cut) => {
            // The bytes are under way when it breaks.
            let _first = request.into_body().into_data_stream().next().await;
            reply::cut()
        }
    }
}
