//! Asks fal to stop a request whose run was deleted here.

use super::error::JobError;
use crate::app::App;
use crate::fal::Handle;

/// Asks once. Whatever fal answers, there is nothing left here to which it would matter.
pub(super) async fn run(app: &App, endpoint: &str, request_id: &str) -> Result<(), JobError> {
    let request = Handle {
        endpoint: endpoint.to_owned(),
        request_id: request_id.to_owned(),
        status_url: String::new(),
        response_url: String::new(),
        cancel_url: String::new(),
    };
    let answer = app.fal.cancel(&request).await?;
    tracing::info!(?answer, "a request without a run was abandoned");
    Ok(())
}
