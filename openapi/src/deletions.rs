//! Deletions: what went, thing by thing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vocabulary::{DeletedKind, DeletedPlace, DeletedState, DeletionStatus, DeletionSubject};

/// The receipt of a deletion. What was deleted cannot be reached from the moment it is given; the bytes follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deletion {
    /// Its id.
    pub id: Uuid,
    /// The kind of thing that was deleted.
    pub subject_type: DeletionSubject,
    /// Which.
    pub subject_id: Uuid,
    /// Whether each object in the store of this service is gone.
    pub status: DeletionStatus,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When the store confirmed the last object; null until then.
    pub completed_at: Option<DateTime<Utc>>,
    /// Where whoever has this link reads the receipt without a key: told once, in the answer to the deletion of a person,
    /// who has no key afterwards; null otherwise.
    pub receipt_url: Option<String>,
    /// Everything that was there.
    pub things: Vec<DeletedThing>,
}

/// Something that was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeletedThing {
    /// Where.
    pub place: DeletedPlace,
    /// What.
    pub kind: DeletedKind,
    /// Its key in the store, its address at fal, or fal's id of a request.
    pub name: String,
    /// What is known of it.
    pub state: DeletedState,
    /// When the store confirmed that it is gone; null otherwise.
    pub gone_at: Option<DateTime<Utc>>,
    /// By when fal deletes it by itself; null where that is not known.
    pub expires_at: Option<DateTime<Utc>>,
}
