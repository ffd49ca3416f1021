//! `GET /sandbox/requests`: what was done here, for tests to count. One entry for each submission that was accepted, in
//! their order. Like the faults it is no part of fal, and no key is asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use serde_json::{Value, json};

use super::clock;
use super::house::House;
use super::requests::Request;

pub(super) fn routes() -> Router<Arc<House>> {
    Router::new().route("/sandbox/requests", get(list))
}

/// How often each call of a request has come since the sandbox was started.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Calls {
    pub(super) status: u32,
    pub(super) result: u32,
    pub(super) cancel: u32,
}

/// The calls of all requests.
#[derive(Default)]
pub(super) struct Record(Mutex<HashMap<String, Calls>>);

impl Record {
    /// Counts a call.
    pub(super) fn count(&self, id: &str, add: impl FnOnce(&mut Calls)) {
        add(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(id.to_owned()).or_default());
    }

    fn of(&self, id: &str) -> Calls {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied().unwrap_or_default()
    }
}

async fn list(State(house): State<Arc<House>>) -> Json<Value> {
    let entries = house.requests.all_in_order().iter().map(|request| entry(&house, request)).collect();
    Json(Value::Array(entries))
}

fn entry(house: &House, request: &Request) -> Value {
    json!({
        "request_id": request.id,
        "endpoint": request.endpoint,
        "webhook_url": request.webhook,
        "submitted_at": request.submitted_at,
        "state": request.word(clock::now()),
        "ended_at": request.ended.as_ref().map(|ended| ended.at),
        "result_status": request.ended.as_ref().map(|ended| ended.status),
        "output": request.ended.as_ref().filter(|ended| ended.status == 200).map(|ended| &ended.body),
        "delivery": request.delivery,
        "deliveries": request.deliveries,
        "calls": house.record.of(&request.id),
    })
}
