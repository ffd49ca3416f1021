//! The faults as the tester sees them.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;

use super::super::house::House;
use super::super::reply;
use super::Rule;

pub(in crate::fal::sandbox) fn routes() -> Router<Arc<House>> {
    Router::new().route("/sandbox/faults", get(list).post(add).delete(clear))
}

async fn list(State(house): State<Arc<House>>) -> Response {
    Json(&*house.faults.rules()).into_response()
}

async fn add(State(house): State<Arc<House>>, rules: Result<Json<Value>, JsonRejection>) -> Response {
    let rules = match rules {
        Ok(Json(rules)) => rules,
        Err(error) => return reply::detail(StatusCode::UNPROCESSABLE_ENTITY, &error.body_text()),
    };
    // An untagged enum would not say what is wrong with a rule.
    let rules = if rules.is_array() { rules } else { Value::Array(vec![rules]) };
    match serde_json::from_value::<Vec<Rule>>(rules) {
        Ok(rules) => changed(house.faults.add(rules)),
        Err(error) => reply::detail(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()),
    }
}

async fn clear(State(house): State<Arc<House>>) -> Response {
    changed(house.faults.change(Vec::clear))
}

fn changed(rules: std::io::Result<Vec<Rule>>) -> Response {
    rules.map_or_else(|error| reply::broken(&error), |rules| Json(rules).into_response())
}
