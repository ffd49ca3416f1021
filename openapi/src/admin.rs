//! What the operator sees of the whole service: counts and states, and nothing personal.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vocabulary::{Preset, TrainingStatus};

/// What went on, day by day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// Every day that was asked for, in order.
    pub data: Vec<UsageDay>,
}

/// What went on in a day of UTC, as far as it is still there: what was deleted is not counted, but for the money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsageDay {
    /// The day.
    pub date: NaiveDate,
    /// People seen for the first time.
    pub people: i64,
    /// Avatars made.
    pub avatars: i64,
    /// Photos taken in.
    pub photos: i64,
    /// Trainings asked for.
    pub trainings_started: i64,
    /// Trainings that completed.
    pub trainings_completed: i64,
    /// Trainings that failed.
    pub trainings_failed: i64,
    /// Generations asked for.
    pub generations: i64,
    /// Pictures that came of generations.
    pub pictures: i64,
    /// Transcriptions asked for.
    pub transcriptions: i64,
    /// Transcriptions that completed.
    pub transcriptions_completed: i64,
    /// What was spent, in US dollars.
    pub cost_usd: f64,
    /// Bytes of the files that came into the store.
    pub bytes: i64,
}

/// A training as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WatchedTraining {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// Which avatar learns.
    pub avatar_id: Uuid,
    /// Where it stands.
    pub status: TrainingStatus,
    /// Why, where the status alone does not tell.
    pub status_reason: Option<String>,
    /// How far it is, 0 to 100.
    pub progress: i32,
    /// The preset.
    pub preset: Preset,
    /// The trainer at fal.
    #[schema(example = "fal-ai/flux-lora-portrait-trainer")]
    pub endpoint: String,
    /// fal's id of the run.
    pub fal_request_id: Option<String>,
    /// The code of its failure; null unless it failed.
    #[schema(example = "timed_out")]
    pub error_code: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was submitted to fal.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When fal was last asked.
    pub last_status_check: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
}

/// A page of trainings that need an eye, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WatchedTrainingPage {
    /// The trainings.
    pub data: Vec<WatchedTraining>,
    /// Give it as `cursor` to get the next page; null on the last.
    pub next_cursor: Option<String>,
}
