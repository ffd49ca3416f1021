//! Avatars and the states they go through.
//!
//! ```text
//! draft -> photos_uploading -> ready_for_training -> training -> completed
//!   any step -> error (with a reason) · before completion -> cancelled
//! ```

use aisha_openapi::vocabulary::{AvatarStatus, AvatarType, Gender, Preset, TrainingStatus, TrainingType};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::Refusal;
use super::ids::{AvatarId, PhotoId, TrainingId, UserId};

/// An avatar as its owner sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Avatar {
    /// Our id.
    pub id: AvatarId,
    /// Whose it is.
    pub user_id: UserId,
    /// What a person may set.
    pub details: Details,
    /// Where it stands.
    pub status: AvatarStatus,
    /// Why, where the state alone does not tell.
    pub status_reason: Option<String>,
    /// The one a person uses when they name none.
    pub is_main: bool,
    /// Photos it has.
    pub photos_count: i64,
    /// Photos a training would use: valid and not excluded.
    pub usable_photos: i64,
    /// The training whose weights are used for pictures.
    pub active_training_id: Option<TrainingId>,
    /// The newest training.
    pub latest_training: Option<LatestTraining>,
    /// The photo to show: the chosen one, else the first.
    pub cover: Option<PhotoId>,
    /// Generations that were asked for with it and are still there.
    pub generations_count: i64,
    /// Counts the changes; it is the `ETag`.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What a person says of their avatar.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    /// 1 to 100 characters.
    pub name: Option<String>,
    /// Used by styles.
    pub gender: Option<Gender>,
    /// What it is a picture of.
    pub avatar_type: Option<AvatarType>,
    /// Which trainer learns it.
    pub training_type: Option<TrainingType>,
    /// The word that stands for the avatar in prompts.
    pub trigger_phrase: String,
    /// Whatever the client wants to keep with it, up to 16 KB.
    pub metadata: Map<String, Value>,
    /// The photo to show, if one was chosen.
    pub cover: Option<PhotoId>,
}

/// The newest training of an avatar, in short.
#[derive(Debug, Clone, PartialEq)]
pub struct LatestTraining {
    /// Which.
    pub id: TrainingId,
    /// Its number, 1 for the first.
    pub version: i32,
    /// Where it stands.
    pub status: TrainingStatus,
    /// What was asked for.
    pub preset: Preset,
}

impl Details {
    /// What a training needs and is not there yet.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        [
            ("name", self.name.is_none()),
            ("gender", self.gender.is_none()),
            ("avatar_type", self.avatar_type.is_none()),
            ("training_type", self.training_type.is_none()),
        ]
        .into_iter()
        .filter_map(|(name, missing)| missing.then_some(name))
        .collect()
    }

    /// The state a new avatar with these details begins in.
    #[must_use]
    pub fn first_status(&self) -> AvatarStatus {
        if self.missing().is_empty() { AvatarStatus::PhotosUploading } else { AvatarStatus::Draft }
    }
}

/// Where an avatar stands after its details or its photos changed.
#[must_use]
pub fn settle(status: AvatarStatus, details: &Details, usable_photos: i64, needed: i64) -> AvatarStatus {
    match status {
        AvatarStatus::Draft => details.first_status(),
        AvatarStatus::PhotosUploading | AvatarStatus::ReadyForTraining if !details.missing().is_empty() => {
            AvatarStatus::Draft
        }
        AvatarStatus::ReadyForTraining if usable_photos < needed => AvatarStatus::PhotosUploading,
        other => other,
    }
}

/// Confirms the photo set. Doing it twice is one.
pub fn finalize(avatar: &Avatar, needed: i64) -> Result<AvatarStatus, Refusal> {
    match avatar.status {
        AvatarStatus::Draft | AvatarStatus::PhotosUploading | AvatarStatus::ReadyForTraining | AvatarStatus::Error => {
            ready(avatar, avatar.usable_photos, needed)?;
            Ok(AvatarStatus::ReadyForTraining)
        }
        status => Err(Refusal::AvatarState { status }),
    }
}

/// Begins a training on a set of so many photos: of a first version the avatar is `training`, and a completed one stays
/// usable meanwhile.
pub fn start_training(avatar: &Avatar, photos: i64, needed: i64) -> Result<AvatarStatus, Refusal> {
    match avatar.status {
        AvatarStatus::Training => return Err(Refusal::TrainingUnderWay),
        AvatarStatus::Cancelled => return Err(Refusal::AvatarState { status: avatar.status }),
        _ => ready(avatar, photos, needed)?,
    }
    if avatar.latest_training.as_ref().is_some_and(|training| !training.status.is_final()) {
        return Err(Refusal::TrainingUnderWay);
    }
    Ok(if avatar.status == AvatarStatus::Completed { AvatarStatus::Completed } else { AvatarStatus::Training })
}

/// Where an avatar stands when its training has ended. An avatar its owner gave up meanwhile stays given up.
#[must_use]
pub fn end_training(avatar: &Avatar, outcome: TrainingStatus, needed: i64) -> AvatarStatus {
    match (avatar.status, outcome) {
        (AvatarStatus::Cancelled, _) => AvatarStatus::Cancelled,
        (_, TrainingStatus::Completed) => AvatarStatus::Completed,
        (AvatarStatus::Training, TrainingStatus::Cancelled) if avatar.usable_photos >= needed => {
            AvatarStatus::ReadyForTraining
        }
        (AvatarStatus::Training, TrainingStatus::Cancelled) => AvatarStatus::PhotosUploading,
        (AvatarStatus::Training, TrainingStatus::Failed) => AvatarStatus::Error,
        (status, _) => status,
    }
}

/// Gives an avatar up, which is possible until it has completed.
pub fn cancel(status: AvatarStatus) -> Result<AvatarStatus, Refusal> {
    match status {
        AvatarStatus::Completed => Err(Refusal::AvatarState { status }),
        _ => Ok(AvatarStatus::Cancelled),
    }
}

/// Photos may come at any time but after giving up: a training works on its own list of photos.
pub fn accept_photos(status: AvatarStatus) -> Result<(), Refusal> {
    if status == AvatarStatus::Cancelled { Err(Refusal::AvatarState { status }) } else { Ok(()) }
}

fn ready(avatar: &Avatar, photos: i64, needed: i64) -> Result<(), Refusal> {
    let missing = avatar.details.missing();
    if !missing.is_empty() {
        return Err(Refusal::AvatarIncomplete { missing });
    }
    if photos < needed {
        return Err(Refusal::NotEnoughPhotos { usable: photos, needed });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use aisha_openapi::vocabulary::AvatarStatus as S;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn avatar(status: S, usable_photos: i64, complete: bool) -> Avatar {
        Avatar {
            id: AvatarId(Uuid::nil()),
            user_id: UserId(Uuid::nil()),
            details: Details {
                name: complete.then(|| "Ann".to_owned()),
                gender: Some(Gender::Female),
                avatar_type: Some(AvatarType::Character),
                training_type: Some(TrainingType::Portrait),
                trigger_phrase: "ais1".to_owned(),
                metadata: Map::new(),
                cover: None,
            },
            status,
            status_reason: None,
            is_main: false,
            photos_count: usable_photos,
            usable_photos,
            generations_count: 0,
            active_training_id: None,
            latest_training: None,
            cover: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn dropping_below_the_needed_photos_leads_back_to_uploading() {
        let avatar = avatar(S::ReadyForTraining, 4, true);
        assert_eq!(settle(avatar.status, &avatar.details, 4, 5), S::PhotosUploading);
        assert_eq!(settle(avatar.status, &avatar.details, 5, 5), S::ReadyForTraining);
    }

    #[test]
    fn a_completed_avatar_stays_usable_through_every_later_training() {
        for outcome in [TrainingStatus::Completed, TrainingStatus::Failed, TrainingStatus::Cancelled] {
            let avatar = avatar(S::Completed, 5, true);
            assert_eq!(start_training(&avatar, 5, 5), Ok(S::Completed));
            assert_eq!(end_training(&avatar, outcome, 5), S::Completed);
        }
    }

    #[test]
    fn a_training_is_refused_with_the_reason_that_helps() {
        assert_eq!(
            start_training(&avatar(S::PhotosUploading, 4, true), 4, 5),
            Err(Refusal::NotEnoughPhotos { usable: 4, needed: 5 })
        );
        assert_eq!(
            start_training(&avatar(S::Draft, 9, false), 9, 5),
            Err(Refusal::AvatarIncomplete { missing: vec!["name"] })
        );
        assert_eq!(start_training(&avatar(S::Training, 9, true), 9, 5), Err(Refusal::TrainingUnderWay));
        let whole_set = start_training(&avatar(S::Error, 3, true), 5, 5);
        assert_eq!(whole_set, Ok(S::Training), "it is the set that counts, not the photos of today");
    }

    proptest! {
        /// Whatever is done in whatever order: a completed avatar never loses its completion, and nothing trains
        /// without the photos it needs.
        #[test]
        fn no_order_of_steps_breaks_the_life_of_an_avatar(steps in prop::collection::vec(0..8_u8, 1..60)) {
            let mut avatar = avatar(S::Draft, 0, true);
            let mut completed = false;
            for step in steps {
                match step {
                    0 => avatar.usable_photos += 3,
                    1 => avatar.usable_photos = (avatar.usable_photos - 1).max(0),
                    2 => if let Ok(next) = finalize(&avatar, 5) { avatar.status = next },
                    3 => if let Ok(next) = start_training(&avatar, avatar.usable_photos, 5) {
                        prop_assert!(avatar.usable_photos >= 5);
                        avatar.status = next;
                    },
                    4 if avatar.status == S::Training || completed => {
                        avatar.status = end_training(&avatar, TrainingStatus::Completed, 5);
                        completed |= avatar.status == S::Completed;
                    }
                    5 => avatar.status = end_training(&avatar, TrainingStatus::Failed, 5),
                    6 => avatar.status = end_training(&avatar, TrainingStatus::Cancelled, 5),
                    7 => if let Ok(next) = cancel(avatar.status) { avatar.status = next },
                    _ => {}
                }
                avatar.status = settle(avatar.status, &avatar.details, avatar.usable_photos, 5);
                prop_assert!(!completed || avatar.status == S::Completed);
                prop_assert!(avatar.status != S::ReadyForTraining || avatar.usable_photos >= 5);
            }
        }
    }
}
