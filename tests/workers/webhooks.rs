//! Outgoing webhooks against real receivers: those that are away for days, those that hang, and those that have had enough.

use std::collections::BTreeSet;

use aisha_api::config::Config;
use aisha_api::domain::clock::Clock;
use aisha_api::storage::Db;
use aisha_tests::harness::receiver::{Call, Manner, Receiver};
use aisha_tests::harness::{Backend, Person, TestApp, id};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use ring::hmac;
use serde_json::{Value, json};

use crate::watch::until;

fn private(config: &mut Config) {
    config.webhooks_allow_private = true;
}

async fn endpoint(person: &Person, receiver: &Receiver) -> Value {
    person.post("/v1/webhook-endpoints", json!({"url": receiver.url()})).await.expect(201)
}

fn path(endpoint: &Value) -> String {
    format!("/v1/webhook-endpoints/{}", id(endpoint))
}

/// What was sent to an endpoint, newest first.
async fn log(person: &Person, endpoint: &Value) -> Vec<Value> {
    let page = person.get(&format!("{}/deliveries?limit=100", path(endpoint))).await.expect(200);
    page["data"].as_array().expect("deliveries").clone()
}

/// Something happens, which is the so-many-th delivery to an endpoint, and that has begun.
async fn happens(person: &Person, endpoint: &Value, count: usize) {
    person.avatar().await;
    until("the delivery", async || (log(person, endpoint).await.len() == count).then_some(())).await;
}

/// Lets time pass, and waits until all that is due by then was tried and written down.
async fn pass(app: &TestApp, clock: &Clock, time: TimeDelta) {
    clock.advance(time);
    until("an end of what is due", async || {
        app.rooms().signals.webhooks.notify_one();
        (unsettled(&app.rooms().db, clock.now()).await == 0).then_some(())
    })
    .await;
}

async fn unsettled(db: &Db, now: DateTime<Utc>) -> i64 {
    let sql = "select count(*) from webhook_deliveries where lease_id is not null or next_attempt_at <= $1";
    let count = match db {
        Db::Postgres(pool) => sqlx::query_scalar(sql).bind(now).fetch_one(pool).await,
        Db::Sqlite(pool, _) => sqlx::query_scalar(sql).bind(now).fetch_one(pool).await,
    };
    count.expect("a count")
}

fn heard(calls: &[Call], status: u16) -> BTreeSet<String> {
    let arrived = calls.iter().filter(|call| call.answered == Some(status));
    arrived.map(|call| call.json()["data"]["id"].as_str().expect("an id").to_owned()).collect()
}

async fn told(person: &Person, count: usize) -> BTreeSet<String> {
    let events = until("all events", async || {
        let events = person.get("/v1/events").await.expect(200)["data"].as_array().expect("events").clone();
        (events.len() >= count).then_some(events)
    })
    .await;
    events.iter().map(id).collect()
}

async fn who_was_away_for_three_days_hears_of_everything(backend: Backend) {
    let clock = Clock::held_at(Clock::system().now());
    let Some(app) = TestApp::start_at(clock.clone(), backend, private).await else { return };
    let ann = app.person("ann").await;
    let receiver = Receiver::new(Manner::Answers(503)).await;
    let endpoint = endpoint(&ann, &receiver).await;
    for hour in 0..72 {
        if hour % 12 == 0 {
            happens(&ann, &endpoint, hour / 12 + 1).await;
        }
        pass(&app, &clock, TimeDelta::hours(1)).await;
    }
    let told = told(&ann, 6).await;
    assert_eq!(told.len(), 6);
    assert!(receiver.calls().len() > 30, "it was tried again and again: {}", receiver.calls().len());
    assert_eq!(heard(&receiver.calls(), 200).len(), 0);
    assert!(ann.get(&path(&endpoint)).await.expect(200)["failing_since"].is_string());
    receiver.becomes(Manner::Answers(200));
    for _ in 0..36 {
        pass(&app, &clock, TimeDelta::hours(1)).await;
    }
    assert_eq!(heard(&receiver.calls(), 200), told);
    let log = log(&ann, &endpoint).await;
    assert!(log.len() == 6 && log.iter().all(|delivery| delivery["status"] == "delivered"), "{log:#?}");
    let attempts = log[5]["attempts"].as_array().expect("attempts");
    assert_eq!(
        (&attempts[0]["response_status"], &attempts[attempts.len() - 1]["response_status"]),
        (&json!(503), &json!(200))
    );
    assert_eq!(ann.get(&path(&endpoint)).await.expect(200)["failing_since"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn who_was_away_for_three_days_hears_of_everything_on_one_machine() {
    who_was_away_for_three_days_hears_of_everything(Backend::Embedded).await;
}

#[tokio::test]
async fn who_was_away_for_three_days_hears_of_everything_on_postgres() {
    who_was_away_for_three_days_hears_of_everything(Backend::Production).await;
}

#[tokio::test]
async fn who_stays_away_is_disabled_and_hears_of_everything_when_it_is_back() {
    let clock = Clock::held_at(Clock::system().now());
    let app = TestApp::living_by(clock.clone(), private).await;
    let ann = app.person("ann").await;
    let receiver = Receiver::new(Manner::Answers(500)).await;
    let endpoint = endpoint(&ann, &receiver).await;
    happens(&ann, &endpoint, 1).await;
    for _ in 0..60 {
        pass(&app, &clock, TimeDelta::hours(1)).await;
    }
    happens(&ann, &endpoint, 2).await;
    for _ in 0..40 {
        pass(&app, &clock, TimeDelta::hours(1)).await;
    }
    let disabled = ann.get(&path(&endpoint)).await.expect(200);
    assert_eq!((&disabled["enabled"], &disabled["disabled_reason"]), (&json!(false), &json!("failing")));
    let event = ann.event("webhook_endpoint.disabled", 0).await;
    assert_eq!((&event["resource"]["id"], &event["details"]["reason"]), (&endpoint["id"], &json!("failing")));
    let statuses = until("the delivery of that event", async || {
        let log = log(&ann, &endpoint).await;
        (log.len() == 3).then(|| log.iter().map(|delivery| delivery["status"].clone()).collect::<Vec<_>>())
    })
    .await;
    assert_eq!(statuses, [json!("pending"), json!("pending"), json!("failed")]);
    let calls = receiver.calls().len();
    ann.post_empty(&format!("{}/ping", path(&endpoint))).await.problem(409, "webhook_endpoint_disabled");

    receiver.becomes(Manner::Answers(204));
    let enabled = ann.patch(&path(&endpoint), json!({"enabled": true})).await.expect(200);
    assert_eq!((&enabled["enabled"], &enabled["disabled_reason"]), (&json!(true), &Value::Null));
    receiver.called(calls + 2).await;
    let since = json!({"since": "2020-01-01T00:00:00Z"});
    let replayed = ann.post(&format!("{}/replay", path(&endpoint)), since).await.expect(202);
    assert_eq!(replayed["deliveries"], 1);
    receiver.called(calls + 3).await;
    assert_eq!(heard(&receiver.calls(), 204), told(&ann, 3).await);
    app.finish().await;
}

#[tokio::test]
async fn who_is_gone_is_not_called_again() {
    let app = TestApp::with(private).await;
    let ann = app.person("ann").await;
    let receiver = Receiver::new(Manner::Answers(410)).await;
    let endpoint = endpoint(&ann, &receiver).await;
    ann.avatar().await;
    let event = ann.event("webhook_endpoint.disabled", 0).await;
    assert_eq!((&event["state"], &event["details"]["reason"]), (&json!("disabled"), &json!("gone")));
    ann.avatar().await;
    until("a delivery that waits", async || (log(&ann, &endpoint).await.len() == 3).then_some(())).await;
    assert_eq!(receiver.calls().len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn who_asks_for_time_is_given_it() {
    let clock = Clock::held_at(Clock::system().now());
    let app = TestApp::living_by(clock.clone(), private).await;
    let ann = app.person("ann").await;
    let receiver = Receiver::new(Manner::AsksForTime(429, 3600)).await;
    let endpoint = endpoint(&ann, &receiver).await;
    ann.avatar().await;
    receiver.called(1).await;
    pass(&app, &clock, TimeDelta::zero()).await;
    pass(&app, &clock, TimeDelta::minutes(59)).await;
    let delivery = &log(&ann, &endpoint).await[0];
    assert_eq!((delivery["attempts"].as_array().map(Vec::len), &delivery["status"]), (Some(1), &json!("pending")));
    receiver.becomes(Manner::Answers(200));
    pass(&app, &clock, TimeDelta::minutes(2)).await;
    assert_eq!(log(&ann, &endpoint).await[0]["status"], "delivered");
    app.finish().await;
}

#[tokio::test]
async fn who_hangs_holds_up_nobody_else() {
    const EVENTS: usize = 30;
    let app = TestApp::with(private).await;
    let ann = app.person("ann").await;
    let (hangs, answers) = (Receiver::new(Manner::Hangs).await, Receiver::new(Manner::Answers(200)).await);
    let (slow, _) = (endpoint(&ann, &hangs).await, endpoint(&ann, &answers).await);
    for _ in 0..EVENTS {
        ann.avatar().await;
    }
    let calls = answers.called(EVENTS).await;
    assert_eq!(heard(&calls, 200), told(&ann, EVENTS).await);
    let held = hangs.calls().len();
    assert!((1..=8).contains(&held), "{held} at once");
    assert!(log(&ann, &slow).await.iter().all(|delivery| delivery["status"] == "pending"));
    assert_eq!(ann.delete(&path(&slow)).await.status, 204);
    hangs.becomes(Manner::Answers(200));
    app.finish().await;
}

/// Whether one of the `v1` signatures of a call is made with this secret.
fn is_signed_with(call: &Call, endpoint: &Value) -> bool {
    let secret = endpoint["secret"].as_str().expect("it was shown").strip_prefix("whsec_").expect("its prefix");
    let secret = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(secret).expect("base64"));
    let body = String::from_utf8(call.body.to_vec()).expect("text");
    let message = format!("{}.{}.{body}", call.header("webhook-id"), call.header("webhook-timestamp"));
    let signatures = call.header("webhook-signature").split(' ').filter_map(|one| one.strip_prefix("v1,"));
    let mut signatures = signatures.map(|one| STANDARD.decode(one).expect("base64"));
    signatures.any(|one| hmac::verify(&secret, message.as_bytes(), &one).is_ok())
}

#[tokio::test]
async fn old_keys_hold_for_a_day_beside_the_new_ones() {
    let clock = Clock::held_at(Clock::system().now());
    let app = TestApp::living_by(clock.clone(), private).await;
    let ann = app.person("ann").await;
    let receiver = Receiver::new(Manner::Answers(200)).await;
    let old = endpoint(&ann, &receiver).await;
    ann.avatar().await;
    let call = receiver.called(1).await.remove(0);
    assert!(is_signed_with(&call, &old));
    assert_eq!(call.header("webhook-signature").split(' ').count(), 2);
    let sent = call.json();
    let event = ann.event("avatar.created", 0).await;
    assert_eq!((&sent["data"], &sent["type"], &sent["timestamp"]), (&event, &event["type"], &event["occurred_at"]));
    assert_eq!(Some(call.header("webhook-id")), event["id"].as_str());
    assert_eq!(call.header("webhook-timestamp"), clock.now().timestamp().to_string());

    let new = ann.post_empty(&format!("{}/rotate", path(&old))).await.expect(200);
    assert_ne!((&new["secret"], &new["public_key"]), (&old["secret"], &old["public_key"]));
    ann.avatar().await;
    let call = receiver.called(2).await.remove(1);
    assert!(is_signed_with(&call, &old) && is_signed_with(&call, &new));
    assert_eq!(call.header("webhook-signature").split(' ').count(), 4);
    clock.advance(TimeDelta::hours(24));
    ann.avatar().await;
    let call = receiver.called(3).await.remove(2);
    assert!(!is_signed_with(&call, &old) && is_signed_with(&call, &new));
    app.finish().await;
}

#[tokio::test]
async fn what_is_under_way_when_the_service_stops_arrives_later() {
    let mut app = TestApp::with(private).await;
    let ann = app.person("ann").await;
    let receiver = Receiver::new(Manner::Answers(503)).await;
    endpoint(&ann, &receiver).await;
    ann.avatar().await;
    receiver.called(1).await;
    app.restart().await;
    receiver.becomes(Manner::Answers(200));
    let calls = receiver.called(2).await;
    assert_eq!(heard(&calls, 200), told(&ann, 1).await);
    app.finish().await;
}
