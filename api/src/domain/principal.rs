//! Who is calling, and for whom.

use aisha_openapi::vocabulary::Scope;

use super::ids::{KeyId, UserId};

/// The caller of one request: who acts, and whose things are touched. Both are written beside every change.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The key that was shown.
    pub key_id: KeyId,
    /// The owner of the key.
    pub actor: UserId,
    /// The person whose things are read and changed. The actor itself, unless the key acts for others.
    pub subject: UserId,
    /// Set when the key acts for the users of an issuer: it may read the events of them all.
    pub issuer: Option<String>,
    /// What the key may do.
    pub scopes: Vec<Scope>,
}

impl Principal {
    /// Whether the key may do this. `admin` may do everything a user may, but does not act for others.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope) || (scope != Scope::ActAs && self.scopes.contains(&Scope::Admin))
    }

    /// Whether a key made with this one may do this. Keys that act for others are made by the operator alone: what they
    /// reach is not the caller's to give.
    #[must_use]
    pub fn may_give(&self, scope: Scope) -> bool {
        scope != Scope::ActAs && self.may(scope)
    }

    /// The name under which idempotency keys are kept apart: the same word from two callers is two keys.
    #[must_use]
    pub fn idempotency_scope(&self) -> String {
        format!("{}:{}", self.actor, self.subject)
    }
}
