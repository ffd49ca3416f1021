//! Signed links into the folder that serves as object store. With an S3 store such links lead to the store itself.

use std::path::PathBuf;

use aisha_openapi::problem::ProblemCode;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Path, Query};
use super::problem::{Problem, internal};
use crate::app::App;
use crate::files::{Files, LinkError};

/// The operation on signed links.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(serve))
}

/// What makes a link good.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LinkQuery {
    /// When the link ends, in Unix seconds.
    expires: String,
    /// Over key and end.
    signature: String,
}

/// Follow a signed link
///
/// Needs no key: the signature is the permission. Ranges work. An object never changes, so it may be cached as long as
/// its link lives.
#[utoipa::path(get, path = "/v1/objects/{*key}", operation_id = "getObject", tag = "photos",
    params(("key" = String, Path, description = "The object's key, slashes and all."), LinkQuery),
    responses((status = 200, description = "The bytes.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "A part of the bytes."),
        (status = 403, description = "The link is not whole, or has ended.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json"),
        (status = 416, description = "The range begins behind the end.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")),
    security(()))]
async fn serve(
    State(app): State<App>,
    Path(key): Path<String>,
    Query(link): Query<LinkQuery>,
    request: Request,
) -> Result<Response, Problem> {
    let Files::Folder(folder) = &app.files else { return Err(Problem::not_found()) };
    let now = app.now();
    let path = folder.open(&key, &link.expires, &link.signature, now).await.map_err(refused)?;
    let mut response = file(path, request).await?;
    match response.status() {
        StatusCode::RANGE_NOT_SATISFIABLE => return Ok(beyond(&response)),
        StatusCode::PRECONDITION_FAILED => {
            let detail = "The file is not as the request wants it to be; ask for it without conditions.";
            return Err(Problem::new(ProblemCode::PreconditionFailed, detail));
        }
        _ => {}
    }
    let left = link.expires.parse::<i64>().unwrap_or(0) - now.timestamp();
    let cache = format!("private, max-age={}, immutable", left.max(0));
    if let Ok(value) = HeaderValue::try_from(cache) {
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    // A picture is never to be taken for a page, whatever its bytes look like.
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

async fn file(path: PathBuf, request: Request) -> Result<Response, Problem> {
    let kind = crate::files::Key::parse(path.file_name().unwrap_or_default().to_string_lossy())
        .map_or("application/octet-stream", |key| key.content_type());
    let mut response = ServeFile::new(&path).oneshot(request).await.map_err(|_| internal())?.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

/// A range behind the end, told together with where the end is.
fn beyond(answer: &Response) -> Response {
    let detail = "The range begins behind the end of the file; `Content-Range` says where that is.";
    let mut response = Problem::new(ProblemCode::RangeNotSatisfiable, detail).into_response();
    if let Some(range) = answer.headers().get(header::CONTENT_RANGE) {
        response.headers_mut().insert(header::CONTENT_RANGE, range.clone());
    }
    response
}

fn refused(error: LinkError) -> Problem {
    match error {
        LinkError::Invalid => {
            Problem::new(ProblemCode::LinkInvalid, "The link is not whole. Read the photo again for a new one.")
        }
        LinkError::Expired => {
            Problem::new(ProblemCode::LinkExpired, "The link has ended. Read the photo again for a new one.")
        }
        LinkError::NotFound => Problem::not_found(),
    }
}
