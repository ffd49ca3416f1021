//! What is kept for a while only.

use aisha_api::domain::clock::Clock;
use aisha_api::workers::sweep_once;
use aisha_tests::harness::{Backend, TestApp};
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
