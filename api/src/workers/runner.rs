//! The runner: claims jobs, does some at once, repeats what failed, and never lets one disappear.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tracing::Instrument as _;
use uuid::Uuid;

use super::error::JobError;
use super::{
    abandon_request, apply_fal_result, cancel_training, check_objects, clear_objects, ending, errand, measure_photo,
    prepare_training, submit_generation, submit_training, submit_transcription, write_digest,
};
use crate::app::App;
use crate::domain::generation::Generation;
use crate::domain::job::{Job, Lane};
use crate::domain::transcription::Transcription;
use crate::storage::StorageError;
use crate::storage::jobs::{self, ClaimedJob};

/// Jobs at once. They wait for networks and disks, not for cores.
const AT_ONCE: usize = 8;
/// Jobs of one lane at once. It is more than half, so that no two lanes are full, and each lane always gets a place
/// before long however slow the others are.
const AT_ONCE_IN_LANE: usize = 5;
/// Heartbeats in a lease: two may be lost.
const HEARTBEATS: i32 = 3;
/// Jobs of other processes are seen after so long; those of this one are signalled.
const POLL: Duration = Duration::from_secs(1);
/// With pauses that double up to five minutes, this is about two hours of trying.
const MAX_ATTEMPTS: i32 = 30;
/// How long jobs under way may take when the service stops; after that their leases run out.
const STOP_PATIENCE: Duration = Duration::from_secs(20);

/// Runs until the service stops.
pub(super) async fn run(app: App) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let lanes = Lane::ALL.map(|lane| (lane, Arc::new(Semaphore::new(AT_ONCE_IN_LANE))));
    let mut under_way = JoinSet::new();
    while !app.signals.shutdown.is_cancelled() {
        while under_way.try_join_next().is_some() {}
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = app.signals.shutdown.cancelled() => break,
        };
        let Ok(place) = place else { break };
        let full = lanes.iter().find(|(_, places)| places.available_permits() == 0).map(|(lane, _)| *lane);
        match claim(&app, full).await {
            Some(job) => {
                let lane = place_in(&lanes, &job.kind);
                let span = tracing::info_span!("job", job.id = %job.id, job.kind = job.kind, attempt = job.attempts);
                let app = app.clone();
                under_way.spawn(
                    async move {
                        work(&app, job).await;
                        drop((place, lane));
                        // Perhaps it was the place, and not the work, that was missing.
                        app.signals.jobs.notify_one();
                    }
                    .instrument(span),
                );
            }
            None => wait(&app).await,
        }
    }
    let finished = async { while under_way.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_PATIENCE, finished).await.is_err() {
        tracing::warn!("some jobs were still under way; they go on when their lease has ended");
    }
}

/// The place that a job takes in its lane. There is one: nobody else gives them away.
fn place_in(lanes: &[(Lane, Arc<Semaphore>)], kind: &str) -> Option<OwnedSemaphorePermit> {
    let lane = Lane::of(kind)?;
    let (_, places) = lanes.iter().find(|(other, _)| *other == lane)?;
    Arc::clone(places).try_acquire_owned().ok()
}

async fn wait(app: &App) {
    tokio::select! {
        () = app.signals.jobs.notified() => {}
        () = tokio::time::sleep(POLL) => {}
        () = app.signals.shutdown.cancelled() => {}
    }
}

async fn claim(app: &App, full: Option<Lane>) -> Option<ClaimedJob> {
    let now = app.now();
    let claimed = match jobs::is_any_due(&app.db, full, now).await {
        Ok(false) => return None,
        Ok(true) => jobs::claim(&app.db, full, Uuid::new_v4(), now + app.settings.job_lease, now).await,
        Err(error) => Err(error),
    };
    claimed.unwrap_or_else(|error| {
        tracing::warn!(%error, "jobs cannot be claimed");
        None
    })
}

/// Does a job while holding its lease, and writes down how it ended.
async fn work(app: &App, claimed: ClaimedJob) {
    let Some(job) = claimed.job.clone() else {
        return settle(app, &claimed, Err(JobError::fail("this version does not know this kind of job"))).await;
    };
    let task = {
        let app = app.clone();
        tokio::spawn(async move { perform(&app, &job).await }.instrument(tracing::Span::current()))
    };
    let mut task = tokio_util::task::AbortOnDropHandle::new(task);
    let lease = app.settings.job_lease;
    let pause = (lease / HEARTBEATS).to_std().unwrap_or(POLL);
    let mut heartbeat = tokio::time::interval_at(tokio::time::Instant::now() + pause, pause);
    let outcome = loop {
        tokio::select! {
            outcome = &mut task => break outcome.unwrap_or_else(|_| Err(JobError::retry("the job panicked"))),
            _ = heartbeat.tick() => match jobs::extend(&app.db, &claimed, app.now() + lease).await {
                Ok(true) => {}
                // Another worker has it: ours must not go on beside it.
                Ok(false) => return tracing::warn!("the lease was lost"),
                Err(error) => tracing::warn!(%error, "the lease could not be extended"),
            },
        }
    };
    settle(app, &claimed, outcome).await;
}

async fn perform(app: &App, job: &Job) -> Result<(), JobError> {
    match job {
        Job::PrepareTraining { training_id } => prepare_training::run(app, *training_id).await,
        Job::SubmitTraining { training_id } => submit_training::run(app, *training_id).await,
        Job::ApplyFalResult { training_id } => apply_fal_result::run(app, *training_id).await,
        Job::CancelTraining { training_id } => cancel_training::run(app, *training_id).await,
        Job::SubmitGeneration { generation_id } => submit_generation::run(app, *generation_id).await,
        Job::CollectGeneration { generation_id } => errand::collect::<Generation>(app, *generation_id).await,
        Job::CancelGeneration { generation_id } => errand::cancel::<Generation>(app, *generation_id).await,
        Job::SubmitTranscription { transcription_id } => submit_transcription::run(app, *transcription_id).await,
        Job::CollectTranscription { transcription_id } => {
            errand::collect::<Transcription>(app, *transcription_id).await
        }
        Job::CancelTranscription { transcription_id } => errand::cancel::<Transcription>(app, *transcription_id).await,
        Job::WriteDigest { digest_id } => write_digest::run(app, *digest_id).await,
        Job::AbandonRequest { endpoint, request_id } => abandon_request::run(app, endpoint, request_id).await,
        Job::ClearObjects {} => clear_objects::run(app).await,
        Job::CheckObjects {} => check_objects::run(app).await,
        Job::MeasurePhoto { photo_id } => measure_photo::run(app, *photo_id).await,
    }
}

/// Writes down how a job ended. If even that fails, the lease runs out and the job is done again, which it allows.
async fn settle(app: &App, claimed: &ClaimedJob, outcome: Result<(), JobError>) {
    let kind = claimed.job.as_ref().map_or("unknown", Job::kind);
    let word = match &outcome {
        Ok(()) => "done",
        Err(error) if error.is_final || claimed.attempts >= MAX_ATTEMPTS => "failed",
        Err(_) => "again",
    };
    app.metrics.jobs.get_or_create(&[("kind", kind), ("outcome", word)]).inc();
    let written = match outcome {
        Ok(()) => jobs::finish(&app.db, claimed).await.map(drop),
        Err(error) if !error.is_final && claimed.attempts < MAX_ATTEMPTS => {
            let pause = pause(claimed.attempts);
            tracing::warn!(error = error.message, pause_ms = pause.num_milliseconds(), "a job is tried again later");
            jobs::retry(&app.db, claimed, app.now() + pause, &error.message).await
        }
        Err(error) => {
            tracing::error!(error = error.message, "a job failed for good");
            give_up(app, claimed, &error.message).await
        }
    };
    if let Err(error) = written {
        tracing::warn!(%error, "the end of a job could not be written; it will run again");
    }
}

/// What the job was for must not wait for ever, so the job has not failed before that is told.
async fn give_up(app: &App, claimed: &ClaimedJob, error: &str) -> Result<(), StorageError> {
    let told = match &claimed.job {
        Some(Job::SubmitGeneration { generation_id }) => {
            errand::after_failed_job::<Generation>(app, *generation_id, error).await
        }
        Some(Job::SubmitTranscription { transcription_id }) => {
            errand::after_failed_job::<Transcription>(app, *transcription_id, error).await
        }
        Some(Job::WriteDigest { digest_id }) => write_digest::after_failed_job(app, *digest_id, error).await,
        Some(job) => ending::after_failed_job(app, job, error).await,
        None => Ok(()),
    };
    match told {
        Ok(()) => jobs::fail(&app.db, claimed, error).await,
        Err(untold) => jobs::retry(&app.db, claimed, app.now() + pause(claimed.attempts), &untold.message).await,
    }
}

/// Doubles from one second to five minutes, plus up to a quarter so that jobs that failed together do not come back
/// together.
fn pause(attempts: i32) -> TimeDelta {
    let seconds = 1_i64 << attempts.clamp(1, 9).saturating_sub(1);
    let millis = seconds.min(300) * 1000;
    let spread = i64::from(Uuid::new_v4().as_fields().0) % (millis / 4);
    TimeDelta::milliseconds(millis + spread)
}
