//! The caller.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vocabulary::Scope;

/// Who you are to the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The id of the person whose things you see.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// Who vouches for `external_id`.
    #[schema(example = "telegram:4242")]
    pub issuer: Option<String>,
    /// Their id there.
    #[schema(example = "777")]
    pub external_id: Option<String>,
    /// What your key may do.
    pub scopes: Vec<Scope>,
    /// When we first saw them.
    pub created_at: DateTime<Utc>,
}
