//! The shapes in which fal says no.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
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

/// The sandbox itself failed, for example because its disk is full.
pub(super) fn broken(error: &std::io::Error) -> Response {
    tracing::error!(%error, "the fal sandbox cannot keep its state");
    detail(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}
