//! Trainings: started once, followed to their end, stopped on the way.

use std::path::PathBuf;
use std::time::Duration;

use aisha_api::config::{Config, FalConfig};
use aisha_api::files::Key;
use aisha_api::storage::photos;
use aisha_tests::harness::app::unreachable_fal;
use aisha_tests::harness::{Answer, Backend, Person, TestApp, id};
use bytes::Bytes;
use reqwest::Method;
use serde_json::{Value, json};

/// Trainings that take so long.
fn lasting(seconds: u64) -> impl FnOnce(&mut Config) {
    move |config| {
        if let FalConfig::Sandbox(sandbox) = &mut config.fal {
            sandbox.training = Duration::from_secs(seconds);
        }
    }
}

async fn ready_avatar(person: &Person) -> String {
    let avatar = person.avatar().await;
    person.upload_photos(&avatar, 5).await;
    avatar
}

async fn cancel(person: &Person, training: &str) -> Answer {
    person.post_empty(&format!("/v1/trainings/{training}/cancel")).await
}

async fn avatar_status(person: &Person, avatar: &str) -> Value {
    person.get(&format!("/v1/avatars/{avatar}")).await.expect(200)["status"].clone()
}

#[tokio::test]
async fn a_training_needs_a_whole_avatar_with_enough_photos() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let draft = id(&ann.post("/v1/avatars", json!({"training_type": "style"})).await.expect(201));
    let problem = ann.train(&draft, "t-1").await.problem(409, "avatar_incomplete");
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("name, gender, avatar_type")), "{problem:#}");
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 4).await;
    ann.train(&avatar, "t-1").await.problem(409, "not_enough_photos");
    let photos = ann.upload_photos(&avatar, 5).await;
    let photo = id(&photos["results"][4]["photo"]);
    ann.patch(&format!("/v1/photos/{photo}"), json!({"excluded": true})).await.expect(200);
    ann.train(&avatar, "t-1").await.problem(409, "not_enough_photos");
    assert_eq!(ann.get(&format!("/v1/avatars/{avatar}/trainings")).await.expect(200)["data"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn a_price_is_told_without_starting_anything() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ready_avatar(&ann).await;
    let path = format!("/v1/avatars/{avatar}/trainings");
    let mut prices = Vec::new();
    for preset in ["fast", "balanced", "quality"] {
        let quote = ann.post(&format!("{path}?dry_run=true"), json!({"preset": preset})).await.expect(200);
        assert_eq!((&quote["preset"], &quote["photos"]), (&json!(preset), &json!(5)));
        assert_eq!(quote["endpoint"], "fal-ai/flux-lora-portrait-trainer");
        assert!(quote["minutes_min"].as_i64() <= quote["minutes_max"].as_i64(), "{quote:#}");
        prices.push(quote["cost_estimate_usd"].as_f64().expect("a price"));
    }
    assert!(prices.is_sorted_by(|one, next| one < next) && prices[0] > 0.0, "{prices:?}");
    let unsaid = ann.post(&format!("{path}?dry_run=true"), json!({})).await.expect(200);
    assert_eq!(unsaid["preset"], "balanced");
    let draft = id(&ann.post("/v1/avatars", json!({})).await.expect(201));
    let draft = format!("/v1/avatars/{draft}/trainings?dry_run=true");
    ann.post(&draft, json!({})).await.problem(409, "avatar_incomplete");
    ann.post(&format!("{path}?dry_run=perhaps"), json!({})).await.problem(400, "bad_request");
    assert_eq!(ann.get(&path).await.expect(200)["data"], json!([]));
    assert_eq!(avatar_status(&ann, &avatar).await, "photos_uploading");
    app.finish().await;
}

#[tokio::test]
async fn a_training_is_accepted_and_says_where_to_look() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ready_avatar(&ann).await;
    let answer = ann.train(&avatar, "t-1").await;
    let header = |name: &str| answer.header(name).expect(name).to_owned();
    let (location, retry_after) = (header("location"), header("retry-after"));
    let training = answer.expect(202);
    assert_eq!(location, format!("/v1/trainings/{}", id(&training)));
    assert!(retry_after.parse::<u32>().is_ok());
    assert_eq!((&training["status"], &training["version"]), (&json!("preparing"), &json!(1)));
    assert_eq!((&training["progress"], &training["preset"]), (&json!(0), &json!("fast")));
    assert_eq!(training["photos"].as_array().map(Vec::len), Some(5));
    let whole = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    assert_eq!(whole["latest_training"]["id"], training["id"]);
    assert_eq!(whole["status"], "training");
    ann.train(&avatar, "t-2").await.problem(409, "training_under_way");
    ann.training_in(&id(&training), "completed").await;
    assert_eq!(avatar_status(&ann, &avatar).await, "completed");
    app.finish().await;
}

async fn of_many_who_start_one_starts(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let avatar = ready_avatar(&ann).await;
    let names: Vec<String> = (0..8).map(|number| format!("t-{number}")).collect();
    let answers = futures_util::future::join_all(names.iter().map(|name| ann.train(&avatar, name))).await;
    let (started, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 202);
    assert_eq!((started.len(), refused.len()), (1, 7));
    for answer in refused {
        answer.problem(409, "training_under_way");
    }
    app.finish().await;
}

#[tokio::test]
async fn of_many_who_start_one_starts_on_one_machine() {
    of_many_who_start_one_starts(Backend::Embedded).await;
}

#[tokio::test]
async fn of_many_who_start_one_starts_on_postgres() {
    of_many_who_start_one_starts(Backend::Production).await;
}

#[tokio::test]
async fn a_training_that_fal_has_not_got_is_cancelled_at_once() {
    let app = TestApp::with(unreachable_fal).await;
    let ann = app.person("ann").await;
    let avatar = ready_avatar(&ann).await;
    let training = id(&ann.train(&avatar, "t-1").await.expect(202));
    let cancelled = cancel(&ann, &training).await.expect(202);
    assert_eq!(cancelled["status"], "cancelled");
    assert!(cancelled["completed_at"].is_string());
    assert_eq!(avatar_status(&ann, &avatar).await, "ready_for_training");
    cancel(&ann, &training).await.problem(409, "training_state");
    assert_eq!(ann.event("training.cancelled", 0).await["resource"]["id"], json!(training));
    let next = ann.train(&avatar, "t-2").await.expect(202);
    assert_eq!(next["version"], 2);
    cancel(&ann, &id(&next)).await.expect(202);
    app.finish().await;
}

#[tokio::test]
async fn photos_stay_while_they_are_packed() {
    let app = TestApp::with(unreachable_fal).await;
    let ann = app.person("ann").await;
    let avatar = ready_avatar(&ann).await;
    let training = id(&ann.train(&avatar, "t-1").await.expect(202));
    let photos = ann.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200);
    let photo = format!("/v1/photos/{}", id(&photos["data"][0]));
    let answer = ann.delete(&photo).await;
    assert!(answer.header("retry-after").is_some());
    answer.problem(409, "photos_in_use");
    cancel(&ann, &training).await.expect(202);
    ann.delete(&photo).await.expect(204);
    assert_eq!(avatar_status(&ann, &avatar).await, "photos_uploading", "four are too few");
    app.finish().await;
}

/// At each stage at fal the way is the same: asked to stop, confirmed by fal, and the avatar is as it was.
async fn cancelled_when(stage: &'static str, seconds: u64) {
    let app = TestApp::with(lasting(seconds)).await;
    let ann = app.person("ann").await;
    let avatar = ready_avatar(&ann).await;
    let training = id(&ann.train(&avatar, "t-1").await.expect(202));
    let before = ann.training_in(&training, stage).await;
    assert_eq!(before["eta"].is_string(), matches!(stage, "queued" | "running"), "{before:#}");
    let asked = cancel(&ann, &training).await.expect(202);
    assert_eq!(asked["status"], "cancelling");
    let again = cancel(&ann, &training).await;
    assert!(matches!(again.status.as_u16(), 202 | 409), "{:#}", again.body);
    let cancelled = ann.training_in(&training, "cancelled").await;
    assert!(cancelled["completed_at"].is_string() && cancelled["error"].is_null(), "{cancelled:#}");
    assert_eq!(avatar_status(&ann, &avatar).await, "ready_for_training");
    cancel(&ann, &training).await.problem(409, "training_state");
    app.finish().await;
}

#[tokio::test]
async fn a_queued_training_is_cancelled() {
    cancelled_when("queued", 100).await;
}

#[tokio::test]
async fn a_running_training_is_cancelled() {
    cancelled_when("running", 10).await;
}

#[tokio::test]
async fn giving_an_avatar_up_stops_its_training() {
    let app = TestApp::with(lasting(100)).await;
    let ann = app.person("ann").await;
    let avatar = ready_avatar(&ann).await;
    let training = id(&ann.train(&avatar, "t-1").await.expect(202));
    ann.training_in(&training, "queued").await;
    assert_eq!(ann.post_empty(&format!("/v1/avatars/{avatar}/cancel")).await.expect(200)["status"], "cancelled");
    ann.training_in(&training, "cancelled").await;
    assert_eq!(avatar_status(&ann, &avatar).await, "cancelled");
    app.finish().await;
}

#[tokio::test]
async fn deleting_an_avatar_stops_its_training_and_leaves_nothing() {
    let app = TestApp::with(lasting(100)).await;
    let ann = app.person("ann").await;
    let avatar = ready_avatar(&ann).await;
    let training = id(&ann.train(&avatar, "t-1").await.expect(202));
    ann.training_in(&training, "queued").await;
    ann.delete(&format!("/v1/avatars/{avatar}")).await.expect(202);
    cancel(&ann, &training).await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_completed_avatar_stays_usable_while_it_learns_again() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, first) = ann.trained_avatar(5).await;
    let photos = ann.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200);
    let photo = id(&photos["data"][0]);
    ann.upload_photos(&avatar, 6).await;
    ann.delete(&format!("/v1/photos/{photo}")).await.expect(204);
    let second = ann.train(&avatar, "t-2").await.expect(202);
    assert_eq!(second["version"], 2);
    let meanwhile = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    assert_eq!((&meanwhile["status"], &meanwhile["active_training_id"]), (&json!("completed"), &json!(first)));
    assert_eq!(meanwhile["latest_training"]["version"], 2);
    let second = ann.training_in(&id(&second), "completed").await;
    let after = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    assert_eq!(after["active_training_id"], second["id"]);
    let first = ann.get(&format!("/v1/trainings/{first}")).await.expect(200);
    assert_eq!(first["photos"][0]["photo_id"], json!(photo), "the first knows what it learned from");
    let third = id(&ann.train(&avatar, "t-3").await.expect(202));
    cancel(&ann, &third).await.expect(202);
    ann.training_in(&third, "cancelled").await;
    let still = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    assert_eq!((&still["status"], &still["active_training_id"]), (&json!("completed"), &second["id"]));
    app.finish().await;
}

#[tokio::test]
async fn a_training_without_one_of_its_photos_fails_and_may_be_tried_again() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ready_avatar(&ann).await;
    let listed = ann.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200);
    let user: uuid::Uuid = id(&ann.get("/v1/me").await.expect(200)).parse().expect("a UUID");
    let photo: uuid::Uuid = id(&listed["data"][2]).parse().expect("a UUID");
    let rooms = app.rooms();
    let row = photos::find(&rooms.db, user.into(), photo.into()).await.expect("a look").expect("the photo");
    let key = Key::parse(row.training_key.expect("a copy for trainers")).expect("a key");
    let lost: Bytes = rooms.files.read(&key).await.expect("a read").expect("its bytes");
    rooms.files.delete(&key).await.expect("the store loses it");

    let training = id(&ann.train(&avatar, "t-1").await.expect(202));
    let failed = ann.training_in(&training, "failed").await;
    assert_eq!(failed["error"]["code"], "photo_missing");
    assert!(failed["error"]["message"].as_str().is_some_and(|text| text.len() > 10), "{failed:#}");
    let broken = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    assert_eq!((&broken["status"], &broken["status_reason"]), (&json!("error"), &json!("photo_missing")));
    ann.event("avatar.failed", 0).await;
    cancel(&ann, &training).await.problem(409, "training_state");

    rooms.files.put(&key, lost).await.expect("the store finds it again");
    let training = id(&ann.train(&avatar, "t-2").await.expect(202));
    ann.training_in(&training, "completed").await;
    let whole = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    assert_eq!((&whole["status"], &whole["status_reason"]), (&json!("completed"), &Value::Null));
    app.finish().await;
}

#[tokio::test]
async fn trainings_are_listed_newest_first_and_read_by_their_version() {
    let app = TestApp::with(unreachable_fal).await;
    let ann = app.person("ann").await;
    let avatar = ready_avatar(&ann).await;
    let mut made = Vec::new();
    for number in 0..3 {
        let training = id(&ann.train(&avatar, &format!("t-{number}")).await.expect(202));
        cancel(&ann, &training).await.expect(202);
        made.push(training);
    }
    made.reverse();
    let path = format!("/v1/avatars/{avatar}/trainings");
    let first = ann.get(&format!("{path}?limit=2")).await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("a second page");
    let second = ann.get(&format!("{path}?limit=2&cursor={cursor}")).await.expect(200);
    let both = [&first["data"], &second["data"]].into_iter().flat_map(|page| page.as_array().expect("a list"));
    let both: Vec<(String, Value)> = both.map(|training| (id(training), training["version"].clone())).collect();
    let expected: Vec<(String, Value)> = made.iter().cloned().zip([json!(3), json!(2), json!(1)]).collect();
    assert_eq!((both, &second["next_cursor"]), (expected, &Value::Null));

    let one = format!("/v1/trainings/{}", made[0]);
    let answer = ann.get(&one).await;
    let tag = answer.header("etag").expect("a tag").to_owned();
    assert_eq!(answer.expect(200), first["data"][0], "the list shows the same as the thing itself");
    let known = ann.send(ann.request(Method::GET, &one).header("If-None-Match", &tag)).await;
    assert_eq!((known.status.as_u16(), known.bytes.len()), (304, 0));
    app.finish().await;
}

#[tokio::test]
async fn trained_weights_survive_a_restart_in_our_own_store() {
    let mut app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (_, training) = ann.trained_avatar(5).await;
    let key = ann.key().to_owned();
    let sandbox: PathBuf = app.rooms().settings.temporary_dir.join("../fal-sandbox/files");
    std::fs::remove_dir_all(&sandbox).expect("fal forgets its files");
    app.restart().await;
    let ann = app.stranger().showing(&key);
    let training = ann.get(&format!("/v1/trainings/{training}")).await.expect(200);
    for file in ["diffusers_lora_file_url", "config_file_url"] {
        let link = training[file].as_str().unwrap_or_else(|| panic!("no {file}"));
        assert_ne!(ann.follow(link).await.bytes.len(), 0, "{file}");
    }
    app.finish().await;
}
