//! Events: what happened, told once, in the same transaction as the change itself.

use aisha_openapi::vocabulary::{EventType, ResourceType};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::ids::{AvatarId, EventId, KeyId, UserId};

/// Something that is about to be told.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// What happened.
    pub kind: EventType,
    /// Whose thing it happened to.
    pub user_id: UserId,
    /// The key that did it; `None` when the service did it by itself.
    pub actor: Option<KeyId>,
    /// The avatar it concerns.
    pub avatar_id: Option<AvatarId>,
    /// The thing it happened to.
    pub resource: (ResourceType, Uuid),
    /// The state of that thing afterwards.
    pub state: Option<&'static str>,
    /// More of it, an object.
    pub details: Map<String, Value>,
}

/// An event that has its number.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Our id.
    pub id: EventId,
    /// Its number: readers go by it and never miss one. `None` for the moment between commit and numbering.
    pub seq: Option<i64>,
    /// What happened.
    pub kind: EventType,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Whose thing it happened to.
    pub user_id: UserId,
    /// Their id at the issuer, for readers that act for the issuer's users.
    pub external_id: Option<String>,
    /// The key that did it.
    pub actor: Option<KeyId>,
    /// The avatar it concerns.
    pub avatar_id: Option<AvatarId>,
    /// The thing it happened to.
    pub resource: (ResourceType, Uuid),
    /// The state of that thing afterwards.
    pub state: Option<String>,
    /// More of it.
    pub details: Map<String, Value>,
}

/// Whose events a reader may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// One person's.
    User(UserId),
    /// Those of all users of an issuer.
    Issuer(String),
}
