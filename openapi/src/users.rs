//! The caller.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vocabulary::{Locale, Scope};

/// Who you are to the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
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
    /// The language they chose; null if they did not. Answers are in it wherever a request asks for none.
    pub locale: Option<Locale>,
    /// Their time zone by its name in the IANA database; null if it is not known.
    #[schema(example = "Europe/Moscow")]
    pub timezone: Option<String>,
    /// Whatever programs that serve them keep here.
    #[schema(value_type = Object)]
    pub settings: Map<String, Value>,
    /// What your key may do.
    pub scopes: Vec<Scope>,
    /// When we first saw them.
    pub created_at: DateTime<Utc>,
}

/// Changes to yourself: fields that are left out stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MePatch {
    /// The language to be spoken to in, wherever a request asks for none by `Accept-Language`.
    pub locale: Option<Locale>,
    /// A name of the IANA time zone database.
    #[schema(example = "Europe/Moscow")]
    pub timezone: Option<String>,
    /// Replaces the whole object; up to 16 KB.
    #[schema(value_type = Option<Object>)]
    pub settings: Option<Map<String, Value>>,
}
