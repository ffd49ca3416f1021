//! Endpoints of outgoing webhooks: made, read, changed and deleted, and the log of what is sent to them.

use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::receiver::{Manner, Receiver};
use aisha_tests::harness::{Person, TestApp, id};
use reqwest::Method;
use serde_json::{Value, json};

const URL: &str = "https://hooks.example/aisha";
const ENDPOINTS: &str = "/v1/webhook-endpoints";

async fn endpoint(person: &Person, body: Value) -> Value {
    person.post(ENDPOINTS, body).await.expect(201)
}

fn path(endpoint: &Value) -> String {
    format!("{ENDPOINTS}/{}", id(endpoint))
}

/// Waits until the newest delivery has ended, and gives the log.
async fn ended(person: &Person, endpoint: &Value, count: usize) -> Vec<Value> {
    loop {
        let page = person.get(&format!("{}/deliveries", path(endpoint))).await.expect(200);
        let log = page["data"].as_array().expect("deliveries").clone();
        if log.len() == count && log.iter().all(|delivery| delivery["status"] != "pending") {
            return log;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_endpoint_shows_its_secret_once() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let new = json!({"url": URL, "event_types": ["training.failed", "training.completed", "training.failed"],
        "description": "Tells the bot"});
    let answer = ann.post(ENDPOINTS, new).await;
    let location = answer.header("location").expect("a place").to_owned();
    let made = answer.expect(201);
    assert_eq!(location, path(&made));
    assert!(made["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")));
    assert!(made["public_key"].as_str().is_some_and(|key| key.starts_with("whpk_")));
    assert_eq!(made["event_types"], json!(["training.completed", "training.failed"]));
    assert_eq!((&made["enabled"], &made["disabled_reason"], &made["version"]), (&json!(true), &Value::Null, &json!(1)));
    let answer = ann.get(&location).await;
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let read = answer.expect(200);
    let mut expected = made.clone();
    expected["secret"] = Value::Null;
    assert_eq!(read, expected);
    assert_eq!(ann.get(ENDPOINTS).await.expect(200), json!({"data": [read], "next_cursor": null}));
    let rotated = ann.post_empty(&format!("{location}/rotate")).await.expect(200);
    assert_ne!(rotated["secret"], made["secret"]);
    assert_eq!(ann.get(&location).await.expect(200)["public_key"], rotated["public_key"]);
    assert_eq!(ann.delete(&location).await.status, 204);
    ann.get(&location).await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn an_endpoint_is_changed_by_whoever_has_read_it() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let made = endpoint(&ann, json!({"url": URL})).await;
    let change = |tag: &str, body: Value| {
        ann.send(ann.request(Method::PATCH, &path(&made)).header("If-Match", tag.to_owned()).json(&body))
    };
    let changed = json!({"url": "https://other.example/", "event_types": ["avatar.main"], "description": "x"});
    let after = change("\"1\"", changed.clone()).await.expect(200);
    for (field, value) in changed.as_object().expect("fields") {
        assert_eq!(&after[field], value);
    }
    change("\"1\"", json!({"enabled": false})).await.problem(412, "precondition_failed");
    let disabled = change("\"2\"", json!({"enabled": false})).await.expect(200);
    assert_eq!((&disabled["enabled"], &disabled["disabled_reason"]), (&json!(false), &json!("owner")));
    let known = ann.request(Method::GET, &path(&made)).header("If-None-Match", "\"3\"");
    assert_eq!(ann.send(known).await.status, 304);
    app.finish().await;
}

#[tokio::test]
async fn an_endpoint_lies_on_the_internet() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let made = endpoint(&ann, json!({"url": URL})).await;
    for bad in [
        "",
        "hooks.example",
        "http://hooks.example/",
        "https://127.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "https://a:b@hooks.example/",
        "https://hooks.example:22/",
        "ftp://hooks.example/",
    ] {
        for answer in
            [ann.post(ENDPOINTS, json!({"url": bad})).await, ann.patch(&path(&made), json!({"url": bad})).await]
        {
            assert_eq!(answer.problem(422, "validation_failed")["errors"][0]["pointer"], "/url", "{bad}");
        }
    }
    let long = json!({"url": URL, "description": "x".repeat(201)});
    assert_eq!(
        ann.post(ENDPOINTS, long).await.problem(422, "validation_failed")["errors"][0]["pointer"],
        "/description"
    );
    ann.post(ENDPOINTS, json!({"url": URL, "event_types": ["sky.fell"]})).await.problem(422, "validation_failed");
    for _ in 1..20 {
        endpoint(&ann, json!({"url": URL})).await;
    }
    ann.post(ENDPOINTS, json!({"url": URL})).await.problem(409, "limit_reached");
    let reader = app.person_with("reader", vec![Scope::EventsRead], None).await;
    reader.get(ENDPOINTS).await.problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn a_test_reaches_its_endpoint_alone_and_stands_in_the_log() {
    let app = TestApp::with(|config| config.webhooks_allow_private = true).await;
    let ann = app.person("ann").await;
    let (one, other) = (Receiver::new(Manner::Answers(204)).await, Receiver::new(Manner::Answers(204)).await);
    let made = endpoint(&ann, json!({"url": one.url(), "event_types": ["avatar.main"]})).await;
    endpoint(&ann, json!({"url": other.url()})).await;
    let ping = ann.post_empty(&format!("{}/ping", path(&made))).await.expect(202);
    let call = one.called(1).await.remove(0);
    assert_eq!(
        (&call.json()["type"], &call.json()["data"]["id"]),
        (&json!("webhook_endpoint.ping"), &ping["event_id"])
    );
    ann.avatar().await;
    assert_eq!(other.called(1).await[0].json()["type"], "avatar.created");
    let log = ended(&ann, &made, 1).await;
    let attempt = &log[0]["attempts"][0];
    assert_eq!((&log[0]["event_id"], &log[0]["status"]), (&ping["event_id"], &json!("delivered")));
    assert_eq!((&attempt["response_status"], &attempt["error"]), (&json!(204), &Value::Null));
    assert!(attempt["duration_ms"].is_u64() && attempt["at"].is_string());

    let replay = format!("{}/deliveries/{}/replay", path(&made), ping["event_id"].as_str().expect("an id"));
    assert_eq!(ann.post_empty(&replay).await.expect(202)["status"], "pending");
    let again = one.called(2).await.remove(1);
    assert_eq!((again.header("webhook-id"), &again.body), (call.header("webhook-id"), &call.body));
    assert_eq!(ended(&ann, &made, 1).await[0]["attempts"].as_array().map(Vec::len), Some(2));
    let missing = uuid::Uuid::now_v7();
    ann.post_empty(&format!("{}/deliveries/{missing}/replay", path(&made))).await.problem(404, "not_found");
    let failed = ann.get(&format!("{}/deliveries?status=failed", path(&made))).await.expect(200);
    assert_eq!(failed["data"], json!([]));
    ann.get(&format!("{}/deliveries?status=lost", path(&made))).await.problem(422, "validation_failed");
    app.finish().await;
}

#[tokio::test]
async fn who_acts_for_many_is_told_of_them_all() {
    let app = TestApp::with(|config| config.webhooks_allow_private = true).await;
    let scopes = vec![Scope::AvatarsWrite, Scope::EventsRead, Scope::WebhooksManage, Scope::ActAs];
    let bot = app.person_with("bot", scopes, Some("telegram:4")).await;
    let receiver = Receiver::new(Manner::Answers(200)).await;
    let made = endpoint(&bot, json!({"url": receiver.url()})).await;
    bot.acting_for("telegram:7").get(&path(&made)).await.problem(404, "not_found");
    bot.acting_for("telegram:7").avatar().await;
    assert_eq!(receiver.called(1).await[0].json()["data"]["subject"]["external_id"], "7");
    bot.post_empty(&format!("{}/ping", path(&made))).await.expect(202);
    receiver.called(2).await;
    assert_eq!(bot.event("webhook_endpoint.ping", 0).await["resource"]["id"], made["id"]);
    app.finish().await;
}

#[tokio::test]
async fn what_is_said_twice_is_done_once() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let request = || ann.request(Method::POST, ENDPOINTS).header("Idempotency-Key", "w-1").json(&json!({"url": URL}));
    let first = ann.send(request()).await.expect(201);
    let again = ann.send(request()).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), first);
    assert_eq!(ann.get(ENDPOINTS).await.expect(200)["data"].as_array().map(Vec::len), Some(1));
    app.finish().await;
}
