//! What is kept for a while only.

use aisha_api::config::Config;
use aisha_api::domain::clock::Clock;
use aisha_api::files::Key;
use aisha_api::workers::sweep_once;
use aisha_tests::harness::{Backend, TestApp};
use bytes::Bytes;
use chrono::TimeDelta;

use crate::watch::{Begun, until};

async fn a_packed_set_is_kept_for_a_week(backend: Backend) {
    let clock = Clock::held_at(Clock::system().now());
    let Some(app) = TestApp::start_at(clock.clone(), backend, |_| {}).await else { return };
    let begun = Begun::on(&app).await;
    until("a completed training", async || {
        clock.advance(TimeDelta::seconds(1));
        app.rooms().signals.jobs.notify_one();
        (begun.get().await["status"] == "completed").then_some(())
    })
    .await;
    let sets = async || {
        let keys = app.rooms().files.list("").await.expect("a list");
        keys.iter().filter(|key| key.as_str().contains("/training_data/")).count()
    };
    for (days, expected) in [(6, 1), (2, 0)] {
        clock.advance(TimeDelta::days(days));
        sweep_once(app.rooms()).await.expect("a round");
        app.rooms().signals.jobs.notify_one();
        app.settled().await;
        assert_eq!(sets().await, expected);
    }
    assert_eq!(begun.row(&app).await.training_set_key, None);
    app.finish().await;
}

#[tokio::test]
async fn a_packed_set_is_kept_for_a_week_on_one_machine() {
    a_packed_set_is_kept_for_a_week(Backend::Embedded).await;
}

#[tokio::test]
async fn a_packed_set_is_kept_for_a_week_on_postgres_and_s3() {
    a_packed_set_is_kept_for_a_week(Backend::Production).await;
}

async fn differing(app: &TestApp) -> (String, String) {
    let metrics = app.stranger().follow(&app.url("/metrics")).await;
    let metrics = String::from_utf8_lossy(&metrics.bytes).into_owned();
    let of = |kind: &str| {
        let name = format!("aisha_objects_differing{{kind=\"{kind}\"}} ");
        metrics.lines().find_map(|line| line.strip_prefix(&name)).expect("the series").to_owned()
    };
    (of("stray"), of("missing"))
}

async fn store_and_ledger_are_compared_every_day(backend: Backend) {
    let clock = Clock::held_at(Clock::system().now());
    let settings = |config: &mut Config| config.housekeeping.strays_kept = Some(TimeDelta::days(3));
    let Some(app) = TestApp::start_at(clock.clone(), backend, settings).await else { return };
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 2).await;
    let files = &app.rooms().files;
    let mut ours: Vec<Key> = files.list("").await.expect("a list");
    let (lost, stray) = (ours.remove(0), Key::parse("user_1/from_another_time.jpg").expect("a key"));
    files.delete(&lost).await.expect("gone behind the back of the service");
    files.put(&stray, Bytes::from_static(b"whose?")).await.expect("come behind the back of the service");
    let day = async || {
        clock.advance(TimeDelta::days(1));
        sweep_once(app.rooms()).await.expect("a round");
        app.rooms().signals.jobs.notify_one();
        app.settled().await;
    };
    assert_eq!(differing(&app).await, ("0".to_owned(), "0".to_owned()), "nobody has looked yet");
    for _ in 0..4 {
        day().await;
        assert_eq!(differing(&app).await, ("1".to_owned(), "1".to_owned()));
        assert!(files.exists(&stray).await.expect("a look"), "kept until its time is over");
    }
    day().await;
    assert_eq!(differing(&app).await, ("0".to_owned(), "1".to_owned()));
    let left: Vec<Key> = files.list("").await.expect("a list");
    assert_eq!(left, ours, "what is known is not touched");
    app.finish_without_looking().await;
}

#[tokio::test]
async fn store_and_ledger_are_compared_every_day_on_one_machine() {
    store_and_ledger_are_compared_every_day(Backend::Embedded).await;
}

#[tokio::test]
async fn store_and_ledger_are_compared_every_day_on_postgres_and_s3() {
    store_and_ledger_are_compared_every_day(Backend::Production).await;
}

#[tokio::test]
async fn strays_are_kept_for_ever_unless_the_operator_says_otherwise() {
    let clock = Clock::held_at(Clock::system().now());
    let app = TestApp::living_by(clock.clone(), |_| {}).await;
    let stray = Key::parse("user_1/from_another_time.jpg").expect("a key");
    app.rooms().files.put(&stray, Bytes::from_static(b"whose?")).await.expect("an object");
    for _ in 0..2 {
        clock.advance(TimeDelta::days(400));
        sweep_once(app.rooms()).await.expect("a round");
        app.rooms().signals.jobs.notify_one();
        app.settled().await;
    }
    assert_eq!(differing(&app).await, ("1".to_owned(), "0".to_owned()));
    assert!(app.rooms().files.exists(&stray).await.expect("a look"));
    app.finish_without_looking().await;
}
