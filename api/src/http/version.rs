//! `ETag`, `If-None-Match` and `If-Match`: each single resource says which version it is.

use aisha_openapi::problem::ProblemCode;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::Problem;
use crate::app::App;

/// The version a change wants to find.
pub(super) struct IfMatch(Option<String>);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let value = parts.headers.get(header::IF_MATCH).map(|value| value.to_str().unwrap_or_default().to_owned());
        Ok(Self(value))
    }
}

impl IfMatch {
    /// Refuses if the thing has changed since the caller read it.
    pub(super) fn check(&self, version: i64) -> Result<(), Problem> {
        let Some(wanted) = &self.0 else { return Ok(()) };
        // What follows the dot says until when the links in an answer hold, which is no change of the thing.
        let matches = |tag: &str| {
            let tag = tag.trim().trim_matches('"');
            tag == "*" || tag.split('.').next() == Some(&version.to_string())
        };
        if wanted.split(',').any(matches) {
            return Ok(());
        }
        let detail = format!("It is at version {version} now. Read it again and repeat the change.");
        Err(Problem::new(ProblemCode::PreconditionFailed, detail))
    }
}

/// An answer with its version; 304 without a body if the caller has it already.
pub(super) fn tagged(headers: &HeaderMap, tag: &str, body: &impl Serialize) -> Response {
    let known = is_known(headers, tag);
    let tag = format!("\"{tag}\"");
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { axum::Json(body).into_response() };
    if let Ok(value) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// Whether the caller has the version with this tag already.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known = known.split(',').map(|known| known.trim().trim_start_matches("W/"));
    known.into_iter().any(|known| known == "*" || known.trim_matches('"') == tag)
}
