//! A service that stops in the middle of a training and starts again goes on where it was.

use std::time::Duration;

use aisha_api::config::FalConfig;
use aisha_tests::harness::TestApp;

use crate::watch::{Begun, sandbox, until};

async fn with_training_of(duration: Duration) -> TestApp {
    TestApp::with(|config| {
        if let FalConfig::Sandbox(sandbox) = &mut config.fal {
            sandbox.training = duration;
        }
    })
    .await
}

/// Restarts the service when its training has come to one of these states.
async fn a_restart_at(statuses: &[&str]) {
    // Longer than it takes until fal is asked for the first time, so that every state is seen before the end.
    let mut app = with_training_of(Duration::from_secs(6)).await;
    let begun = Begun::on(&app).await;
    begun.reaches(statuses).await;
    app.restart().await;
    begun.completes_once().await;
    sandbox(&app).only_request();
    app.finish().await;
}

#[tokio::test]
async fn a_restart_right_after_the_start_costs_nothing() {
    a_restart_at(&["preparing", "submitting", "queued", "running"]).await;
}

#[tokio::test]
async fn a_restart_in_fals_queue_costs_nothing() {
    a_restart_at(&["queued", "running"]).await;
}

#[tokio::test]
async fn a_restart_while_fal_trains_costs_nothing() {
    a_restart_at(&["running"]).await;
}

#[tokio::test]
async fn a_restart_when_fal_has_just_ended_costs_nothing() {
    let mut app = with_training_of(Duration::from_secs(1)).await;
    let begun = Begun::on(&app).await;
    until("the end at fal", async || sandbox(&app).requests().first()?.get("ended")?.get("at").map(drop)).await;
    app.restart().await;
    begun.completes_once().await;
    sandbox(&app).only_request();
    app.finish().await;
}

#[tokio::test]
async fn restarts_at_every_stage_of_one_training_cost_nothing() {
    let mut app = with_training_of(Duration::from_secs(2)).await;
    let begun = Begun::on(&app).await;
    app.restart().await;
    for statuses in [&["queued", "running", "completed"][..], &["running", "completed"], &["completed"]] {
        begun.reaches(statuses).await;
        app.restart().await;
    }
    begun.completes_once().await;
    sandbox(&app).only_request();
    app.finish().await;
}
