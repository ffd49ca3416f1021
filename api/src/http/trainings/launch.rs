//! What every way to begin a training shares: the run, its job and its events in one transaction, and the price that is
//! told before.

use aisha_openapi::trainings::TrainingQuote;
use aisha_openapi::vocabulary::{
    AvatarStatus, EventType, FalPriority, Preset, ProgressSource, ToldBy, TrainingStatus, TrainingType,
};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{event, show};
use crate::app::App;
use crate::domain::avatar::{self, Avatar};
use crate::domain::ids::AvatarId;
use crate::domain::job::Job;
use crate::domain::principal::Principal;
use crate::domain::run::{Run, attempt_token};
use crate::domain::training::{Origin, SnapshotPhoto, Step, TrainerSettings, Training};
use crate::http::held;
use crate::http::idempotency::{IdempotencyKey, Reply};
use crate::http::problem::{Problem, internal};
use crate::http::spending::{self, usd};
use crate::storage::{self, Tx};

/// How to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LaunchQuery {
    /// `true` starts nothing and tells what it would cost and take.
    #[param(default = false)]
    pub(super) dry_run: Option<bool>,
}

/// What is to be learned, and how.
pub(super) struct Launch {
    /// How much time and money it may take.
    pub(super) preset: Preset,
    /// The kind of model.
    pub(super) training_type: TrainingType,
    /// The word that will stand for the avatar in prompts.
    pub(super) trigger_phrase: String,
    /// What it learns from.
    pub(super) photos: Vec<SnapshotPhoto>,
    /// Where the photo set is from.
    pub(super) origin: Origin,
}

impl Launch {
    /// What the trainer of today is told.
    pub(super) fn settings(&self, app: &App, avatar_id: AvatarId) -> TrainerSettings {
        let trainer = app.settings.trainers.of(self.training_type);
        let plan = trainer.plan(self.preset);
        TrainerSettings {
            endpoint: trainer.endpoint().to_owned(),
            training_type: self.training_type,
            trigger_phrase: self.trigger_phrase.clone(),
            steps: i32::try_from(plan.steps).unwrap_or(i32::MAX),
            learning_rate: plan.learning_rate,
            multiresolution_training: plan.multiresolution_training,
            subject_crop: plan.subject_crop,
            create_masks: plan.create_masks,
            captioning: plan.captioning,
            finetune_type: plan.finetune_type,
            finetune_comment: format!("aisha {avatar_id}"),
            priority: FalPriority::Normal,
        }
    }

    /// What it would take.
    pub(super) fn quote(&self, app: &App) -> TrainingQuote {
        quote(app, self.training_type, self.preset, count(&self.photos))
    }

    /// Begins it for an avatar that this transaction holds, as it does what the caps are counted for, keeps the answer under the caller's key, and commits.
    pub(super) async fn begin(
        self,
        app: &App,
        mut tx: Tx,
        me: &Principal,
        key: &IdempotencyKey,
        mut avatar: Avatar,
    ) -> Result<Response, Problem> {
        let needed = least_photos(app, Some(self.training_type));
        let next = avatar::start_training(&avatar, count(&self.photos), needed)?;
        let training = add(app, &mut tx, me, &avatar, self).await?;
        let was_ready = avatar.status == AvatarStatus::ReadyForTraining;
        avatar.status = next;
        avatar.status_reason = None;
        let avatar = held::write(app, &mut tx, avatar).await?;
        if !was_ready && next == AvatarStatus::Training {
            app.tell(&mut tx, held::event(EventType::AvatarReady, me, &avatar)).await?;
        }
        app.tell(&mut tx, event(EventType::TrainingStarted, me, &training)).await?;
        app.enqueue(&mut tx, &Job::PrepareTraining { training_id: training.id }, app.now()).await?;
        let location = format!("/v1/trainings/{}", training.id);
        let reply = Reply::new(StatusCode::ACCEPTED, &show(app, &training).await?)?.at(location);
        key.keep(&mut tx, me, &reply).await?;
        app.commit(tx).await?;
        let mut response = reply.into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        Ok(response)
    }
}

/// Writes the run.
async fn add(app: &App, tx: &mut Tx, me: &Principal, avatar: &Avatar, launch: Launch) -> Result<Training, Problem> {
    let trainer = app.settings.trainers.of(launch.training_type);
    let plan = trainer.plan(launch.preset);
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
        preset: launch.preset,
        settings: launch.settings(app, avatar.id),
        photos: launch.photos,
        origin: launch.origin,
        cost_microusd: app.settings.prices.of(trainer).of(plan.steps),
        expected_seconds: i64::from(plan.minutes.0 + plan.minutes.1) * 30,
        error_code: None,
        error_message: None,
        attempt_token: attempt_token().map_err(|_| internal())?,
        training_set_key: None,
        fal_training_set_url: None,
        request: None,
        webhook_url: None,
        submitted_at: None,
        deadline_at: None,
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
    spending::pass(app, tx, me, Run::Training(training.id), training.cost_microusd).await?;
    storage::trainings::add(tx, &training).await?;
    app.note(tx, training.id, &Step::new(training.status, ToldBy::User)).await?;
    Ok(training)
}

/// What a training would take.
pub(in crate::http) fn quote(app: &App, kind: TrainingType, preset: Preset, photos: i64) -> TrainingQuote {
    let trainer = app.settings.trainers.of(kind);
    let plan = trainer.plan(preset);
    TrainingQuote {
        preset,
        endpoint: trainer.endpoint().to_owned(),
        steps: i32::try_from(plan.steps).unwrap_or(i32::MAX),
        cost_estimate_usd: usd(app.settings.prices.of(trainer).of(plan.steps)),
        minutes_min: i64::from(plan.minutes.0),
        minutes_max: i64::from(plan.minutes.1),
        photos,
    }
}

/// Usable photos a training of this avatar needs.
pub(in crate::http) fn photos_needed(app: &App, avatar: &Avatar) -> i64 {
    least_photos(app, avatar.details.training_type)
}

/// Photos a training of this kind needs: ours to say, and the trainer's.
fn least_photos(app: &App, kind: Option<TrainingType>) -> i64 {
    let trainer = kind.map(|kind| app.settings.trainers.of(kind).min_images());
    held::photos_needed(app).max(trainer.map_or(0, |least| i64::try_from(least).unwrap_or(i64::MAX)))
}

fn count(photos: &[SnapshotPhoto]) -> i64 {
    i64::try_from(photos.len()).unwrap_or(i64::MAX)
}
