//! How many requests are taken.

use super::{ConfigError, Environment};

/// How many requests each key may make, and each person through whatever key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestLimits {
    /// Each key, for all it acts for together.
    pub key: Rate,
    /// Each person.
    pub user: Rate,
}

/// So many requests a second in the long run, and so many at once after a rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// 0 is no limit.
    pub per_second: u32,
    /// At least 1.
    pub burst: u32,
}

impl RequestLimits {
    pub(super) fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        const MOST: u32 = 1_000_000;
        Ok(Self {
            key: Rate {
                per_second: env.number("AISHA_KEY_REQUESTS_PER_SECOND", 200, 0, MOST)?,
                burst: env.number("AISHA_KEY_REQUESTS_BURST", 2000, 1, MOST)?,
            },
            user: Rate {
                per_second: env.number("AISHA_USER_REQUESTS_PER_SECOND", 50, 0, MOST)?,
                burst: env.number("AISHA_USER_REQUESTS_BURST", 500, 1, MOST)?,
            },
        })
    }
}
