//! The steps of an avatar's life that its owner takes.

use aisha_openapi::avatars::Avatar as AvatarBody;
use aisha_openapi::vocabulary::{AvatarStatus, EventType, Scope};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::show;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::avatar::{self, Avatar};
use crate::domain::ids::AvatarId;
use crate::domain::principal::Principal;
use crate::http::auth::Caller;
use crate::http::extract::{Path, RequestHash};
use crate::http::headers::IdempotencyHeader;
use crate::http::held;
use crate::http::idempotency::{Claim, IdempotencyKey, Reply};
use crate::http::problem::Problem;
use crate::http::trainings::request_cancel;
use crate::storage::{Tx, avatars, trainings, users};

/// The steps.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(finalize)).routes(routes!(cancel)).routes(routes!(make_main))
}

/// Confirm the photo set
///
/// Needs every detail and enough usable photos. Starting a training does this by itself.
#[utoipa::path(post, path = "/v1/avatars/{avatar_id}/finalize", operation_id = "finalizeAvatar", tag = "avatars",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), IdempotencyHeader),
    responses((status = 200, description = "Ready for training.", body = AvatarBody),
        (status = 409, description = "Something is missing, or the avatar is past this step.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn finalize(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    hash: RequestHash,
    Path(id): Path<AvatarId>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let mut tx = match key.claim(&app, &me, &hash.0).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    let mut avatar = held::lock(&mut tx, &me, id).await?;
    held::judge_photos(&app, &mut tx, &mut avatar).await?;
    let next = avatar::finalize(&avatar, held::photos_needed(&app))?;
    if next != avatar.status {
        avatar.status = next;
        avatar.status_reason = None;
        avatar = held::write(&app, &mut tx, avatar).await?;
        app.tell(&mut tx, held::event(EventType::AvatarReady, &me, &avatar)).await?;
    }
    finish(&app, tx, &me, &key, &avatar).await
}

/// Give an avatar up
///
/// Possible until it is completed. A training under way is cancelled.
#[utoipa::path(post, path = "/v1/avatars/{avatar_id}/cancel", operation_id = "cancelAvatar", tag = "avatars",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), IdempotencyHeader),
    responses((status = 200, description = "Given up.", body = AvatarBody),
        (status = 409, description = "It is completed already.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn cancel(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    hash: RequestHash,
    Path(id): Path<AvatarId>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let mut tx = match key.claim(&app, &me, &hash.0).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    let mut avatar = held::lock(&mut tx, &me, id).await?;
    let next = avatar::cancel(avatar.status)?;
    if next != avatar.status {
        avatar.status = next;
        avatar.status_reason = Some("given up by its owner".to_owned());
        avatar = held::write(&app, &mut tx, avatar).await?;
        app.tell(&mut tx, held::event(EventType::AvatarCancelled, &me, &avatar)).await?;
        if let Some(training) = trainings::find_running(&mut tx, id).await? {
            request_cancel(&app, &mut tx, &me, &training).await?;
        }
    }
    finish(&app, tx, &me, &key, &avatar).await
}

/// Make an avatar the main one
///
/// The main avatar is the one that is used when none is named. There is one a person; the first to complete becomes it
/// by itself.
#[utoipa::path(post, path = "/v1/avatars/{avatar_id}/main", operation_id = "setMainAvatar", tag = "avatars",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), IdempotencyHeader),
    responses((status = 200, description = "It is the main one.", body = AvatarBody),
        (status = 409, description = "It is not completed.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn make_main(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    hash: RequestHash,
    Path(id): Path<AvatarId>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let mut tx = match key.claim(&app, &me, &hash.0).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    users::lock(&mut tx, me.subject).await?;
    let mut avatar = held::lock(&mut tx, &me, id).await?;
    if avatar.status != AvatarStatus::Completed {
        return Err(Refusal::MainNeedsCompletion.into());
    }
    if !avatar.is_main {
        avatars::clear_main(&mut tx, me.subject, app.now()).await?;
        avatar.is_main = true;
        avatar = held::write(&app, &mut tx, avatar).await?;
        app.tell(&mut tx, held::event(EventType::AvatarMain, &me, &avatar)).await?;
    }
    finish(&app, tx, &me, &key, &avatar).await
}

async fn finish(
    app: &App,
    mut tx: Tx,
    me: &Principal,
    key: &IdempotencyKey,
    avatar: &Avatar,
) -> Result<Response, Problem> {
    let reply = Reply::new(StatusCode::OK, &show(app, avatar))?;
    key.keep(&mut tx, me, &reply).await?;
    app.commit(tx).await?;
    Ok(reply.into_response())
}
