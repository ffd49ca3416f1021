//! Deletes the objects that nothing needs any more.

use super::error::JobError;
use crate::app::App;
use crate::files::Key;
use crate::storage::{deletions, objects};

const BATCH: i64 = 100;

/// Deletes until none is left. Receipts and the ledger hear of it only after the store has.
pub(super) async fn run(app: &App) -> Result<(), JobError> {
    loop {
        let keys = objects::list_doomed(&app.db, BATCH).await?;
        if keys.is_empty() {
            return Ok(());
        }
        for text in keys {
            app.files.delete(&Key::parse(text.as_str())?).await?;
            deletions::confirm(&app.db, &text, app.now()).await?;
            objects::forget(&app.db, &text).await?;
        }
    }
}
