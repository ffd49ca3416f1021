//! Starting a training: the run, its job and its event in one transaction.

use aisha_openapi::trainings::{NewTraining, Training as TrainingBody, TrainingQuote};
use aisha_openapi::vocabulary::{
    AvatarStatus, EventType, FalPriority, PhotoFormat, Preset, ProgressSource, Scope, ToldBy, TrainingStatus,
    TrainingType,
};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{event, show, usd};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::avatar::{self, Avatar};
use crate::domain::ids::AvatarId;
use crate::domain::job::Job;
use crate::domain::photo::Photo;
use crate::domain::principal::Principal;
use crate::domain::training::{SnapshotPhoto, Step, TrainerSettings, Training, attempt_token};
use crate::fal::{Plan, Trainer};
use crate::http::auth::Caller;
use crate::http::extract::{Json, Path, Query};
use crate::http::headers::RequiredIdempotencyHeader;
use crate::http::held;
use crate::http::idempotency::{Claim, IdempotencyKey, Reply};
use crate::http::problem::{Problem, internal};
use crate::storage::{self, Tx};

/// The start.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(start))
}

/// How to start.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct StartQuery {
    /// `true` starts nothing and tells what it would cost and take.
    #[param(default = false)]
    dry_run: Option<bool>,
}

/// Start a training
///
/// Learns from the avatar's photos as they are now. It costs money, so an `Idempotency-Key` is required: the same key
/// starts it once. Follow it with `GET /v1/trainings/{id}`, or wait for `training.completed` in the events.
#[utoipa::path(post, path = "/v1/avatars/{avatar_id}/trainings", operation_id = "startTraining", tag = "trainings",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), StartQuery, RequiredIdempotencyHeader),
    request_body(content = NewTraining, example = json!({"preset": "fast"})),
    responses((status = 202, description = "It is under way.", body = TrainingBody,
            headers(("Location" = String, description = "The training."),
                ("Retry-After" = u32, description = "When to look again, in seconds."))),
        (status = 200, description = "What it would take (`dry_run=true`).", body = TrainingQuote),
        (status = 409, description = "Something is missing, or a training is under way.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn start(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Path(avatar_id): Path<AvatarId>,
    Query(query): Query<StartQuery>,
    body: Json<NewTraining>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::TrainingsStart)?;
    if query.dry_run == Some(true) {
        let avatar = storage::avatars::find(&app.db, me.subject, avatar_id).await?.ok_or_else(Problem::not_found)?;
        let quote = quote(&app, training_type(&avatar)?, body.value.preset, avatar.usable_photos);
        return Ok(axum::Json(quote).into_response());
    }
    let key = key.required()?;
    let mut tx = match key.claim(&app, &me, &body.request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    let mut avatar = held::lock(&mut tx, &me, avatar_id).await?;
    held::judge_photos(&app, &mut tx, &mut avatar).await?;
    let next = avatar::start_training(&avatar, held::photos_needed(&app))?;
    let training = begin(&app, &mut tx, &me, &avatar, body.value.preset).await?;
    let was_ready = avatar.status == AvatarStatus::ReadyForTraining;
    avatar.status = next;
    avatar.status_reason = None;
    let avatar = held::write(&app, &mut tx, avatar).await?;
    if !was_ready && next == AvatarStatus::Training {
        app.tell(&mut tx, held::event(EventType::AvatarReady, &me, &avatar)).await?;
    }
    app.tell(&mut tx, event(EventType::TrainingStarted, &me, &training)).await?;
    app.enqueue(&mut tx, &Job::PrepareTraining { training_id: training.id }, app.now()).await?;
    let location = format!("/v1/trainings/{}", training.id);
    let reply = Reply::new(StatusCode::ACCEPTED, &show(&app, &training).await?)?.at(location);
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    let mut response = reply.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    Ok(response)
}

/// Makes the run of an avatar that this transaction holds.
async fn begin(app: &App, tx: &mut Tx, me: &Principal, avatar: &Avatar, preset: Preset) -> Result<Training, Problem> {
    let training_type = training_type(avatar)?;
    let trainer = app.settings.trainers.of(training_type);
    let plan = trainer.plan(preset);
    let photos = storage::photos::list_usable(tx, avatar.id).await?;
    let needed = photos_needed(app, avatar);
    if avatar.usable_photos < needed {
        return Err(Refusal::NotEnoughPhotos { usable: avatar.usable_photos, needed }.into());
    }
    let now = app.now();
    let training = Training {
        id: app.ids.next(),
        avatar_id: avatar.id,
        user_id: me.subject,
        version: storage::trainings::next_version(tx, avatar.id).await?,
        status: TrainingStatus::Preparing,
        status_reason: None,
        progress: 0,
        progress_source: ProgressSource::Estimated,
        queue_position: None,
        preset,
        settings: settings(trainer, &plan, training_type, avatar),
        photos: photos.into_iter().map(snapshot).collect(),
        cost_microusd: plan.cost_microusd,
        expected_seconds: i64::from(plan.minutes.0 + plan.minutes.1) * 30,
        error_code: None,
        error_message: None,
        attempt_token: attempt_token().map_err(|_| internal())?,
        training_set_key: None,
        fal_training_set_url: None,
        request: None,
        webhook_url: None,
        submitted_at: None,
        last_status_check: None,
        fal_ended_at: None,
        lora_key: None,
        config_key: None,
        training_logs: None,
        created_at: now,
        updated_at: now,
        started_at: None,
        completed_at: None,
    };
    storage::trainings::add(tx, &training).await?;
    app.note(tx, training.id, &Step::new(training.status, ToldBy::User)).await?;
    Ok(training)
}

fn settings(trainer: Trainer, plan: &Plan, training_type: TrainingType, avatar: &Avatar) -> TrainerSettings {
    TrainerSettings {
        endpoint: trainer.endpoint().to_owned(),
        training_type,
        trigger_phrase: avatar.details.trigger_phrase.clone(),
        steps: i32::try_from(plan.steps).unwrap_or(i32::MAX),
        learning_rate: plan.learning_rate,
        multiresolution_training: plan.multiresolution_training,
        subject_crop: plan.subject_crop,
        create_masks: plan.create_masks,
        captioning: plan.captioning,
        finetune_type: plan.finetune_type,
        finetune_comment: format!("aisha {}", avatar.id),
        priority: FalPriority::Normal,
    }
}

/// A trainer is given the copy that was made for it; a usable photo has one.
fn snapshot(photo: Photo) -> SnapshotPhoto {
    let (key, format) = match photo.training_key {
        Some(key) => (key, PhotoFormat::Jpeg),
        None => (photo.original_key, photo.format),
    };
    SnapshotPhoto { photo_id: photo.id, sha256: photo.sha256, key, format, caption: photo.caption }
}

/// What a training would take.
pub(in crate::http) fn quote(app: &App, kind: TrainingType, preset: Preset, photos: i64) -> TrainingQuote {
    let trainer = app.settings.trainers.of(kind);
    let plan = trainer.plan(preset);
    TrainingQuote {
        preset,
        endpoint: trainer.endpoint().to_owned(),
        steps: i32::try_from(plan.steps).unwrap_or(i32::MAX),
        cost_estimate_usd: usd(plan.cost_microusd),
        minutes_min: i64::from(plan.minutes.0),
        minutes_max: i64::from(plan.minutes.1),
        photos,
    }
}

/// Usable photos a training of this avatar needs: ours to say, and the trainer's.
pub(in crate::http) fn photos_needed(app: &App, avatar: &Avatar) -> i64 {
    let trainer = avatar.details.training_type.map(|kind| app.settings.trainers.of(kind).min_images());
    held::photos_needed(app).max(trainer.map_or(0, |least| i64::try_from(least).unwrap_or(i64::MAX)))
}

fn training_type(avatar: &Avatar) -> Result<TrainingType, Refusal> {
    avatar.details.training_type.ok_or_else(|| Refusal::AvatarIncomplete { missing: avatar.details.missing() })
}
