//! Generations: what may be asked for and what is answered, cancelling, and money.

use aisha_api::config::Config;
use aisha_api::domain::spending::Caps;
use aisha_api::fal::sandbox::{Fault, Rule, RunFault, SubmitFault};
use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::{Backend, TestApp, id};
use reqwest::Method;
use serde_json::json;

const PRICE_USD: f64 = 0.035;

/// A fault at the model that draws, and nowhere else.
fn drawing(fault: Fault) -> Rule {
    Rule { endpoint: Some("fal-ai/flux-lora".to_owned()), ..Rule::new(fault) }
}

#[tokio::test]
async fn a_wish_that_cannot_be_fulfilled_is_refused_with_its_fields() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, training) = ann.trained_avatar(5).await;
    let (other, foreign) = ann.trained_avatar(5).await;
    assert_ne!(avatar, other);
    for (wish, pointer) in [
        (json!({"prompt": "  "}), "/prompt"),
        (json!({"prompt": "x".repeat(2001)}), "/prompt"),
        (json!({"prompt": "a\u{0}b"}), "/prompt"),
        (json!({"prompt": "x", "negative_prompt": "x".repeat(2001)}), "/negative_prompt"),
        (json!({"prompt": "x", "num_images": 0}), "/num_images"),
        (json!({"prompt": "x", "num_images": 5}), "/num_images"),
        (json!({"prompt": "x", "aspect_ratio": "2:1"}), "/aspect_ratio"),
        (json!({"prompt": "x", "seed": -1}), "/seed"),
        (json!({"prompt": "x", "seed": 1e30}), "/seed"),
        (json!({"prompt": "x", "training_id": foreign}), "/training_id"),
        (json!({"prompt": "x", "steps": 50}), ""),
    ] {
        let problem = ann.picture(&avatar, "p-1", wish.clone()).await.problem(422, "validation_failed");
        let named = problem["errors"][0]["pointer"].as_str().unwrap_or_default();
        assert!(named == pointer || (pointer.is_empty() && named == "/steps"), "{wish}: {problem:#}");
    }
    let path = format!("/v1/avatars/{avatar}/generations");
    ann.post(&path, json!({"prompt": "x"})).await.problem(400, "idempotency_key_required");
    let reader = app.person_with("reader", vec![Scope::AvatarsRead], None).await;
    reader.picture(&avatar, "p-1", json!({"prompt": "x"})).await.problem(403, "forbidden");
    let named = json!({"prompt": "x", "training_id": training, "seed": i64::MAX});
    let made = id(&ann.picture(&avatar, "p-1", named).await.expect(202));
    assert_eq!(ann.generation_in(&made, "completed").await["seed"], i64::MAX, "to its last digit");
    let draft = ann.avatar().await;
    ann.picture(&draft, "p-2", json!({"prompt": "x"})).await.problem(409, "avatar_not_trained");
    app.finish().await;
}

#[tokio::test]
async fn each_shape_has_its_size_and_price_and_what_is_ignored_is_told() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let path = format!("/v1/avatars/{avatar}/generations?dry_run=true");
    for (ratio, width, height) in
        [("1:1", 1024, 1024), ("3:4", 768, 1024), ("4:3", 1024, 768), ("9:16", 576, 1024), ("16:9", 1024, 576)]
    {
        let wish = json!({"prompt": "x", "aspect_ratio": ratio, "num_images": 4, "negative_prompt": "fog"});
        let quote = ann.post(&path, wish).await.expect(200);
        assert_eq!((&quote["width"], &quote["height"]), (&json!(width), &json!(height)));
        assert_eq!(
            (&quote["cost_estimate_usd"], &quote["endpoint"]),
            (&json!(4.0 * PRICE_USD), &json!("fal-ai/flux-lora"))
        );
        assert_eq!(quote["warnings"][0]["code"], "negative_prompt_unsupported");
    }
    assert_eq!(ann.get("/v1/generations").await.expect(200)["data"], json!([]), "a dry run makes nothing");
    app.finish().await;
}

#[tokio::test]
async fn the_same_key_makes_pictures_once() {
    for backend in [Backend::Embedded, Backend::Production] {
        let Some(app) = TestApp::on(backend).await else { continue };
        let ann = app.person("ann").await;
        let (avatar, _) = ann.trained_avatar(5).await;
        let sends = (0..8).map(|_| ann.picture(&avatar, "p-1", json!({"prompt": "in Paris"})));
        let answers = futures_util::future::join_all(sends).await;
        let ids: std::collections::BTreeSet<_> = answers.into_iter().map(|answer| id(&answer.expect(202))).collect();
        assert_eq!(ids.len(), 1);
        ann.picture(&avatar, "p-1", json!({"prompt": "in Rome"})).await.problem(422, "idempotency_key_reused");
        let made = ids.into_iter().next().expect("one");
        ann.generation_in(&made, "completed").await;
        assert_eq!(ann.get("/v1/generations").await.expect(200)["data"].as_array().map(Vec::len), Some(1));
        app.finish().await;
    }
}

#[tokio::test]
async fn caps_hold_for_pictures_as_for_trainings() {
    let capped = |config: &mut Config| config.spending.user = Caps { generations: Some(2), ..Caps::default() };
    let app = TestApp::with(capped).await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let keys: Vec<_> = (0..8).map(|number| format!("p-{number}")).collect();
    let sends = keys.iter().map(|key| ann.picture(&avatar, key, json!({"prompt": "in Paris"})));
    let (begun, refused): (Vec<_>, Vec<_>) =
        futures_util::future::join_all(sends).await.into_iter().partition(|answer| answer.status == 202);
    assert_eq!((begun.len(), refused.len()), (2, 6));
    for answer in refused {
        assert!(answer.header("retry-after").is_some());
        answer.problem(429, "user_generations_cap");
    }
    for answer in begun {
        ann.generation_in(&id(&answer.body), "completed").await;
    }
    app.finish().await;
}

#[tokio::test]
async fn what_fal_does_not_end_can_be_given_up() {
    let app = TestApp::new().await;
    app.break_fal(drawing(Fault::Run(RunFault::StuckInQueue))).await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let begun = id(&ann.picture(&avatar, "p-1", json!({"prompt": "x"})).await.expect(202));
    ann.generation_in(&begun, "processing").await;
    let path = format!("/v1/generations/{begun}/cancel");
    let given_up = ann.post_empty(&path).await.expect(202);
    assert!(given_up["cancel_requested_at"].is_string());
    ann.generation_in(&begun, "cancelled").await;
    assert_eq!(ann.event("generation.cancelled", 0).await["resource"]["id"], begun);
    ann.post_empty(&path).await.problem(409, "generation_state");
    app.finish().await;
}

#[tokio::test]
async fn what_fal_refuses_fails_with_its_word_and_costs_nothing() {
    let app = TestApp::new().await;
    app.break_fal(drawing(Fault::Submit(SubmitFault::Validation422))).await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let begun = id(&ann.picture(&avatar, "p-1", json!({"prompt": "x"})).await.expect(202));
    let failed = ann.generation_in(&begun, "failed").await;
    assert_eq!(failed["error"]["code"], "fal_refused");
    let rooms = app.rooms();
    let day = aisha_api::domain::spending::day_of(rooms.now());
    let spent = aisha_api::storage::spending::of_all(&rooms.db, day).await.expect("a sum");
    assert_eq!((spent.trainings, spent.generations), (1, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_change_changes_the_tag_and_a_picture_has_a_stable_address() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let made = id(&ann.picture(&avatar, "p-1", json!({"prompt": "x"})).await.expect(202));
    ann.generation_in(&made, "completed").await;
    let path = format!("/v1/generations/{made}");
    let tag = ann.get(&path).await.header("etag").expect("a tag").to_owned();
    let known = async || ann.send(ann.request(Method::GET, &path).header("If-None-Match", &tag)).await.status;
    assert_eq!(known().await, 304);
    ann.put(&format!("{path}/favourite"), json!({})).await.expect(200);
    assert_eq!(known().await, 200);
    for variant in ["original", "thumbnail"] {
        let answer = ann.get(&format!("{path}/images/1/content?variant={variant}")).await;
        let link = answer.header("location").expect("a link").to_owned();
        assert_eq!(answer.status, 307);
        assert_eq!(ann.follow(&link).await.header("content-type"), Some("image/jpeg"));
    }
    ann.get(&format!("{path}/images/1/content?variant=face")).await.problem(422, "validation_failed");
    for number in ["0", "2", "x"] {
        ann.get(&format!("{path}/images/{number}/content")).await.problem(404, "not_found");
    }
    app.finish().await;
}
