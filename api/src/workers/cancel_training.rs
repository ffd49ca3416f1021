//! Asks fal to stop a training, and leaves it to the next look to see whether it did.

use aisha_openapi::vocabulary::TrainingStatus;

use super::apply_fal_result::handle;
use super::error::JobError;
use crate::app::App;
use crate::domain::ids::TrainingId;
use crate::domain::job::Job;
use crate::storage::trainings;

/// Asks fal if it has the training. If its submission is still under way, that job sees the cancellation and comes back
/// here.
pub(super) async fn run(app: &App, training_id: TrainingId) -> Result<(), JobError> {
    let Some(training) = trainings::find_for_job(&app.db, training_id).await? else { return Ok(()) };
    if training.status != TrainingStatus::Cancelling {
        return Ok(());
    }
    if let Some(request) = handle(&training) {
        let answer = app.fal.cancel(&request).await?;
        tracing::info!(training.id = %training_id, ?answer, "fal was asked to stop a training");
    }
    let mut tx = app.begin().await?;
    app.enqueue(&mut tx, &Job::ApplyFalResult { training_id }, app.now()).await?;
    app.commit(tx).await?;
    Ok(())
}
