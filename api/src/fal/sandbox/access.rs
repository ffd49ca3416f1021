//! Who may come in: the API key, the short-lived tokens of the file host, and signed upload addresses.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::TimeDelta;
use ring::hmac;

use super::house::House;
use super::{clock, reply};

/// How long tokens and signed addresses hold.
pub(super) const VALID_FOR: TimeDelta = TimeDelta::hours(1);

/// Checks the API key and gives the account it belongs to. As an account is told by the id in its key, another key
/// does not find the requests of this one.
pub(super) fn account(house: &House, headers: &HeaderMap) -> Result<String, Box<Response>> {
    let refuse = |text| Err(Box::new(reply::detail(StatusCode::UNAUTHORIZED, text)));
    let Some(value) = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) else {
        return refuse("Authentication is required to access this application.");
    };
    let Some(key) = value.strip_prefix("Key ") else {
        return refuse("bearer: unable to decode issuer");
    };
    let accepted = match &house.key {
        Some(expected) => expected.expose() == key,
        None => key.split_once(':').is_some_and(|(id, secret)| !id.is_empty() && !secret.is_empty()),
    };
    if !accepted {
        return Err(Box::new(key_refused()));
    }
    Ok(key.split(':').next().unwrap_or_default().to_owned())
}

/// The answer to a key that nobody has.
pub(super) fn key_refused() -> Response {
    reply::detail(StatusCode::UNAUTHORIZED, "invalid key credentials")
}

/// The answer to the key of an account whose balance is used up.
pub(super) fn locked() -> Response {
    let text = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.";
    reply::detail(StatusCode::FORBIDDEN, text)
}

/// Checks the token of the file host.
pub(super) fn token(house: &House, headers: &HeaderMap) -> Result<(), Box<Response>> {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if token
        .and_then(|token| token.split_once('.'))
        .is_some_and(|(expires, seal)| house.seal.holds("token", expires, seal))
    {
        Ok(())
    } else {
        Err(Box::new(reply::detail(StatusCode::UNAUTHORIZED, "Invalid token")))
    }
}

/// Seals what the sandbox hands out and wants back unchanged. It keeps no list of it, so a restart takes nothing away.
pub(super) struct Seal(hmac::Key);

impl Seal {
    pub(super) fn new(seed: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, seed))
    }

    /// The time until which `subject` is sealed, in Unix seconds, and the seal.
    pub(super) fn on(&self, subject: &str) -> (String, String) {
        let expires = (clock::now() + VALID_FOR).timestamp().to_string();
        let seal = hex::encode(hmac::sign(&self.0, message(subject, &expires).as_bytes()));
        (expires, seal)
    }

    /// Whether the seal is ours and has not expired.
    pub(super) fn holds(&self, subject: &str, expires: &str, seal: &str) -> bool {
        let Ok(seal) = hex::decode(seal) else { return false };
        expires.parse::<i64>().is_ok_and(|expires| expires > clock::now().timestamp())
            && hmac::verify(&self.0, message(subject, expires).as_bytes(), &seal).is_ok()
    }
}

fn message(subject: &str, expires: &str) -> String {
    format!("{subject}\n{expires}")
}
