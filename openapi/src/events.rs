//! Events: what happened, in order.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vocabulary::{EventType, ResourceType};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// Its number. Read on with `after=<seq>` and you miss nothing. Null only in a timeline, for a moment.
    pub seq: Option<i64>,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// To whose thing it happened.
    pub subject: Subject,
    /// The key that did it; null when the service did it by itself.
    pub actor_key_id: Option<Uuid>,
    /// The avatar it concerns.
    pub avatar_id: Option<Uuid>,
    /// The thing it happened to.
    pub resource: ResourceRef,
    /// The state of that thing afterwards.
    #[schema(example = "completed")]
    pub state: Option<String>,
    /// More of it.
    #[schema(value_type = Object)]
    pub details: Map<String, Value>,
}

/// A person, as an event names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subject {
    /// Our id.
    pub user_id: Uuid,
    /// Their id at the issuer whose key reads the event.
    pub external_id: Option<String>,
}

/// The thing an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResourceRef {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: ResourceType,
    /// Its id.
    pub id: Uuid,
}

/// Events after a number, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventList {
    /// The events; empty when none came in the time waited.
    pub data: Vec<Event>,
    /// Give it as `after` next time.
    pub next_after: i64,
}

/// A page of an avatar's timeline, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelinePage {
    /// The events.
    pub data: Vec<Event>,
    /// Give it as `cursor` to get the next page; null on the last.
    pub next_cursor: Option<String>,
}
