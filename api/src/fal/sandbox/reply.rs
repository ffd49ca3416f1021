//! The shapes in which fal says no, and those in which what stands in front of it does.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};

pub(super) fn json_with(status: StatusCode, body: Value) -> Response {
    (status, Json(body)).into_response()
}

/// `{"detail": "<text>"}`, fal's shape for errors that are not a model's.
pub(super) fn detail(status: StatusCode, text: &str) -> Response {
    json_with(status, json!({ "detail": text }))
}

/// The answer for a request that does not exist, or not for this account or app.
pub(super) fn not_found() -> Response {
    json_with(StatusCode::NOT_FOUND, json!({ "status": "NOT_FOUND" }))
}

/// The page of a proxy that does not reach what is behind it.
pub(super) fn nginx_503() -> Response {
    let page = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 \
                Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    (StatusCode::SERVICE_UNAVAILABLE, Html(page)).into_response()
}

/// An answer that says it went well and is none.
pub(super) fn garbage() -> Response {
    (StatusCode::OK, Html("<!doctype html><title>fal</title>")).into_response()
}

/// No answer: the connection is cut. The body fails before the head has left, so that not one byte is sent.
pub(super) fn cut() -> Response {
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    Response::new(Body::from_stream(stream::iter([Err::<Bytes, _>(broken)])))
}

/// The sandbox itself failed, for example because its disk is full.
pub(super) fn broken(error: &std::io::Error) -> Response {
    tracing::error!(%error, "the fal sandbox cannot keep its state");
    detail(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}
