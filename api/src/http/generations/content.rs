//! The bytes of a picture: a stable address that leads to a signed one.

use std::str::FromStr as _;

use aisha_openapi::vocabulary::{ImageVariant, Scope};
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::ids::GenerationId;
use crate::http::auth::Caller;
use crate::http::extract::{Path, Query};
use crate::http::problem::Problem;
use crate::storage::generations;

/// The operation on a picture's bytes.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(content))
}

/// Which rendering is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ContentQuery {
    /// `original` unless you say otherwise.
    #[param(value_type = Option<ImageVariant>)]
    variant: Option<String>,
}

/// Get a picture's bytes
///
/// Leads to a link that works without a key for at least an hour, from the object store itself where there is one. With
/// curl, add `-L`. A HEAD is led to a link for HEAD. A picture that was kept back has none.
#[utoipa::path(get, path = "/v1/generations/{generation_id}/images/{number}/content",
    operation_id = "getGenerationImage", tag = "generations",
    params(("generation_id" = uuid::Uuid, Path, description = "The generation."),
        ("number" = u8, Path, description = "The picture's place, from 1."), ContentQuery),
    responses((status = 307, description = "Where the bytes are.",
        headers(("Location" = String, description = "The link.")))))]
async fn content(
    State(app): State<App>,
    caller: Caller,
    method: Method,
    Path((id, number)): Path<(GenerationId, usize)>,
    Query(query): Query<ContentQuery>,
) -> Result<impl IntoResponse, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let variant = ImageVariant::from_str(query.variant.as_deref().unwrap_or("original"))
        .map_err(|_| Problem::field("variant", "unknown", "must be original or thumbnail"))?;
    let generation = generations::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let image = number.checked_sub(1).and_then(|index| generation.images.get(index)?.as_ref());
    let image = image.ok_or_else(Problem::not_found)?;
    let key = match variant {
        ImageVariant::Original => &image.original_key,
        ImageVariant::Thumbnail => &image.thumbnail_key,
    };
    let link = if method == Method::HEAD { app.link_for_head(key).await? } else { app.link(key).await? };
    Ok((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, link)]))
}
