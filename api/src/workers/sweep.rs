//! The sweep: looks at everything that could have been forgotten, at the start and then again and again.
//!
//! It takes no decision of its own. For what runs at fal it enqueues the job that the webhook enqueues, so a lost
//! webhook only costs time.

use chrono::TimeDelta;

use super::check_objects;
use crate::app::App;
use crate::domain::job::Job;
use crate::storage::{
    StorageError, deletions, events, generations, idempotency, jobs, objects, photos, shares, trainings, transcriptions,
};

/// Runs of each kind asked about in one round.
const BATCH: i64 = 500;
/// Photos that are looked at after one round.
const PENDING_PHOTOS: i64 = 100;
/// An upload that has not claimed its objects for so long is dead.
const UPLOAD_PATIENCE: TimeDelta = TimeDelta::hours(1);
/// How long a packed photo set is kept after its training; fal keeps its copy for a day. A later retry packs it again.
const SET_KEPT: TimeDelta = TimeDelta::days(7);
/// Events removed in one round, so that nobody waits long for the database.
const OLD_EVENTS: i64 = 2000;
/// How long answers are kept for repeats.
const IDEMPOTENCY_KEPT: TimeDelta = TimeDelta::hours(72);

/// Runs until the service stops.
pub(super) async fn run(app: App) {
    while !app.signals.shutdown.is_cancelled() {
        if let Err(error) = round(&app).await {
            tracing::warn!(%error, "a round of the sweep failed");
        }
        app.rate_limits.forget_idle();
        tokio::select! {
            () = tokio::time::sleep(app.settings.sweep_interval) => {}
            () = app.signals.shutdown.cancelled() => {}
        }
    }
}

/// One round.
pub(super) async fn round(app: &App) -> Result<(), StorageError> {
    let now = app.now();
    let due = trainings::list_due(&app.db, now, BATCH).await?;
    let generations = generations::list_due(&app.db, now, BATCH).await?;
    let recordings = transcriptions::list_due(&app.db, now, BATCH).await?;
    let pending = photos::list_pending(&app.db, PENDING_PHOTOS).await?;
    let mut tx = app.begin().await?;
    for &training_id in &due {
        app.enqueue(&mut tx, &Job::ApplyFalResult { training_id }, now).await?;
    }
    for generation_id in generations {
        app.enqueue(&mut tx, &Job::CollectGeneration { generation_id }, now).await?;
    }
    for transcription_id in recordings {
        app.enqueue(&mut tx, &Job::CollectTranscription { transcription_id }, now).await?;
    }
    for photo in pending {
        app.enqueue(&mut tx, &Job::MeasurePhoto { photo_id: photo.id }, now).await?;
    }
    for key in trainings::let_go_of_sets(&mut tx, now - SET_KEPT, BATCH).await? {
        objects::doom(&mut tx, &key, now).await?;
    }
    if !jobs::is_pending(&mut tx, &Job::CheckObjects {}).await? {
        app.enqueue(&mut tx, &Job::CheckObjects {}, now + check_objects::EVERY).await?;
    }
    let doomed = objects::doom_unclaimed(&mut tx, now - UPLOAD_PATIENCE, now).await?;
    if doomed > 0 {
        tracing::info!(objects = doomed, "objects that nobody claimed are given up");
    }
    app.commit(tx).await?;
    if !objects::list_doomed(&app.db, 1).await?.is_empty() {
        let mut tx = app.begin().await?;
        app.enqueue(&mut tx, &Job::ClearObjects {}, now).await?;
        app.commit(tx).await?;
    }
    shares::remove_ended(&app.db, now).await?;
    idempotency::purge(&app.db, now - IDEMPOTENCY_KEPT).await?;
    let removed = events::remove_old(&app.db, now - app.settings.events_kept, OLD_EVENTS).await?;
    if removed > 0 {
        tracing::info!(events = removed, "old events are removed");
    }
    deletions::purge(&app.db, now - app.settings.housekeeping.receipts_kept).await?;
    Ok(())
}
