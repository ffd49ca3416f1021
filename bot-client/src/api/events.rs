//! What the service tells of everybody whom the key may act for.

use std::time::Duration;

use aisha_openapi::consumers::{Acknowledgement, Consumer};
use aisha_openapi::events::EventList;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{Api, ApiError, answer};

/// Seconds to wait for news.
const WAIT: u64 = 25;

/// What asking for a key's rights has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyCheck {
    /// It may act for others.
    ActsForOthers,
    /// It is a person's own key.
    Personal,
    /// The service does not know it, or no longer.
    Unknown,
}

impl Api {
    /// What the key may do, asked without naming anybody. Fails if the service cannot be reached.
    pub async fn check_key(&self) -> Result<KeyCheck, ApiError> {
        let request = self.request(Method::GET, "/v1/me")?;
        let response = request.send().await.map_err(|error| ApiError::away(&error.without_url()))?;
        Ok(match response.status() {
            status if status.is_success() => KeyCheck::Personal,
            StatusCode::UNAUTHORIZED => KeyCheck::Unknown,
            StatusCode::BAD_REQUEST => KeyCheck::ActsForOthers,
            _ => return Err(ApiError::refused(response).await),
        })
    }

    /// Events after a number, oldest first; waits for some if there are none. `types` are separated by commas.
    pub async fn events(&self, after: i64, types: &str) -> Result<EventList, ApiError> {
        let request = self.request(Method::GET, &format!("/v1/events?after={after}&wait={WAIT}&types={types}"))?;
        answer(request.timeout(Duration::from_secs(WAIT + 10))).await
    }

    /// The oldest number from which events are kept, out of the answer that tells that older ones are gone.
    pub async fn oldest_event(&self, after: i64) -> Result<Option<i64>, ApiError> {
        let request = self.request(Method::GET, &format!("/v1/events?after={after}&limit=1"))?;
        let response = request.send().await.map_err(|error| ApiError::away(&error.without_url()))?;
        if response.status() != StatusCode::GONE {
            return Ok(None);
        }
        let body: Value = response.json().await.map_err(|error| ApiError::odd(&error.without_url()))?;
        Ok(body.get("oldest_seq").and_then(Value::as_i64))
    }

    /// How far a named reader has come; none if there is no such reader yet.
    pub async fn consumer(&self, name: &str) -> Result<Option<Consumer>, ApiError> {
        match answer(self.request(Method::GET, &format!("/v1/consumers/{name}"))?).await {
            Err(error) if error.is_not_found() => Ok(None),
            outcome => outcome.map(Some),
        }
    }

    /// Tells the service how far a named reader has come.
    pub async fn acknowledge(&self, name: &str, acknowledged_seq: i64) -> Result<(), ApiError> {
        let body = Acknowledgement { acknowledged_seq, reset: false };
        super::done(self.request(Method::PUT, &format!("/v1/consumers/{name}"))?.json(&body)).await
    }
}
