//! How the service is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether the service can do its work.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// `true` when every check passes.
    pub ready: bool,
    /// What was looked at.
    pub checks: Vec<Check>,
}

/// One thing the service needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// `database`, `migrations` or `files`.
    #[schema(example = "database")]
    pub name: String,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What is wrong with it.
    pub cause: Option<String>,
}
