//! The time, as everything here reads it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// The clock of the service. Times are whole microseconds, because that is what Postgres keeps: a time read back equals
/// the time written.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    held_micros: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The clock of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still until it is told to go on, for exact tests.
    #[must_use]
    pub fn held_at(time: DateTime<Utc>) -> Self {
        Self { held_micros: Some(Arc::new(AtomicI64::new(time.timestamp_micros()))) }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.held_micros {
            Some(held) => DateTime::from_timestamp_micros(held.load(Ordering::SeqCst)).unwrap_or_default(),
            None => system_now(),
        }
    }

    /// How long it has run, for what must not notice that somebody sets the machine's time. Only the differences mean
    /// anything.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
        match &self.held_micros {
            Some(held) => Duration::from_micros(held.load(Ordering::SeqCst).try_into().unwrap_or(0)),
            None => BEGUN.elapsed(),
        }
    }

    /// Moves a held clock on; the clock of the machine stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(held) = &self.held_micros {
            held.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place the machine's time is read")]
fn system_now() -> DateTime<Utc> {
    let now = Utc::now();
    now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
}
