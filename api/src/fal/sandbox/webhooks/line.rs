//! Where deliveries are held that are to arrive in another order than they were made.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// Deliveries that wait for each other, in the order in which they came.
#[derive(Default)]
pub(in crate::fal::sandbox) struct Line {
    held: Mutex<Vec<String>>,
    changes: watch::Sender<()>,
}

impl Line {
    /// Joins the line, and returns when nobody has joined for this time and all who joined later have left. The place
    /// is left when what is returned is dropped.
    pub(super) async fn hold(&self, id: &str, quiet: Duration) -> Place<'_> {
        self.change(|held| held.push(id.to_owned()));
        let place = Place { line: self, id: id.to_owned() };
        let mut changes = self.changes.subscribe();
        loop {
            let waited = tokio::time::timeout(quiet, changes.changed()).await;
            let is_last =
                self.held.lock().unwrap_or_else(PoisonError::into_inner).last().is_some_and(|last| last == id);
            if is_last && waited.is_err() {
                return place;
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Vec<String>)) {
        change(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner));
        self.changes.send_replace(());
    }
}

/// A place in the line.
pub(super) struct Place<'a> {
    line: &'a Line,
    id: String,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.line.change(|held| held.retain(|id| *id != self.id));
    }
}
