//! The work that is done after the answer: small, safe to repeat, and written in the transaction that needs it.

use serde::{Deserialize, Serialize};

use super::ids::{DigestId, GenerationId, PhotoId, TrainingId, TranscriptionId};

/// A piece of work. It carries ids only; whatever else it needs it reads when it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "snake_case")]
pub enum Job {
    /// Packs the photo set and stores it.
    PrepareTraining {
        /// Which training.
        training_id: TrainingId,
    },
    /// Brings the set to fal and submits the run.
    SubmitTraining {
        /// Which training.
        training_id: TrainingId,
    },
    /// Asks fal for the true state, and takes the result over when there is one.
    ApplyFalResult {
        /// Which training.
        training_id: TrainingId,
    },
    /// Asks fal to stop.
    CancelTraining {
        /// Which training.
        training_id: TrainingId,
    },
    /// Tells fal what to draw.
    SubmitGeneration {
        /// Which generation.
        generation_id: GenerationId,
    },
    /// Asks fal for the true state, and takes the pictures over when there are some.
    CollectGeneration {
        /// Which generation.
        generation_id: GenerationId,
    },
    /// Asks fal to stop.
    CancelGeneration {
        /// Which generation.
        generation_id: GenerationId,
    },
    /// Has fal listen to a recording.
    SubmitTranscription {
        /// Which transcription.
        transcription_id: TranscriptionId,
    },
    /// Asks fal for the true state, and takes the text over when there is one.
    CollectTranscription {
        /// Which transcription.
        transcription_id: TranscriptionId,
    },
    /// Asks fal to stop.
    CancelTranscription {
        /// Which transcription.
        transcription_id: TranscriptionId,
    },
    /// Makes something of a text.
    WriteDigest {
        /// Which digest.
        digest_id: DigestId,
    },
    /// Asks fal to stop a request whose run was deleted here.
    AbandonRequest {
        /// The endpoint it runs at.
        endpoint: String,
        /// fal's id.
        request_id: String,
    },
    /// Deletes objects that nothing needs any more.
    ClearObjects {},
    /// Compares the object store with the ledger.
    CheckObjects {},
    /// Looks at a photo that came before there was anybody to look.
    MeasurePhoto {
        /// Which photo.
        photo_id: PhotoId,
    },
}

/// Kinds of work that can take minutes. The others of their lane wait for them, and never those of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Photo sets on their way to fal, and weights on their way back.
    Trainings,
    /// Prompts on their way to fal, and pictures on their way back.
    Generations,
    /// Recordings on their way to fal, and texts on their way back.
    Transcriptions,
    /// Texts that are read by a language model.
    Digests,
    /// Photos that are looked at.
    Photos,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Self; 5] = [Self::Trainings, Self::Generations, Self::Transcriptions, Self::Digests, Self::Photos];

    /// The kinds of jobs in it.
    #[must_use]
    pub const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Trainings => &["prepare_training", "submit_training", "apply_fal_result"],
            Self::Generations => &["submit_generation", "collect_generation"],
            Self::Transcriptions => &["submit_transcription", "collect_transcription"],
            Self::Digests => &["write_digest"],
            Self::Photos => &["measure_photo"],
        }
    }

    /// The lane of a kind; what is quick has none.
    #[must_use]
    pub fn of(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.kinds().contains(&kind))
    }
}

impl Job {
    /// The name of its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::PrepareTraining { .. } => "prepare_training",
            Self::SubmitTraining { .. } => "submit_training",
            Self::ApplyFalResult { .. } => "apply_fal_result",
            Self::CancelTraining { .. } => "cancel_training",
            Self::SubmitGeneration { .. } => "submit_generation",
            Self::CollectGeneration { .. } => "collect_generation",
            Self::CancelGeneration { .. } => "cancel_generation",
            Self::SubmitTranscription { .. } => "submit_transcription",
            Self::CollectTranscription { .. } => "collect_transcription",
            Self::CancelTranscription { .. } => "cancel_transcription",
            Self::WriteDigest { .. } => "write_digest",
            Self::AbandonRequest { .. } => "abandon_request",
            Self::ClearObjects {} => "clear_objects",
            Self::CheckObjects {} => "check_objects",
            Self::MeasurePhoto { .. } => "measure_photo",
        }
    }

    /// Within its kind, jobs with the same key are the same work and wait only once.
    #[must_use]
    pub fn unique_key(&self) -> String {
        match self {
            Self::PrepareTraining { training_id }
            | Self::SubmitTraining { training_id }
            | Self::ApplyFalResult { training_id }
            | Self::CancelTraining { training_id } => training_id.to_string(),
            Self::SubmitGeneration { generation_id }
            | Self::CollectGeneration { generation_id }
            | Self::CancelGeneration { generation_id } => generation_id.to_string(),
            Self::SubmitTranscription { transcription_id }
            | Self::CollectTranscription { transcription_id }
            | Self::CancelTranscription { transcription_id } => transcription_id.to_string(),
            Self::WriteDigest { digest_id } => digest_id.to_string(),
            Self::AbandonRequest { request_id, .. } => request_id.clone(),
            Self::ClearObjects {} | Self::CheckObjects {} => String::new(),
            Self::MeasurePhoto { photo_id } => photo_id.to_string(),
        }
    }
}
