//! How a request at fal lies in the tables of runs.

use sqlx::FromRow;

use crate::domain::run::FalRequest;

#[derive(FromRow)]
#[expect(clippy::struct_field_names, reason = "the names of the columns")]
pub(super) struct RequestRow {
    fal_request_id: Option<String>,
    fal_status_url: Option<String>,
    fal_response_url: Option<String>,
    fal_cancel_url: Option<String>,
}

impl RequestRow {
    pub(super) fn into_request(self) -> Option<FalRequest> {
        Some(FalRequest {
            id: self.fal_request_id?,
            status_url: self.fal_status_url.unwrap_or_default(),
            response_url: self.fal_response_url.unwrap_or_default(),
            cancel_url: self.fal_cancel_url.unwrap_or_default(),
        })
    }
}
