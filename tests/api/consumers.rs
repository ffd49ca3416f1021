//! Consumers: places in the events that the service keeps, and events that it keeps no longer.

use aisha_api::domain::clock::Clock;
use aisha_api::workers::sweep_once;
use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::sse::EventStream;
use aisha_tests::harness::{Backend, Person, TestApp};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

async fn acknowledge(person: &Person, name: &str, seq: i64) -> Value {
    person.put(&format!("/v1/consumers/{name}"), json!({"acknowledged_seq": seq})).await.expect(200)
}

fn numbers(page: &Value) -> Vec<i64> {
    page["data"].as_array().expect("events").iter().map(|event| event["seq"].as_i64().expect("a number")).collect()
}

#[tokio::test]
async fn a_consumer_reads_on_behind_what_it_has_acknowledged() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    for _ in 0..3 {
        ann.avatar().await;
    }
    let third = ann.event("avatar.created", 2).await["seq"].as_i64().expect("a number");
    assert_eq!(third, 3);
    ann.get("/v1/events?consumer=mailer").await.problem(404, "not_found");
    assert_eq!(acknowledge(&ann, "mailer", 0).await["acknowledged_seq"], 0);
    assert_eq!(numbers(&ann.get("/v1/events?consumer=mailer").await.expect(200)), [1, 2, 3]);
    acknowledge(&ann, "mailer", 2).await;
    assert_eq!(numbers(&ann.get("/v1/events?consumer=mailer").await.expect(200)), [3]);
    assert_eq!(acknowledge(&ann, "mailer", 1).await["acknowledged_seq"], 2, "overtaken by a later one");
    let back = json!({"acknowledged_seq": 1, "reset": true});
    assert_eq!(ann.put("/v1/consumers/mailer", back).await.expect(200)["acknowledged_seq"], 1);
    let mut stream = EventStream::open(&ann, "consumer=mailer", None).await;
    assert_eq!(stream.next().await.expect("an event")["seq"], 2);
    let both = ann.get("/v1/events?consumer=mailer&after=1").await.problem(422, "validation_failed");
    assert_eq!(both["errors"][0]["pointer"], "consumer");
    app.finish().await;
}

#[tokio::test]
async fn consumers_are_listed_and_deleted() {
    let app = TestApp::new().await;
    let (ann, ben) = (app.person("ann").await, app.person("ben").await);
    let mailer = acknowledge(&ann, "mailer", 0).await;
    acknowledge(&ann, "A.b_c:d-9", 0).await;
    let list = ann.get("/v1/consumers").await.expect(200);
    assert_eq!((&list["data"][1], list["data"].as_array().map(Vec::len)), (&mailer, Some(2)));
    assert_eq!(ann.get("/v1/consumers/mailer").await.expect(200), mailer);
    assert_eq!(ben.get("/v1/consumers").await.expect(200)["data"], json!([]));
    assert_eq!(ann.delete("/v1/consumers/mailer").await.status, 204);
    ann.delete("/v1/consumers/mailer").await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_consumer_has_a_name_and_a_number_that_exist() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    for name in ["%20", "a%2Fb", &"a".repeat(65), "%D0%B0"] {
        let answer = ann.put(&format!("/v1/consumers/{name}"), json!({"acknowledged_seq": 0})).await;
        assert_eq!(answer.problem(422, "validation_failed")["errors"][0]["pointer"], "name", "{name}");
    }
    for seq in [-1, 1] {
        let answer = ann.put("/v1/consumers/mailer", json!({"acknowledged_seq": seq})).await;
        assert_eq!(answer.problem(422, "validation_failed")["errors"][0]["pointer"], "/acknowledged_seq");
    }
    let lacking = app.person_with("writer", vec![Scope::AvatarsWrite], None).await;
    lacking.put("/v1/consumers/mailer", json!({"acknowledged_seq": 0})).await.problem(403, "forbidden");
    for number in 0..100 {
        acknowledge(&ann, &format!("c{number}"), 0).await;
    }
    ann.put("/v1/consumers/one-more", json!({"acknowledged_seq": 0})).await.problem(409, "limit_reached");
    acknowledge(&ann, "c7", 0).await;
    app.finish().await;
}

#[tokio::test]
async fn who_acts_for_many_has_consumers_for_them_all() {
    let app = TestApp::new().await;
    let bot =
        app.person_with("bot", vec![Scope::AvatarsWrite, Scope::EventsRead, Scope::ActAs], Some("telegram:4")).await;
    let ann = bot.acting_for("telegram:1");
    ann.avatar().await;
    ann.event("avatar.created", 0).await;
    acknowledge(&bot, "relay", 1).await;
    ann.get("/v1/consumers/relay").await.problem(404, "not_found");
    bot.acting_for("telegram:2").avatar().await;
    let page = bot.get("/v1/events?consumer=relay&wait=20").await.expect(200);
    assert_eq!(page["data"][0]["subject"]["external_id"], "2");
    app.finish().await;
}

async fn old_events_go_and_their_readers_are_told(backend: Backend) {
    let clock = Clock::held_at(Clock::system().now());
    let Some(app) = TestApp::start_at(clock.clone(), backend, |_| {}).await else { return };
    let ann = app.person("ann").await;
    for days in [0, 20] {
        clock.advance(TimeDelta::days(days));
        ann.avatar().await;
        ann.avatar().await;
    }
    ann.event("avatar.created", 3).await;
    acknowledge(&ann, "early", 1).await;
    acknowledge(&ann, "fresh", 0).await;
    clock.advance(TimeDelta::days(11));
    sweep_once(app.rooms()).await.expect("a round");
    let gone = async |query: &str| {
        let problem = ann.get(&format!("/v1/events?{query}")).await.problem(410, "events_gone");
        assert_eq!(problem["oldest_seq"], 3, "{query}");
    };
    gone("after=1").await;
    gone("consumer=early").await;
    let request = ann.request(Method::GET, "/v1/events").header("Accept", "text/event-stream");
    ann.send(request.header("Last-Event-ID", "1")).await.problem(410, "events_gone");
    for query in ["after=0", "after=2", "", "consumer=fresh"] {
        assert_eq!(numbers(&ann.get(&format!("/v1/events?{query}")).await.expect(200)), [3, 4], "{query}");
    }
    app.finish().await;
}

#[tokio::test]
async fn old_events_go_and_their_readers_are_told_on_one_machine() {
    old_events_go_and_their_readers_are_told(Backend::Embedded).await;
}

#[tokio::test]
async fn old_events_go_and_their_readers_are_told_on_postgres() {
    old_events_go_and_their_readers_are_told(Backend::Production).await;
}
