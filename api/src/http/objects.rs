//! Signed links into the folder that serves as object store. With an S3 store such links lead to the store itself.

use std::path::Path as FilePath;

use aisha_openapi::problem::ProblemCode;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Path, Query};
use super::headers::IfNoneMatchHeader;
use super::problem::{Problem, internal};
use crate::app::App;
use crate::files::{self, Files, LinkError};

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
/// Needs no key: the signature is the permission. Ranges and conditions work. An object never changes, so it may be kept
/// as long as its link lives.
#[utoipa::path(get, path = "/v1/objects/{*key}", operation_id = "getObject", tag = "photos",
    params(("key" = String, Path, description = "The object's key, slashes and all."), LinkQuery, IfNoneMatchHeader),
    responses((status = 200, description = "The bytes.", body = Vec<u8>, content_type = "application/octet-stream",
            headers(("ETag" = String, description = "Stands for these bytes."))),
        (status = 206, description = "A part of the bytes."),
        (status = 304, description = "Still the same."),
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
    let object = folder.open(&key, &link.expires, &link.signature, now).await.map_err(refused)?;
    let mut response = file(&object.path, request).await?;
    match response.status() {
        StatusCode::RANGE_NOT_SATISFIABLE => return Ok(beyond(&response)),
        StatusCode::PRECONDITION_FAILED => {
            let detail = "The file is not as the request wants it to be; ask for it without conditions.";
            return Err(Problem::new(ProblemCode::PreconditionFailed, detail));
        }
        _ => {}
    }
    let left = (object.until - now).to_std().unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(object.key.content_type()));
    for (name, text) in [
        (header::CACHE_CONTROL, files::cache_control(left)),
        (header::CONTENT_DISPOSITION, files::content_disposition(&object.key)),
    ] {
        headers.extend(HeaderValue::try_from(text).map(|value| (name, value)));
    }
    // A picture is never to be taken for a page, whatever its bytes look like.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

async fn file(path: &FilePath, mut request: Request) -> Result<Response, Problem> {
    if let Some(wanted) = request.headers_mut().remove(header::IF_RANGE)
        && !is_unchanged(path, &wanted).await?
    {
        // The part would not fit to what the client has: it gets the whole.
        request.headers_mut().remove(header::RANGE);
    }
    Ok(ServeFile::new(path).oneshot(request).await.map_err(|_| internal())?.into_response())
}

/// Whether the file is the one that `If-Range` means, which `ServeFile` does not look at.
async fn is_unchanged(path: &FilePath, wanted: &HeaderValue) -> Result<bool, Problem> {
    let mut head = Request::new(Body::empty());
    *head.method_mut() = Method::HEAD;
    let now = ServeFile::new(path).oneshot(head).await.map_err(|_| internal())?;
    Ok([header::ETAG, header::LAST_MODIFIED].iter().any(|name| now.headers().get(name) == Some(wanted)))
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
