//! The caller, and what they have chosen.

use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::{Backend, Person, TestApp, pictures};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_caller_is_told_who_they_are_and_what_they_may() {
    let app = TestApp::new().await;
    let ann = app.person_with("ann", vec![Scope::AvatarsRead, Scope::EventsRead], None).await;
    let me = ann.get("/v1/me").await.expect(200);
    assert_eq!((&me["name"], &me["issuer"], &me["external_id"]), (&json!("ann"), &json!(null), &json!(null)));
    assert_eq!(me["scopes"], json!(["avatars:read", "events:read"]));
    assert!(me["created_at"].as_str().is_some_and(|time| time.ends_with('Z')), "{me:#}");
    let same = app.person_with("ann", vec![Scope::AvatarsRead], None).await.get("/v1/me").await.expect(200);
    assert_eq!(same["id"], me["id"], "two keys of one account are one person");
    app.finish().await;
}

async fn what_a_person_chooses_is_kept(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let first = ann.get("/v1/me").await;
    let tag = first.header("etag").expect("a version").to_owned();
    let first = first.expect(200);
    assert_eq!((&first["locale"], &first["timezone"], &first["settings"]), (&json!(null), &json!(null), &json!({})));
    let changed = ann.patch("/v1/me", json!({"locale": "ru", "settings": {"цвет": "💚"}})).await;
    assert_ne!(changed.header("etag"), Some(&*tag));
    changed.expect(200);
    let me = ann.patch("/v1/me", json!({"timezone": "Asia/Yekaterinburg"})).await.expect(200);
    let chosen = (&me["locale"], &me["timezone"], &me["settings"]);
    assert_eq!(chosen, (&json!("ru"), &json!("Asia/Yekaterinburg"), &json!({"цвет": "💚"})));
    let read = ann.get("/v1/me").await;
    let now = read.header("etag").expect("a version").to_owned();
    assert_eq!(read.expect(200), me);

    let with = |name: &str, tag: &str, method| ann.request(method, "/v1/me").header(name, tag);
    assert_eq!(ann.send(with("If-None-Match", &now, Method::GET)).await.status, 304);
    assert_eq!(ann.send(with("If-None-Match", &tag, Method::GET)).await.status, 200);
    let patch = |tag: &str| with("If-Match", tag, Method::PATCH).json(&json!({"locale": "en"}));
    ann.send(patch(&tag)).await.problem(412, "precondition_failed");
    assert_eq!(ann.send(patch(&now)).await.expect(200)["locale"], "en");
    assert_eq!(app.person("bob").await.get("/v1/me").await.expect(200)["locale"], json!(null));
    app.finish().await;
}

#[tokio::test]
async fn what_a_person_chooses_is_kept_on_one_machine() {
    what_a_person_chooses_is_kept(Backend::Embedded).await;
}

#[tokio::test]
async fn what_a_person_chooses_is_kept_on_postgres() {
    what_a_person_chooses_is_kept(Backend::Production).await;
}

#[tokio::test]
async fn who_has_chosen_a_language_is_answered_in_it_unless_the_request_asks_for_another() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    ann.patch("/v1/me", json!({"locale": "ru"})).await.expect(200);
    let avatar = ann.avatar().await;
    let is_russian = |text: &Value| {
        let text = text.as_str().expect("a sentence");
        text.chars().any(|letter| ('а'..='я').contains(&letter))
    };
    let ask = async |person: &Person, method: Method, path: &str, language: Option<&str>| {
        let request = person.request(method, path);
        let request = if let Some(tag) = language { request.header("Accept-Language", tag) } else { request };
        person.send(request).await.expect(200)
    };
    let preflight = format!("/v1/avatars/{avatar}/preflight");
    for (language, expected) in
        [(None, true), (Some("*"), true), (Some("de"), true), (Some("en"), false), (Some("ru, en;q=0.5"), true)]
    {
        let styles = ask(&ann, Method::GET, "/v1/styles", language).await;
        assert_eq!(is_russian(&styles["styles"][0]["name"]), expected, "{language:?}");
        let advice = ask(&ann, Method::POST, &preflight, language).await;
        assert_eq!(is_russian(&advice["recommendations"][0]["detail"]), expected, "{language:?}");
    }
    let alike = |quality| pictures::jpeg_of(&pictures::scene(700, 600, 1), quality);
    let sent = vec![("1.jpg", alike(90)), ("2.jpg", alike(60)), ("3.jpg", b"no picture".to_vec())];
    let refused = &ann.upload(&avatar, sent).await.expect(201)["results"][2]["problem"];
    assert!(is_russian(&refused["detail"]), "{refused:#}");
    let photos = ann.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200);
    let mut issues = photos["data"].as_array().expect("photos").iter().filter_map(|photo| photo["issues"].as_array());
    assert!(issues.any(|issues| !issues.is_empty() && is_russian(&issues[0]["detail"])), "{photos:#}");
    assert!(!is_russian(&ask(&bob, Method::GET, "/v1/styles", None).await["styles"][0]["name"]));
    app.finish().await;
}

#[tokio::test]
async fn a_wrong_choice_is_pointed_at_and_nothing_is_changed() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let cases = [
        (json!({"locale": "de"}), "/locale"),
        (json!({"timezone": "Europe/Atlantis"}), "/timezone"),
        (json!({"timezone": "+03:00"}), "/timezone"),
        (json!({"settings": {"text": "x".repeat(17 * 1024)}}), "/settings"),
        (json!({"settings": {"text": "\u{0}"}}), "/settings"),
        (json!({"settings": []}), "/settings"),
        (json!({"name": "Bob"}), "/name"),
    ];
    for (body, pointer) in cases {
        let problem = ann.patch("/v1/me", body).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
    assert_eq!(ann.get("/v1/me").await.header("etag"), Some("\"1\""));
    app.finish().await;
}
