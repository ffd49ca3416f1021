//! How long what is over is kept.

use chrono::TimeDelta;

use super::{ConfigError, Environment};

/// How long what is over is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HousekeepingConfig {
    /// Receipts of deletions.
    pub receipts_kept: TimeDelta,
    /// Objects that nobody knows of; `None` keeps them for ever.
    pub strays_kept: Option<TimeDelta>,
}

impl HousekeepingConfig {
    pub(super) fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        let days = |days: u32| TimeDelta::days(days.into());
        let strays = env.number("AISHA_STRAYS_KEPT_DAYS", 0, 0, 3650)?;
        Ok(Self {
            receipts_kept: days(env.number("AISHA_RECEIPTS_KEPT_DAYS", 365, 1, 36500)?),
            strays_kept: (strays > 0).then(|| days(strays)),
        })
    }
}
