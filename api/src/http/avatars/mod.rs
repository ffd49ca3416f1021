//! Avatars: create, list, read, change, delete. Their steps are in `steps`, their story in `timeline`.

mod details;
mod steps;
mod timeline;

use std::str::FromStr as _;

use aisha_openapi::avatars::{Avatar as AvatarBody, AvatarPage, AvatarPatch, LatestTraining, NewAvatar};
use aisha_openapi::deletions::Deletion;
use aisha_openapi::vocabulary::{AvatarStatus, EventType, Scope};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Caller;
use super::deletions;
use super::extract::{Json, Path, Query};
use super::headers::{IdempotencyHeader, IfMatchHeader, IfNoneMatchHeader};
use super::held;
use super::idempotency::{Claim, IdempotencyKey, Reply};
use super::pages::PageQuery;
use super::problem::Problem;
use super::version::{IfMatch, tagged};
use crate::app::App;
use crate::domain::avatar::Avatar;
use crate::domain::deletion::Subject;
use crate::domain::ids::{AvatarId, PhotoId};
use crate::domain::page::Place;
use crate::storage::{avatars, photos};

/// The operations on avatars.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(get, patch, delete))
        .merge(steps::routes())
        .merge(timeline::routes())
}

/// Create an avatar
///
/// Any of its details can be given now and the rest later. Once name, gender and both types are known it takes photos
/// for training.
#[utoipa::path(post, path = "/v1/avatars", operation_id = "createAvatar", tag = "avatars",
    params(IdempotencyHeader),
    request_body(content = NewAvatar, example = json!({"name": "Ann", "gender": "female", "avatar_type": "character",
        "training_type": "portrait"})),
    responses((status = 201, description = "The avatar.", body = AvatarBody)))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<NewAvatar>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let id: AvatarId = app.ids.next();
    let details = details::of_new(body.value, id)?;
    let now = app.now();
    let avatar = Avatar {
        id,
        user_id: me.subject,
        status: details.first_status(),
        details,
        status_reason: None,
        is_main: false,
        photos_count: 0,
        usable_photos: 0,
        generations_count: 0,
        active_training_id: None,
        latest_training: None,
        cover: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let mut tx = match key.claim(&app, &me, &body.request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    avatars::add(&mut tx, &avatar).await?;
    app.tell(&mut tx, held::event(EventType::AvatarCreated, &me, &avatar)).await?;
    let reply = Reply::new(StatusCode::CREATED, &show(&app, &avatar))?.at(format!("/v1/avatars/{id}"));
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    Ok(reply.into_response())
}

/// Which avatars are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AvatarFilter {
    /// Only those in this status.
    #[param(value_type = Option<AvatarStatus>)]
    status: Option<String>,
}

/// List your avatars
///
/// Newest first.
#[utoipa::path(get, path = "/v1/avatars", operation_id = "listAvatars", tag = "avatars",
    params(AvatarFilter, PageQuery),
    responses((status = 200, description = "A page of avatars.", body = AvatarPage)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<AvatarFilter>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<AvatarPage>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let status = filter.status.as_deref().map(AvatarStatus::from_str).transpose();
    let status = status.map_err(|_| Problem::field("status", "unknown", "is not a status of avatars"))?;
    let filters = format!("avatars {}", status.map_or("", AvatarStatus::as_str));
    let found = avatars::list(&app.db, me.subject, status, &page.request(&filters)?).await?;
    Ok(axum::Json(AvatarPage {
        data: found.items.iter().map(|avatar| show(&app, avatar)).collect(),
        next_cursor: found.next.map(|place: Place| place.to_cursor(&filters)),
    }))
}

/// Read an avatar
#[utoipa::path(get, path = "/v1/avatars/{avatar_id}", operation_id = "getAvatar", tag = "avatars",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), IfNoneMatchHeader),
    responses((status = 200, description = "The avatar.", body = AvatarBody,
        headers(("ETag" = String, description = "Its version."))), (status = 304, description = "Still the same.")))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AvatarId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let avatar = avatars::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged(&headers, &avatar.version.to_string(), &show(&app, &avatar)))
}

/// Change an avatar
///
/// Fields that are left out stay as they are.
#[utoipa::path(patch, path = "/v1/avatars/{avatar_id}", operation_id = "updateAvatar", tag = "avatars",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), IfMatchHeader),
    request_body(content = AvatarPatch, example = json!({"name": "Ann in spring"})),
    responses((status = 200, description = "The avatar as it is now.", body = AvatarBody,
        headers(("ETag" = String, description = "Its version.")))))]
async fn patch(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AvatarId>,
    if_match: IfMatch,
    body: Json<AvatarPatch>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let mut tx = app.begin().await?;
    let mut avatar = held::lock(&mut tx, &me, id).await?;
    if_match.check(avatar.version)?;
    let kind = avatar.details.training_type;
    if let Some(cover) = body.value.cover {
        let is_its_own = photos::ids(&mut tx, id).await?.contains(&PhotoId(cover));
        is_its_own
            .then_some(())
            .ok_or_else(|| Problem::field("/cover", "unknown", "must be a photo of this avatar"))?;
    }
    avatar.details = details::of_patch(body.value, avatar.details)?;
    avatar.cover = avatar.details.cover.or(avatar.cover);
    if avatar.details.training_type != kind {
        held::judge_photos(&app, &mut tx, &mut avatar).await?;
    }
    avatar.status = held::settled(&app, &avatar);
    let avatar = held::write(&app, &mut tx, avatar).await?;
    app.tell(&mut tx, held::event(EventType::AvatarUpdated, &me, &avatar)).await?;
    app.commit(tx).await?;
    Ok(tagged(&HeaderMap::new(), &avatar.version.to_string(), &show(&app, &avatar)))
}

/// Delete an avatar
///
/// Its photos, trainings and weights go with it, and a training under way is stopped at fal. Nothing of it can be reached
/// any more when this answers; the receipt tells when each object is gone from the store, and what is known of what lay
/// at fal.
#[utoipa::path(delete, path = "/v1/avatars/{avatar_id}", operation_id = "deleteAvatar", tag = "avatars",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), IfMatchHeader),
    responses((status = 202, description = "It is gone; this is the receipt.", body = Deletion,
        headers(("Location" = String, description = "Where the receipt is found.")))))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AvatarId>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let mut tx = app.begin().await?;
    let avatar = held::lock(&mut tx, &me, id).await?;
    if_match.check(avatar.version)?;
    let deletion = deletions::begin(&app, &mut tx, me.subject, Subject::Avatar(id)).await?;
    deletions::take_down(&app, &mut tx, deletion, id).await?;
    app.tell(&mut tx, held::event(EventType::AvatarDeleted, &me, &avatar)).await?;
    avatars::delete(&mut tx, me.subject, id).await?;
    app.commit(tx).await?;
    deletions::accepted(&app, me.subject, deletion, None).await
}

/// An avatar as it stands in answers.
pub(super) fn show(app: &App, avatar: &Avatar) -> AvatarBody {
    let details = avatar.details.clone();
    AvatarBody {
        id: avatar.id.0,
        name: details.name,
        gender: details.gender,
        avatar_type: details.avatar_type,
        training_type: details.training_type,
        status: avatar.status,
        status_reason: avatar.status_reason.clone(),
        is_main: avatar.is_main,
        trigger_phrase: details.trigger_phrase,
        photos_count: avatar.photos_count,
        usable_photos_count: avatar.usable_photos,
        photos_needed: held::photos_needed(app),
        generations_count: avatar.generations_count,
        active_training_id: avatar.active_training_id.map(|id| id.0),
        latest_training: avatar.latest_training.as_ref().map(|training| LatestTraining {
            id: training.id.0,
            version: training.version,
            status: training.status,
            preset: training.preset,
        }),
        cover: avatar.cover.map(|id| id.0),
        metadata: details.metadata,
        version: avatar.version,
        created_at: avatar.created_at,
        updated_at: avatar.updated_at,
    }
}
