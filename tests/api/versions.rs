//! The versions of an avatar: a training tried again, two presets compared on one set, and the choice between them.

use std::collections::BTreeSet;

use aisha_api::fal::sandbox::{Fault, Rule, RunFault, SubmitFault};
use aisha_tests::harness::app::unreachable_fal;
use aisha_tests::harness::{Answer, Backend, Person, TestApp, id};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

async fn retry(person: &Person, training: &str, key: &str) -> Answer {
    let request = person.request(Method::POST, &format!("/v1/trainings/{training}/retry"));
    person.send(request.header("Idempotency-Key", key)).await
}

async fn compare(person: &Person, avatar: &str, training: &str, preset: &str, key: &str) -> Answer {
    let request = person.request(Method::POST, &format!("/v1/avatars/{avatar}/trainings"));
    let body = json!({"preset": preset, "compare_with": training});
    person.send(request.header("Idempotency-Key", key).json(&body)).await
}

async fn choose(person: &Person, avatar: &str, training: &str) -> Answer {
    person.put(&format!("/v1/avatars/{avatar}/active-training"), json!({"training_id": training})).await
}

async fn read(person: &Person, avatar: &str) -> Value {
    person.get(&format!("/v1/avatars/{avatar}")).await.expect(200)
}

/// The next runs at fal come to this.
async fn fault(app: &TestApp, rules: Vec<Rule>) {
    let fal = Person::new(format!("{}/", app.fal_url()), None);
    fal.post("sandbox/faults", json!(rules)).await.expect(200);
}

async fn a_failed_training_is_tried_again(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    fault(&app, vec![Rule::new(Fault::Run(RunFault::CompletedWithError)).times(1)]).await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 6).await;
    let first = id(&ann.train(&avatar, "t-1").await.expect(202));
    let failed = ann.training_in(&first, "failed").await;
    // What has changed since is not what is tried again.
    let photos = ann.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200);
    ann.patch(&format!("/v1/photos/{}", id(&photos["data"][0])), json!({"excluded": true})).await.expect(200);
    ann.patch(&format!("/v1/avatars/{avatar}"), json!({"trigger_phrase": "another"})).await.expect(200);

    let quote = ann.post_empty(&format!("/v1/trainings/{first}/retry?dry_run=true")).await.expect(200);
    assert_eq!((&quote["photos"], &quote["cost_estimate_usd"]), (&json!(6), &failed["cost_estimate_usd"]));
    let unnamed = ann.post_empty(&format!("/v1/trainings/{first}/retry")).await;
    unnamed.problem(400, "idempotency_key_required");
    let answers = join_all((0..8).map(|_| retry(&ann, &first, "r-1"))).await;
    let answer = answers[0].clone();
    assert!(answers.iter().all(|other| other.bytes == answer.bytes), "one key is one training");
    let header = |name: &str| answer.header(name).map(str::to_owned);
    let location = answers.iter().find_map(|answer| answer.header("location").map(str::to_owned));
    assert!(answers.iter().any(|answer| answer.header("retry-after").is_some()), "{:?}", header("retry-after"));
    let second = answer.expect(202);
    assert_eq!(location, Some(format!("/v1/trainings/{}", id(&second))));
    assert_eq!((&second["version"], &second["retry_of"]), (&json!(2), &json!(first)));
    for field in ["photos", "preset", "trigger_phrase", "training_type", "endpoint", "steps", "compare_with"] {
        assert_eq!(second[field], failed[field], "{field}");
    }
    let done = ann.training_in(&id(&second), "completed").await;
    assert_eq!(done["retry_of"], json!(first));
    let whole = read(&ann, &avatar).await;
    assert_eq!((&whole["status"], &whole["active_training_id"]), (&json!("completed"), &second["id"]));
    assert_eq!(ann.get(&format!("/v1/trainings/{first}")).await.expect(200)["status"], "failed", "an end is an end");
    app.finish().await;
}

#[tokio::test]
async fn a_failed_training_is_tried_again_on_one_machine() {
    a_failed_training_is_tried_again(Backend::Embedded).await;
}

#[tokio::test]
async fn a_failed_training_is_tried_again_on_postgres_and_s3() {
    a_failed_training_is_tried_again(Backend::Production).await;
}

#[tokio::test]
async fn only_what_came_to_nothing_is_tried_again_and_one_at_a_time() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, completed) = ann.trained_avatar(5).await;
    let detail = retry(&ann, &completed, "r-1").await.problem(409, "training_state")["detail"].to_string();
    assert!(detail.contains("completed"), "{detail}");
    fault(&app, vec![Rule::new(Fault::Run(RunFault::StuckInQueue))]).await;
    let running = id(&ann.train(&avatar, "t-2").await.expect(202));
    retry(&ann, &running, "r-1").await.problem(409, "training_state");
    ann.post_empty(&format!("/v1/trainings/{running}/cancel")).await.expect(202);
    ann.training_in(&running, "cancelled").await;

    let names: Vec<String> = (0..8).map(|number| format!("r-{number}")).collect();
    let answers = join_all(names.iter().map(|name| retry(&ann, &running, name))).await;
    let (begun, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 202);
    assert_eq!((begun.len(), refused.len()), (1, 7), "of many who try one begins");
    for answer in refused {
        answer.problem(409, "training_under_way");
    }
    let begun = begun[0].body.clone();
    assert_eq!((&begun["version"], &begun["retry_of"]), (&json!(3), &json!(running)));
    let whole = read(&ann, &avatar).await;
    let usable = (&whole["status"], &whole["active_training_id"]);
    assert_eq!(usable, (&json!("completed"), &json!(completed)), "it stays usable meanwhile");
    app.person("bob").await.post_empty(&format!("/v1/trainings/{running}/retry")).await.problem(404, "not_found");
    ann.post_empty(&format!("/v1/trainings/{}/cancel", id(&begun))).await.expect(202);
    ann.training_in(&id(&begun), "cancelled").await;
    app.finish().await;
}

#[tokio::test]
async fn photos_that_were_deleted_are_not_learned_from_again() {
    let app = TestApp::with(unreachable_fal).await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let photos = ann.upload_photos(&avatar, 7).await;
    let training = id(&ann.train(&avatar, "t-1").await.expect(202));
    ann.post_empty(&format!("/v1/trainings/{training}/cancel")).await.expect(202);
    let deleted = [1, 4].map(|number: usize| id(&photos["results"][number]["photo"]));
    for photo in &deleted {
        ann.delete(&format!("/v1/photos/{photo}")).await.expect(204);
    }
    let problem = retry(&ann, &training, "r-1").await.problem(409, "photos_deleted");
    let named: BTreeSet<&str> = problem["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| &error["detail"])
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(named, deleted.iter().map(String::as_str).collect());
    assert!(problem["detail"].as_str().is_some_and(|text| deleted.iter().all(|photo| text.contains(photo))));
    let next = ann.train(&avatar, "t-2").await.expect(202);
    assert_eq!((&next["version"], &next["retry_of"]), (&json!(2), &json!(null)), "five are left");
    ann.post_empty(&format!("/v1/trainings/{}/cancel", id(&next))).await.expect(202);
    ann.post_empty(&format!("/v1/avatars/{avatar}/cancel")).await.expect(200);
    retry(&ann, &id(&next), "r-1").await.problem(409, "avatar_state");
    app.finish().await;
}

async fn two_presets_learn_from_one_set(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let (avatar, first) = ann.trained_avatar(5).await;
    let original = ann.get(&format!("/v1/trainings/{first}")).await.expect(200);
    ann.upload_photos(&avatar, 8).await;
    ann.patch(&format!("/v1/avatars/{avatar}"), json!({"trigger_phrase": "another"})).await.expect(200);
    compare(&ann, &avatar, &first, "fast", "c-1").await.problem(422, "validation_failed");
    let quote = json!({"preset": "balanced", "compare_with": first});
    let quote = ann.post(&format!("/v1/avatars/{avatar}/trainings?dry_run=true"), quote).await.expect(200);
    assert_eq!(quote["photos"], 5);

    fault(&app, vec![Rule::new(Fault::Submit(SubmitFault::Validation422)).times(1)]).await;
    let failed = compare(&ann, &avatar, &first, "balanced", "c-1").await.expect(202);
    assert_eq!((&failed["compare_with"], &failed["retry_of"]), (&json!(first), &json!(null)));
    ann.training_in(&id(&failed), "failed").await;
    compare(&ann, &avatar, &id(&failed), "quality", "c-2").await.problem(409, "training_state");
    let second = retry(&ann, &id(&failed), "r-1").await.expect(202);
    assert_eq!(
        (&second["compare_with"], &second["retry_of"]),
        (&json!(first), &failed["id"]),
        "both origins are shown"
    );
    for field in ["photos", "trigger_phrase", "training_type", "endpoint"] {
        assert_eq!(second[field], original[field], "{field}");
    }
    assert_ne!(second["steps"], original["steps"]);
    let meanwhile = read(&ann, &avatar).await;
    assert_eq!((&meanwhile["status"], &meanwhile["active_training_id"]), (&json!("completed"), &json!(first)));
    ann.training_in(&id(&second), "completed").await;
    assert_eq!(read(&ann, &avatar).await["active_training_id"], second["id"], "the newest is the active one");
    app.finish().await;
}

#[tokio::test]
async fn two_presets_learn_from_one_set_on_one_machine() {
    two_presets_learn_from_one_set(Backend::Embedded).await;
}

#[tokio::test]
async fn two_presets_learn_from_one_set_on_postgres_and_s3() {
    two_presets_learn_from_one_set(Backend::Production).await;
}

#[tokio::test]
async fn only_a_training_of_the_same_avatar_is_compared_with() {
    let app = TestApp::with(unreachable_fal).await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let mut trainings = Vec::new();
    for (number, person) in [&ann, &ann, &bob].into_iter().enumerate() {
        let avatar = person.avatar().await;
        person.upload_photos(&avatar, 5).await;
        let training = id(&person.train(&avatar, &format!("t-{number}")).await.expect(202));
        person.post_empty(&format!("/v1/trainings/{training}/cancel")).await.expect(202);
        trainings.push((avatar, training));
    }
    let [(avatar, own), (_, of_another_avatar), (foreign_avatar, foreign)] = &trainings[..] else { unreachable!() };
    let missing = uuid::Uuid::now_v7().to_string();
    for training in [of_another_avatar, foreign, &missing] {
        let problem = compare(&ann, avatar, training, "balanced", "c-1").await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/compare_with");
        let dry = json!({"compare_with": training});
        let dry = ann.post(&format!("/v1/avatars/{avatar}/trainings?dry_run=true"), dry).await;
        assert_eq!(dry.problem(422, "validation_failed")["detail"], problem["detail"]);
        choose(&ann, avatar, training).await.problem(422, "validation_failed");
    }
    compare(&ann, avatar, own, "balanced", "c-1").await.problem(409, "training_state");
    choose(&ann, avatar, own).await.problem(409, "training_state");
    compare(&ann, foreign_avatar, foreign, "balanced", "c-1").await.problem(404, "not_found");
    choose(&ann, foreign_avatar, foreign).await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn the_active_training_is_chosen_and_taken_back() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, first) = ann.trained_avatar(5).await;
    let second = compare(&ann, &avatar, &first, "quality", "c-1").await.expect(202);
    let second = id(&ann.training_in(&id(&second), "completed").await);
    let path = format!("/v1/avatars/{avatar}");
    let stale = ann.get(&path).await.header("etag").expect("a tag").to_owned();

    let chosen = choose(&ann, &avatar, &first).await;
    let tag = chosen.header("etag").expect("a tag").to_owned();
    assert_ne!(tag, stale);
    assert_eq!(chosen.expect(200)["active_training_id"], json!(first));
    assert_eq!(read(&ann, &avatar).await["active_training_id"], json!(first));
    let event = ann.event("avatar.active_training", 0).await;
    assert_eq!((&event["resource"]["id"], &event["state"]), (&json!(avatar), &json!("completed")));
    let details = json!({"training_id": first, "version": 1, "previous_training_id": second});
    assert_eq!(event["details"], details);

    let change = |tag: &str| {
        let request = ann.request(Method::PUT, &format!("{path}/active-training"));
        ann.send(request.header("If-Match", tag.to_owned()).json(&json!({"training_id": second})))
    };
    change(&stale).await.problem(412, "precondition_failed");
    change(&tag).await.expect(200);
    let again = choose(&ann, &avatar, &second).await.expect(200);
    assert_eq!(again["active_training_id"], json!(second));
    let timeline = ann.get(&format!("{path}/timeline?limit=2")).await.expect(200);
    let kinds: Vec<&Value> = timeline["data"].as_array().expect("events").iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds, ["avatar.active_training"; 2], "what changes nothing is not told");
    app.finish().await;
}
