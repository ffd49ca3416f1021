//! Faults at the calls of the queue. A page of the proxy in front of fal carries no `x-fal-request-id`; fal's clients
//! tell by that who has answered.

use std::io::Result;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::house::House;
use super::super::requests::{Delivery, Request};
use super::super::{access, reply};
use super::{CancelFault, Hit, ResultFault, Rule, StatusFault, SubmitFault};

/// What stands in the `sandbox` field of an input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wishes {
    faults: Vec<Rule>,
}

/// How a fault begins that is asked for in a prompt.
const WORD: &str = "sandbox:";

/// Takes the wishes out of an input, puts them and those of its prompt in force for the request that is to come of it,
/// and gives the fault that acts on its submission. The inner error says that the wishes cannot be read.
pub(in crate::fal::sandbox) fn at_submit(
    house: &House,
    endpoint: &str,
    id: &str,
    input: &mut Value,
) -> Result<std::result::Result<Option<Hit<SubmitFault>>, Response>> {
    match wishes(input) {
        Ok(wishes) if wishes.is_empty() => {}
        Ok(wishes) => {
            let bound = |rule| Rule { request_id: Some(id.to_owned()), ..rule };
            house.faults.add(wishes.into_iter().map(bound))?;
        }
        Err(error) => return Ok(Err(reply::detail(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()))),
    }
    let hit = house.faults.take::<SubmitFault>(endpoint, id);
    match hit.as_ref().and_then(refusal) {
        Some(refusal) => {
            house.faults.forget(id)?;
            Ok(Err(refusal))
        }
        None => Ok(Ok(hit)),
    }
}

/// The faults that an input asks for: in its `sandbox` field, which is taken out, and in its prompt, which stays.
fn wishes(input: &mut Value) -> serde_json::Result<Vec<Rule>> {
    let field = input.as_object_mut().and_then(|input| input.remove("sandbox"));
    let mut rules =
        field.map_or(Ok(Vec::new()), |field| serde_json::from_value(field).map(|Wishes { faults }| faults))?;
    for word in input.get("prompt").and_then(Value::as_str).unwrap_or_default().split_whitespace() {
        if let Some(wish) = word.strip_prefix(WORD).filter(|wish| wish.contains('=')) {
            rules.push(rule(wish)?);
        }
    }
    Ok(rules)
}

/// A rule in one word: the fault, and perhaps numbers, as in `file=slow,ms=500,times=1`.
fn rule(wish: &str) -> serde_json::Result<Rule> {
    let mut parts = wish.split(',').filter_map(|part| part.split_once('='));
    let (step, fault) = parts.next().unwrap_or_default();
    let mut rule = json!({ "fault": { step: fault } });
    for (name, number) in parts {
        rule[name] = serde_json::from_str(number)?;
    }
    serde_json::from_value(rule)
}

/// What the caller hears when nothing is accepted.
fn refusal(hit: &Hit<SubmitFault>) -> Option<Response> {
    let mut limited = reply::detail(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded");
    match hit.fault {
        SubmitFault::AnswerCut | SubmitFault::Slow | SubmitFault::Garbage | SubmitFault::WebhookFirst => None,
        SubmitFault::RateLimited => {
            let seconds = hit.pause().as_millis().div_ceil(1000).to_string();
            limited.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_str(&seconds).ok()?);
            Some(limited)
        }
        SubmitFault::RateLimitedSilently => Some(limited),
        SubmitFault::Nginx503 => Some(reply::nginx_503()),
        SubmitFault::Timeout504 => {
            let body = json!({ "detail": "Request timed out", "error_type": "startup_timeout" });
            let mut timeout = reply::json_with(StatusCode::GATEWAY_TIMEOUT, body);
            timeout.headers_mut().insert("x-fal-request-timeout-type", HeaderValue::from_static("user"));
            Some(timeout)
        }
        SubmitFault::KeyRefused => Some(access::key_refused()),
        SubmitFault::AccountLocked => Some(access::locked()),
        SubmitFault::Validation422 => {
            let errors = json!([{ "loc": ["body"], "msg": "Input should be valid", "type": "value_error" }]);
            Some(reply::json_with(StatusCode::UNPROCESSABLE_ENTITY, json!({ "detail": errors })))
        }
    }
}

/// What the caller of a submission hears that was accepted.
pub(in crate::fal::sandbox) async fn after_submit(
    house: &House,
    id: &str,
    hit: Option<Hit<SubmitFault>>,
    answer: Response,
) -> Response {
    let Some(hit) = hit else { return answer };
    match hit.fault {
        SubmitFault::AnswerCut => return reply::cut(),
        SubmitFault::Garbage => return reply::garbage(),
        SubmitFault::Slow => tokio::time::sleep(hit.pause()).await,
        SubmitFault::WebhookFirst => told(house, id).await,
        _ => {}
    }
    answer
}

/// Waits until the webhook of a request has been attempted, if there is one.
async fn told(house: &House, id: &str) {
    let is_told = |request: &Request| {
        request.ended.is_some() && !matches!(request.delivery, Delivery::Waiting { attempts: 0, .. })
    };
    let mut changes = house.requests.changes();
    while house.requests.find(id).is_some_and(|request| !is_told(&request)) {
        tokio::select! {
            _ = changes.changed() => {}
            () = house.stopping.cancelled() => return,
        }
    }
}

/// The answer to a status call, where it is not the true one.
pub(in crate::fal::sandbox) async fn at_status(house: &House, request: &Request) -> Option<Response> {
    let hit = house.faults.take::<StatusFault>(&request.endpoint, &request.id)?;
    Some(match hit.fault {
        StatusFault::NotFound => reply::not_found(),
        StatusFault::Nginx503 => reply::nginx_503(),
        StatusFault::Garbage => reply::garbage(),
        StatusFault::Cut => reply::cut(),
        StatusFault::KeyRefused => access::key_refused(),
        StatusFault::AccountLocked => access::locked(),
        StatusFault::Slow => {
            tokio::time::sleep(hit.pause()).await;
            return None;
        }
    })
}

/// The answer to a result call, where it is not the true one.
pub(in crate::fal::sandbox) fn at_result(house: &House, request: &Request) -> Option<Response> {
    // Only what there is can expire or be broken on the way.
    request.ended.as_ref()?;
    let hit = house.faults.take::<ResultFault>(&request.endpoint, &request.id)?;
    Some(match hit.fault {
        ResultFault::Expired => reply::not_found(),
        ResultFault::Nginx503 => reply::nginx_503(),
        ResultFault::Garbage => reply::garbage(),
    })
}

/// The answer to a cancel call that changes nothing.
pub(in crate::fal::sandbox) fn at_cancel(house: &House, request: &Request, is_queued: bool) -> Option<Response> {
    let hit = house.faults.take::<CancelFault>(&request.endpoint, &request.id)?;
    let (status, word) = match hit.fault {
        CancelFault::Nginx503 => return Some(reply::nginx_503()),
        CancelFault::Refused => (StatusCode::BAD_REQUEST, "ALREADY_COMPLETED"),
        CancelFault::Ignored if is_queued => (StatusCode::OK, "OK"),
        CancelFault::Ignored => (StatusCode::ACCEPTED, "CANCELLATION_REQUESTED"),
    };
    Some(reply::json_with(status, json!({ "status": word })))
}
