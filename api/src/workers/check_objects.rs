//! Compares the object store with the ledger once a day, and tells what differs.
//!
//! Nothing is deleted unless the operator has said so: after a database was brought back from a copy, what was uploaded
//! since is known to nobody, and it is people's photos. So strays are cleared only when they have been found strays, day
//! after day, for as long as the operator needs to notice.

use chrono::TimeDelta;

use super::error::JobError;
use crate::app::App;
use crate::domain::job::Job;
use crate::domain::object::Difference;
use crate::files::Key;
use crate::inventory::{self, Differences, InventoryError};
use crate::storage::object_differences as differences;

/// How often.
pub(super) const EVERY: TimeDelta = TimeDelta::days(1);
/// Strays cleared in one go.
const BATCH: i64 = 100;
/// Keys told in the log; all of them stand in the database.
const TOLD: usize = 20;

/// Compares, writes down what was found, clears what may be, and leaves the next comparison to the day after.
pub(super) async fn run(app: &App) -> Result<(), JobError> {
    let begun_at = app.now();
    let Differences { stray, missing } = inventory::compare(&app.db, &app.files).await?;
    for key in missing.iter().take(TOLD) {
        tracing::error!(key, "an object is missing in the store");
    }
    for key in stray.iter().take(TOLD) {
        tracing::warn!(%key, "an object lies in the store and nobody knows of it");
    }
    tracing::info!(stray = stray.len(), missing = missing.len(), "the store was compared with the ledger");
    let stray: Vec<String> = stray.iter().map(ToString::to_string).collect();
    let mut tx = app.begin().await?;
    differences::note(&mut tx, Difference::Stray, &stray, begun_at).await?;
    differences::note(&mut tx, Difference::Missing, &missing, begun_at).await?;
    differences::forget_before(&mut tx, begun_at).await?;
    app.commit(tx).await?;
    clear(app).await?;
    let mut tx = app.begin().await?;
    app.enqueue(&mut tx, &Job::CheckObjects {}, begun_at + EVERY).await?;
    app.commit(tx).await?;
    Ok(())
}

/// Deletes the strays whose time is over.
async fn clear(app: &App) -> Result<(), JobError> {
    let Some(kept) = app.settings.housekeeping.strays_kept else { return Ok(()) };
    loop {
        let keys = differences::list_strays(&app.db, app.now() - kept, BATCH).await?;
        if keys.is_empty() {
            return Ok(());
        }
        for text in keys {
            let key = Key::parse(text.as_str())?;
            if inventory::is_stray(&app.db, &app.files, &key).await? {
                app.files.delete(&key).await?;
                tracing::warn!(%key, "an object that nobody knew of was deleted");
            }
            differences::forget(&app.db, &text).await?;
        }
    }
}

impl From<InventoryError> for JobError {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::Storage(error) => error.into(),
            InventoryError::Files(error) => error.into(),
            InventoryError::Key(error) => error.into(),
        }
    }
}
