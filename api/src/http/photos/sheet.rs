//! All photos of an avatar in one picture.

use aisha_imaging::sheet::{Mark, Sheet, Tile};
use aisha_openapi::vocabulary::{Scope, Verdict};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sha2::{Digest as _, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::intake::refused;
use super::show::Album;
use crate::app::App;
use crate::domain::ids::AvatarId;
use crate::files::{FilesError, Key};
use crate::http::auth::Caller;
use crate::http::extract::Path;
use crate::http::headers::IfNoneMatchHeader;
use crate::http::language::Language;
use crate::http::problem::Problem;
use crate::http::version::is_known;

/// Thumbnails fetched from the store at once.
const FETCHED_AT_ONCE: usize = 8;

/// The operation.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sheet))
}

/// Get a contact sheet
///
/// All photos in one JPEG, small and in their order: each with its number and a frame that tells its verdict (green ok,
/// amber warn, red reject, grey excluded).
#[utoipa::path(get, path = "/v1/avatars/{avatar_id}/photos/sheet.jpg", operation_id = "getPhotoSheet", tag = "photos",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), IfNoneMatchHeader),
    responses((status = 200, description = "The sheet.", body = Vec<u8>, content_type = "image/jpeg",
        headers(("ETag" = String, description = "A mark of what is on it."))),
        (status = 304, description = "Still the same."),
        (status = 404, description = "There is no such avatar, or it has no photos.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn sheet(
    State(app): State<App>,
    caller: Caller,
    Path(avatar_id): Path<AvatarId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let album = Album::read(&app, me.subject, avatar_id, Language::En).await?;
    if album.photos.is_empty() {
        return Err(Problem::not_found());
    }
    let marks: Vec<Mark> = album.photos.iter().map(|photo| mark(album.verdict(&app, photo), photo.excluded)).collect();
    let tag = tag(&album, &marks);
    let mut response = if is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let tiles = tiles(&app, &album, &marks).await?;
        let sheet = app.imaging.sheet(me.subject.0.as_u128(), Sheet { tiles }).await;
        let jpeg = sheet.map_err(|error| refused(&error, Language::En))?;
        ([(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response()
    };
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    // It changes with every photo, so it is asked about each time and sent once.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

const fn mark(verdict: Verdict, excluded: bool) -> Mark {
    match verdict {
        _ if excluded => Mark::Excluded,
        Verdict::Ok => Mark::Ok,
        Verdict::Warn => Mark::Warn,
        Verdict::Reject => Mark::Reject,
    }
}

/// What is on the sheet: which photos, in which order, with which marks.
fn tag(album: &Album, marks: &[Mark]) -> String {
    let mut hash = Sha256::new();
    for (photo, mark) in album.photos.iter().zip(marks) {
        hash.update(photo.id.0);
        hash.update(format!("{mark:?}"));
    }
    hex::encode(&hash.finalize()[..8])
}

/// The thumbnails, a few at a time. One that is gone from the store leaves its place empty.
async fn tiles(app: &App, album: &Album, marks: &[Mark]) -> Result<Vec<Tile>, FilesError> {
    let wanted = (1..).zip(album.photos.iter().zip(marks));
    let wanted: Vec<_> = wanted.map(|(number, (photo, &mark))| (number, photo.thumbnail_key.clone(), mark)).collect();
    let tiles = stream::iter(wanted).map(|(number, key, mark)| async move {
        let thumbnail = app.files.read(&Key::parse(key)?).await?;
        Ok(Tile { number, thumbnail: thumbnail.map(Vec::from).unwrap_or_default(), mark: Some(mark) })
    });
    tiles.buffered(FETCHED_AT_ONCE).try_collect().await
}
