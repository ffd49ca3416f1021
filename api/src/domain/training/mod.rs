//! Trainings: one run of one avatar at fal, from the photo set to the weights in our own store.

mod again;

use std::time::Duration;

use aisha_openapi::vocabulary::{
    FalPriority, FinetuneType, PhotoFormat, Preset, ProgressSource, ToldBy, TrainingStatus, TrainingType,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::again::{Origin, compare, retry, usable, whole_set};
use super::ids::{AvatarId, PhotoId, TrainingId, UserId};
use super::photo::avatar_folder;
use super::run::FalRequest;

/// fal deletes its copy of a packed photo set so long after its upload: it is told so with it.
pub const SET_KEPT_AT_FAL: Duration = Duration::from_hours(24);

/// What fal has nothing of yet is looked after so often: longer than any pause between two attempts of its job.
pub const LOOK_AFTER: TimeDelta = TimeDelta::minutes(10);
/// Queues at fal can be long, so no training has less time there.
const LEAST_TIME: TimeDelta = TimeDelta::hours(2);

/// A training as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// Our id.
    pub id: TrainingId,
    /// Which avatar learns.
    pub avatar_id: AvatarId,
    /// Its owner.
    pub user_id: UserId,
    /// 1 for the avatar's first, and so on.
    pub version: i32,
    /// Where it stands.
    pub status: TrainingStatus,
    /// Why, where the state alone does not tell.
    pub status_reason: Option<String>,
    /// 0 to 100; never falls.
    pub progress: i32,
    /// Read from the trainer's log, or estimated from the time passed.
    pub progress_source: ProgressSource,
    /// How many requests wait before ours at fal.
    pub queue_position: Option<i32>,
    /// What was asked for.
    pub preset: Preset,
    /// What the trainer was told.
    pub settings: TrainerSettings,
    /// The photos it learns from, as they were when it was started.
    pub photos: Vec<SnapshotPhoto>,
    /// Which earlier training it has them from.
    pub origin: Origin,
    /// What it will cost, in millionths of a US dollar.
    pub cost_microusd: i64,
    /// How long it should take at fal.
    pub expected_seconds: i64,
    /// The code of its failure.
    pub error_code: Option<String>,
    /// The failure in words.
    pub error_message: Option<String>,
    /// The unguessable word in its webhook URL.
    pub attempt_token: String,
    /// The packed photo set in our store.
    pub training_set_key: Option<String>,
    /// The packed photo set at fal.
    pub fal_training_set_url: Option<String>,
    /// Its request at fal, once fal has answered the submission.
    pub request: Option<FalRequest>,
    /// The URL fal was asked to call.
    pub webhook_url: Option<String>,
    /// When the submission to fal was begun; empty again if fal has certainly not taken it.
    pub submitted_at: Option<DateTime<Utc>>,
    /// By when fal must be done with it: set at each submission. Read it through [`Training::deadline`].
    pub deadline_at: Option<DateTime<Utc>>,
    /// When fal was last asked.
    pub last_status_check: Option<DateTime<Utc>>,
    /// When fal was first known to be done with it, if its result could not be had at once.
    pub fal_ended_at: Option<DateTime<Utc>>,
    /// The weights in our store.
    pub lora_key: Option<String>,
    /// The trainer's configuration file in our store.
    pub config_key: Option<String>,
    /// The last lines of the trainer's log.
    pub training_logs: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When fal began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended, however it ended.
    pub completed_at: Option<DateTime<Utc>>,
}

/// What a trainer is told. Each trainer uses the fields it knows.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the trainers, under the trainers' own name")]
pub struct TrainerSettings {
    /// The endpoint at fal.
    pub endpoint: String,
    /// The kind of model.
    pub training_type: TrainingType,
    /// The word that will stand for the avatar in prompts.
    pub trigger_phrase: String,
    /// Training steps.
    pub steps: i32,
    /// `None` leaves it to the trainer.
    pub learning_rate: Option<f64>,
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
    /// What the run is called at fal.
    pub finetune_comment: String,
    /// Its place in fal's queue.
    pub priority: FalPriority,
}

impl Training {
    /// By when a submission at this time must be done: four times what it should take.
    #[must_use]
    pub fn deadline_from(&self, submitted_at: DateTime<Utc>) -> DateTime<Utc> {
        submitted_at + TimeDelta::seconds(self.expected_seconds * 4).max(LEAST_TIME)
    }

    /// By when fal must be done with it; `None` while fal has certainly nothing of it. Trainings from before deadlines
    /// were kept have the one they would have got.
    #[must_use]
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        let is_at_fal = self.submitted_at.is_some() || self.request.is_some();
        let submitted_at = self.submitted_at.unwrap_or(self.created_at);
        is_at_fal.then(|| self.deadline_at.unwrap_or_else(|| self.deadline_from(submitted_at)))
    }
}

/// A photo of the set a training learns from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotPhoto {
    /// Which photo.
    pub photo_id: PhotoId,
    /// Its bytes.
    pub sha256: String,
    /// Where they lie.
    pub key: String,
    /// Their format.
    pub format: PhotoFormat,
    /// What is to be seen.
    pub caption: Option<String>,
}

/// What happened to a training.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where it stands from then on.
    pub status: TrainingStatus,
    /// Who told us.
    pub told_by: ToldBy,
    /// Why, where the status alone does not tell.
    pub reason: Option<String>,
}

impl Step {
    /// A step without a reason.
    #[must_use]
    pub const fn new(status: TrainingStatus, told_by: ToldBy) -> Self {
        Self { status, told_by, reason: None }
    }

    /// The step, for this reason.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }
}

/// How a training ended, to be written once.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// The weights are in our store.
    Completed(Weights),
    /// It could not be done.
    Failed {
        /// A stable word, such as `invalid_archive`.
        code: String,
        /// The failure in words.
        message: String,
        /// What fal answered, as it came.
        response: Option<Value>,
    },
    /// Its owner gave it up, and fal stopped or never began.
    Cancelled,
}

/// The outcome of a training that went well.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// The weights in our store.
    pub lora_key: String,
    /// The trainer's configuration file in our store.
    pub config_key: Option<String>,
    /// Where fal had the weights.
    pub lora_url: String,
    /// Where fal had the configuration.
    pub config_url: Option<String>,
    /// What fal answered, as it came.
    pub response: Value,
}

impl Ending {
    /// The final state this leads to.
    #[must_use]
    pub const fn status(&self) -> TrainingStatus {
        match self {
            Self::Completed(_) => TrainingStatus::Completed,
            Self::Failed { .. } => TrainingStatus::Failed,
            Self::Cancelled => TrainingStatus::Cancelled,
        }
    }
}

/// Whether a training may go from one state to the other. What is final stays. Back to its submission leads only the
/// state in which fal's answer is missing: fal turns out not to have taken it, or its answer is given up for lost.
#[must_use]
pub const fn may_become(from: TrainingStatus, to: TrainingStatus) -> bool {
    use TrainingStatus::{Cancelled, Cancelling, Completed, Failed, Preparing, Queued, Running, Stalled, Submitting};
    match from {
        Completed | Failed | Cancelled => false,
        Preparing => matches!(to, Submitting | Failed | Cancelled),
        Submitting => matches!(to, Queued | Stalled | Cancelling | Failed | Cancelled),
        // fal puts a running request back into its queue when it tries again.
        Queued | Running => matches!(to, Queued | Running | Stalled | Cancelling | Completed | Failed | Cancelled),
        Stalled => {
            matches!(to, Submitting | Queued | Running | Stalled | Cancelling | Completed | Failed | Cancelled)
        }
        Cancelling => matches!(to, Completed | Failed | Cancelled),
    }
}

/// Where the packed photo set of a training lies.
#[must_use]
pub fn training_set_key(training: &Training) -> String {
    format!("{}/training_data/training_set_{}.zip", avatar_folder(training.user_id, training.avatar_id), training.id)
}

/// Where the weights of a training lie.
#[must_use]
pub fn lora_key(training: &Training) -> String {
    format!("{}/models/lora_{}.safetensors", avatar_folder(training.user_id, training.avatar_id), training.id)
}

/// Where the configuration file of a training lies.
#[must_use]
pub fn config_key(training: &Training) -> String {
    format!("{}/models/config_{}.json", avatar_folder(training.user_id, training.avatar_id), training.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn final_states_never_change_and_few_lead_to_a_submission() {
        for &from in TrainingStatus::ALL {
            for &to in TrainingStatus::ALL {
                if from.is_final() {
                    assert!(!may_become(from, to), "{from} -> {to}");
                }
                if to == TrainingStatus::Submitting {
                    let leads_there = matches!(from, TrainingStatus::Preparing | TrainingStatus::Stalled);
                    assert_eq!(may_become(from, to), leads_there, "{from} -> {to}");
                }
                assert!(!may_become(from, TrainingStatus::Preparing));
            }
        }
    }

    #[test]
    fn every_state_that_is_not_final_can_end() {
        for &from in TrainingStatus::ALL.iter().filter(|status| !status.is_final()) {
            assert!(may_become(from, TrainingStatus::Failed), "{from}");
            assert!(may_become(from, TrainingStatus::Cancelled), "{from}");
        }
    }
}
