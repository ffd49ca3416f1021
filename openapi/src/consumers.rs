//! Consumers: named readers of events, and how far each has come.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far a reader has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// The number up to which everything is done; 0 for nothing yet.
    #[schema(minimum = 0, example = 57)]
    pub acknowledged_seq: i64,
    /// Whether the number also counts if it is below what was acknowledged before, to read something again.
    #[serde(default)]
    pub reset: bool,
}

/// A named reader of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consumer {
    /// Its name.
    #[schema(example = "mailer")]
    pub name: String,
    /// The number up to which everything is done. `GET /v1/events?consumer=…` reads on from here.
    #[schema(example = 57)]
    pub acknowledged_seq: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last acknowledged.
    pub updated_at: DateTime<Utc>,
}

/// All consumers, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsumerPage {
    /// The consumers.
    pub data: Vec<Consumer>,
    /// Always null: there are so few that one page holds all.
    pub next_cursor: Option<String>,
}
