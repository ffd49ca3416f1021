//! A store that is away for a while, and photos that are gone for good.

use std::fs;
use std::path::Path;

use aisha_api::domain::clock::Clock;
use aisha_api::storage::{jobs, objects};
use aisha_api::workers::sweep_once;
use aisha_tests::harness::wire::dead_end;
use aisha_tests::harness::{Backend, TestApp, pictures};
use chrono::TimeDelta;

use crate::watch::{self, Begun, absent_fal, sandbox, until};

/// Takes the folder of the objects away; a file stands in its place, which stops even those who may write everywhere.
pub(crate) fn take_away(objects: &Path) {
    fs::rename(objects, objects.with_extension("away")).expect("the folder moves");
    fs::write(objects, "no folder").expect("a file");
}

pub(crate) fn give_back(objects: &Path) {
    fs::remove_file(objects).expect("the file goes");
    fs::rename(objects.with_extension("away"), objects).expect("the folder comes back");
}

async fn ledger(app: &TestApp) -> Vec<String> {
    let ledger = objects::list(&app.rooms().db).await.expect("the ledger");
    ledger.into_iter().map(|(_, state)| state).collect()
}

#[tokio::test]
async fn an_upload_into_a_store_that_is_away_leaves_nothing_behind() {
    let clock = Clock::held_at(Clock::system().now());
    let app = TestApp::start_at(clock.clone(), Backend::Embedded, |_| {}).await.expect("embedded");
    let folder = watch::objects(app.config());
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let files = || (0..3).map(|number| ("photo.jpg", pictures::jpeg(number))).collect::<Vec<_>>();
    take_away(&folder);
    let answer = ann.upload(&avatar, files()).await;
    assert!(answer.header("retry-after").is_some());
    answer.problem(503, "unavailable");
    let photos = ann.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200);
    assert_eq!(photos["data"].as_array().map(Vec::len), Some(0), "{photos:#}");
    give_back(&folder);
    ann.upload(&avatar, files()).await.expect(201);

    let states = ledger(&app).await;
    assert!(states.contains(&"pending".to_owned()), "what was announced is not lost sight of: {states:?}");
    clock.advance(TimeDelta::hours(2));
    sweep_once(app.rooms()).await.expect("a round");
    app.settled().await;
    assert_eq!(ledger(&app).await, ["live"; 9], "three of each photo");
    app.finish().await;
}

#[tokio::test]
async fn a_training_waits_for_a_store_that_is_away() {
    let app = TestApp::new().await;
    let folder = watch::objects(app.config());
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 5).await;
    let begun = Begun::training(ann, avatar).await;
    begun.reaches(&["queued", "running"]).await;
    take_away(&folder);
    // The weights are ready at fal, and there is no place for them.
    until("a failed attempt to store the weights", async || {
        let row = begun.row(&app).await;
        let waiting = jobs::count(&app.rooms().db).await.expect("a count");
        let ended = sandbox(&app).requests().first().is_some_and(|request| !request["ended"].is_null());
        // Beside the comparison of store and ledger, which waits for its day.
        let is_waiting = waiting.iter().any(|(state, count)| state == "waiting" && *count > 1);
        (ended && !row.status.is_final() && row.progress == 99 && is_waiting).then_some(())
    })
    .await;
    give_back(&folder);
    begun.completes_once().await;
    sandbox(&app).only_request();
    app.finish().await;
}

#[tokio::test]
async fn a_training_whose_photo_is_gone_fails_and_says_so() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 5).await;
    let keys = app.rooms().files.list("").await.expect("a list");
    let copy = keys.iter().find(|key| key.as_str().contains("/processed/photo_")).expect("a copy for trainers");
    app.rooms().files.delete(copy).await.expect("a deletion");
    let begun = Begun::training(ann, avatar).await;
    let training = begun.reaches(&["failed", "completed"]).await;
    assert_eq!(training["error"]["code"], "photo_missing", "{training:#}");
    begun.assert_told(&["training.failed", "avatar.failed"]).await;
    app.settled().await;
    // The test took it from the store behind the ledger's back.
    app.finish_without_looking().await;
}

#[tokio::test]
async fn a_training_whose_packed_set_is_gone_fails_and_its_job_stays_to_be_looked_at() {
    let fal = absent_fal().await;
    let app = TestApp::with(|config| config.fal = fal).await;
    let begun = Begun::on(&app).await;
    let key = until("the packed set", async || begun.row(&app).await.training_set_key).await;
    fs::remove_file(watch::objects(app.config()).join(key)).expect("the set goes");
    let training = begun.reaches(&["failed"]).await;
    assert_eq!(training["error"]["code"], "preparation_failed", "{training:#}");
    begun.assert_told(&["training.failed", "avatar.failed"]).await;
    app.quiet().await;
    let counts = jobs::count(&app.rooms().db).await.expect("a count");
    assert!(counts.contains(&("failed".to_owned(), 1)), "{counts:?}");
    app.finish_without_looking().await;
}

#[tokio::test]
async fn a_configuration_that_fal_has_lost_does_not_cost_the_weights() {
    let (clock, nowhere) = (Clock::held_at(Clock::system().now()), dead_end().await);
    let settings = |config: &mut aisha_api::config::Config| config.webhook_url = Some(nowhere);
    let app = TestApp::start_at(clock.clone(), Backend::Embedded, settings).await.expect("embedded");
    let begun = Begun::on(&app).await;
    begun.reaches(&["queued"]).await;
    let config = until("the end at fal", async || {
        let request = sandbox(&app).requests().pop()?;
        request["ended"]["body"]["config_file"]["url"].as_str().map(str::to_owned)
    })
    .await;
    sandbox(&app).lose(&config);
    let pass = async |time| {
        clock.advance(time);
        sweep_once(app.rooms()).await.expect("a round");
        app.rooms().signals.jobs.notify_one();
        app.quiet().await;
        begun.get().await
    };
    let training = pass(TimeDelta::seconds(5)).await;
    assert_eq!(training["status"], "running", "it may come yet: {training:#}");
    let training = pass(TimeDelta::minutes(11)).await;
    assert_eq!((&training["status"], training["config_file_url"].is_null()), (&"completed".into(), true));
    assert!(training["diffusers_lora_file_url"].is_string());
    begun.completes_once().await;
    app.finish().await;
}
