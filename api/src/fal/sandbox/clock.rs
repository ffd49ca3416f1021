//! The sandbox's own clock. It stands for a server on the other side of the wire, whose time nobody injects; the
//! service's clock may stand still in a test while a training here goes on.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

pub(super) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// Returns at once when the time has passed.
pub(super) async fn sleep_until(time: DateTime<Utc>) {
    // A loop, because the wall clock may be set back while the timer runs.
    while let Ok(rest) = (time - now()).to_std() {
        if rest.is_zero() {
            return;
        }
        tokio::time::sleep(rest.min(Duration::from_mins(1))).await;
    }
}
