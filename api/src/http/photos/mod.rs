//! Photos: list, read, change, order, delete. Serving them is in `content`; what is said of them in `show` and `words`, of
//! the set in `preflight`, `dedupe` and `sheet`.
//!
//! Taking them in: `upload` is the operation; `batch` has its files read into the spool, as `uploads` lets them in;
//! `intake` makes a photo of each.

mod batch;
mod content;
mod dedupe;
mod intake;
mod order;
mod preflight;
mod receive;
mod sheet;
mod show;
mod upload;
mod words;

use aisha_openapi::photos::{Photo as PhotoBody, PhotoList, PhotoPatch};
use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::{EventType, ResourceType, Scope};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Map;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::receive::look_at_one;
pub(super) use self::show::Album;
use super::auth::Caller;
use super::extract::{Json, Path};
use super::headers::{IfMatchHeader, IfNoneMatchHeader, LanguageHeader};
use super::held;
use super::language::{AcceptLanguage, Language};
use super::problem::Problem;
use super::version::{IfMatch, tagged};
use crate::app::App;
use crate::domain::event::NewEvent;
use crate::domain::ids::{AvatarId, PhotoId};
use crate::domain::job::Job;
use crate::domain::photo::Photo;
use crate::domain::principal::Principal;
use crate::storage::{self, objects};

const MAX_CAPTION: usize = 500;

/// The operations on photos.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get, patch, delete))
        .merge(upload::routes())
        .merge(order::routes())
        .merge(content::routes())
        .merge(dedupe::routes())
        .merge(preflight::routes())
        .merge(sheet::routes())
}

/// List an avatar's photos
///
/// All of them, in their order.
#[utoipa::path(get, path = "/v1/avatars/{avatar_id}/photos", operation_id = "listPhotos", tag = "photos",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), LanguageHeader),
    responses((status = 200, description = "The photos.", body = PhotoList)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    language: AcceptLanguage,
    Path(avatar_id): Path<AvatarId>,
) -> Result<axum::Json<PhotoList>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let language = language.or_chosen_by(&app, &me).await?;
    let album = Album::read(&app, me.subject, avatar_id, language).await?;
    Ok(axum::Json(PhotoList { data: album.show_all(&app).await? }))
}

/// Read a photo
#[utoipa::path(get, path = "/v1/photos/{photo_id}", operation_id = "getPhoto", tag = "photos",
    params(("photo_id" = uuid::Uuid, Path, description = "The photo."), IfNoneMatchHeader, LanguageHeader),
    responses((status = 200, description = "The photo.", body = PhotoBody,
        headers(("ETag" = String, description = "Its version, and a mark of what is said of it."))),
        (status = 304, description = "Still the same.")))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    language: AcceptLanguage,
    Path(id): Path<PhotoId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let language = language.or_chosen_by(&app, &me).await?;
    answer(&app, &me, &headers, id, language).await
}

/// Change a photo
///
/// Fields that are left out stay as they are.
#[utoipa::path(patch, path = "/v1/photos/{photo_id}", operation_id = "updatePhoto", tag = "photos",
    params(("photo_id" = uuid::Uuid, Path, description = "The photo."), IfMatchHeader, LanguageHeader),
    request_body(content = PhotoPatch, example = json!({"excluded": true})),
    responses((status = 200, description = "The photo as it is now.", body = PhotoBody,
        headers(("ETag" = String, description = "Its version, and a mark of what is said of it.")))))]
async fn patch(
    State(app): State<App>,
    caller: Caller,
    language: AcceptLanguage,
    Path(id): Path<PhotoId>,
    if_match: IfMatch,
    body: Json<PhotoPatch>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let language = language.or_chosen_by(&app, &me).await?;
    let caption = body.value.caption.map(|caption| caption.trim().to_owned());
    if caption.as_ref().is_some_and(|caption| caption.chars().count() > MAX_CAPTION) {
        return Err(Problem::field("/caption", "too_long", format!("may have at most {MAX_CAPTION} characters")));
    }
    if caption.as_ref().is_some_and(|caption| caption.chars().any(char::is_control)) {
        return Err(Problem::field("/caption", "control_character", "must be one line of text"));
    }
    let before = storage::photos::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    if_match.check(before.version)?;
    let photo = Photo {
        excluded: body.value.excluded.unwrap_or(before.excluded),
        caption: match caption {
            Some(caption) => Some(caption).filter(|caption| !caption.is_empty()),
            None => before.caption.clone(),
        },
        ..before.clone()
    };
    let mut tx = app.begin().await?;
    let mut avatar = held::lock(&mut tx, &me, photo.avatar_id).await?;
    if !storage::photos::update(&mut tx, &photo, app.now()).await? {
        return Err(came_first());
    }
    avatar.usable_photos += i64::from(photo.is_usable()) - i64::from(before.is_usable());
    avatar.status = held::settled(&app, &avatar);
    held::write(&app, &mut tx, avatar).await?;
    app.tell(&mut tx, event(EventType::PhotoUpdated, &me, &photo)).await?;
    app.commit(tx).await?;
    answer(&app, &me, &HeaderMap::new(), id, language).await
}

/// Delete a photo
#[utoipa::path(delete, path = "/v1/photos/{photo_id}", operation_id = "deletePhoto", tag = "photos",
    params(("photo_id" = uuid::Uuid, Path, description = "The photo."), IfMatchHeader),
    responses((status = 204, description = "It is gone."),
        (status = 409, description = "The set is being packed for a training; try again in a few seconds.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PhotoId>,
    if_match: IfMatch,
) -> Result<StatusCode, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let photo = storage::photos::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    if_match.check(photo.version)?;
    let mut tx = app.begin().await?;
    let mut avatar = held::lock(&mut tx, &me, photo.avatar_id).await?;
    held::photos_are_free(&mut tx, &avatar).await?;
    if !storage::photos::delete(&mut tx, me.subject, id, photo.version).await? {
        return Err(came_first());
    }
    let now = app.now();
    for key in photo.keys() {
        objects::doom(&mut tx, key, now).await?;
    }
    app.enqueue(&mut tx, &Job::ClearObjects {}, now).await?;
    avatar.photos_count -= 1;
    avatar.usable_photos -= i64::from(photo.is_usable());
    avatar.status = held::settled(&app, &avatar);
    held::write(&app, &mut tx, avatar).await?;
    app.tell(&mut tx, event(EventType::PhotoDeleted, &me, &photo)).await?;
    app.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An event about a photo.
fn event(kind: EventType, me: &Principal, photo: &Photo) -> NewEvent {
    NewEvent {
        kind,
        user_id: photo.user_id,
        actor: Some(me.key_id),
        avatar_id: Some(photo.avatar_id),
        resource: (ResourceType::Photo, photo.id.0),
        state: None,
        details: Map::new(),
    }
}

/// A photo's answer.
async fn answer(
    app: &App,
    me: &Principal,
    headers: &HeaderMap,
    id: PhotoId,
    language: Language,
) -> Result<Response, Problem> {
    let album = Album::with(app, me.subject, id, language).await?;
    let photo = album.show(app, album.find(id)?).await?;
    Ok(tagged(headers, &show::tag(&photo), &photo))
}

fn came_first() -> Problem {
    Problem::new(ProblemCode::Conflict, "Another change of the photo came first. Read it again and repeat yours.")
}
