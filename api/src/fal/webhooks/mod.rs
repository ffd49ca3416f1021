//! Reading fal's deliveries: the signature first, over the bytes as they came, then the content.

mod keys;

use chrono::{DateTime, Utc};
use reqwest::Client;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use keys::KeyCache;

use super::signature::{REQUEST_ID, Signed};
use super::wire::Outcome;

/// Verifies deliveries. Share one: it keeps fal's public keys.
pub struct WebhookVerifier {
    keys: KeyCache,
    account_id: Option<String>,
}

/// A delivery whose signature holds. fal delivers at least once, so the same one can come again.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Delivery {
    /// The id the request got at submit; stable over fal's own retries, and what deliveries are told apart by.
    pub request_id: String,
    /// The id of fal's last attempt.
    #[serde(default)]
    pub gateway_request_id: Option<String>,
    /// Whether the model succeeded.
    pub status: DeliveryStatus,
    /// A word on the failure, such as `Invalid status code: 422`.
    #[serde(default)]
    pub error: Option<String>,
    /// The model's output or error body.
    #[serde(default)]
    pub payload: Option<Value>,
    /// Set when fal could not put the output into the delivery: it must be fetched as a result.
    #[serde(default)]
    pub payload_error: Option<String>,
}

/// Whether the model succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum DeliveryStatus {
    /// It did.
    #[serde(rename = "OK")]
    Ok,
    /// It did not.
    #[serde(rename = "ERROR")]
    Error,
}

impl Delivery {
    /// The outcome it tells; `None` when the result must be fetched to know.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        let payload = self.payload.clone().filter(|payload| !payload.is_null());
        match self.status {
            _ if self.payload_error.is_some() => None,
            DeliveryStatus::Ok => payload.map(Outcome::Completed),
            DeliveryStatus::Error => {
                let digits = |error: &String| error.rsplit(' ').next().and_then(|last| last.parse().ok());
                let status = self.error.as_ref().and_then(digits).unwrap_or(500);
                let body = payload.unwrap_or_else(|| self.error.clone().map_or(Value::Null, Value::String));
                Some(Outcome::failed(status, body))
            }
        }
    }
}

/// Why a delivery is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// A signed header is missing or malformed.
    #[error("the header {0} is missing or malformed")]
    Header(&'static str),
    /// Signed more than five minutes from now: a replay, or a wrong clock on one side.
    #[error("the delivery was not signed within the last five minutes")]
    Stale,
    /// None of fal's keys has made the signature.
    #[error("the signature does not hold")]
    Signature,
    /// fal's keys could not be fetched. Not the sender's fault: answer 503, and fal delivers again.
    #[error("fal's keys are not at hand")]
    NoKeys,
    /// Truly signed by fal, for another of its customers.
    #[error("the delivery is meant for another account")]
    ForeignAccount,
    /// Truly signed by fal, and the body speaks of another request than the headers.
    #[error("the body and the headers name different requests")]
    OtherRequest,
    /// Truly signed by fal, and not of the documented shape.
    #[error("the delivery cannot be read")]
    Unreadable,
}

impl WebhookVerifier {
    pub(super) fn new(client: Client, jwks_url: Url, account_id: Option<String>) -> Self {
        Self { keys: KeyCache::new(client, jwks_url), account_id }
    }

    /// Verifies a delivery over its raw body and reads it.
    pub async fn verify(&self, headers: &HeaderMap, body: &[u8], now: DateTime<Utc>) -> Result<Delivery, WebhookError> {
        let signed = Signed::read(headers).map_err(WebhookError::Header)?;
        if !signed.is_recent(now) {
            return Err(WebhookError::Stale);
        }
        self.check_signature(&signed, body, now).await?;
        if self.account_id.as_ref().is_some_and(|account_id| account_id != signed.user_id) {
            return Err(WebhookError::ForeignAccount);
        }
        let delivery: Delivery = serde_json::from_slice(body).map_err(|_| WebhookError::Unreadable)?;
        if delivery.request_id.is_empty() {
            return Err(WebhookError::Header(REQUEST_ID));
        }
        if delivery.request_id == signed.request_id { Ok(delivery) } else { Err(WebhookError::OtherRequest) }
    }

    async fn check_signature(&self, signed: &Signed<'_>, body: &[u8], now: DateTime<Utc>) -> Result<(), WebhookError> {
        let known = self.keys.current(now).await;
        if known.iter().any(|key| signed.is_by(key, body)) {
            return Ok(());
        }
        // fal may have changed its keys within the day that we keep them.
        let renewed = self.keys.renewed(now).await;
        if renewed.is_empty() {
            return Err(WebhookError::NoKeys);
        }
        if renewed.iter().any(|key| signed.is_by(key, body)) { Ok(()) } else { Err(WebhookError::Signature) }
    }
}

#[cfg(test)]
mod tests;
