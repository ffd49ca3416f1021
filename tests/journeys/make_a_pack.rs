//! Twelve pictures at once, and the first look at a new training.

use aisha_api::config::Config;
use aisha_api::domain::spending::Caps;
use aisha_tests::harness::{Backend, Person, TestApp, id};
use reqwest::Method;
use serde_json::{Value, json};

async fn pictures(person: &Person, run: &str) -> Vec<Value> {
    let listed = person.get(&format!("/v1/generations?limit=100&pack_id={run}")).await.expect(200);
    let mut listed = listed["data"].as_array().expect("pictures").clone();
    listed.reverse();
    listed
}

async fn a_pack_of_twelve(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let request = ann.request(Method::POST, &format!("/v1/avatars/{avatar}/packs")).header("Idempotency-Key", "k-1");
    let begun = ann.send(request.json(&json!({"pack_id": "business_portraits"}))).await;
    let location = begun.header("location").expect("a location").to_owned();
    let begun = begun.expect(202);
    assert_eq!((&begun["status"], &begun["progress"]["total"]), (&json!("running"), &json!(12)));

    let event = ann.event("pack.completed", 0).await;
    assert_eq!((&event["resource"]["id"], &event["state"]), (&begun["id"], &json!("completed")));
    assert_eq!(event["details"]["completed"], 12);
    let run = ann.get(&location).await.expect(200);
    assert_eq!((&run["status"], &run["progress"]["completed"]), (&json!("completed"), &json!(12)));
    let made = pictures(&ann, &id(&run)).await;
    assert_eq!(made.len(), 12);
    let trigger = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200)["trigger_phrase"].clone();
    for picture in &made {
        let prompt = picture["final_prompt"].as_str().expect("a prompt");
        assert_eq!(prompt.matches(trigger.as_str().expect("a word")).count(), 1, "{prompt}");
        assert_eq!(picture["images"].as_array().map(Vec::len), Some(1));
    }
    assert_eq!((&made[0]["style_id"], &made[0]["prompt"]), (&json!("headshot"), &json!("")), "in the pack's order");
    assert!(
        made[1]["final_prompt"].as_str().is_some_and(|prompt| prompt.contains("woman, navy suit and white shirt, "))
    );
    let seeds: std::collections::BTreeSet<_> = made.iter().map(|picture| picture["seed"].to_string()).collect();
    assert_eq!(seeds.len(), 12, "each begins with a chance of its own");
    let cost: f64 = made.iter().filter_map(|picture| picture["cost_estimate_usd"].as_f64()).sum();
    assert!((run["cost_estimate_usd"].as_f64().expect("a price") - cost).abs() < 1e-9);

    ann.delete(&location).await.expect(204);
    assert_eq!(ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200)["generations_count"], 0);
    app.finish().await;
}

#[tokio::test]
async fn a_pack_of_twelve_on_one_machine() {
    a_pack_of_twelve(Backend::Embedded).await;
}

#[tokio::test]
async fn a_pack_of_twelve_on_postgres_and_s3() {
    a_pack_of_twelve(Backend::Production).await;
}

fn with_preview(config: &mut Config) {
    config.preview = vec!["first_look_style".to_owned(), "first_look".to_owned()];
}

async fn preview_of(ann: &Person, training: &str) -> Value {
    let listed = ann.get("/v1/packs?is_preview=true").await.expect(200);
    let found = listed["data"].as_array().expect("runs").iter().find(|run| run["training_id"] == training).cloned();
    found.unwrap_or_else(|| panic!("no preview of {training}: {listed:#}"))
}

async fn what_was_learned_is_shown(backend: Backend) {
    let Some(app) = TestApp::start(backend, with_preview).await else { return };
    let ann = app.person("ann").await;
    let (avatar, first) = ann.trained_avatar(5).await;
    let one = preview_of(&ann, &first).await;
    assert_eq!((&one["pack_id"], &one["progress"]["total"]), (&json!("first_look"), &json!(6)), "it is a portrait");
    let ended = ann.event("pack.completed", 0).await;
    let request = ann.request(Method::POST, &format!("/v1/avatars/{avatar}/trainings"));
    let wish = json!({"preset": "balanced", "compare_with": first});
    let second = id(&ann.send(request.header("Idempotency-Key", "t-2").json(&wish)).await.expect(202));
    ann.training_in(&second, "completed").await;
    let other = preview_of(&ann, &second).await;
    let ended = ann.event("pack.completed", ended["seq"].as_i64().expect("a number")).await;
    assert_eq!(ended["resource"]["id"], other["id"]);
    let (of_one, of_other) = (pictures(&ann, &id(&one)).await, pictures(&ann, &id(&other)).await);
    let what = |pictures: &[Value]| -> Vec<(Value, Value)> {
        pictures.iter().map(|picture| (picture["final_prompt"].clone(), picture["seed"].clone())).collect()
    };
    assert_eq!(what(&of_one), what(&of_other), "picture by picture the same but for the version");
    assert!(of_one.iter().all(|picture| picture["training_id"] == first.as_str()));
    assert!(of_other.iter().all(|picture| picture["training_id"] == second.as_str()));

    let sheet = async |query: &str| {
        let answer = ann.get(&format!("/v1/packs/{}/sheet.jpg{query}", id(&one))).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("image/jpeg")));
        let sheet = image::load_from_memory(&answer.bytes).expect("a JPEG");
        (sheet.width(), sheet.height(), answer.header("etag").expect("a tag").to_owned())
    };
    let (width, height, tag) = sheet("").await;
    assert_eq!((width, height), (5 * 240, 2 * 240), "six pictures");
    let (width, height, _) = sheet(&format!("?beside={}", id(&other))).await;
    assert_eq!((width, height), (6 * 240 + 2 * 24, 2 * 240), "three pairs in a row");
    let known = ann.request(Method::GET, &format!("/v1/packs/{}/sheet.jpg", id(&one))).header("If-None-Match", &tag);
    assert_eq!(ann.send(known).await.status, 304);
    let bob = app.person("bob").await;
    let foreign = bob.get(&format!("/v1/packs/{}/sheet.jpg", id(&one))).await;
    foreign.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn what_was_learned_is_shown_on_one_machine() {
    what_was_learned_is_shown(Backend::Embedded).await;
}

#[tokio::test]
async fn what_was_learned_is_shown_on_postgres_and_s3() {
    what_was_learned_is_shown(Backend::Production).await;
}

#[tokio::test]
async fn a_preview_keeps_to_the_caps_and_its_absence_stops_no_training() {
    for caps in
        [Caps { generations: Some(5), ..Caps::default() }, Caps { microusd: Some(2_500_000), ..Caps::default() }]
    {
        for of_key in [false, true] {
            let settings = |config: &mut Config| {
                with_preview(config);
                *(if of_key { &mut config.spending.key } else { &mut config.spending.user }) = caps;
            };
            let app = TestApp::with(settings).await;
            let ann = app.person("ann").await;
            ann.trained_avatar(5).await;
            assert_eq!(ann.get("/v1/packs").await.expect(200)["data"], json!([]));
            assert_eq!(ann.get("/v1/generations").await.expect(200)["data"], json!([]));
            app.finish().await;
        }
    }
}
