//! fal's public keys for webhooks, as published at its JWKS address. The headers name no key, so all are tried. They
//! are kept for a day; one refresh at a time is under way, a failed signature may ask for one a minute, and when fal
//! cannot be asked the keys in hand stay in use.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Client;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::super::error::FalError;
use super::super::wire::read_json;

const KEPT: TimeDelta = TimeDelta::hours(24);
/// Anybody can send a wrong signature, so it must not be a way to make us call fal.
const PAUSE_WITH_KEYS: TimeDelta = TimeDelta::seconds(60);
/// Without any key no delivery can be read, so the next try comes soon.
const PAUSE_WITHOUT_KEYS: TimeDelta = TimeDelta::seconds(5);
/// fal waits 15 s for the answer to a delivery.
const FETCH_TIME: Duration = Duration::from_secs(8);
const LARGEST_SET: usize = 256 * 1024;

pub(super) type PublicKey = [u8; 32];

pub(super) struct KeyCache {
    client: Client,
    address: Url,
    state: Mutex<State>,
    refreshing: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct State {
    keys: Arc<[PublicKey]>,
    fetched_at: Option<DateTime<Utc>>,
    tried_at: Option<DateTime<Utc>>,
}

impl KeyCache {
    pub(super) fn new(client: Client, address: Url) -> Self {
        Self { client, address, state: Mutex::default(), refreshing: tokio::sync::Mutex::new(()) }
    }

    /// The keys in hand, refreshed when they are older than a day. Empty when there are none and fal gives none.
    pub(super) async fn current(&self, now: DateTime<Utc>) -> Arc<[PublicKey]> {
        let state = self.state();
        if state.fetched_at.is_some_and(|fetched_at| now - fetched_at < KEPT) {
            return state.keys;
        }
        self.refresh(now, &state).await
    }

    /// The keys after one more look at fal, if a look is due; for a signature that none of the keys in hand has made.
    pub(super) async fn renewed(&self, now: DateTime<Utc>) -> Arc<[PublicKey]> {
        self.refresh(now, &self.state()).await
    }

    async fn refresh(&self, now: DateTime<Utc>, seen: &State) -> Arc<[PublicKey]> {
        let _alone = self.refreshing.lock().await;
        let state = self.state();
        let pause = if state.keys.is_empty() { PAUSE_WITHOUT_KEYS } else { PAUSE_WITH_KEYS };
        let is_due = state.tried_at.is_none_or(|tried_at| now - tried_at >= pause);
        // Somebody may have refreshed while we waited for our turn.
        if state.tried_at != seen.tried_at || !is_due {
            return state.keys;
        }
        let fetched = self.fetch().await;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.tried_at = Some(now);
        match fetched {
            Ok(keys) => {
                state.keys = keys;
                state.fetched_at = Some(now);
            }
            Err(error) => tracing::warn!(%error, kept = state.keys.len(), "fal's webhook keys cannot be fetched"),
        }
        Arc::clone(&state.keys)
    }

    async fn fetch(&self) -> Result<Arc<[PublicKey]>, FalError> {
        let mut response = self.client.get(self.address.clone()).timeout(FETCH_TIME).send().await?;
        if !response.status().is_success() {
            return Err(FalError::from_status(response.status(), None, "no key set".into()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST_SET {
                return Err(FalError::Unreadable("the key set is too long".into()));
            }
        }
        read_keys(&body)
    }

    fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The Ed25519 keys of a key set; other kinds of keys in it are left out.
fn read_keys(body: &[u8]) -> Result<Arc<[PublicKey]>, FalError> {
    #[derive(Deserialize)]
    struct KeySet {
        keys: Vec<Value>,
    }
    let set: KeySet = read_json(body, "key set")?;
    let keys: Arc<[PublicKey]> = set
        .keys
        .iter()
        .filter(|key| key.get("crv").is_none_or(|curve| curve == "Ed25519"))
        .filter_map(|key| {
            // Some publishers pad their base64url against the standard.
            let x = key.get("x")?.as_str()?.trim_end_matches('=');
            BASE64_URL_SAFE_NO_PAD.decode(x).ok()?.try_into().ok()
        })
        .collect();
    if keys.is_empty() { Err(FalError::Unreadable("the key set holds no Ed25519 key".into())) } else { Ok(keys) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ed25519_keys_are_taken_and_others_left_out() {
        let set = br#"{"keys":[
            {"kty":"OKP","crv":"Ed25519","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"},
            {"kty":"OKP","crv":"X25519","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"},
            {"kty":"RSA","n":"AQAB"},
            {"kty":"OKP","crv":"Ed25519","x":"dG9vIHNob3J0"}
        ]}"#;
        assert_eq!(read_keys(set).expect("a key set").len(), 1);
    }

    #[test]
    fn a_set_without_a_usable_key_does_not_replace_the_keys_in_hand() {
        for body in [r#"{"keys":[]}"#, r#"{"keys":[{"kty":"RSA"}]}"#, "{}", "<html>"] {
            assert!(read_keys(body.as_bytes()).is_err(), "{body}");
        }
    }
}
