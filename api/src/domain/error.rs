//! Why the rules refuse a step. A refusal is the caller's affair and knows no HTTP: the door turns them into problems.

use aisha_openapi::vocabulary::{AvatarStatus, GenerationStatus, PackStatus, TrainingStatus, TranscriptionStatus};
use chrono::{DateTime, SecondsFormat, Utc};

use super::ids::PhotoId;
use super::spending::{Cap, dollars};

/// A step the rules do not allow in the present state. Displays as a sentence for people, with what would help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The avatar lacks what a next step needs.
    #[error("the avatar still lacks: {}; add it with PATCH", missing.join(", "))]
    AvatarIncomplete {
        /// Names of the missing fields.
        missing: Vec<&'static str>,
    },
    /// Too few usable photos.
    #[error("{usable} usable photos are there and {needed} are needed; send more photos")]
    NotEnoughPhotos {
        /// Photos that count.
        usable: i64,
        /// Photos a training needs.
        needed: i64,
    },
    /// The avatar is full.
    #[error("an avatar holds at most {limit} photos; delete some before you send more")]
    TooManyPhotos {
        /// The most an avatar may hold.
        limit: i64,
    },
    /// The step does not fit the avatar's state.
    #[error("this cannot be done while the avatar is `{status}`")]
    AvatarState {
        /// The state it is in.
        status: AvatarStatus,
    },
    /// A training of this avatar is under way.
    #[error("a training of this avatar is under way; wait for it or cancel it")]
    TrainingUnderWay,
    /// The photo set is being packed for a training, which takes some seconds.
    #[error("the photo set is being packed for a training; try again in a few seconds")]
    PhotosInUse,
    /// The training is over, or on a way that cannot be left.
    #[error("this cannot be done while the training is `{status}`")]
    TrainingState {
        /// The state it is in.
        status: TrainingStatus,
    },
    /// The avatar has no weights to make pictures with.
    #[error("the avatar has no trained model yet; train it first, or wait until its training has completed")]
    AvatarNotTrained,
    /// The generation is over, or not over yet.
    #[error("this cannot be done while the generation is `{status}`")]
    GenerationState {
        /// The state it is in.
        status: GenerationStatus,
    },
    /// The transcription is over, or not over yet.
    #[error("this cannot be done while the transcription is `{status}`")]
    TranscriptionState {
        /// The state it is in.
        status: TranscriptionStatus,
    },
    /// The run of a pack is over.
    #[error("this cannot be done while the pack is `{status}`")]
    PackState {
        /// The state it is in.
        status: PackStatus,
    },
    /// Photos of the set of an earlier training are gone.
    #[error("photos of its set were deleted: {}; start a training from the photos that are there", list(photos))]
    PhotosDeleted {
        /// Which.
        photos: Vec<PhotoId>,
    },
    /// The operator has stopped all spending.
    #[error("who runs the service has stopped all that costs money{}; try again later", because(reason.as_ref()))]
    SpendingStopped {
        /// What people are told of it.
        reason: Option<String>,
    },
    /// It costs more than a whole day allows.
    #[error(
        "the cap is {cap}, which nothing at {} can keep; only who runs the service can raise it", dollars(*price)
    )]
    AboveCap {
        /// The cap that is too low.
        cap: Cap,
        /// What it would cost, in millionths of a US dollar.
        price: i64,
    },
    /// The day has no room for it any more.
    #[error(
        "the cap is {cap}, and what was spent today leaves no room for more at {}; it opens again at {}",
        dollars(*price),
        opens_at.to_rfc3339_opts(SecondsFormat::Secs, true)
    )]
    CapReached {
        /// The cap that is reached.
        cap: Cap,
        /// What it would cost, in millionths of a US dollar.
        price: i64,
        /// When the next day begins.
        opens_at: DateTime<Utc>,
    },
    /// Only a trained avatar can be the main one.
    #[error("only a completed avatar can be the main one")]
    MainNeedsCompletion,
    /// The list of ids is not the list of the avatar's photos.
    #[error("the order must name each photo of the avatar exactly once")]
    OrderIncomplete,
}

fn list(photos: &[PhotoId]) -> String {
    photos.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn because(reason: Option<&String>) -> String {
    reason.map_or_else(String::new, |reason| format!(": {reason}"))
}
