//! Accepting a request. The input is not looked at here: fal leaves that to the runner, so a wrong one is accepted too.

use std::sync::Arc;

use axum::extract::Request as HttpRequest;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::super::house::House;
use super::super::requests::{Delivery, Request};
use super::super::{clock, faults, reply, runners, runs};
use super::{REQUEST_ID, calls, status};

/// Inputs hold addresses and texts; a picture inlined as a data address is the largest thing in one.
const LARGEST_INPUT: usize = 32 * 1024 * 1024;

pub(super) async fn answer(house: &Arc<House>, account: String, endpoint: &str, http: HttpRequest) -> Response {
    let Some(runner) = runners::find(endpoint) else {
        let name = endpoint.split('/').nth(1).unwrap_or(endpoint);
        return reply::detail(StatusCode::NOT_FOUND, &format!("Application '{name}' not found"));
    };
    let webhook = calls::query(http.uri(), "fal_webhook");
    if webhook.as_ref().is_some_and(|webhook| Url::parse(webhook).is_err()) {
        return reply::detail(StatusCode::BAD_REQUEST, "Invalid webhook URL");
    }
    let longest_queue =
        calls::query(http.uri(), "fal_max_queue_length").and_then(|length| length.parse::<usize>().ok());
    let now = clock::now();
    if longest_queue.is_some_and(|longest| house.requests.waiting(|other| other == endpoint, now, now) > longest) {
        return reply::detail(StatusCode::TOO_MANY_REQUESTS, "The queue is full");
    }
    let Ok(body) = axum::body::to_bytes(http.into_body(), LARGEST_INPUT).await else {
        return reply::detail(StatusCode::PAYLOAD_TOO_LARGE, "Request body too large");
    };
    let id = Uuid::now_v7().to_string();
    let mut input = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let fault = match faults::at_submit(house, endpoint, &id, &mut input) {
        Ok(Ok(fault)) => fault,
        Ok(Err(refusal)) => return refusal,
        Err(error) => return reply::broken(&error),
    };
    let mut request = Request {
        id: id.clone(),
        account,
        endpoint: endpoint.to_owned(),
        input,
        delivery: webhook.as_ref().map_or(Delivery::Unwanted, |_| Delivery::Waiting { attempts: 0, next_at: now }),
        webhook,
        submitted_at: now,
        starts_at: now + runner.duration(house) / 10,
        ends_at: now + runner.duration(house),
        archive: None,
        cancelling: false,
        ended: None,
        deliveries: Vec::new(),
        fault: None,
        requeued: None,
    };
    faults::plan(house, &mut request, fault);
    let answer = accept(house, request);
    faults::after_submit(house, &id, fault, answer).await
}

fn accept(house: &Arc<House>, request: Request) -> Response {
    let mut body = status::addresses(house, &request);
    body["status"] = json!("IN_QUEUE");
    body["request_id"] = json!(request.id);
    body["gateway_request_id"] = json!(request.id);
    body["queue_position"] = json!(status::position(house, &request, request.submitted_at));
    body["logs"] = Value::Null;
    body["metrics"] = json!({});
    let id = request.id.clone();
    if let Err(error) = house.requests.add(request) {
        return reply::broken(&error);
    }
    runs::start(house, id.clone());
    let mut response = reply::json_with(StatusCode::OK, body);
    if let Ok(id) = id.parse() {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
