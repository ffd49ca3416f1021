//! Trainings: list, read, cancel. `start` and `again` are the two ways to begin one, which meet in `launch` and pass
//! the gate of `http::spending`; `active` chooses among those that have completed.

mod active;
mod again;
mod launch;
mod start;

use aisha_openapi::trainings::{
    Training as TrainingBody, TrainingError, TrainingPage, TrainingPhoto, TrainingStep, TrainingStepList,
};
use aisha_openapi::vocabulary::{EventType, ResourceType, Scope, ToldBy, TrainingStatus};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Map;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::launch::{photos_needed, quote};
use super::auth::Caller;
use super::extract::{Path, Query, RequestHash};
use super::headers::{IdempotencyHeader, IfNoneMatchHeader};
use super::held;
use super::idempotency::{Claim, IdempotencyKey, Reply};
use super::pages::PageQuery;
use super::problem::Problem;
use super::spending::usd;
use super::version::tagged;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::avatar;
use crate::domain::event::NewEvent;
use crate::domain::ids::{AvatarId, TrainingId};
use crate::domain::job::Job;
use crate::domain::principal::Principal;
use crate::domain::training::{Ending, Step, Training};
use crate::files::FilesError;
use crate::storage::{self, Tx};

/// The operations on trainings.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(cancel))
        .routes(routes!(steps))
        .merge(start::routes())
        .merge(again::routes())
        .merge(active::routes())
}

/// List an avatar's trainings
///
/// Newest first.
#[utoipa::path(get, path = "/v1/avatars/{avatar_id}/trainings", operation_id = "listTrainings", tag = "trainings",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), PageQuery),
    responses((status = 200, description = "A page of trainings.", body = TrainingPage)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(avatar_id): Path<AvatarId>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<TrainingPage>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let filters = format!("trainings {avatar_id}");
    let request = page.request(&filters)?;
    storage::avatars::find(&app.db, me.subject, avatar_id).await?.ok_or_else(Problem::not_found)?;
    let found = storage::trainings::list(&app.db, me.subject, avatar_id, &request).await?;
    let mut data = Vec::with_capacity(found.items.len());
    for training in &found.items {
        data.push(show(&app, training).await?);
    }
    Ok(axum::Json(TrainingPage { data, next_cursor: found.next.map(|place| place.to_cursor(&filters)) }))
}

/// Read a training
///
/// How far it is, and once it is completed where the weights lie.
#[utoipa::path(get, path = "/v1/trainings/{training_id}", operation_id = "getTraining", tag = "trainings",
    params(("training_id" = uuid::Uuid, Path, description = "The training."), IfNoneMatchHeader),
    responses((status = 200, description = "The training.", body = TrainingBody,
        headers(("ETag" = String, description = "Changes with every change of the training."))),
        (status = 304, description = "Still the same.")))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TrainingId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let training = storage::trainings::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let checked = training.last_status_check.unwrap_or(training.updated_at).max(training.updated_at);
    let tag = format!("{}.{}", checked.timestamp_micros(), app.links_until().timestamp());
    Ok(tagged(&headers, &tag, &show(&app, &training).await?))
}

/// Read a training's steps
///
/// What happened to it, in order, and who told us: the service itself, its owner, or fal by its answer, by its webhook
/// or when it was asked.
#[utoipa::path(get, path = "/v1/trainings/{training_id}/events", operation_id = "listTrainingSteps", tag = "trainings",
    params(("training_id" = uuid::Uuid, Path, description = "The training.")),
    responses((status = 200, description = "The steps.", body = TrainingStepList)))]
async fn steps(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TrainingId>,
) -> Result<axum::Json<TrainingStepList>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    storage::trainings::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let steps = storage::trainings::list_steps(&app.db, me.subject, id).await?.into_iter();
    Ok(axum::Json(TrainingStepList { data: steps.map(show_step).collect() }))
}

/// A step as it stands in answers.
pub(super) fn show_step((occurred_at, step): (DateTime<Utc>, Step)) -> TrainingStep {
    TrainingStep { occurred_at, status: step.status, told_by: step.told_by, reason: step.reason }
}

/// Cancel a training
///
/// What has not reached fal yet ends at once. What has is asked to stop: it is `cancelling` until fal has confirmed it,
/// and can still complete if fal was faster.
#[utoipa::path(post, path = "/v1/trainings/{training_id}/cancel", operation_id = "cancelTraining", tag = "trainings",
    params(("training_id" = uuid::Uuid, Path, description = "The training."), IdempotencyHeader),
    responses((status = 202, description = "The training as it is now.", body = TrainingBody),
        (status = 409, description = "It has ended already.", body = aisha_openapi::problem::Problem,
            content_type = "application/problem+json")))]
async fn cancel(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    hash: RequestHash,
    Path(id): Path<TrainingId>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::TrainingsStart)?;
    let found = storage::trainings::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let mut tx = match key.claim(&app, &me, &hash.0).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    held::lock(&mut tx, &me, found.avatar_id).await?;
    let running = storage::trainings::find_running(&mut tx, found.avatar_id).await?;
    let Some(training) = running.filter(|training| training.id == id) else {
        return Err(Refusal::TrainingState { status: found.status }.into());
    };
    let training = request_cancel(&app, &mut tx, &me, &training).await?;
    let reply = Reply::new(StatusCode::ACCEPTED, &show(&app, &training).await?)?;
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    Ok(reply.into_response())
}

/// Stops a training that is under way. The avatar must be locked.
pub(super) async fn request_cancel(
    app: &App,
    tx: &mut Tx,
    me: &Principal,
    training: &Training,
) -> Result<Training, Problem> {
    let now = app.now();
    let mut training = training.clone();
    match training.status {
        TrainingStatus::Cancelling => {}
        // fal has nothing of it yet, so there is nobody to ask.
        TrainingStatus::Preparing => {
            storage::trainings::end(tx, training.id, &Ending::Cancelled, now).await?;
            app.note(tx, training.id, &Step::new(TrainingStatus::Cancelled, ToldBy::User)).await?;
            training.status = TrainingStatus::Cancelled;
            training.completed_at = Some(now);
            let avatar = storage::avatars::lock(tx, training.user_id, training.avatar_id).await?;
            if let Some(mut avatar) = avatar {
                avatar.status = avatar::end_training(&avatar, TrainingStatus::Cancelled, held::photos_needed(app));
                held::write(app, tx, avatar).await?;
            }
            app.tell(tx, event(EventType::TrainingCancelled, me, &training)).await?;
        }
        _ => {
            storage::trainings::cancelling(tx, training.id, now).await?;
            app.note(tx, training.id, &Step::new(TrainingStatus::Cancelling, ToldBy::User)).await?;
            training.status = TrainingStatus::Cancelling;
            storage::avatars::touch(tx, training.avatar_id, now).await?;
            app.enqueue(tx, &Job::CancelTraining { training_id: training.id }, now).await?;
        }
    }
    Ok(training)
}

/// An event about a training that a person caused.
fn event(kind: EventType, me: &Principal, training: &Training) -> NewEvent {
    NewEvent {
        kind,
        user_id: training.user_id,
        actor: Some(me.key_id),
        avatar_id: Some(training.avatar_id),
        resource: (ResourceType::Training, training.id.0),
        state: Some(training.status.as_str()),
        details: Map::new(),
    }
}

/// A training as it stands in answers.
pub(super) async fn show(app: &App, training: &Training) -> Result<TrainingBody, FilesError> {
    Ok(TrainingBody {
        diffusers_lora_file_url: link(app, training.lora_key.as_ref()).await?,
        config_file_url: link(app, training.config_key.as_ref()).await?,
        ..without_links(training)
    })
}

/// The same without links to its files.
pub(super) fn without_links(training: &Training) -> TrainingBody {
    let settings = training.settings.clone();
    let error = training
        .error_code
        .clone()
        .map(|code| TrainingError { code, message: training.error_message.clone().unwrap_or_default() });
    let photos = training.photos.iter();
    TrainingBody {
        id: training.id.0,
        avatar_id: training.avatar_id.0,
        version: training.version,
        status: training.status,
        status_reason: training.status_reason.clone(),
        progress: training.progress,
        progress_source: training.progress_source,
        queue_position: training.queue_position,
        eta: eta(training),
        deadline_at: training.deadline(),
        preset: training.preset,
        retry_of: training.origin.retry_of.map(|id| id.0),
        compare_with: training.origin.compare_with.map(|id| id.0),
        endpoint: settings.endpoint,
        cost_estimate_usd: usd(training.cost_microusd),
        photos: photos
            .map(|photo| TrainingPhoto { photo_id: photo.photo_id.0, sha256: photo.sha256.clone() })
            .collect(),
        error,
        training_type: settings.training_type,
        fal_request_id: training.request.as_ref().map(|request| request.id.clone()),
        fal_priority: settings.priority,
        learning_rate: settings.learning_rate,
        trigger_phrase: settings.trigger_phrase,
        steps: settings.steps,
        multiresolution_training: settings.multiresolution_training,
        subject_crop: settings.subject_crop,
        create_masks: settings.create_masks,
        captioning: settings.captioning,
        finetune_type: settings.finetune_type,
        finetune_comment: settings.finetune_comment,
        diffusers_lora_file_url: None,
        config_file_url: None,
        training_logs: training.training_logs.clone(),
        last_status_check: training.last_status_check,
        created_at: training.created_at,
        started_at: training.started_at,
        completed_at: training.completed_at,
    }
}

async fn link(app: &App, key: Option<&String>) -> Result<Option<String>, FilesError> {
    match key {
        Some(key) => app.link(key).await.map(Some),
        None => Ok(None),
    }
}

/// When it should be done: counted from its beginning at fal, where that is known.
fn eta(training: &Training) -> Option<DateTime<Utc>> {
    let begun = training.started_at.or(training.submitted_at)?;
    let open = matches!(training.status, TrainingStatus::Queued | TrainingStatus::Running);
    open.then(|| begun + TimeDelta::seconds(training.expected_seconds))
}
