//! Photos: list, read, change, order, delete. Taking them in is in `upload`, `batch` and `intake`, serving them in `content`.

mod batch;
mod content;
mod intake;
mod order;
mod upload;

use aisha_openapi::photos::{Photo as PhotoBody, PhotoList, PhotoPatch};
use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::{EventType, ResourceType, Scope};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Map;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Caller;
use super::avatars;
use super::extract::{Json, Path};
use super::headers::{IfMatchHeader, IfNoneMatchHeader};
use super::problem::Problem;
use super::version::{IfMatch, tagged};
use crate::app::App;
use crate::domain::event::NewEvent;
use crate::domain::ids::{AvatarId, PhotoId};
use crate::domain::job::Job;
use crate::domain::photo::Photo;
use crate::domain::principal::Principal;
use crate::files::FilesError;
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
}

/// List an avatar's photos
///
/// All of them, in their order.
#[utoipa::path(get, path = "/v1/avatars/{avatar_id}/photos", operation_id = "listPhotos", tag = "photos",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar.")),
    responses((status = 200, description = "The photos.", body = PhotoList)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(avatar_id): Path<AvatarId>,
) -> Result<axum::Json<PhotoList>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    Ok(axum::Json(photos_of(&app, &me, avatar_id).await?))
}

/// Read a photo
#[utoipa::path(get, path = "/v1/photos/{photo_id}", operation_id = "getPhoto", tag = "photos",
    params(("photo_id" = uuid::Uuid, Path, description = "The photo."), IfNoneMatchHeader),
    responses((status = 200, description = "The photo.", body = PhotoBody,
        headers(("ETag" = String, description = "Its version, and until when its links hold."))),
        (status = 304, description = "Still the same.")))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PhotoId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let photo = storage::photos::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    answer(&app, &headers, &photo).await
}

/// Change a photo
///
/// Fields that are left out stay as they are.
#[utoipa::path(patch, path = "/v1/photos/{photo_id}", operation_id = "updatePhoto", tag = "photos",
    params(("photo_id" = uuid::Uuid, Path, description = "The photo."), IfMatchHeader),
    request_body(content = PhotoPatch, example = json!({"excluded": true})),
    responses((status = 200, description = "The photo as it is now.", body = PhotoBody,
        headers(("ETag" = String, description = "Its version, and until when its links hold.")))))]
async fn patch(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PhotoId>,
    if_match: IfMatch,
    body: Json<PhotoPatch>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let caption = body.value.caption.map(|caption| caption.trim().to_owned());
    if caption.as_ref().is_some_and(|caption| caption.chars().count() > MAX_CAPTION) {
        return Err(Problem::field("/caption", "too_long", format!("may have at most {MAX_CAPTION} characters")));
    }
    if caption.as_ref().is_some_and(|caption| caption.contains('\0')) {
        return Err(Problem::field("/caption", "control_character", "may not hold a NUL character"));
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
    let mut avatar = avatars::lock(&mut tx, &me, photo.avatar_id).await?;
    if !storage::photos::update(&mut tx, &photo, app.now()).await? {
        return Err(came_first());
    }
    avatar.usable_photos += i64::from(before.excluded) - i64::from(photo.excluded);
    avatar.status = avatars::settled(&app, &avatar);
    avatars::write(&app, &mut tx, avatar).await?;
    app.tell(&mut tx, event(EventType::PhotoUpdated, &me, &photo)).await?;
    app.commit(tx).await?;
    answer(&app, &HeaderMap::new(), &Photo { version: photo.version + 1, ..photo }).await
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
    let mut avatar = avatars::lock(&mut tx, &me, photo.avatar_id).await?;
    avatars::photos_are_free(&mut tx, &avatar).await?;
    if !storage::photos::delete(&mut tx, me.subject, id, photo.version).await? {
        return Err(came_first());
    }
    let now = app.now();
    for key in [&photo.original_key, &photo.thumbnail_key] {
        objects::doom(&mut tx, key, now).await?;
    }
    app.enqueue(&mut tx, &Job::ClearObjects {}, now).await?;
    avatar.photos_count -= 1;
    avatar.usable_photos -= i64::from(!photo.excluded);
    avatar.status = avatars::settled(&app, &avatar);
    avatars::write(&app, &mut tx, avatar).await?;
    app.tell(&mut tx, event(EventType::PhotoDeleted, &me, &photo)).await?;
    app.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All photos of the caller's avatar.
async fn photos_of(app: &App, me: &Principal, avatar_id: AvatarId) -> Result<PhotoList, Problem> {
    let photos = storage::photos::list(&app.db, me.subject, avatar_id).await?;
    if photos.is_empty() {
        storage::avatars::find(&app.db, me.subject, avatar_id).await?.ok_or_else(Problem::not_found)?;
    }
    let mut data = Vec::with_capacity(photos.len());
    for photo in &photos {
        data.push(show(app, photo).await?);
    }
    Ok(PhotoList { data })
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

/// A photo as it stands in answers.
async fn show(app: &App, photo: &Photo) -> Result<PhotoBody, FilesError> {
    Ok(PhotoBody {
        id: photo.id.0,
        avatar_id: photo.avatar_id.0,
        upload_order: photo.upload_order,
        validation_status: photo.validation_status,
        sha256: photo.sha256.clone(),
        size_bytes: photo.size_bytes,
        width: photo.width,
        height: photo.height,
        format: photo.format,
        excluded: photo.excluded,
        caption: photo.caption.clone(),
        original_url: app.link(&photo.original_key).await?,
        thumbnail_url: app.link(&photo.thumbnail_key).await?,
        urls_expire_at: app.links_until(),
        version: photo.version,
        created_at: photo.created_at,
    })
}

/// A photo's answer. Its tag changes with its links too, so that no one keeps a link that has ended.
async fn answer(app: &App, headers: &HeaderMap, photo: &Photo) -> Result<Response, Problem> {
    let tag = format!("{}.{}", photo.version, app.links_until().timestamp());
    Ok(tagged(headers, &tag, &show(app, photo).await?))
}

fn came_first() -> Problem {
    Problem::new(ProblemCode::Conflict, "Another change of the photo came first. Read it again and repeat yours.")
}
