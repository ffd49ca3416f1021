//! Links that show pictures to whoever has them: what they show, and when they show nothing.

use aisha_api::domain::clock::Clock;
use aisha_tests::harness::{Answer, Backend, Person, TestApp, id};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

async fn pictures(ann: &Person, key: &str, count: u32) -> (String, String) {
    let (avatar, _) = ann.trained_avatar(5).await;
    let wish = json!({"prompt": "by the sea", "num_images": count});
    let made = id(&ann.picture(&avatar, key, wish).await.expect(202));
    ann.generation_in(&made, "completed").await;
    (avatar, made)
}

async fn share(ann: &Person, generation: &str, wish: Value) -> (String, String) {
    let made = ann.post(&format!("/v1/generations/{generation}/shares"), wish).await.expect(201);
    (id(&made), made["url"].as_str().expect("a link").to_owned())
}

/// The address of a link below the service's own, as its person asks for it.
fn path(link: &str) -> String {
    link[link.find("/v1/").expect("our path")..].to_owned()
}

/// What a refusal tells, but for the name of the request.
fn told(answer: Answer) -> Value {
    let mut body = answer.problem(404, "not_found");
    body["request_id"] = Value::Null;
    body
}

async fn a_link_shows_what_was_chosen_and_names_nobody(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let (ann, stranger) = (app.person("ann").await, app.stranger());
    let (avatar, generation) = pictures(&ann, "p-1", 3).await;
    let (first, link) = share(&ann, &generation, json!({"expires_in_seconds": 3600, "images": [3, 1]})).await;
    let shown = stranger.follow(&link).await;
    assert_eq!(shown.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(shown.header("cache-control"), Some("private, no-store"));
    assert_eq!(shown.header("x-robots-tag"), Some("noindex"));
    let body = shown.expect(200);
    assert_eq!(body["prompt"], Value::Null);
    let numbers: Vec<_> = body["images"].as_array().expect("pictures").iter().map(|image| &image["number"]).collect();
    assert_eq!(numbers, [1, 3]);
    let me = id(&ann.get("/v1/me").await.expect(200));
    for secret in [&me, &avatar, &generation, &first] {
        assert!(!body.to_string().contains(secret.as_str()), "{body:#}");
    }

    let mine = ann.get(&format!("/v1/generations/{generation}")).await.expect(200);
    for (image, number) in [(&body["images"][0], 0), (&body["images"][1], 2)] {
        for field in ["url", "thumbnail_url"] {
            let theirs = stranger.follow(image[field].as_str().expect("an address")).await;
            let own = ann.follow(mine["images"][number][field].as_str().expect("a link")).await;
            assert_eq!((theirs.status.as_u16(), theirs.header("content-type")), (200, Some("image/jpeg")));
            assert!(theirs.bytes == own.bytes && theirs.bytes.len() > 1000);
            assert_eq!(theirs.header("cache-control"), Some("private, no-store"));
            assert!(theirs.headers.iter().all(|(_, value)| !value.to_str().unwrap_or_default().contains(&me)));
        }
    }
    let head =
        stranger.send(stranger.request(Method::HEAD, &path(body["images"][0]["url"].as_str().expect("one")))).await;
    assert_eq!(
        (head.status.as_u16(), head.header("content-length")),
        (200, Some(&*body["images"][0]["size_bytes"].to_string()))
    );

    let (_, wordy) = share(&ann, &generation, json!({"expires_in_seconds": 60, "with_prompt": true})).await;
    let body = stranger.follow(&wordy).await.expect(200);
    assert_eq!((&body["prompt"], body["images"].as_array().map(Vec::len)), (&json!("by the sea"), Some(3)));
    let path = format!("/v1/generations/{generation}/shares");
    let again = async || {
        let request = ann.request(Method::POST, &path).header("Idempotency-Key", "s-1");
        ann.send(request.json(&json!({"expires_in_seconds": 60}))).await.expect(201)
    };
    let (mut made, repeated) = (again().await, again().await);
    assert!(made["url"].is_string());
    made["url"] = Value::Null;
    assert_eq!(made, repeated, "a repeat makes no second one, and nobody has kept the link");
    let events = ann.get("/v1/events?after=0&types=generation.shared").await.expect(200);
    assert!(!events.to_string().contains(link.rsplit('/').next().expect("a word")), "the word is told to nobody else");
    app.finish().await;
}

#[tokio::test]
async fn a_link_shows_what_was_chosen_and_names_nobody_on_one_machine() {
    a_link_shows_what_was_chosen_and_names_nobody(Backend::Embedded).await;
}

#[tokio::test]
async fn a_link_shows_what_was_chosen_and_names_nobody_in_production() {
    a_link_shows_what_was_chosen_and_names_nobody(Backend::Production).await;
}

#[tokio::test]
async fn an_ended_a_revoked_and_an_unknown_link_are_answered_alike() {
    let clock = Clock::held_at(Clock::system().now());
    let app = TestApp::living_by(clock.clone(), |_| {}).await;
    let (ann, stranger) = (app.person("ann").await, app.stranger());
    let (_, generation) = pictures(&ann, "p-1", 1).await;
    let lasting = |seconds: i64| json!({"expires_in_seconds": seconds});
    let (short, ended) = share(&ann, &generation, lasting(60)).await;
    let (taken, revoked) = share(&ann, &generation, lasting(86_400)).await;
    let (kept, orphaned) = share(&ann, &generation, lasting(30 * 86_400)).await;
    let listed = async || {
        let page = ann.get(&format!("/v1/shares?generation_id={generation}")).await.expect(200);
        assert!(page["data"].as_array().expect("a list").iter().all(|share| share["url"].is_null()));
        page["data"].as_array().expect("a list").iter().map(id).collect::<Vec<_>>()
    };
    let mut all = vec![short.clone(), taken.clone(), kept.clone()];
    all.sort();
    all.reverse();
    assert_eq!(listed().await, all);

    let unknown = told(stranger.get("/v1/shared/5Kd3NBUAdUnhyzenEwVLy9pBKxSwXvE9FMPyR4UKZvpe").await);
    assert_eq!(told(stranger.get("/v1/shared/x/images/1").await), unknown);
    clock.advance(TimeDelta::seconds(59));
    stranger.follow(&ended).await.expect(200);
    clock.advance(TimeDelta::seconds(1));
    app.person("bob").await.delete(&format!("/v1/shares/{taken}")).await.problem(404, "not_found");
    ann.delete(&format!("/v1/shares/{taken}")).await.expect(204);
    ann.delete(&format!("/v1/shares/{taken}")).await.problem(404, "not_found");
    ann.delete(&format!("/v1/shares/{short}")).await.problem(404, "not_found");
    assert_eq!(listed().await, [kept]);
    for link in [&ended, &revoked] {
        assert_eq!(told(stranger.follow(link).await), unknown);
        assert_eq!(told(stranger.follow(&format!("{link}/images/1")).await), unknown);
    }
    for number in ["0", "2", "x"] {
        assert_eq!(told(stranger.follow(&format!("{orphaned}/images/{number}")).await), unknown);
    }
    stranger.follow(&format!("{orphaned}/images/1?variant=face")).await.problem(422, "validation_failed");
    ann.delete(&format!("/v1/generations/{generation}")).await.expect(204);
    assert_eq!(told(stranger.follow(&orphaned).await), unknown);
    assert_eq!(listed().await, [] as [&str; 0]);
    let event = ann.get("/v1/events?after=0&types=generation.unshared").await.expect(200);
    assert_eq!(event["data"][0]["details"]["share_id"], taken);
    app.finish().await;
}

#[tokio::test]
async fn a_link_that_cannot_be_is_refused_with_its_fields() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (_, generation) = pictures(&ann, "p-1", 1).await;
    let path = format!("/v1/generations/{generation}/shares");
    for (wish, pointer) in [
        (json!({"expires_in_seconds": 59}), "/expires_in_seconds"),
        (json!({"expires_in_seconds": 30 * 86_400 + 1}), "/expires_in_seconds"),
        (json!({"expires_in_seconds": i64::MAX}), "/expires_in_seconds"),
        (json!({"expires_in_seconds": 60, "images": []}), "/images"),
        (json!({"expires_in_seconds": 60, "images": [2]}), "/images"),
        (json!({"expires_in_seconds": 60, "images": [0]}), "/images"),
        (json!({"expires_in_seconds": 60, "for": "bob"}), "/for"),
    ] {
        let problem = ann.post(&path, wish.clone()).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{wish}");
    }
    app.finish().await;
}
