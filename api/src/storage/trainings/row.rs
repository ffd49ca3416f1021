//! How a training lies in its table.

use aisha_openapi::vocabulary::{FalPriority, FinetuneType, Preset, ProgressSource, TrainingStatus, TrainingType};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::{AvatarId, TrainingId, UserId};
use crate::domain::training::{Origin, SnapshotPhoto, TrainerSettings, Training};
use crate::storage::db::Word;
use crate::storage::fal_requests::RequestRow;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, avatar_id, user_id, version, status, status_reason, progress, progress_source, \
             queue_position, preset, endpoint, photos, cost_microusd, expected_seconds, error_code, attempt_token, \
             training_set_key, fal_training_set_url, fal_status_url, fal_response_url, fal_cancel_url, submitted_at, \
             deadline_at, lora_key, config_key, training_type, fal_request_id, fal_priority, learning_rate, trigger_phrase, steps, \
             multiresolution_training, subject_crop, create_masks, captioning, finetune_type, finetune_comment, \
             training_logs, training_error, webhook_url, last_status_check, fal_ended_at, created_at, updated_at, \
             started_at, completed_at, retry_of, compare_with from trainings ",
            $rest
        )
    };
}
pub(super) use select;

#[derive(FromRow)]
pub(super) struct Row {
    id: Uuid,
    avatar_id: Uuid,
    user_id: Uuid,
    version: i32,
    status: Word<TrainingStatus>,
    status_reason: Option<String>,
    progress: i32,
    progress_source: Word<ProgressSource>,
    queue_position: Option<i32>,
    preset: Word<Preset>,
    photos: Json<Vec<SnapshotPhoto>>,
    cost_microusd: i64,
    expected_seconds: i64,
    error_code: Option<String>,
    attempt_token: String,
    training_set_key: Option<String>,
    fal_training_set_url: Option<String>,
    submitted_at: Option<DateTime<Utc>>,
    deadline_at: Option<DateTime<Utc>>,
    lora_key: Option<String>,
    config_key: Option<String>,
    training_logs: Option<String>,
    training_error: Option<String>,
    webhook_url: Option<String>,
    last_status_check: Option<DateTime<Utc>>,
    fal_ended_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    retry_of: Option<Uuid>,
    compare_with: Option<Uuid>,
    #[sqlx(flatten)]
    settings: SettingsRow,
    #[sqlx(flatten)]
    request: RequestRow,
}

#[derive(FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the trainers")]
struct SettingsRow {
    endpoint: String,
    training_type: Word<TrainingType>,
    trigger_phrase: String,
    steps: i32,
    learning_rate: Option<f64>,
    multiresolution_training: bool,
    subject_crop: bool,
    create_masks: bool,
    captioning: bool,
    finetune_type: Word<FinetuneType>,
    finetune_comment: String,
    fal_priority: Word<FalPriority>,
}

impl From<SettingsRow> for TrainerSettings {
    fn from(row: SettingsRow) -> Self {
        Self {
            endpoint: row.endpoint,
            training_type: row.training_type.0,
            trigger_phrase: row.trigger_phrase,
            steps: row.steps,
            learning_rate: row.learning_rate,
            multiresolution_training: row.multiresolution_training,
            subject_crop: row.subject_crop,
            create_masks: row.create_masks,
            captioning: row.captioning,
            finetune_type: row.finetune_type.0,
            finetune_comment: row.finetune_comment,
            priority: row.fal_priority.0,
        }
    }
}

impl From<Row> for Training {
    fn from(row: Row) -> Self {
        Self {
            id: TrainingId(row.id),
            avatar_id: AvatarId(row.avatar_id),
            user_id: UserId(row.user_id),
            version: row.version,
            status: row.status.0,
            status_reason: row.status_reason,
            progress: row.progress,
            progress_source: row.progress_source.0,
            queue_position: row.queue_position,
            preset: row.preset.0,
            settings: row.settings.into(),
            photos: row.photos.0,
            origin: Origin { retry_of: row.retry_of.map(TrainingId), compare_with: row.compare_with.map(TrainingId) },
            cost_microusd: row.cost_microusd,
            expected_seconds: row.expected_seconds,
            error_code: row.error_code,
            error_message: row.training_error,
            attempt_token: row.attempt_token,
            training_set_key: row.training_set_key,
            fal_training_set_url: row.fal_training_set_url,
            request: row.request.into_request(),
            webhook_url: row.webhook_url,
            submitted_at: row.submitted_at,
            deadline_at: row.deadline_at,
            last_status_check: row.last_status_check,
            fal_ended_at: row.fal_ended_at,
            lora_key: row.lora_key,
            config_key: row.config_key,
            training_logs: row.training_logs,
            created_at: row.created_at,
            updated_at: row.updated_at,
            started_at: row.started_at,
            completed_at: row.completed_at,
        }
    }
}
