//! Trying a training again that came to nothing.

use aisha_openapi::trainings::{Training as TrainingBody, TrainingQuote};
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::launch::{Launch, LaunchQuery};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::ids::TrainingId;
use crate::domain::training::{retry as origin_of_retry, whole_set};
use crate::http::auth::Caller;
use crate::http::extract::{Path, Query, RequestHash};
use crate::http::headers::RequiredIdempotencyHeader;
use crate::http::held;
use crate::http::idempotency::{Claim, IdempotencyKey};
use crate::http::problem::Problem;
use crate::http::spending;
use crate::storage::{photos, trainings};

/// The second try.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(retry))
}

/// Try a training again
///
/// A failed or cancelled training is begun once more as the avatar's next version: the same photos, preset, kind and
/// trigger phrase, at today's trainer and price. It costs money, so an `Idempotency-Key` is required. If photos of its
/// set were deleted since, it is refused with their ids; start a training from those that are left instead.
#[utoipa::path(post, path = "/v1/trainings/{training_id}/retry", operation_id = "retryTraining", tag = "trainings",
    params(("training_id" = uuid::Uuid, Path, description = "The training."), LaunchQuery, RequiredIdempotencyHeader),
    responses((status = 202, description = "The new training, which is under way.", body = TrainingBody,
            headers(("Location" = String, description = "The new training."),
                ("Retry-After" = u32, description = "When to look again, in seconds."))),
        (status = 200, description = "What it would take (`dry_run=true`).", body = TrainingQuote),
        (status = 409, description = "It has not come to nothing, photos of its set are gone, or another training of \
            the avatar is under way.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key does not allow this, or no day allows so much money."),
        (status = 429, description = "A cap of the day is reached; `Retry-After` says when it opens again.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json",
            headers(("Retry-After" = u32, description = "When the next day begins, in seconds.")))))]
async fn retry(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    hash: RequestHash,
    Path(id): Path<TrainingId>,
    Query(query): Query<LaunchQuery>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::TrainingsStart)?;
    let first = trainings::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let mut launch = Launch {
        preset: first.preset,
        training_type: first.settings.training_type,
        trigger_phrase: first.settings.trigger_phrase.clone(),
        photos: first.photos.clone(),
        origin: first.origin,
    };
    if query.dry_run == Some(true) {
        return Ok(axum::Json(launch.quote(&app)).into_response());
    }
    let key = key.required()?;
    let mut tx = match key.claim(&app, &me, &hash.0).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    spending::hold(&app, &mut tx, &me).await?;
    let avatar = held::lock(&mut tx, &me, first.avatar_id).await?;
    let first = trainings::find_held(&mut tx, avatar.id, id).await?.ok_or_else(Problem::not_found)?;
    launch.origin = origin_of_retry(&first)?;
    // Said before anything about photos: while one is under way no retry is possible, whatever its set.
    if trainings::find_running(&mut tx, avatar.id).await?.is_some() {
        return Err(Refusal::TrainingUnderWay.into());
    }
    launch.photos = whole_set(&first, &photos::ids(&mut tx, avatar.id).await?)?;
    launch.begin(&app, tx, &me, &key, avatar).await
}
