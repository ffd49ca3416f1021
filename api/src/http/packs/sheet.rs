//! The pictures of a run in one, alone or beside those of another run.

use aisha_imaging::sheet::{Layout, Sheet, Tile};
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::domain::ids::{PackRunId, UserId};
use crate::files::{FilesError, Key};
use crate::http::auth::Caller;
use crate::http::extract::{Path, Query};
use crate::http::headers::IfNoneMatchHeader;
use crate::http::problem::{Problem, unavailable};
use crate::http::version::is_known;
use crate::storage::{generations, packs};

/// Thumbnails fetched from the store at once.
const FETCHED_AT_ONCE: usize = 8;

/// The operation.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sheet))
}

/// What is to be seen.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SheetQuery {
    /// Another run of yours: its pictures stand beside those of this one, number by number. Two previews of an avatar
    /// differ in nothing but the version.
    beside: Option<Uuid>,
}

/// A picture on the sheet: its number and its thumbnail, if there is one.
type Shown = (u32, Option<String>);

/// Get a contact sheet of a pack
///
/// Its pictures in one JPEG, small, numbered and in the order of the pack; what is not there stays grey.
#[utoipa::path(get, path = "/v1/packs/{pack_run_id}/sheet.jpg", operation_id = "getPackRunSheet", tag = "styles",
    params(("pack_run_id" = uuid::Uuid, Path, description = "The run."), SheetQuery, IfNoneMatchHeader),
    responses((status = 200, description = "The sheet.", body = Vec<u8>, content_type = "image/jpeg",
        headers(("ETag" = String, description = "A mark of what is on it."))),
        (status = 304, description = "Still the same."),
        (status = 404, description = "There is no such run, or nothing of it is left.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn sheet(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PackRunId>,
    Query(query): Query<SheetQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let one = pictures(&app, me.subject, id).await?;
    let (shown, layout) = match query.beside {
        None => (one, Layout::Rows),
        Some(other) => (in_pairs(one, pictures(&app, me.subject, PackRunId(other)).await?), Layout::Pairs),
    };
    if shown.is_empty() {
        return Err(Problem::not_found());
    }
    let tag = hex::encode(&Sha256::digest(format!("{layout:?} {shown:?}"))[..8]);
    let mut response = if is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let sheet = Sheet { tiles: tiles(&app, shown).await? };
        let jpeg = app.imaging.sheet_as(layout, me.subject.0.as_u128(), sheet).await.map_err(|error| {
            // What cannot be decoded stays grey, so whatever goes wrong here is no fault of a picture.
            tracing::error!(%error, "the picture workers failed a request");
            unavailable()
        })?;
        ([(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response()
    };
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    // It changes with every picture, so it is asked about each time and sent once.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// The pictures of a run, one place for each that was asked for.
async fn pictures(app: &App, owner: UserId, id: PackRunId) -> Result<Vec<Shown>, Problem> {
    packs::find(&app.db, owner, id).await?.ok_or_else(Problem::not_found)?;
    let mut tx = app.begin().await?;
    let made = generations::list_of_pack(&mut tx, owner, id).await?;
    drop(tx);
    let places = made.into_iter().flat_map(|generation| {
        let places = usize::try_from(generation.wish.num_images).unwrap_or(1);
        let keys = generation.images.into_iter().map(|image| image.map(|image| image.thumbnail_key));
        keys.chain(std::iter::repeat(None)).take(places)
    });
    Ok((1..).zip(places).collect())
}

/// Each picture of one beside that of the other.
fn in_pairs(one: Vec<Shown>, other: Vec<Shown>) -> Vec<Shown> {
    let count = one.len().max(other.len());
    let padded = |shown: Vec<Shown>| shown.into_iter().map(|(_, key)| key).chain(std::iter::repeat(None)).take(count);
    (1..)
        .zip(padded(one).zip(padded(other)))
        .flat_map(|(number, (one, other))| [(number, one), (number, other)])
        .collect()
}

/// The thumbnails, a few at a time. One that is gone from the store leaves its place empty.
async fn tiles(app: &App, shown: Vec<Shown>) -> Result<Vec<Tile>, FilesError> {
    let tiles = stream::iter(shown).map(|(number, key)| async move {
        let thumbnail = match key {
            Some(key) => app.files.read(&Key::parse(key)?).await?,
            None => None,
        };
        Ok(Tile { number, thumbnail: thumbnail.map(Vec::from).unwrap_or_default(), mark: None })
    });
    tiles.buffered(FETCHED_AT_ONCE).try_collect().await
}
