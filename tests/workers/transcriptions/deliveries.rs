//! fal's webhook of transcriptions: doubled beside the sweep, lost, and late.

use aisha_api::config::Config;
use aisha_api::domain::clock::Clock;
use aisha_api::fal::sandbox::{Fault, SubmitFault, WebhookFault};
use aisha_openapi::vocabulary::{EventType, TranscriptionStatus as S};
use aisha_tests::harness::{Backend, TestApp};
use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{ask, ended, fal, listened, listening, round, row, submissions, token, told};
use crate::watch::{sandbox, until};

/// Delivers the end of a request as fal would, now.
async fn deliver(app: &TestApp, request: &Value, token: &str) {
    let request_id = request["request_id"].as_str().expect("an id");
    let delivery = sandbox(app).delivery(request_id, app.rooms().now());
    let fal = app.stranger();
    let post = fal.request(Method::POST, &format!("/v1/webhooks/fal/{token}"));
    fal.send(delivery.fill(post)).await.expect(200);
}

async fn three_deliveries_each_beside_the_sweep(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    app.break_fal(listening(Fault::Webhook(WebhookFault::Lost))).await;
    let ann = app.person("ann").await;
    let all = join_all((0..10).map(|_| ask(&ann))).await;
    listened(&app, all.len()).await;
    let sent: Vec<Value> = submissions(&app).await.into_values().flatten().collect();
    assert_eq!(sent.len(), all.len(), "each is submitted once");
    let deliveries = (0..3).flat_map(|_| sent.iter()).map(|request| async {
        deliver(&app, request, &token(request)).await;
        aisha_api::workers::sweep_once(app.rooms()).await.expect("a round");
    });
    join_all(deliveries).await;
    for &id in &all {
        let done = ended(&app, id).await;
        assert_eq!((done.status, told(&app, &done).await), (S::Completed, vec![EventType::TranscriptionCompleted]));
    }
    let ends = app.rooms().metrics.transcriptions_ended.get_or_create(&[("status", "completed")]).get();
    assert_eq!(ends, 10, "each is ended once");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_deliveries_each_beside_the_sweep_are_one_end_each_on_one_machine() {
    Box::pin(three_deliveries_each_beside_the_sweep(Backend::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_deliveries_each_beside_the_sweep_are_one_end_each_on_postgres_and_s3() {
    Box::pin(three_deliveries_each_beside_the_sweep(Backend::Production)).await;
}

#[tokio::test]
async fn a_webhook_that_never_comes_costs_time_alone() {
    let app = TestApp::new().await;
    app.break_fal(listening(Fault::Webhook(WebhookFault::Lost))).await;
    let id = ask(&app.person("ann").await).await;
    assert_eq!(ended(&app, id).await.status, S::Completed);
    app.finish().await;
}

#[tokio::test]
async fn a_lost_submission_is_made_good_once_and_its_late_webhook_changes_nothing() {
    let clock = Clock::held_at(Clock::system().now());
    let app = TestApp::living_by(clock.clone(), |config: &mut Config| config.resubmissions = 1).await;
    let cut = listening(Fault::Submit(SubmitFault::AnswerCut)).times(1);
    let lost = listening(Fault::Webhook(WebhookFault::Lost));
    fal(&app).post("sandbox/faults", json!([cut, lost])).await.expect(200);
    let id = ask(&app.person("ann").await).await;
    let unknown = async || (row(&app, id).await.status_reason.as_deref() == Some("submission_unknown")).then_some(());
    until("a lost answer", unknown).await;
    clock.advance(TimeDelta::minutes(9));
    round(&app).await;
    assert_eq!(submissions(&app).await[&id].len(), 1, "its time is not over");
    clock.advance(TimeDelta::minutes(2));
    round(&app).await;
    listened(&app, 2).await;
    until("the end", async || {
        clock.advance(TimeDelta::seconds(2));
        app.rooms().signals.jobs.notify_one();
        row(&app, id).await.status.is_final().then_some(())
    })
    .await;
    app.quiet().await;
    let before = row(&app, id).await;
    let sent = submissions(&app).await.remove(&id).expect("submissions");
    assert_eq!((sent.len(), before.status), (2, S::Completed));
    deliver(&app, &sent[0], &token(&sent[0])).await;
    deliver(&app, &sent[1], &token(&sent[1])).await;
    app.settled().await;
    assert_eq!(row(&app, id).await, before);
    assert_eq!(told(&app, &before).await, [EventType::TranscriptionCompleted]);
    app.finish().await;
}
