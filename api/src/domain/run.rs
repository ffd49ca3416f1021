//! A run: one piece of work at fal that is paid for, whatever it makes. What all kinds of runs have in common.

use ring::error::Unspecified;
use uuid::Uuid;

use super::ids::{GenerationId, TrainingId, TranscriptionId};
use super::secret::Secret;

/// Which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// A training of an avatar.
    Training(TrainingId),
    /// Pictures made with an avatar.
    Generation(GenerationId),
    /// A recording that becomes text.
    Transcription(TranscriptionId),
}

impl Run {
    /// Its kind, as a word.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Training(_) => "training",
            Self::Generation(_) => "generation",
            Self::Transcription(_) => "transcription",
        }
    }

    /// Its id, unique among all kinds.
    #[must_use]
    pub const fn id(self) -> Uuid {
        match self {
            Self::Training(id) => id.0,
            Self::Generation(id) => id.0,
            Self::Transcription(id) => id.0,
        }
    }
}

/// A request at fal: its id and the three URLs that fal gave with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FalRequest {
    /// fal's id.
    pub id: String,
    /// Where its state is asked.
    pub status_url: String,
    /// Where its result is fetched.
    pub response_url: String,
    /// Where it is cancelled.
    pub cancel_url: String,
}

impl FalRequest {
    /// A request of which only the id is known; its URLs follow from the endpoint.
    #[must_use]
    pub fn by_id(id: &str) -> Self {
        Self { id: id.to_owned(), status_url: String::new(), response_url: String::new(), cancel_url: String::new() }
    }
}

/// 256 unguessable bits, as a word that fits into a URL: who calls with it was told it by us.
pub fn attempt_token() -> Result<String, Unspecified> {
    Ok(Secret::random()?.expose().to_owned())
}
