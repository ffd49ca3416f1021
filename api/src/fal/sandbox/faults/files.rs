//! Faults at the download of a file.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt};

use super::super::reply;
use super::{FileFault, Hit};

const FOREIGN: &str = "https://files.foreign.example/file";
const PORTIONS: usize = 10;
const TRICKLE: Bytes = Bytes::from_static(&[0; 1024]);
const TRICKLE_EVERY: Duration = Duration::from_millis(10);

/// What is served of these true bytes.
pub(in crate::fal::sandbox) fn download(hit: Hit<FileFault>, content_type: String, content: Vec<u8>) -> Response {
    let length = content.len();
    let whole = [(header::CONTENT_TYPE, content_type.clone()), (header::CONTENT_LENGTH, length.to_string())];
    match hit.fault {
        FileFault::Gone => reply::detail(StatusCode::NOT_FOUND, "File not found"),
        FileFault::Redirect => (StatusCode::FOUND, [(header::LOCATION, FOREIGN)]).into_response(),
        FileFault::Empty => (StatusCode::OK, [(header::CONTENT_TYPE, content_type)]).into_response(),
        FileFault::Endless => {
            let pause = hit.ms.map_or(TRICKLE_EVERY, Duration::from_millis);
            let trickle = stream::repeat(()).then(move |()| async move {
                tokio::time::sleep(pause).await;
                Ok::<_, Error>(TRICKLE)
            });
            ([(header::CONTENT_TYPE, content_type)], Body::from_stream(trickle)).into_response()
        }
        FileFault::Truncated => {
            let half = Bytes::from(content).split_to(length / 2);
            let cut = stream::iter([Ok(half), Err(Error::from(ErrorKind::ConnectionAborted))]);
            (whole, Body::from_stream(cut)).into_response()
        }
        FileFault::Slow => {
            let pause = hit.pause() / u32::try_from(PORTIONS).unwrap_or(1);
            let size = length.div_ceil(PORTIONS).max(1);
            let portions: Vec<Bytes> = content.chunks(size).map(Bytes::copy_from_slice).collect();
            let slowly = stream::iter(portions).then(move |portion| async move {
                tokio::time::sleep(pause).await;
                Ok::<_, Error>(portion)
            });
            (whole, Body::from_stream(slowly)).into_response()
        }
    }
}
