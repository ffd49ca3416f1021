//! Events: what happened, told once, in the same transaction as the change itself.

use aisha_openapi::events::{Event as Body, ResourceRef, Subject};
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
    /// Who vouches for them.
    pub issuer: Option<String>,
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

impl Event {
    /// The event as it stands in answers and in what is sent.
    #[must_use]
    pub fn into_body(self) -> Body {
        Body {
            id: self.id.0,
            seq: self.seq,
            kind: self.kind,
            occurred_at: self.occurred_at,
            subject: Subject { user_id: self.user_id.0, external_id: self.external_id },
            actor_key_id: self.actor.map(|key| key.0),
            avatar_id: self.avatar_id.map(|id| id.0),
            resource: ResourceRef { kind: self.resource.0, id: self.resource.1 },
            state: self.state,
            details: self.details,
        }
    }
}

/// Whose events a reader may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// One person's.
    User(UserId),
    /// Those of all users of an issuer.
    Issuer(String),
}

impl Audience {
    /// Whether it hears of this event.
    #[must_use]
    pub fn hears(&self, event: &Event) -> bool {
        match self {
            Self::User(user_id) => event.user_id == *user_id,
            Self::Issuer(issuer) => event.issuer.as_ref() == Some(issuer),
        }
    }
}

/// Which events are wanted: those that fit all that is named here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of these kinds; of all if none is named.
    pub kinds: Vec<EventType>,
    /// About this avatar.
    pub avatar_id: Option<AvatarId>,
    /// About this thing.
    pub resource_id: Option<Uuid>,
}

impl EventFilter {
    /// Events of these kinds; of all if none is named.
    #[must_use]
    pub fn of_kinds(kinds: &[EventType]) -> Self {
        Self { kinds: kinds.to_vec(), ..Self::default() }
    }

    /// Whether this event is wanted.
    #[must_use]
    pub fn accepts(&self, event: &Event) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&event.kind))
            && self.avatar_id.is_none_or(|id| event.avatar_id == Some(id))
            && self.resource_id.is_none_or(|id| event.resource.1 == id)
    }
}

/// Who keeps a place in the events: an account, for its own events or for those of all users of its issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// The account.
    pub user_id: UserId,
    /// The issuer whose users are meant; `None` for the account's own events.
    pub issuer: Option<String>,
}

impl Subscriber {
    /// Whose events it reads.
    #[must_use]
    pub fn audience(&self) -> Audience {
        match &self.issuer {
            Some(issuer) => Audience::Issuer(issuer.clone()),
            None => Audience::User(self.user_id),
        }
    }
}

/// How far a named reader has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    /// What its owner calls it.
    pub name: String,
    /// The number up to which everything is done; 0 before the first.
    pub acknowledged_seq: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last acknowledged.
    pub updated_at: DateTime<Utc>,
}
