//! Events: in order, each once, none missed, and at once.

use std::collections::BTreeSet;
use std::time::Duration;

use aisha_openapi::vocabulary::EventType;
use aisha_tests::harness::{Backend, Person, TestApp};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::Instant;

async fn events(person: &Person, query: &str) -> Vec<Value> {
    person.get(&format!("/v1/events?{query}")).await.expect(200)["data"].as_array().expect("events").clone()
}

/// Reads until there are so many, and gives them.
async fn read(person: &Person, count: usize) -> Vec<Value> {
    let (mut seen, mut after) = (Vec::new(), 0);
    while seen.len() < count {
        let page = person.get(&format!("/v1/events?after={after}&wait=20")).await.expect(200);
        let events = page["data"].as_array().expect("events").clone();
        assert!(!events.is_empty(), "{} of {count} came", seen.len());
        seen.extend(events);
        after = page["next_after"].as_i64().expect("a number");
    }
    seen
}

fn numbers(events: &[Value]) -> Vec<i64> {
    events.iter().map(|event| event["seq"].as_i64().expect("a number")).collect()
}

#[tokio::test]
async fn a_waiting_reader_is_woken_by_what_happens() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let begun = Instant::now();
    let reader = ann.clone();
    let waiting = tokio::spawn(async move { reader.event("avatar.created", 0).await });
    // The reader is in its place as soon as somebody listens for numbers.
    while app.rooms().signals.feed.listeners() == 0 {
        tokio::task::yield_now().await;
    }
    let avatar = ann.avatar().await;
    let event = waiting.await.expect("the reader is well");
    assert_eq!(event["avatar_id"], json!(avatar));
    assert!(begun.elapsed() < Duration::from_secs(10), "it did not wait for its thirty seconds");
    app.finish().await;
}

#[tokio::test]
async fn a_reader_who_waits_in_vain_is_told_from_where_to_go_on() {
    let app = TestApp::new().await;
    let (ann, ben) = (app.person("ann").await, app.person("ben").await);
    ben.avatar().await;
    let last = ben.event("avatar.created", 0).await["seq"].as_i64().expect("a number");
    let begun = Instant::now();
    let empty = ann.get("/v1/events?wait=1").await.expect(200);
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!((&empty["data"], empty["next_after"].as_i64()), (&json!([]), Some(last)), "past what is not Ann's");
    let begun = Instant::now();
    assert_eq!(ann.get("/v1/events").await.expect(200)["data"], json!([]));
    assert!(begun.elapsed() < Duration::from_secs(1), "without `wait` nothing is waited for");
    app.finish().await;
}

#[tokio::test]
async fn events_come_in_order_and_in_parts() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    for number in 0..4 {
        ann.patch(&format!("/v1/avatars/{avatar}"), json!({"name": format!("Ann {number}")})).await.expect(200);
    }
    let all = read(&ann, 5).await;
    let kinds: Vec<&Value> = all.iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds[0], "avatar.created");
    assert!(kinds[1..].iter().all(|kind| **kind == "avatar.updated"), "{kinds:?}");
    assert!(numbers(&all).is_sorted_by(|one, next| one < next));

    let first = ann.get("/v1/events?limit=2").await.expect(200);
    assert_eq!(first["data"], json!(all[..2]));
    assert_eq!(first["next_after"], all[1]["seq"]);
    assert_eq!(events(&ann, &format!("after={}", first["next_after"])).await, all[2..]);
    let event = &all[0];
    assert_eq!(event["resource"], json!({"type": "avatar", "id": avatar}));
    assert_eq!((&event["state"], &event["subject"]["external_id"]), (&json!("photos_uploading"), &Value::Null));
    app.finish().await;
}

#[tokio::test]
async fn a_reader_gets_the_kinds_that_were_asked_for() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 2).await;
    ann.post_empty(&format!("/v1/avatars/{avatar}/cancel")).await.expect(200);
    read(&ann, 4).await;
    let kinds = |events: Vec<Value>| events.iter().map(|event| event["type"].clone()).collect::<Vec<_>>();
    assert_eq!(kinds(events(&ann, "types=photo.created").await), [json!("photo.created"), json!("photo.created")]);
    let both = kinds(events(&ann, "types=avatar.created, avatar.cancelled,").await);
    assert_eq!(both, [json!("avatar.created"), json!("avatar.cancelled")]);
    let every = EventType::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(",");
    assert_eq!(events(&ann, &format!("types={every}")).await.len(), 4);
    for unknown in ["avatar.exploded", "avatar.created,avatar.exploded"] {
        let problem = ann.get(&format!("/v1/events?types={unknown}")).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "types");
    }
    app.finish().await;
}

#[tokio::test]
async fn waiting_has_an_end() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    ann.avatar().await;
    let problem = ann.get("/v1/events?wait=61").await.problem(422, "validation_failed");
    assert_eq!(problem["errors"][0]["pointer"], "wait");
    assert_eq!(events(&ann, "wait=60").await.len(), 1, "what is there is given at once");
    app.finish().await;
}

#[tokio::test]
async fn a_service_that_stops_lets_its_readers_go() {
    let mut app = TestApp::new().await;
    let ann = app.person("ann").await;
    let reader = ann.clone();
    let waiting = tokio::spawn(async move { reader.get("/v1/events?wait=60").await });
    while app.rooms().signals.feed.listeners() == 0 {
        tokio::task::yield_now().await;
    }
    let begun = Instant::now();
    app.restart().await;
    assert!(begun.elapsed() < Duration::from_secs(10), "the stop did not wait for the reader");
    assert_eq!(waiting.await.expect("the reader is well").expect(200)["data"], json!([]));
    app.finish().await;
}

async fn a_reader_misses_nothing_of_eight_writers(backend: Backend) {
    const EACH: usize = 12;
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let reader = ann.clone();
    let reading = tokio::spawn(async move { read(&reader, 8 * EACH).await });
    let writers = (0..8).map(|_| async {
        let mut made = Vec::new();
        for _ in 0..EACH {
            made.push(ann.avatar().await);
        }
        made
    });
    let made: BTreeSet<String> = join_all(writers).await.into_iter().flatten().collect();
    let seen = reading.await.expect("the reader is well");
    let avatars: Vec<String> =
        seen.iter().map(|event| event["avatar_id"].as_str().expect("an avatar").to_owned()).collect();
    assert_eq!(avatars.len(), 8 * EACH, "none double");
    assert_eq!(avatars.into_iter().collect::<BTreeSet<_>>(), made, "none missed");
    assert!(numbers(&seen).is_sorted_by(|one, next| one < next));
    app.finish().await;
}

#[tokio::test]
async fn a_reader_misses_nothing_of_eight_writers_on_one_machine() {
    a_reader_misses_nothing_of_eight_writers(Backend::Embedded).await;
}

#[tokio::test]
async fn a_reader_misses_nothing_of_eight_writers_on_postgres() {
    a_reader_misses_nothing_of_eight_writers(Backend::Production).await;
}
