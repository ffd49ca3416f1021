//! Telling of an end: the signed delivery and its repetitions, and the key set that proves it. Unlike fal it also
//! delivers to loopback, where our receiver is.

mod line;
mod post;

use std::io::Result;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use ring::signature::KeyPair;
use serde_json::{Value, json};

use super::clock;
use super::house::House;
use super::requests::{Delivery, Ended};
use post::Post;

pub(super) use line::Line;

/// The one account of the sandbox.
pub(super) const ACCOUNT_ID: &str = "sandbox-account";

const FIRST_TIME: Duration = Duration::from_secs(15);
const LATER_TIME: Duration = Duration::from_mins(2);
const MOST_REPETITIONS: u32 = 31;
/// fal repeats while it keeps the result, and it keeps large ones for a shorter time.
const SMALL_IS_KEPT: TimeDelta = TimeDelta::hours(1);
const LARGE_IS_KEPT: TimeDelta = TimeDelta::minutes(6);
const LARGE: usize = 10 * 1024;

pub(super) fn routes() -> Router<Arc<House>> {
    Router::new().route("/.well-known/jwks.json", get(key_set))
}

async fn key_set(State(house): State<Arc<House>>) -> Json<Value> {
    let x = BASE64_URL_SAFE_NO_PAD.encode(house.signing.public_key());
    Json(json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig", "alg": "EdDSA" }] }))
}

/// Delivers until the receiver has it or fal would give up.
pub(super) async fn deliver(house: &House, id: &str) -> Result<()> {
    loop {
        let Some(request) = house.requests.find(id) else { return Ok(()) };
        let (Some(ended), Some(webhook)) = (&request.ended, &request.webhook) else { return Ok(()) };
        let Delivery::Waiting { attempts, next_at } = request.delivery else { return Ok(()) };
        clock::sleep_until(next_at).await;
        let (delivery, sent) = if clock::now() > ended.at + kept(ended) {
            (Delivery::GivenUp { attempts, reason: "the result has expired".to_owned() }, Vec::new())
        } else {
            let time = if attempts == 0 { FIRST_TIME } else { LATER_TIME };
            let (reception, sent) = Post { house, request: &request, ended, webhook, time }.deliver().await;
            (next(reception, attempts + 1), sent)
        };
        house.requests.update(id, |request| {
            request.delivery = delivery;
            request.deliveries.extend(sent);
        })?;
    }
}

/// How a delivery was received, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reception {
    Accepted,
    Redirected,
    Failed,
}

fn next(reception: Reception, attempts: u32) -> Delivery {
    match reception {
        Reception::Accepted => Delivery::Arrived { attempts },
        Reception::Redirected => Delivery::GivenUp { attempts, reason: "the receiver redirects".to_owned() },
        Reception::Failed if attempts > MOST_REPETITIONS => {
            Delivery::GivenUp { attempts, reason: "too many attempts".to_owned() }
        }
        Reception::Failed => Delivery::Waiting { attempts, next_at: clock::now() + pause(attempts) },
    }
}

/// fal publishes that its pauses grow and not how: here 1, 2, 4 … seconds, at most five minutes.
fn pause(attempts: u32) -> TimeDelta {
    TimeDelta::seconds(1_i64 << attempts.saturating_sub(1).min(8)).min(TimeDelta::minutes(5))
}

fn kept(ended: &Ended) -> TimeDelta {
    if ended.body.to_string().len() >= LARGE { LARGE_IS_KEPT } else { SMALL_IS_KEPT }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    fn ended(status: u16, body: Value) -> Ended {
        Ended { at: DateTime::<Utc>::UNIX_EPOCH, status, body, error_type: None }
    }

    #[test]
    fn pauses_grow_to_five_minutes() {
        let seconds: Vec<i64> = (1..=11).map(|attempts| pause(attempts).num_seconds()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 256, 256]);
    }

    #[test]
    fn a_large_result_is_repeated_for_six_minutes_only() {
        assert_eq!(kept(&ended(200, json!({"a": 1}))), TimeDelta::hours(1));
        assert_eq!(kept(&ended(200, json!({"a": "x".repeat(LARGE)}))), TimeDelta::minutes(6));
    }

    #[test]
    fn a_redirect_and_the_thirty_second_failure_end_it() {
        assert!(matches!(next(Reception::Redirected, 1), Delivery::GivenUp { attempts: 1, .. }));
        assert!(matches!(next(Reception::Failed, 31), Delivery::Waiting { attempts: 31, .. }));
        assert!(matches!(next(Reception::Failed, 32), Delivery::GivenUp { .. }));
    }
}
