//! Writing down what must not be forgotten.

use std::time::Duration;

use super::error::JobError;
use crate::storage::StorageError;

/// How long to go on trying, before what fal has answered counts as lost.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(200);

/// Writes what fal has answered to a submission. Losing this note would leave a paid run unknown, so it is tried for a
/// while even if the database is away.
pub(super) async fn insist<F>(write: impl Fn() -> F) -> Result<(), JobError>
where
    F: Future<Output = Result<(), StorageError>>,
{
    let mut attempts = 0;
    while let Err(error) = write().await {
        attempts += 1;
        if attempts == ATTEMPTS {
            return Err(JobError::retry(error));
        }
        tracing::warn!(%error, "fal's answer could not be written down yet");
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
