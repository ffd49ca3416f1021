//! The client of fal: its connections, its key, and what every call has in common. The calls themselves stand in
//! `queue` (submit, status, result, cancel), `upload` and `download`.

mod download;
mod queue;
mod upload;

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode, redirect};
use serde_json::Value;

use super::error::FalError;
use super::failure;
use super::settings::FalSettings;
use super::webhooks::WebhookVerifier;

const CONNECT_TIME: Duration = Duration::from_secs(10);
/// Status calls of fal hang now and then, so every call has an end; fal's own client takes the same two minutes.
const CALL_TIME: Duration = Duration::from_mins(2);
/// A transfer may take as long as it needs while bytes move. reqwest's own idle limit starts with the request and counts
/// only bytes read, so it would cut a long upload in the middle; the transfers watch themselves.
const IDLE_TIME: Duration = Duration::from_mins(1);
/// The longest JSON answer that is read. Results are a few kilobytes; a long log is the largest answer there is.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;
/// Above this size an upload goes in parts, as fal's own JavaScript client does it.
const MULTIPART_ABOVE: u64 = 90 * 1024 * 1024;
const PART_SIZE: u64 = 10 * 1024 * 1024;

/// The client of fal. Cloning is cheap and shares the connections.
#[derive(Clone)]
pub struct Fal {
    inner: Arc<Inner>,
}

struct Inner {
    settings: FalSettings,
    authorization: HeaderValue,
    calls: Client,
    transfers: Client,
    multipart_above: u64,
    part_size: u64,
}

impl Fal {
    /// A client for these settings. It opens no connection yet.
    pub fn new(settings: FalSettings) -> Result<Self, FalError> {
        Self::with_parts(settings, MULTIPART_ABOVE, PART_SIZE)
    }

    fn with_parts(settings: FalSettings, multipart_above: u64, part_size: u64) -> Result<Self, FalError> {
        let mut authorization = HeaderValue::from_str(&format!("Key {}", settings.key.expose()))
            .map_err(|_| FalError::Setup("the key holds characters that no header can carry".into()))?;
        authorization.set_sensitive(true);
        let calls = connections().timeout(CALL_TIME).build()?;
        let transfers = connections().build()?;
        Ok(Self { inner: Arc::new(Inner { settings, authorization, calls, transfers, multipart_above, part_size }) })
    }

    /// The verifier of the webhooks that fal sends to the account of this client.
    #[must_use]
    pub fn webhook_verifier(&self) -> WebhookVerifier {
        let Inner { settings, calls, .. } = &*self.inner;
        WebhookVerifier::new(calls.clone(), settings.jwks_url.clone(), settings.account_id.clone())
    }

    /// Sends a call with the key and reads its whole answer, whatever the status.
    async fn call(&self, request: RequestBuilder) -> Result<Answer, FalError> {
        let response = request.header(AUTHORIZATION, self.inner.authorization.clone()).send().await?;
        Answer::read(response).await
    }
}

/// A whole answer of fal.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    async fn read(mut response: Response) -> Result<Self, FalError> {
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(FalError::Unreadable(format!("the answer is longer than {LONGEST_ANSWER} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self { status: response.status(), headers: response.headers().clone(), body: body.freeze() })
    }

    /// The body as JSON, where it is JSON.
    fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether the answer came through fal's gateway from the request itself, and not from a proxy in front of it.
    fn is_of_a_request(&self) -> bool {
        self.headers.contains_key("x-fal-request-id")
    }

    /// The error that this answer is, when it is not the wanted one.
    fn into_error(self) -> FalError {
        let body = self.json().unwrap_or(Value::Null);
        let message = failure::read(self.status.as_u16(), &body).message;
        let retry_after = self.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        FalError::from_status(self.status, retry_after.map(Duration::from_secs), message)
    }
}

/// What all connections to fal have in common: no redirects, because an address in an answer must not lead elsewhere.
fn connections() -> ClientBuilder {
    install_tls();
    Client::builder()
        .user_agent(concat!("aisha/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIME)
        .redirect(redirect::Policy::none())
}

/// reqwest takes the TLS provider of the process and panics where there is none. Another room may have installed it
/// first; both install the same one.
pub fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(test)]
mod tests;
