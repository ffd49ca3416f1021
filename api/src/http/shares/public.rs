//! Where a shared link leads. Its word is the permission; a wrong one, an old one and a revoked one are answered alike.
//!
//! The bytes come through the service and not by a link into the store: that would name the person and the avatar, and
//! would open for hours after the share was revoked.

use std::str::FromStr as _;

use aisha_openapi::shares::{SharedImage, SharedPictures};
use aisha_openapi::vocabulary::ImageVariant;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, TryStreamExt as _};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::generation::Generation;
use crate::domain::secret::Secret;
use crate::domain::share::Share;
use crate::files::{FilesError, Key};
use crate::http::extract::{Path, Query};
use crate::http::problem::Problem;
use crate::storage::{generations, shares};

/// The operations behind a link.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(look)).routes(routes!(image)).layer(middleware::map_response(discreet))
}

/// Look at shared pictures
///
/// Needs no key, but the link. It names nobody. The addresses of the pictures are good for as long as the link.
#[utoipa::path(get, path = "/v1/shared/{token}", operation_id = "getShared", tag = "generations",
    params(("token" = String, Path, description = "The word in the link.")),
    responses((status = 200, description = "What the link shows.", body = SharedPictures)), security(()))]
async fn look(State(app): State<App>, Path(token): Path<String>) -> Result<axum::Json<SharedPictures>, Problem> {
    let (share, generation) = open(&app, &token).await?;
    let images = share.shown(&generation).map(|(number, image)| {
        let url = format!("{}v1/shared/{token}/images/{number}", app.settings.public_url);
        SharedImage {
            number,
            format: image.format,
            width: image.width,
            height: image.height,
            size_bytes: image.size_bytes,
            thumbnail_url: format!("{url}?variant=thumbnail"),
            url,
        }
    });
    let images = images.collect();
    let prompt = share.with_prompt.then_some(generation.wish.prompt);
    Ok(axum::Json(SharedPictures { images, prompt, expires_at: share.expires_at }))
}

/// Which rendering is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct VariantQuery {
    /// `original` unless you say otherwise.
    #[param(value_type = Option<ImageVariant>)]
    variant: Option<String>,
}

/// Get a shared picture's bytes
///
/// Needs no key, but the link.
#[utoipa::path(get, path = "/v1/shared/{token}/images/{number}", operation_id = "getSharedImage", tag = "generations",
    params(("token" = String, Path, description = "The word in the link."),
        ("number" = u32, Path, description = "The picture's number."), VariantQuery),
    responses((status = 200, description = "The bytes.", body = Vec<u8>, content_type = "image/*")), security(()))]
async fn image(
    State(app): State<App>,
    Path((token, number)): Path<(String, u32)>,
    Query(query): Query<VariantQuery>,
) -> Result<Response, Problem> {
    let variant = ImageVariant::from_str(query.variant.as_deref().unwrap_or("original"))
        .map_err(|_| Problem::field("variant", "unknown", "must be original or thumbnail"))?;
    let (share, generation) = open(&app, &token).await?;
    let shown = share.shown(&generation).find(|(shown, _)| *shown == number);
    let (_, image) = shown.ok_or_else(Problem::not_found)?;
    let key = match variant {
        ImageVariant::Original => &image.original_key,
        ImageVariant::Thumbnail => &image.thumbnail_key,
    };
    let key = Key::parse(key.as_str()).map_err(FilesError::from)?;
    let reading = app.files.open(&key).await?.ok_or_else(Problem::not_found)?;
    let pieces = stream::try_unfold(reading, async |mut reading| {
        let piece = reading.next().await?;
        Ok::<_, FilesError>(piece.map(|piece| (piece, reading)))
    });
    let pieces = pieces.inspect_err(|error| tracing::error!(%error, "a shared picture broke off"));
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(key.content_type()));
    if variant == ImageVariant::Original {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(image.size_bytes));
    }
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// What the link with this word leads to, while it is good.
async fn open(app: &App, token: &str) -> Result<(Share, Generation), Problem> {
    let token_sha256 = Secret::new(token).sha256();
    let share = shares::find_by_token(&app.db, &token_sha256, app.now()).await?.ok_or_else(Problem::not_found)?;
    let generation = generations::find(&app.db, share.user_id, share.generation_id).await?;
    Ok((share, generation.ok_or_else(Problem::not_found)?))
}

/// The address is a secret: it is told to no other site, kept by nobody on the way and looked for by no search engine.
async fn discreet(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    response
}
