//! People.

use aisha_openapi::vocabulary::Locale;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::ids::UserId;

/// A person whose avatars we keep, or the operator's own account.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Our id.
    pub id: UserId,
    /// What the operator calls them; the external id for people seen first through `Act-As`.
    pub name: String,
    /// Who vouches for `external_id`.
    pub issuer: Option<String>,
    /// Their id at the issuer.
    pub external_id: Option<String>,
    /// What they have chosen.
    pub preferences: Preferences,
    /// Grows with each change.
    pub version: i64,
    /// When we first saw them.
    pub created_at: DateTime<Utc>,
}

/// What a person has chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preferences {
    /// The language to be spoken to in.
    pub locale: Option<Locale>,
    /// A name of the IANA time zone database.
    pub timezone: Option<String>,
    /// What programs that serve them keep with them.
    pub settings: Map<String, Value>,
}

impl User {
    /// Somebody new, who has chosen nothing yet.
    #[must_use]
    pub fn new(id: UserId, name: String, created_at: DateTime<Utc>) -> Self {
        Self { id, name, issuer: None, external_id: None, preferences: Preferences::default(), version: 1, created_at }
    }
}

/// Whether there is a time zone of this name.
#[must_use]
pub fn is_timezone(name: &str) -> bool {
    name.parse::<chrono_tz::Tz>().is_ok()
}
