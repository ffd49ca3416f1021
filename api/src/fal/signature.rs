//! The signature of fal's webhooks: Ed25519 over `request id \n user id \n timestamp \n hex(sha256(body))`, where the
//! body is the bytes as they came. Nothing of a body may be parsed before its signature holds.

use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

/// The header that names the request.
pub const REQUEST_ID: &str = "x-fal-webhook-request-id";
/// The header that names the account the delivery is meant for.
pub const USER_ID: &str = "x-fal-webhook-user-id";
/// The header with the time of signing, Unix seconds.
pub const TIMESTAMP: &str = "x-fal-webhook-timestamp";
/// The header with the signature, hex of 64 bytes.
pub const SIGNATURE: &str = "x-fal-webhook-signature";

/// How far the time of signing may be from ours, in seconds, either way.
const TOLERANCE_SECONDS: u64 = 300;

/// The four signed headers of a delivery.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) request_id: &'a str,
    pub(super) user_id: &'a str,
    pub(super) timestamp: &'a str,
    signature: [u8; 64],
}

impl<'a> Signed<'a> {
    /// Reads the headers; the name of the first that is missing or malformed is the error.
    pub(super) fn read(headers: &'a HeaderMap) -> Result<Self, &'static str> {
        let text = |name: &'static str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(name);
        let mut signature = [0; 64];
        hex::decode_to_slice(text(SIGNATURE)?, &mut signature).map_err(|_| SIGNATURE)?;
        Ok(Self { request_id: text(REQUEST_ID)?, user_id: text(USER_ID)?, timestamp: text(TIMESTAMP)?, signature })
    }

    /// Whether the delivery was signed within five minutes of `now`; an older one may be a replay.
    pub(super) fn is_recent(&self, now: DateTime<Utc>) -> bool {
        self.timestamp.parse::<i64>().is_ok_and(|signed_at| signed_at.abs_diff(now.timestamp()) <= TOLERANCE_SECONDS)
    }

    /// Whether this key has signed these headers and this body.
    pub(super) fn is_by(&self, public_key: &[u8; 32], body: &[u8]) -> bool {
        let message = message(self.request_id, self.user_id, self.timestamp, body);
        UnparsedPublicKey::new(&ED25519, public_key).verify(message.as_bytes(), &self.signature).is_ok()
    }
}

/// Signs a delivery as fal does; the value of the signature header. Used by the sandbox and by tests.
#[must_use]
pub fn sign(key: &Ed25519KeyPair, request_id: &str, user_id: &str, timestamp: &str, body: &[u8]) -> String {
    hex::encode(key.sign(message(request_id, user_id, timestamp, body).as_bytes()))
}

fn message(request_id: &str, user_id: &str, timestamp: &str, body: &[u8]) -> String {
    format!("{request_id}\n{user_id}\n{timestamp}\n{}", hex::encode(Sha256::digest(body)))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use reqwest::header::HeaderValue;
    use ring::signature::KeyPair;

    use super::*;

    // Made with Python's `cryptography`, so that it does not share this file's mistakes: the seed is the bytes 0 to 31.
    const BODY: &[u8] = br#"{"request_id":"req-1","gateway_request_id":"req-1","status":"OK","payload":{"ok":true}}"#;
    const VECTOR: &str = "d7ad069615e81252a5c5a5cf4fa44f361d57bf36f3cdb451a8b7fd197395faaf\
                          73a6ed85662aa8f43cf84c318a6aa1f4e11ecf70e7dda3f2ca0c450316d3e406";

    fn key_pair() -> Ed25519KeyPair {
        let seed: Vec<u8> = (0..32).collect();
        Ed25519KeyPair::from_seed_unchecked(&seed).expect("a seed of 32 bytes")
    }

    fn public_key() -> [u8; 32] {
        let x = BASE64_URL_SAFE_NO_PAD.decode("A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg").expect("base64");
        x.try_into().expect("32 bytes")
    }

    fn headers() -> HeaderMap {
        let pairs = [(REQUEST_ID, "req-1"), (USER_ID, "user-1"), (TIMESTAMP, "1700000000"), (SIGNATURE, VECTOR)];
        pairs
            .into_iter()
            .map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn the_test_vector_verifies_and_is_what_signing_gives() {
        assert!(Signed::read(&headers()).expect("headers").is_by(&public_key(), BODY));
        assert_eq!(sign(&key_pair(), "req-1", "user-1", "1700000000", BODY), VECTOR);
        assert_eq!(key_pair().public_key().as_ref(), public_key());
    }

    #[test]
    fn one_changed_byte_anywhere_breaks_it() {
        let mut body = BODY.to_vec();
        body[80] ^= 1;
        assert!(!Signed::read(&headers()).expect("headers").is_by(&public_key(), &body));
        for (name, value) in [(REQUEST_ID, "req-2"), (USER_ID, "user-2"), (TIMESTAMP, "1700000001")] {
            let mut changed = headers();
            changed.insert(name, HeaderValue::from_static(value));
            assert!(!Signed::read(&changed).expect("headers").is_by(&public_key(), BODY), "{name}");
        }
        let mut other_key = public_key();
        other_key[0] ^= 1;
        assert!(!Signed::read(&headers()).expect("headers").is_by(&other_key, BODY));
    }

    #[test]
    fn a_missing_or_malformed_header_is_named() {
        for name in [REQUEST_ID, USER_ID, TIMESTAMP, SIGNATURE] {
            let mut without = headers();
            without.remove(name);
            assert_eq!(Signed::read(&without).expect_err("missing"), name);
        }
        for bad in ["", "00", "zz"] {
            let mut malformed = headers();
            malformed.insert(SIGNATURE, HeaderValue::from_static(bad));
            assert_eq!(Signed::read(&malformed).expect_err("malformed"), SIGNATURE);
        }
    }

    #[test]
    fn five_minutes_are_recent_either_way_and_a_second_more_is_not() {
        let headers = headers();
        let signed = Signed::read(&headers).expect("headers");
        let at = |seconds: i64| DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("a time");
        for (seconds, recent) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
            assert_eq!(signed.is_recent(at(seconds)), recent, "{seconds}");
        }
        assert!(!Signed { timestamp: "soon", ..signed }.is_recent(at(0)));
    }
}
