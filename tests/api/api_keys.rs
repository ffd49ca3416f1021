//! Keys that people make, see and take back by themselves.

use aisha_api::accounts::NewKey;
use aisha_api::domain::clock::Clock;
use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::{Backend, TestApp, id};
use chrono::{DateTime, SecondsFormat, TimeDelta};
use reqwest::Method;
use serde_json::{Value, json};

async fn a_key_is_made_seen_used_and_taken_back(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let scopes = json!(["avatars:read", "events:read", "avatars:read"]);
    let made = ann.post("/v1/api-keys", json!({"name": " shop ", "scopes": scopes})).await.expect(201);
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    let key = id(&made["api_key"]);
    assert_eq!(made["api_key"]["name"], "shop");
    assert_eq!(made["api_key"]["scopes"], json!(["avatars:read", "events:read"]));

    let shop = app.stranger().showing(&secret);
    assert_eq!(shop.get("/v1/me").await.expect(200)["id"], ann.get("/v1/me").await.expect(200)["id"]);
    shop.get("/v1/avatars").await.expect(200);
    shop.post("/v1/avatars", json!({})).await.problem(403, "forbidden");
    shop.get("/v1/api-keys").await.problem(403, "forbidden");

    let listed = ann.get("/v1/api-keys").await;
    assert!(!String::from_utf8_lossy(&listed.bytes).contains(&secret), "no secret is shown twice");
    let listed = listed.expect(200);
    assert_eq!((&listed["data"][0]["id"], listed["data"].as_array().map(Vec::len)), (&json!(key), Some(2)));
    assert!(listed["data"][0]["last_used_at"].is_string(), "{listed:#}");
    let page = ann.get("/v1/api-keys?limit=1").await.expect(200);
    let next = page["next_cursor"].as_str().expect("another page");
    let page = ann.get(&format!("/v1/api-keys?limit=1&cursor={next}")).await.expect(200);
    assert_eq!((&page["data"][0], &page["next_cursor"]), (&listed["data"][1], &json!(null)));

    let path = format!("/v1/api-keys/{key}");
    app.person("bob").await.delete(&path).await.problem(404, "not_found");
    for _ in 0..2 {
        ann.delete(&path).await.expect(204);
        shop.get("/v1/me").await.problem(401, "unauthenticated");
    }
    let listed = ann.get("/v1/api-keys").await.expect(200);
    assert!(listed["data"][0]["revoked_at"].is_string(), "{listed:#}");
    app.finish().await;
}

#[tokio::test]
async fn a_key_is_made_seen_used_and_taken_back_on_one_machine() {
    a_key_is_made_seen_used_and_taken_back(Backend::Embedded).await;
}

#[tokio::test]
async fn a_key_is_made_seen_used_and_taken_back_on_postgres() {
    a_key_is_made_seen_used_and_taken_back(Backend::Production).await;
}

#[tokio::test]
async fn a_repeat_makes_no_second_key_and_does_not_tell_the_secret_again() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let new = json!({"name": "shop", "scopes": ["avatars:read"]});
    let make = async || {
        let request = ann.request(Method::POST, "/v1/api-keys").header("Idempotency-Key", "k-1").json(&new);
        ann.send(request).await
    };
    let first = make().await.expect(201);
    let again = make().await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let again = again.expect(201);
    assert_eq!((&again["api_key"], &again["secret"]), (&first["api_key"], &json!(null)));
    assert_eq!(ann.get("/v1/api-keys").await.expect(200)["data"].as_array().map(Vec::len), Some(2));
    app.finish().await;
}

#[tokio::test]
async fn no_key_gives_what_it_has_not() {
    let app = TestApp::new().await;
    let (manages, reads) = (Scope::KeysManage, Scope::AvatarsRead);
    let ann = app.person_with("ann", vec![manages, reads], None).await;
    let root = app.person_with("root", vec![Scope::Admin], None).await;
    for &scope in Scope::ALL {
        let new = json!({"name": "another", "scopes": [scope]});
        let by_ann = ann.post("/v1/api-keys", new.clone()).await;
        if [manages, reads].contains(&scope) {
            by_ann.expect(201);
        } else {
            let refused = by_ann.problem(403, "forbidden");
            assert!(refused["detail"].as_str().is_some_and(|text| text.contains(scope.as_str())), "{refused:#}");
        }
        let by_root = root.post("/v1/api-keys", new).await;
        assert_eq!(by_root.status, if scope == Scope::ActAs { 403 } else { 201 }, "{scope}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_key_made_with_one_that_ends_ends_with_it() {
    let clock = Clock::held_at(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"));
    let app = TestApp::living_by(clock.clone(), |_| {}).await;
    let end = clock.now() + TimeDelta::days(1);
    let new = NewKey {
        account: "ann".to_owned(),
        name: "for a day".to_owned(),
        scopes: vec![Scope::KeysManage],
        issuer: None,
        expires_at: Some(end),
    };
    let (ann, forever) = (app.person_of(new).await, app.person("ann").await);
    let text = |time: DateTime<chrono::Utc>| json!(time.to_rfc3339_opts(SecondsFormat::Secs, true));
    let ask = async |person: &aisha_tests::harness::Person, end: Value| {
        person.post("/v1/api-keys", json!({"name": "another", "scopes": ["keys:manage"], "expires_at": end})).await
    };
    let made = ask(&ann, Value::Null).await.expect(201);
    assert_eq!(made["api_key"]["expires_at"], text(end));
    ask(&ann, text(end)).await.expect(201);
    ask(&ann, text(end + TimeDelta::seconds(1))).await.problem(422, "validation_failed");
    ask(&forever, text(end + TimeDelta::days(99))).await.expect(201);
    assert_eq!(ask(&forever, Value::Null).await.expect(201)["api_key"]["expires_at"], json!(null));
    ask(&forever, text(clock.now())).await.problem(422, "validation_failed");
    let another = app.stranger().showing(made["secret"].as_str().expect("a secret"));
    another.get("/v1/api-keys").await.expect(200);
    clock.advance(TimeDelta::days(1));
    another.get("/v1/api-keys").await.problem(401, "unauthenticated");
    app.finish().await;
}

#[tokio::test]
async fn who_acts_for_others_makes_keys_of_the_one_they_name() {
    let app = TestApp::new().await;
    let scopes = vec![Scope::ActAs, Scope::KeysManage, Scope::AvatarsRead, Scope::AvatarsWrite];
    let bot = app.person_with("bot", scopes, Some("telegram:4242")).await;
    let (ann, bob) = (bot.acting_for("telegram:1"), bot.acting_for("telegram:2"));
    let of_ann = ann.avatar().await;
    bot.post("/v1/api-keys", json!({"name": "x", "scopes": ["avatars:read"]})).await.problem(400, "act_as_required");
    ann.post("/v1/api-keys", json!({"name": "x", "scopes": ["act_as"]})).await.problem(403, "forbidden");
    let made = ann.post("/v1/api-keys", json!({"name": "x", "scopes": ["avatars:read"]})).await.expect(201);
    assert_eq!(made["api_key"]["issuer"], json!(null));
    let own = app.stranger().showing(made["secret"].as_str().expect("a secret"));
    own.get(&format!("/v1/avatars/{of_ann}")).await.expect(200);
    own.acting_for("telegram:2").get("/v1/avatars").await.problem(403, "forbidden");
    assert_eq!(bob.get("/v1/api-keys").await.expect(200)["data"], json!([]), "the bot's own key is nobody's");
    let path = format!("/v1/api-keys/{}", id(&made["api_key"]));
    bob.delete(&path).await.problem(404, "not_found");
    ann.delete(&path).await.expect(204);
    own.get("/v1/me").await.problem(401, "unauthenticated");
    app.finish().await;
}

#[tokio::test]
async fn each_wrong_field_of_a_key_is_pointed_at() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let cases = [
        (json!({"name": "", "scopes": ["avatars:read"]}), "/name"),
        (json!({"name": "a\nb", "scopes": ["avatars:read"]}), "/name"),
        (json!({"name": "x".repeat(101), "scopes": ["avatars:read"]}), "/name"),
        (json!({"name": "x", "scopes": []}), "/scopes"),
        (json!({"name": "x", "scopes": ["all"]}), "/scopes/0"),
        (json!({"name": "x", "scopes": ["avatars:read"], "issuer": "telegram:1"}), "/issuer"),
        (json!({"name": "x", "scopes": ["avatars:read"], "expires_at": "tomorrow"}), "/expires_at"),
    ];
    for (body, pointer) in cases {
        let problem = ann.post("/v1/api-keys", body).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
    app.finish().await;
}
