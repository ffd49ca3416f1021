//! Asks fal to stop a generation, and leaves it to the next look to see whether it did.

use super::collect_generation::handle;
use super::error::JobError;
use crate::app::App;
use crate::domain::ids::GenerationId;
use crate::domain::job::Job;
use crate::storage::generations;

/// Asks fal if it has the generation. If its submission is still under way, that job sees the wish and comes back here.
pub(super) async fn run(app: &App, generation_id: GenerationId) -> Result<(), JobError> {
    let Some(generation) = generations::find_for_job(&app.db, generation_id).await? else { return Ok(()) };
    if generation.status.is_final() || generation.cancel_requested_at.is_none() {
        return Ok(());
    }
    if let Some(request) = handle(&generation) {
        let answer = app.fal.cancel(&request).await?;
        tracing::info!(generation.id = %generation_id, ?answer, "fal was asked to stop a generation");
    }
    let mut tx = app.begin().await?;
    app.enqueue(&mut tx, &Job::CollectGeneration { generation_id }, app.now()).await?;
    app.commit(tx).await?;
    Ok(())
}
