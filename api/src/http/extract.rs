//! How requests are read: axum's extractors, with every refusal a problem.

use std::error::Error;

use aisha_openapi::problem::ProblemCode;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tower_http::timeout::TimeoutError;

use super::problem::Problem;
use crate::app::App;

/// JSON bodies are small; photos do not come this way.
const MAX_JSON_BYTES: usize = 256 * 1024;

/// A JSON body.
pub(super) struct Json<T> {
    /// What it says.
    pub(super) value: T,
    /// SHA-256 of method, path and bytes: what makes two requests the same one.
    pub(super) request_sha256: String,
}

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "Send the body as JSON, with `Content-Type: application/json`.";
            return Err(Problem::new(ProblemCode::UnsupportedMediaType, detail));
        }
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let bytes = Bytes::from_request(request, app).await?;
        if bytes.len() > MAX_JSON_BYTES {
            let detail = format!("A JSON body may have at most {MAX_JSON_BYTES} bytes.");
            return Err(Problem::new(ProblemCode::PayloadTooLarge, detail));
        }
        Ok(Self { value: parse(&bytes)?, request_sha256: request_sha256(&method, &path, &bytes) })
    }
}

/// The hash of a request without a body.
pub(super) struct RequestHash(pub(super) String);

impl FromRequestParts<App> for RequestHash {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self(request_sha256(&parts.method, parts.uri.path(), &[])))
    }
}

/// The parameters in the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(super) struct Path<T>(pub(super) T);

/// The parameters behind the question mark.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(super) struct Query<T>(pub(super) T);

/// SHA-256 of method, path and body, in hex.
pub(super) fn request_sha256(method: &Method, path: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(method.as_str());
    hash.update([0]);
    hash.update(path);
    hash.update([0]);
    hash.update(body);
    hex::encode(hash.finalize())
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        // An id that cannot be read is the id of nothing.
        Self::not_found()
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(ProblemCode::BadRequest, rejection.body_text())
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            Self::new(ProblemCode::PayloadTooLarge, "The body is larger than this request may be.")
        } else {
            not_whole(&rejection)
        }
    }
}

/// A body that ended too early, or was not waited for any longer.
pub(super) fn not_whole(error: &(dyn Error + 'static)) -> Problem {
    let is_late = std::iter::successors(Some(error), |&error| error.source())
        .any(|error| error.downcast_ref::<TimeoutError>().is_some());
    if is_late {
        Problem::new(ProblemCode::RequestTimeout, "Nothing more of the body came for a while. Send it again, whole.")
    } else {
        Problem::new(ProblemCode::BadRequest, "The body did not arrive whole.")
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// Syntax errors are a request that cannot be read; a wrong or unknown field is a value that is not right.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would fill the fields of a struct from a list, in the order of their declaration.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::field("", "invalid", "must be an object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let error = error.into_inner();
        if error.is_data() {
            Problem::field(&pointer, "invalid", error.to_string())
        } else {
            Problem::new(ProblemCode::BadRequest, format!("The body is not JSON: {error}."))
        }
    })?;
    reader.end().map_err(|error| Problem::new(ProblemCode::BadRequest, format!("The body is not JSON: {error}.")))?;
    Ok(value)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segments = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
        Segment::Enum { variant } => Some(format!("/{variant}")),
        Segment::Unknown => None,
    });
    segments.collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::response::IntoResponse as _;
    use futures_util::stream::{self, StreamExt as _};
    use tower_http::timeout::TimeoutBody;

    use super::*;

    /// A body that begins and then says nothing more, or breaks off.
    fn request(falls_silent: bool) -> Request {
        let begin = stream::iter([Ok(Bytes::from_static(b"{"))]);
        let body = if falls_silent {
            Body::from_stream(begin.chain(stream::pending::<Result<_, std::io::Error>>()))
        } else {
            Body::from_stream(begin.chain(stream::iter([Err(std::io::Error::other("cut"))])))
        };
        Request::new(Body::new(TimeoutBody::new(Duration::from_millis(10), body)))
    }

    async fn status(falls_silent: bool) -> StatusCode {
        let rejection = Bytes::from_request(request(falls_silent), &()).await.expect_err("no whole body");
        Problem::from(rejection).into_response().status()
    }

    #[tokio::test]
    async fn a_body_that_falls_silent_took_too_long_and_one_that_breaks_off_cannot_be_read() {
        assert_eq!(status(true).await, StatusCode::REQUEST_TIMEOUT);
        assert_eq!(status(false).await, StatusCode::BAD_REQUEST);
    }
}
