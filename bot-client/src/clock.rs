//! The time of day.

use chrono::{DateTime, SubsecRound as _, Utc};

/// Now, to the millisecond.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that looks at the clock")]
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}
