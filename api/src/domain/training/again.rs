//! Trainings on the photo set of an earlier one, and the choice between those that have completed.

use aisha_openapi::vocabulary::TrainingStatus;

use super::{SnapshotPhoto, Training};
use crate::domain::Refusal;
use crate::domain::ids::{PhotoId, TrainingId};

/// Which earlier training a training has its photo set from. One of the avatar's photos as they were has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Origin {
    /// The one that came to nothing and is tried again.
    pub retry_of: Option<TrainingId>,
    /// The one whose result is to be compared with this one's.
    pub compare_with: Option<TrainingId>,
}

/// Tries a training again that came to nothing. What it was to be compared with is what the new one will be.
pub const fn retry(training: &Training) -> Result<Origin, Refusal> {
    match training.status {
        TrainingStatus::Failed | TrainingStatus::Cancelled => {
            Ok(Origin { retry_of: Some(training.id), compare_with: training.origin.compare_with })
        }
        status => Err(Refusal::TrainingState { status }),
    }
}

/// Trains something to compare with a training, which must have a result.
pub fn compare(training: &Training) -> Result<Origin, Refusal> {
    usable(training)?;
    Ok(Origin { retry_of: None, compare_with: Some(training.id) })
}

/// Whether pictures can be made with what a training has learned.
pub const fn usable(training: &Training) -> Result<(), Refusal> {
    match training.status {
        TrainingStatus::Completed => Ok(()),
        status => Err(Refusal::TrainingState { status }),
    }
}

/// The photo set of an earlier training, if each photo is still among those of the avatar: what its owner has deleted
/// is not learned from again, even where a copy is left.
pub fn whole_set(training: &Training, there: &[PhotoId]) -> Result<Vec<SnapshotPhoto>, Refusal> {
    let ids = training.photos.iter().map(|photo| photo.photo_id);
    let deleted: Vec<PhotoId> = ids.filter(|id| !there.contains(id)).collect();
    if deleted.is_empty() { Ok(training.photos.clone()) } else { Err(Refusal::PhotosDeleted { photos: deleted }) }
}
