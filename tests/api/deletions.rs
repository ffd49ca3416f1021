//! Deletions: at once for who asks, with a receipt that tells when the bytes have followed.

use std::time::Duration;

use aisha_api::config::{Config, FalConfig};
use aisha_api::domain::clock::Clock;
use aisha_api::storage::{deletions, objects};
use aisha_api::workers::sweep_once;
use aisha_openapi::vocabulary::{DeletionStatus, Scope};
use aisha_tests::harness::{Backend, Person, TestApp, id};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

fn names(receipt: &Value, kind: &str) -> Vec<String> {
    let things = receipt["things"].as_array().expect("things").iter().filter(|thing| thing["kind"] == kind);
    things.map(|thing| thing["name"].as_str().expect("a name").to_owned()).collect()
}

/// Trainings that do not end by themselves while the test runs.
fn long(config: &mut Config) {
    if let FalConfig::Sandbox(sandbox) = &mut config.fal {
        sandbox.training = Duration::from_secs(100);
    }
}

async fn a_receipt_lists_every_object_and_follows_it_out(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let (avatar, training) = ann.trained_avatar(5).await;
    let other = ann.avatar().await;
    ann.upload_photos(&other, 1).await;
    app.settled().await;
    let ledger = objects::list(&app.rooms().db).await.expect("the ledger");
    let mut expected: Vec<String> =
        ledger.into_iter().map(|(key, _)| key).filter(|key| key.contains(&avatar)).collect();
    expected.sort();
    assert!(expected.len() > 15, "photos in their renderings, the set and the weights: {expected:?}");
    let fal_request = ann.get(&format!("/v1/trainings/{training}")).await.expect(200)["fal_request_id"].clone();

    let answer = ann.delete(&format!("/v1/avatars/{avatar}")).await;
    let location = answer.header("location").expect("a place").to_owned();
    let receipt = answer.expect(202);
    assert_eq!(location, format!("/v1/deletions/{}", id(&receipt)));
    assert_eq!((&receipt["subject_type"], &receipt["subject_id"]), (&json!("avatar"), &json!(avatar)));
    let mut listed = names(&receipt, "object");
    listed.sort();
    assert_eq!(listed, expected);
    assert_eq!(names(&receipt, "request"), [fal_request.as_str().expect("an id")]);
    assert_eq!((names(&receipt, "training_set").len(), names(&receipt, "result_file").is_empty()), (1, false));
    let sets = receipt["things"].as_array().expect("things").iter().filter(|thing| thing["kind"] == "training_set");
    assert!(sets.into_iter().all(|set| set["state"] == "expiring" && set["expires_at"].is_string()), "{receipt:#}");

    app.settled().await;
    let receipt = ann.get(&location).await.expect(200);
    assert_eq!(receipt["status"], "complete", "{receipt:#}");
    assert!(receipt["completed_at"].is_string());
    let ours = receipt["things"].as_array().expect("things").iter().filter(|thing| thing["place"] == "store");
    assert!(ours.into_iter().all(|thing| thing["state"] == "gone" && thing["gone_at"].is_string()), "{receipt:#}");
    assert_eq!(ann.get(&format!("/v1/avatars/{other}")).await.expect(200)["photos_count"], 1);
    app.person("bob").await.get(&location).await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_receipt_lists_every_object_and_follows_it_out_on_one_machine() {
    a_receipt_lists_every_object_and_follows_it_out(Backend::Embedded).await;
}

#[tokio::test]
async fn a_receipt_lists_every_object_and_follows_it_out_on_postgres_and_s3() {
    a_receipt_lists_every_object_and_follows_it_out(Backend::Production).await;
}

async fn a_person_goes_in_the_middle_of_everything(backend: Backend) {
    let clock = Clock::held_at(Clock::system().now());
    let Some(app) = TestApp::start_at(clock.clone(), backend, long).await else { return };
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let of_bob = bob.avatar().await;
    bob.upload_photos(&of_bob, 1).await;
    let me: Uuid = id(&ann.get("/v1/me").await.expect(200)).parse().expect("an id");
    let (avatar, uploading) = (ann.avatar().await, ann.avatar().await);
    ann.upload_photos(&avatar, 5).await;
    let training = id(&ann.train(&avatar, "t-1").await.expect(202));
    ann.training_in(&training, "queued").await;
    let uploads =
        futures_util::future::join_all((0..3).map(|number| {
            ann.upload_body(&uploading, Some("image/jpeg"), aisha_tests::harness::pictures::jpeg(number))
        }));
    let (answers, receipt) = tokio::join!(uploads, ann.delete("/v1/me"));
    let location = receipt.header("location").expect("a place").to_owned();
    let receipt = receipt.expect(202);
    for answer in answers {
        assert!(matches!(answer.status.as_u16(), 201 | 401 | 404 | 422), "{:#}", answer.body);
    }
    assert_eq!((&receipt["subject_type"], &receipt["subject_id"]), (&json!("user"), &json!(me)));
    assert_eq!((names(&receipt, "training_set").len(), names(&receipt, "request").len()), (1, 1));
    for path in ["/v1/me", "/v1/avatars", "/v1/events"] {
        ann.get(path).await.problem(401, "unauthenticated");
    }
    // A job that is under way while hours pass has lost its lease, and is done twice.
    app.quiet().await;
    // What an upload had announced when it was overtaken is looked for in vain until its time is over.
    clock.advance(TimeDelta::hours(2));
    sweep_once(app.rooms()).await.expect("a round");
    app.settled().await;
    let ledger = objects::list(&app.rooms().db).await.expect("the ledger");
    assert!(ledger.iter().all(|(key, _)| !key.contains(&me.to_string())), "{ledger:#?}");
    let link = receipt["receipt_url"].as_str().expect("a link").to_owned();
    let stranger = app.stranger();
    let read = stranger.follow(&link).await.expect(200);
    assert_eq!((&read["id"], &read["status"]), (&receipt["id"], &json!("complete")), "{read:#}");
    assert_eq!(read["receipt_url"], json!(null), "it is told once");
    assert!(link.ends_with(&location), "{location}");
    for wrong in [format!("{location}x"), location.replace(&id(&receipt), &Uuid::now_v7().to_string())] {
        stranger.get(&wrong).await.problem(404, "not_found");
    }
    let receipt: Uuid = id(&receipt).parse().expect("an id");
    let kept = deletions::find(&app.rooms().db, me.into(), receipt.into()).await.expect("a look").expect("a receipt");
    assert_eq!(kept.status(), DeletionStatus::Complete, "{kept:#?}");
    let fal = Person::new(format!("{}/", app.fal_url()), None);
    let requests = fal.get("sandbox/requests").await.expect(200);
    assert!(requests[0]["calls"]["cancel"] == 1, "what ran at fal is stopped: {requests:#}");
    assert_eq!(bob.get(&format!("/v1/avatars/{of_bob}")).await.expect(200)["photos_count"], 1);
    for (days, status) in [(364, 200), (1, 404)] {
        clock.advance(TimeDelta::days(days));
        sweep_once(app.rooms()).await.expect("a round");
        assert_eq!(stranger.follow(&link).await.status, status, "receipts are kept for a year");
    }
    app.rooms().signals.jobs.notify_one();
    app.finish().await;
}

#[tokio::test]
async fn a_person_goes_in_the_middle_of_everything_on_one_machine() {
    a_person_goes_in_the_middle_of_everything(Backend::Embedded).await;
}

#[tokio::test]
async fn a_person_goes_in_the_middle_of_everything_on_postgres_and_s3() {
    a_person_goes_in_the_middle_of_everything(Backend::Production).await;
}

#[tokio::test]
async fn who_acts_for_others_deletes_the_one_they_name() {
    let app = TestApp::new().await;
    let scopes: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Admin).collect();
    let bot = app.person_with("bot", scopes, Some("telegram:4242")).await;
    let (one, other) = (bot.acting_for("telegram:1"), bot.acting_for("telegram:2"));
    let (of_one, of_other) = (one.avatar().await, other.avatar().await);
    let before = id(&one.get("/v1/me").await.expect(200));
    bot.delete("/v1/me").await.problem(400, "act_as_required");
    one.delete("/v1/me").await.expect(202);
    one.get(&format!("/v1/avatars/{of_one}")).await.problem(404, "not_found");
    assert_ne!(id(&one.get("/v1/me").await.expect(200)), before, "whoever comes back is somebody new");
    other.get(&format!("/v1/avatars/{of_other}")).await.expect(200);
    for scopes in [vec![Scope::AvatarsRead], vec![Scope::AvatarsWrite], vec![Scope::KeysManage]] {
        let half = app.person_with("half", scopes, None).await;
        half.delete("/v1/me").await.problem(403, "forbidden");
    }
    app.person_with("half", vec![Scope::AvatarsWrite, Scope::KeysManage], None)
        .await
        .delete("/v1/me")
        .await
        .expect(202);
    app.finish().await;
}
