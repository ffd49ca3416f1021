//! The work behind the answers: the runner that does jobs, one job a file, and the loops that need no trigger.
//!
//! Every job can be killed at any line and run again. It reads what it needs when it runs, changes rows only by
//! compare-and-set, and holds no transaction across a call to fal or the object store.

mod abandon_request;
mod apply_fal_result;
mod cancel_training;
mod check_objects;
mod clear_objects;
mod collect_generation;
mod collect_transcription;
mod ending;
mod errand;
mod error;
mod insist;
mod measure_photo;
mod outcome;
mod prepare_training;
mod preview;
mod runner;
mod sequencer;
mod submit_generation;
mod submit_training;
mod submit_transcription;
mod sweep;
mod webhooks;
mod write_digest;

use chrono::TimeDelta;
use tokio::task::JoinSet;

use crate::app::App;
use crate::storage::StorageError;

/// How often it is looked whether money may be spent again.
const STOP_PAUSE: TimeDelta = TimeDelta::seconds(20);

/// Looks once at everything that could have been forgotten, as the sweep does again and again.
pub async fn sweep_once(app: &App) -> Result<(), StorageError> {
    sweep::round(app).await
}

/// The workers of this process.
#[derive(Debug)]
pub struct Workers {
    loops: JoinSet<()>,
}

impl Workers {
    /// Starts them. They stop by the service's shutdown signal.
    #[must_use]
    pub fn start(app: &App) -> Self {
        let mut loops = JoinSet::new();
        loops.spawn(sequencer::run(app.clone()));
        loops.spawn(runner::run(app.clone()));
        loops.spawn(sweep::run(app.clone()));
        loops.spawn(webhooks::run(app.clone()));
        Self { loops }
    }

    /// Waits until they have stopped. Jobs under way are finished or left to their lease.
    pub async fn stopped(mut self) {
        while self.loops.join_next().await.is_some() {}
    }
}
