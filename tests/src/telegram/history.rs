//! What a bot has called, with times, and what it did that the documentation does not know.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use tokio::sync::watch;

/// A call of a method.
#[derive(Debug, Clone)]
pub struct Call {
    /// The method as documented, such as `sendMessage`; `file` for a download.
    pub method: String,
    /// The chat it is for.
    pub chat: Option<i64>,
    /// Its parameters; uploads are named by their `attach://` names.
    pub params: Value,
    /// How many files came with it.
    pub uploads: usize,
    /// When it came, since Telegram was started.
    pub at: Duration,
    /// How long the answer took, faults included.
    pub took: Duration,
    /// The status it was answered with; `None` if its connection was ended.
    pub status: Option<u16>,
    /// Why it was refused, if it was.
    pub refusal: Option<String>,
}

#[derive(Debug)]
pub(super) struct History {
    begun: Instant,
    calls: watch::Sender<Vec<Call>>,
    violations: Mutex<Vec<String>>,
}

impl History {
    pub(super) fn new() -> Self {
        Self { begun: Instant::now(), calls: watch::Sender::new(Vec::new()), violations: Mutex::default() }
    }

    pub(super) fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    pub(super) fn add(&self, call: Call) {
        self.calls.send_modify(|calls| calls.push(call));
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.borrow().clone()
    }

    pub(super) fn follow(&self) -> watch::Receiver<Vec<Call>> {
        self.calls.subscribe()
    }

    /// Notes what no bot should do.
    pub(super) fn violation(&self, what: String) {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    /// Notes fields of an object that such an object does not have.
    pub(super) fn check_names(&self, what: &str, object: &Value, known: &[&str]) {
        let names = object.as_object().into_iter().flat_map(Map::keys);
        for name in names.filter(|name| !known.contains(&name.as_str())) {
            self.violation(format!("{what} has no `{name}`"));
        }
    }

    pub(super) fn violations(&self) -> Vec<String> {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
