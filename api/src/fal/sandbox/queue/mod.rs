//! The queue's five calls. [`answer`] is the one place where it is decided what a caller hears about a request.

mod calls;
mod status;
mod submit;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::house::House;
use super::requests::{Delivery, Ended, Request};
use super::{access, clock, faults, reply};
use calls::{Call, What};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-fal-request-id");

/// Answers every path that no other room of the sandbox has taken.
pub(super) async fn answer(State(house): State<Arc<House>>, http: HttpRequest) -> Response {
    let account = match access::account(&house, http.headers()) {
        Ok(account) => account,
        Err(refusal) => return *refusal,
    };
    let path = http.uri().path().to_owned();
    let call = match Call::read(http.method(), &path) {
        Ok(call) => call,
        Err(status) => return reply::detail(status, status.canonical_reason().unwrap_or_default()),
    };
    let (app, id, what) = match call {
        Call::Submit { endpoint } => return submit::answer(&house, account, endpoint, http).await,
        Call::OfRequest { app, id, what } => (app, id, what),
    };
    let found =
        house.requests.find(id).filter(|request| request.account == account && calls::names(app, &request.endpoint));
    let Some(request) = found else { return reply::not_found() };
    count(&house, id, &what);
    if let Some(broken) = broken(&house, &request, &what).await {
        return broken;
    }
    // A fault may have waited.
    let Some(request) = house.requests.find(id) else { return reply::not_found() };
    let logs = matches!(calls::query(http.uri(), "logs").as_deref(), Some("1" | "true"));
    let mut response = match what {
        What::Status => status::answer(&house, &request, logs),
        What::Stream => status::stream(&house, &request.id, logs),
        What::Result => result(&request),
        What::Cancel => cancel(&house, &request),
    };
    if let Ok(id) = HeaderValue::from_str(&request.id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn count(house: &House, id: &str, what: &What) {
    house.record.count(id, |calls| match what {
        What::Status | What::Stream => calls.status += 1,
        What::Result => calls.result += 1,
        What::Cancel => calls.cancel += 1,
    });
}

/// What is heard instead of the true answer, where a fault was asked for.
async fn broken(house: &House, request: &Request, what: &What) -> Option<Response> {
    match what {
        What::Status => faults::at_status(house, request).await,
        What::Stream => None,
        What::Result => faults::at_result(house, request),
        What::Cancel => faults::at_cancel(house, request, request.is_queued(clock::now())),
    }
}

/// Replays what the model answered, its status included.
fn result(request: &Request) -> Response {
    let Some(ended) = &request.ended else {
        return reply::detail(StatusCode::BAD_REQUEST, "Request is still in progress");
    };
    // 499 has no name in the standard and is a valid status all the same.
    let status = StatusCode::from_u16(ended.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(&ended.body)).into_response();
    if status != StatusCode::OK {
        response.headers_mut().insert("x-fal-billable-units", HeaderValue::from_static("0"));
    }
    if let Some(error_type) = ended.error_type.as_deref().and_then(|error_type| HeaderValue::from_str(error_type).ok())
    {
        response.headers_mut().insert("x-fal-error-type", error_type);
    }
    response
}

/// A waiting request is taken out; a running one is only asked to stop.
fn cancel(house: &House, request: &Request) -> Response {
    let now = clock::now();
    let answer = house.requests.update(&request.id, |request| {
        if request.ended.is_some() {
            (StatusCode::BAD_REQUEST, "ALREADY_COMPLETED")
        } else if request.is_queued(now) {
            request.ended = Some(Ended::cancelled(now));
            request.delivery = Delivery::Unwanted;
            (StatusCode::OK, "OK")
        } else {
            request.cancelling = true;
            (StatusCode::ACCEPTED, "CANCELLATION_REQUESTED")
        }
    });
    match answer {
        Ok(Some((status, word))) => reply::json_with(status, json!({ "status": word })),
        Ok(None) => reply::not_found(),
        Err(error) => reply::broken(&error),
    }
}
