//! The bytes of a photo: a stable address that leads to a signed one.

use std::str::FromStr as _;

use aisha_openapi::vocabulary::{PhotoVariant, Scope};
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::ids::PhotoId;
use crate::domain::photo::Photo;
use crate::http::auth::Caller;
use crate::http::extract::{Path, Query};
use crate::http::problem::Problem;
use crate::storage::photos;

/// The operation on a photo's bytes.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(content))
}

/// Which rendering is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ContentQuery {
    /// `original` unless you say otherwise.
    #[param(value_type = Option<PhotoVariant>)]
    variant: Option<String>,
}

/// Get a photo's bytes
///
/// Leads to a link that works without a key for at least an hour, from the object store itself where there is one. With
/// curl, add `-L`. A HEAD is led to a link for HEAD.
#[utoipa::path(get, path = "/v1/photos/{photo_id}/content", operation_id = "getPhotoContent", tag = "photos",
    params(("photo_id" = uuid::Uuid, Path, description = "The photo."), ContentQuery),
    responses((status = 307, description = "Where the bytes are.",
        headers(("Location" = String, description = "The link.")))))]
async fn content(
    State(app): State<App>,
    caller: Caller,
    method: Method,
    Path(id): Path<PhotoId>,
    Query(query): Query<ContentQuery>,
) -> Result<impl IntoResponse, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let variant = PhotoVariant::from_str(query.variant.as_deref().unwrap_or("original"))
        .map_err(|_| Problem::field("variant", "unknown", "must be original, thumbnail, training or face"))?;
    let photo = photos::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let key = key_of(&photo, variant).ok_or_else(Problem::not_found)?;
    let link = if method == Method::HEAD { app.link_for_head(key).await? } else { app.link(key).await? };
    Ok((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, link)]))
}

/// Where a rendering lies, if the photo has it.
fn key_of(photo: &Photo, variant: PhotoVariant) -> Option<&str> {
    match variant {
        PhotoVariant::Original => Some(&photo.original_key),
        PhotoVariant::Thumbnail => Some(&photo.thumbnail_key),
        PhotoVariant::Training => photo.training_key.as_deref(),
        PhotoVariant::Face => photo.face_key.as_deref(),
    }
}
