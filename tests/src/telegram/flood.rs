//! Flood control: a bot may write to one chat about once a second, in short bursts faster, and to all about 30 times a
//! second.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// How fast a bot may send.
#[derive(Debug, Clone, Copy)]
pub struct FloodControl {
    /// Messages a second to one chat, in the long run.
    pub per_chat: f64,
    /// Messages to one chat at once.
    pub burst: f64,
    /// Messages a second to all chats together.
    pub overall: f64,
}

impl Default for FloodControl {
    /// What bots report of the real one: 1 a second to a chat with a burst of 20, and 30 a second in all.
    fn default() -> Self {
        Self { per_chat: 1.0, burst: 20.0, overall: 30.0 }
    }
}

/// A bucket of what may still be sent.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// The control in force, if any.
#[derive(Debug, Default)]
pub(super) struct Flood(Mutex<Option<Gauge>>);

#[derive(Debug)]
struct Gauge {
    control: FloodControl,
    chats: HashMap<i64, Bucket>,
    all: Bucket,
}

impl Flood {
    pub(super) fn control(&self, control: FloodControl) {
        let all = Bucket { left: control.overall, at: Instant::now() };
        *self.lock() = Some(Gauge { control, chats: HashMap::new(), all });
    }

    /// Takes one message for a chat; the seconds to wait when there is none to take.
    pub(super) fn take(&self, chat: i64) -> Result<(), u32> {
        let mut gauge = self.lock();
        let Some(gauge) = gauge.as_mut() else { return Ok(()) };
        let control = gauge.control;
        let now = Instant::now();
        let bucket = gauge.chats.entry(chat).or_insert(Bucket { left: control.burst, at: now });
        bucket.fill(control.per_chat, control.burst, now);
        gauge.all.fill(control.overall, control.overall, now);
        let wait = bucket.wait(control.per_chat).max(gauge.all.wait(control.overall));
        if wait > 0 {
            return Err(wait);
        }
        bucket.left -= 1.0;
        gauge.all.left -= 1.0;
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Gauge>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn fill(&mut self, rate: f64, most: f64, now: Instant) {
        self.left = (self.left + rate * now.duration_since(self.at).as_secs_f64()).min(most);
        self.at = now;
    }

    /// Whole seconds until there is one, at least one.
    fn wait(&self, rate: f64) -> u32 {
        if self.left >= 1.0 {
            return 0;
        }
        let seconds = ((1.0 - self.left) / rate).ceil();
        (1..=60).find(|whole| f64::from(*whole) >= seconds).unwrap_or(60)
    }
}
