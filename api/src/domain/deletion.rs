//! Deletions, and what is known of each thing that was to go.

use aisha_openapi::vocabulary::{DeletedKind, DeletedPlace, DeletedState, DeletionStatus, DeletionSubject};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::ids::{AvatarId, DeletionId, UserId};

/// What is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// An avatar with its photos and trainings.
    Avatar(AvatarId),
    /// A person with everything of theirs.
    User(UserId),
}

/// The receipt of a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Our id.
    pub id: DeletionId,
    /// Whose things went.
    pub user_id: UserId,
    /// What went.
    pub subject: Subject,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// Objects of the subject that the ledger still has.
    pub objects_left: i64,
    /// Everything that was there.
    pub things: Vec<Thing>,
}

/// Something that was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// Where.
    pub place: DeletedPlace,
    /// What.
    pub kind: DeletedKind,
    /// Its key in the store, its address at fal, or fal's id of a request.
    pub name: String,
    /// When the store confirmed that it is gone.
    pub gone_at: Option<DateTime<Utc>>,
    /// By when fal deletes it by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Subject {
    /// Its kind and its id.
    #[must_use]
    pub const fn parts(self) -> (DeletionSubject, Uuid) {
        match self {
            Self::Avatar(id) => (DeletionSubject::Avatar, id.0),
            Self::User(id) => (DeletionSubject::User, id.0),
        }
    }

    /// The subject of this kind and id.
    #[must_use]
    pub const fn of(kind: DeletionSubject, id: Uuid) -> Self {
        match kind {
            DeletionSubject::Avatar => Self::Avatar(AvatarId(id)),
            DeletionSubject::User => Self::User(UserId(id)),
        }
    }
}

impl Deletion {
    /// Whether the store has confirmed everything. What comes into the ledger late, from an upload that the deletion
    /// overtook, counts too.
    #[must_use]
    pub fn status(&self) -> DeletionStatus {
        let waits = |thing: &Thing| thing.place == DeletedPlace::Store && thing.gone_at.is_none();
        if self.objects_left > 0 || self.things.iter().any(waits) {
            DeletionStatus::Deleting
        } else {
            DeletionStatus::Complete
        }
    }

    /// When the store confirmed the last object.
    #[must_use]
    pub fn completed_at(&self) -> Option<DateTime<Utc>> {
        let last = self.things.iter().filter_map(|thing| thing.gone_at).max().unwrap_or(self.requested_at);
        (self.status() == DeletionStatus::Complete).then_some(last)
    }
}

impl Thing {
    /// What is known of it. Of what lies at fal nothing is claimed but its end, where we have set one.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> DeletedState {
        match (self.place, self.gone_at, self.expires_at) {
            (DeletedPlace::Store, None, _) => DeletedState::Waiting,
            (_, Some(_), _) => DeletedState::Gone,
            (DeletedPlace::Fal, None, Some(time)) if time <= now => DeletedState::Expired,
            (DeletedPlace::Fal, None, Some(_)) => DeletedState::Expiring,
            (DeletedPlace::Fal, None, None) => DeletedState::Unconfirmed,
        }
    }
}
