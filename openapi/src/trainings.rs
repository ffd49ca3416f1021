//! Trainings: one run of one avatar.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vocabulary::{FalPriority, FinetuneType, Preset, ProgressSource, ToldBy, TrainingStatus, TrainingType};

/// A training to be started.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTraining {
    /// How much time and money it may take.
    #[serde(default = "balanced")]
    pub preset: Preset,
    /// A completed training of this avatar, to learn from exactly its photos, with another preset, so that the two
    /// results can be compared. Left out, it learns from the avatar's photos as they are now.
    #[serde(default)]
    pub compare_with: Option<Uuid>,
}

fn balanced() -> Preset {
    Preset::Balanced
}

/// Which training an avatar is to be used with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActiveTraining {
    /// A completed training of this avatar.
    pub training_id: Uuid,
}

/// A training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the trainers, under the trainers' own name")]
pub struct Training {
    /// Its id.
    pub id: Uuid,
    /// Which avatar learns.
    pub avatar_id: Uuid,
    /// 1 for the avatar's first, and so on.
    pub version: i32,
    /// Where it stands.
    pub status: TrainingStatus,
    /// Why, where the status alone does not tell.
    pub status_reason: Option<String>,
    /// 0 to 100.
    pub progress: i32,
    /// Whether `progress` was read from the trainer's log or estimated from the time passed.
    pub progress_source: ProgressSource,
    /// How many requests wait before this one at fal.
    pub queue_position: Option<i32>,
    /// When it should be done; null when it is, or when nobody can tell.
    pub eta: Option<DateTime<Utc>>,
    /// By when fal must be done; then it is stopped there, and has failed. Null as long as fal has nothing of it.
    pub deadline_at: Option<DateTime<Utc>>,
    /// What was asked for.
    pub preset: Preset,
    /// The failed or cancelled training that it tries again, on the same photos.
    pub retry_of: Option<Uuid>,
    /// The training whose photos it learns from with another preset, to be compared with.
    pub compare_with: Option<Uuid>,
    /// The trainer at fal.
    #[schema(example = "fal-ai/flux-lora-portrait-trainer")]
    pub endpoint: String,
    /// What it should cost, in US dollars.
    #[schema(example = 2.4)]
    pub cost_estimate_usd: f64,
    /// The photos it learns from, as they were when it was started.
    pub photos: Vec<TrainingPhoto>,
    /// What went wrong; null unless it failed.
    pub error: Option<TrainingError>,
    /// The kind of model.
    pub training_type: TrainingType,
    /// fal's id of the run.
    pub fal_request_id: Option<String>,
    /// The place asked for in fal's queue.
    pub fal_priority: FalPriority,
    /// Null leaves it to the trainer.
    pub learning_rate: Option<f64>,
    /// The word that stands for the avatar in prompts.
    pub trigger_phrase: String,
    /// Training steps.
    pub steps: i32,
    /// Learns at several sizes.
    pub multiresolution_training: bool,
    /// Crops to the subject.
    pub subject_crop: bool,
    /// Masks the background.
    pub create_masks: bool,
    /// Describes the photos by itself.
    pub captioning: bool,
    /// How the base model is tuned.
    pub finetune_type: FinetuneType,
    /// What the run is called.
    pub finetune_comment: String,
    /// The trained weights in our own store, once completed. The link ends after an hour; read again for a new one.
    pub diffusers_lora_file_url: Option<String>,
    /// The trainer's configuration in our own store, once completed.
    pub config_file_url: Option<String>,
    /// The last lines of the trainer's log.
    pub training_logs: Option<String>,
    /// When fal was last asked.
    pub last_status_check: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When fal began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended, however it ended.
    pub completed_at: Option<DateTime<Utc>>,
}

/// A photo of the set a training learns from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrainingPhoto {
    /// Which; it may have been deleted since.
    pub photo_id: Uuid,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

/// Why a training failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrainingError {
    /// A stable word.
    #[schema(example = "invalid_archive")]
    pub code: String,
    /// The same for people.
    pub message: String,
}

/// A page of trainings, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrainingPage {
    /// The trainings.
    pub data: Vec<Training>,
    /// Give it as `cursor` to get the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// What a training would take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrainingQuote {
    /// What was asked about.
    pub preset: Preset,
    /// The trainer at fal.
    pub endpoint: String,
    /// Training steps.
    pub steps: i32,
    /// In US dollars.
    pub cost_estimate_usd: f64,
    /// From, in minutes.
    pub minutes_min: i64,
    /// To, in minutes.
    pub minutes_max: i64,
    /// How many photos it would learn from.
    pub photos: i64,
}

/// A step of a training.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrainingStep {
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Where the training stood from then on.
    pub status: TrainingStatus,
    /// Who told us.
    pub told_by: ToldBy,
    /// Why, where the status alone does not tell.
    #[schema(example = "submission_unknown")]
    pub reason: Option<String>,
}

/// The steps of a training, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrainingStepList {
    /// The steps; the last thousand, if there are more.
    pub data: Vec<TrainingStep>,
}
