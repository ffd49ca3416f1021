//! People.

use chrono::{DateTime, Utc};

use super::ids::UserId;

/// A person whose avatars we keep, or the operator's own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Our id.
    pub id: UserId,
    /// What the operator calls them; the external id for people seen first through `Act-As`.
    pub name: String,
    /// Who vouches for `external_id`.
    pub issuer: Option<String>,
    /// Their id at the issuer.
    pub external_id: Option<String>,
    /// When we first saw them.
    pub created_at: DateTime<Utc>,
}
