//! API keys: what opens the door, and how far.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vocabulary::Scope;

/// A key to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is for: 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, example = "the web shop")]
    pub name: String,
    /// What it may do: nothing that the key that makes it may not.
    #[schema(min_items = 1, example = json!(["avatars:read"]))]
    pub scopes: Vec<Scope>,
    /// When it ends by itself, and not after the key that makes it. Left out, it ends with that one, or never.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKey {
    /// Its id.
    pub id: Uuid,
    /// What it is for.
    #[schema(example = "the web shop")]
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The issuer for whose users it may act; null for all other keys.
    #[schema(example = "telegram:4242")]
    pub issuer: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself; null if it does not.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last shown, to the minute; null if it never was.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was taken back; null while it was not.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A key that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MadeApiKey {
    /// What is known of it from now on.
    pub api_key: ApiKey,
    /// The key itself, to be sent as `Authorization: Bearer …`. It is told this once and kept by nobody, so a repeat under
    /// the same `Idempotency-Key` has null here: take that key back and make another.
    #[schema(example = "aisha_…")]
    pub secret: Option<String>,
}

/// A page of keys, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyPage {
    /// The keys, also those that have ended.
    pub data: Vec<ApiKey>,
    /// Give it as `cursor` to get the next page; null on the last.
    pub next_cursor: Option<String>,
}
