//! Packs: what may be asked for, that all of it is begun or nothing, and that the end is told once.

use aisha_api::config::Config;
use aisha_api::domain::spending::Caps;
use aisha_api::fal::sandbox::{Fault, Rule, RunFault};
use aisha_api::workers::sweep_once;
use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::{Answer, Backend, Person, TestApp, id};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

const PRICE_USD: f64 = 0.035;

async fn start(person: &Person, avatar: &str, key: &str, wish: Value) -> Answer {
    let request = person.request(Method::POST, &format!("/v1/avatars/{avatar}/packs"));
    person.send(request.header("Idempotency-Key", key).json(&wish)).await
}

/// The run once it has ended, which is told exactly once.
async fn ended(person: &Person, run: &str) -> Value {
    let event = person.event("pack.completed", 0).await;
    assert_eq!(event["resource"], json!({"type": "pack", "id": run}));
    let told = person.get("/v1/events?types=pack.completed").await.expect(200);
    assert_eq!(told["data"].as_array().map(Vec::len), Some(1));
    let run = person.get(&format!("/v1/packs/{run}")).await.expect(200);
    assert_eq!(event["state"], run["status"]);
    run
}

/// Has fal take every picture and draw none.
async fn nothing_is_drawn(app: &TestApp) {
    let fault = Rule::new(Fault::Run(RunFault::StuckInQueue));
    app.break_fal(Rule { endpoint: Some("fal-ai/flux-lora".to_owned()), ..fault }).await;
}

#[tokio::test]
async fn a_set_that_cannot_be_made_is_refused_with_its_fields() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    for (wish, pointer) in [
        (json!({}), "/pack_id"),
        (json!({"pack_id": "fancy"}), "/pack_id"),
        (json!({"pack_id": "at_the_movies", "styles": ["noir"]}), "/pack_id"),
        (json!({"styles": ["noir", "fancy"]}), "/styles/1"),
        (json!({"styles": vec!["noir"; 25]}), "/styles"),
        (json!({"styles": ["noir"], "num_images": 5}), "/num_images"),
        (json!({"styles": ["noir"], "aspect_ratio": "2:1"}), "/aspect_ratio"),
        (json!({"styles": ["noir"], "training_id": uuid::Uuid::now_v7()}), "/training_id"),
        (json!({"styles": ["noir"], "prompt": "x"}), "/prompt"),
    ] {
        let problem = start(&ann, &avatar, "k-1", wish.clone()).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{wish}: {problem:#}");
    }
    let path = format!("/v1/avatars/{avatar}/packs");
    ann.post(&path, json!({"styles": ["noir"]})).await.problem(400, "idempotency_key_required");
    let reader = app.person_with("reader", vec![Scope::AvatarsRead], None).await;
    start(&reader, &avatar, "k-1", json!({"styles": ["noir"]})).await.problem(403, "forbidden");
    let draft = ann.avatar().await;
    start(&ann, &draft, "k-1", json!({"styles": ["noir"]})).await.problem(409, "avatar_not_trained");
    let twice = json!({"pack_id": "business_portraits", "num_images": 2});
    let quote = ann.post(&format!("{path}?dry_run=true"), twice).await.expect(200);
    assert_eq!((&quote["generations"], &quote["num_images"]), (&json!(12), &json!(24)));
    // Not all are squares of one megapixel.
    let cost = quote["cost_estimate_usd"].as_f64().expect("a price");
    assert!(cost > 12.0 * PRICE_USD && cost <= 24.0 * PRICE_USD + 1e-9, "{cost}");
    assert_eq!(ann.get("/v1/packs").await.expect(200)["data"], json!([]), "a dry run makes nothing");
    app.finish().await;
}

async fn all_or_nothing(backend: Backend) {
    let caps = |config: &mut Config| config.spending.user = Caps { generations: Some(10), ..Caps::default() };
    let Some(app) = TestApp::start(backend, caps).await else { return };
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let twelve = start(&ann, &avatar, "k-0", json!({"pack_id": "business_portraits"})).await;
    assert_eq!(twelve.header("retry-after"), None, "no day has room for twelve");
    twelve.problem(403, "above_cap");
    let keys: Vec<_> = (0..6).map(|number| format!("k-{number}")).collect();
    let four = json!({"styles": ["noir", "low_key", "headshot", "noir"]});
    let starts = keys.iter().map(|key| start(&ann, &avatar, key, four.clone()));
    let (begun, refused): (Vec<_>, Vec<_>) = join_all(starts).await.into_iter().partition(|one| one.status == 202);
    assert_eq!((begun.len(), refused.len()), (2, 4));
    for answer in refused {
        assert!(answer.header("retry-after").is_some());
        answer.problem(429, "user_generations_cap");
    }
    app.quiet().await;
    let made = ann.get("/v1/generations?limit=100").await.expect(200);
    assert_eq!(made["data"].as_array().map(Vec::len), Some(8), "nothing of what was refused");
    app.finish().await;
}

#[tokio::test]
async fn a_pack_is_begun_whole_or_not_at_all_on_one_machine() {
    all_or_nothing(Backend::Embedded).await;
}

#[tokio::test]
async fn a_pack_is_begun_whole_or_not_at_all_on_postgres_and_s3() {
    all_or_nothing(Backend::Production).await;
}

async fn what_is_under_way_can_be_given_up(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    nothing_is_drawn(&app).await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let begun = start(&ann, &avatar, "k-1", json!({"styles": ["noir", "low_key", "headshot"]})).await.expect(202);
    let path = format!("/v1/packs/{}", id(&begun));
    assert_eq!((&begun["status"], &begun["progress"]["total"]), (&json!("running"), &json!(3)));
    app.quiet().await;
    let given_up = ann.post_empty(&format!("{path}/cancel")).await.expect(202);
    assert!(given_up["cancel_requested_at"].is_string());
    let run = ended(&ann, &id(&begun)).await;
    assert_eq!((&run["status"], &run["progress"]["cancelled"]), (&json!("cancelled"), &json!(3)));
    for kind in ["created", "cancelled"] {
        let told = ann.get(&format!("/v1/events?types=generation.{kind}")).await.expect(200);
        let sets =
            told["data"].as_array().expect("events").iter().filter(|event| event["details"]["pack_id"] == run["id"]);
        assert_eq!(sets.count(), 3, "who follows a set hears of its pictures by its name: {told:#}");
    }
    ann.post_empty(&format!("{path}/cancel")).await.problem(409, "pack_state");

    // One that is deleted while it is under way takes everything with it and ends nothing.
    let second = start(&ann, &avatar, "k-2", json!({"styles": ["noir", "low_key"]})).await.expect(202);
    let second = id(&second);
    app.quiet().await;
    ann.delete(&format!("/v1/packs/{second}")).await.expect(204);
    ann.get(&format!("/v1/packs/{second}")).await.problem(404, "not_found");
    let left = ann.get(&format!("/v1/generations?pack_id={second}")).await.expect(200);
    assert_eq!(left["data"], json!([]));
    assert_eq!(ann.event("pack.deleted", 0).await["resource"]["id"], second);
    ended(&ann, &id(&begun)).await;
    sweep_once(app.rooms()).await.expect("a round");
    app.finish().await;
}

#[tokio::test]
async fn what_is_under_way_can_be_given_up_on_one_machine() {
    what_is_under_way_can_be_given_up(Backend::Embedded).await;
}

#[tokio::test]
async fn what_is_under_way_can_be_given_up_on_postgres_and_s3() {
    what_is_under_way_can_be_given_up(Backend::Production).await;
}

#[tokio::test]
async fn a_pack_ends_with_the_last_of_its_pictures_however_that_goes() {
    let app = TestApp::new().await;
    nothing_is_drawn(&app).await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let begun = start(&ann, &avatar, "k-1", json!({"styles": ["noir", "low_key"]})).await.expect(202);
    app.quiet().await;
    let pictures = ann.get(&format!("/v1/generations?pack_id={}", id(&begun))).await.expect(200);
    let (one, other) = (id(&pictures["data"][0]), id(&pictures["data"][1]));
    ann.post_empty(&format!("/v1/generations/{one}/cancel")).await.expect(202);
    ann.generation_in(&one, "cancelled").await;
    let run = ann.get(&format!("/v1/packs/{}", id(&begun))).await.expect(200);
    assert_eq!((&run["status"], &run["progress"]["processing"]), (&json!("running"), &json!(1)));
    ann.delete(&format!("/v1/generations/{other}")).await.expect(204);
    let run = ended(&ann, &id(&begun)).await;
    assert_eq!((&run["status"], &run["progress"]["total"]), (&json!("failed"), &json!(1)));
    app.finish().await;
}

#[tokio::test]
async fn the_same_key_begins_a_pack_once_and_its_tag_tells_of_its_way() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let (avatar, training) = ann.trained_avatar(5).await;
    let wish = json!({"styles": ["noir", "headshot"], "aspect_ratio": "9:16", "num_images": 2});
    let answers = join_all((0..6).map(|_| start(&ann, &avatar, "k-1", wish.clone()))).await;
    let ids: std::collections::BTreeSet<_> = answers.into_iter().map(|answer| id(&answer.expect(202))).collect();
    let run = ids.first().expect("one").clone();
    assert_eq!(ids.len(), 1);
    let path = format!("/v1/packs/{run}");
    let tag = ann.get(&path).await.header("etag").expect("a tag").to_owned();
    let told = ended(&ann, &run).await;
    assert_eq!(told["progress"]["completed"], 2);
    assert_eq!(
        (&told["training_id"], &told["pack_id"], &told["is_preview"]),
        (&json!(training), &Value::Null, &json!(false))
    );
    let known = ann.send(ann.request(Method::GET, &path).header("If-None-Match", &tag)).await;
    assert_eq!(known.status, 200);
    let tag = known.header("etag").expect("a tag").to_owned();
    assert_eq!(ann.send(ann.request(Method::GET, &path).header("If-None-Match", &tag)).await.status, 304);
    let pictures = ann.get(&format!("/v1/generations?pack_id={run}")).await.expect(200);
    for picture in pictures["data"].as_array().expect("pictures") {
        assert_eq!((&picture["aspect_ratio"], picture["images"].as_array().map(Vec::len)), (&json!("9:16"), Some(2)));
    }
    let listed = ann.get(&format!("/v1/packs?avatar_id={avatar}&is_preview=false")).await.expect(200);
    assert_eq!(listed["data"], json!([told]));
    assert_eq!(bob.get("/v1/packs").await.expect(200)["data"], json!([]));
    ann.delete(&path).await.expect(204);
    app.settled().await;
    app.finish().await;
}
