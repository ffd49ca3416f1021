//! Where a request stands, once or as a stream. fal's Python client insists on `logs` and `queue_position`, its
//! JavaScript client on `response_url`, so they are always there.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures_util::stream::{self, Stream, StreamExt};
use serde_json::{Value, json};

use super::super::house::House;
use super::super::requests::Request;
use super::super::{clock, reply, runners};
use super::calls;
use crate::fal::address::{app_of, under};

/// How often a stream looks whether the time alone has changed something.
const LOOK_EVERY: Duration = Duration::from_millis(250);

pub(super) fn answer(house: &House, request: &Request, logs: bool) -> Response {
    let code = if request.ended.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    reply::json_with(code, body(house, request, logs, clock::now()))
}

/// One event for each change; it ends after the completed one.
pub(super) fn stream(house: &Arc<House>, id: &str, logs: bool) -> Response {
    let stopped = house.stopping.clone().cancelled_owned();
    let events = changes(Arc::clone(house), id.to_owned(), logs).take_until(Box::pin(stopped));
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    Sse::new(events).keep_alive(keep_alive).into_response()
}

fn changes(house: Arc<House>, id: String, logs: bool) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(Some((Value::Null, house, id)), move |state| async move {
        let (told, house, id) = state?;
        let mut changes = house.requests.changes();
        loop {
            let request = house.requests.find(&id)?;
            let body = body(&house, &request, logs, clock::now());
            if body != told {
                let event = Event::default().data(body.to_string());
                let next = request.ended.is_none().then_some((body, house, id));
                return Some((Ok(event), next));
            }
            // Whatever comes first, the next look shows it.
            let _ = tokio::time::timeout(LOOK_EVERY, changes.changed()).await;
        }
    })
}

fn body(house: &House, request: &Request, logs: bool, now: DateTime<Utc>) -> Value {
    let mut body = addresses(house, request);
    body["status"] = json!(request.word(now));
    body["request_id"] = json!(request.id);
    body["logs"] = if logs && !request.is_queued(now) { runners::log(request, now) } else { Value::Null };
    body["metrics"] = json!({});
    if let Some(ended) = &request.ended {
        let ran = (ended.at - request.starts_at).to_std().unwrap_or_default();
        body["metrics"] = json!({ "inference_time": ran.as_secs_f64() });
        if ended.status != 200 {
            let text = ended.body["detail"].as_str().map(str::to_owned);
            body["error"] = json!(text.unwrap_or_else(|| format!("Invalid status code: {}", ended.status)));
        }
        if let Some(error_type) = &ended.error_type {
            body["error_type"] = json!(error_type);
        }
    } else if request.is_queued(now) {
        body["queue_position"] = json!(position(house, request, now));
    }
    body
}

/// The three addresses of a request, under its app alone.
pub(super) fn addresses(house: &House, request: &Request) -> Value {
    let app = app_of(&request.endpoint).unwrap_or_else(|| request.endpoint.clone());
    let address = |tail: &[&str]| {
        under(&house.origin, app.split('/').chain(["requests", request.id.as_str()]).chain(tail.iter().copied()))
            .to_string()
    };
    json!({ "response_url": address(&[]), "status_url": address(&["status"]), "cancel_url": address(&["cancel"]) })
}

/// How many requests of the same app stand before this one.
pub(super) fn position(house: &House, request: &Request, now: DateTime<Utc>) -> usize {
    let app = app_of(&request.endpoint).unwrap_or_default();
    house.requests.waiting(|other| calls::names(&app, other), request.submitted_at, now)
}
