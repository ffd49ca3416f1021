//! fal's webhook: lost, doubled, forged and late.

use aisha_api::domain::clock::Clock;
use aisha_api::domain::job::Job;
use aisha_api::workers::sweep_once;
use aisha_tests::harness::wire::dead_end;
use aisha_tests::harness::{Answer, Backend, TestApp};
use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;
use reqwest::Method;

use crate::watch::{Begun, sandbox};

/// A service whose webhook leads nowhere.
async fn without_deliveries(backend: Backend) -> Option<TestApp> {
    let nowhere = dead_end().await;
    TestApp::start(backend, |config| config.webhook_url = Some(nowhere)).await
}

async fn deliver(app: &TestApp, begun: &Begun, request_id: &str, age: TimeDelta) -> Answer {
    let delivery = sandbox(app).delivery(request_id, now() - age);
    let token = begun.row(app).await.attempt_token;
    let fal = app.stranger();
    fal.send(delivery.fill(fal.request(Method::POST, &format!("/v1/webhooks/fal/{token}")))).await
}

fn now() -> chrono::DateTime<Utc> {
    Clock::system().now()
}

async fn a_lost_webhook_costs_only_time(backend: Backend) {
    let Some(app) = without_deliveries(backend).await else { return };
    let begun = Begun::on(&app).await;
    begun.completes_once().await;
    if backend == Backend::Embedded {
        sandbox(&app).only_request();
    }
    app.finish().await;
}

#[tokio::test]
async fn a_lost_webhook_costs_only_time_on_one_machine() {
    a_lost_webhook_costs_only_time(Backend::Embedded).await;
}

#[tokio::test]
async fn a_lost_webhook_costs_only_time_on_postgres_and_s3() {
    a_lost_webhook_costs_only_time(Backend::Production).await;
}

async fn three_deliveries_at_once_beside_sweep_and_polling_are_one_end(backend: Backend) {
    let Some(app) = without_deliveries(backend).await else { return };
    let begun = Begun::on(&app).await;
    let request = begun.reaches(&["queued", "running"]).await;
    let request_id = request["fal_request_id"].as_str().expect("a request").to_owned();
    crate::watch::until("the end at fal", async || {
        sandbox(&app).requests().first().filter(|request| !request["ended"].is_null()).map(drop)
    })
    .await;

    let rooms = app.rooms();
    let poll = async || {
        let training_id = begun.row(&app).await.id;
        let mut tx = rooms.begin().await.expect("a transaction");
        let now = rooms.now();
        rooms.enqueue(&mut tx, &Job::ApplyFalResult { training_id }, now).await.expect("a job");
        rooms.commit(tx).await.expect("a commit");
    };
    let sweep = async || sweep_once(rooms).await.expect("a round");
    let deliveries = join_all((0..3).map(|_| deliver(&app, &begun, &request_id, TimeDelta::zero())));
    let (answers, ..) = tokio::join!(deliveries, poll(), sweep(), poll(), sweep());
    for answer in answers {
        answer.expect(200);
    }
    begun.completes_once().await;
    deliver(&app, &begun, &request_id, TimeDelta::zero()).await.expect(200);
    app.settled().await;
    begun.completes_once().await;
    sandbox(&app).only_request();
    app.finish().await;
}

#[tokio::test]
async fn three_deliveries_at_once_beside_sweep_and_polling_are_one_end_on_one_machine() {
    three_deliveries_at_once_beside_sweep_and_polling_are_one_end(Backend::Embedded).await;
}

#[tokio::test]
async fn three_deliveries_at_once_beside_sweep_and_polling_are_one_end_on_postgres_and_s3() {
    three_deliveries_at_once_beside_sweep_and_polling_are_one_end(Backend::Production).await;
}

#[tokio::test]
async fn a_delivery_that_does_not_belong_to_the_training_is_refused() {
    let app = without_deliveries(Backend::Embedded).await.expect("the embedded service");
    let begun = Begun::on(&app).await;
    let request = begun.reaches(&["queued", "running"]).await;
    let request_id = request["fal_request_id"].as_str().expect("a request");

    deliver(&app, &begun, "another-request", TimeDelta::zero()).await.problem(404, "not_found");
    for age in [TimeDelta::seconds(310), TimeDelta::seconds(-310)] {
        deliver(&app, &begun, request_id, age).await.problem(401, "invalid_signature");
    }
    let fal = app.stranger();
    let delivery = sandbox(&app).delivery(request_id, now());
    let unknown = fal.request(Method::POST, "/v1/webhooks/fal/another-token");
    fal.send(delivery.fill(unknown)).await.problem(404, "not_found");
    let token = begun.row(&app).await.attempt_token;
    let altered = delivery.fill(fal.request(Method::POST, &format!("/v1/webhooks/fal/{token}"))).body("{}");
    fal.send(altered).await.problem(401, "invalid_signature");
    begun.completes_once().await;
    app.finish().await;
}

#[tokio::test]
async fn while_the_keys_of_fal_cannot_be_had_it_is_asked_to_come_again() {
    let keys = dead_end().await;
    let app = TestApp::with(|config| {
        let settings = aisha_api::fal::FalSettings {
            key: aisha_api::domain::secret::Secret::new("id:secret"),
            queue_url: keys.clone(),
            rest_url: keys.clone(),
            jwks_url: keys.clone(),
            account_id: None,
            file_hosts: aisha_api::fal::FileHosts::Origin(keys.clone()),
        };
        config.fal = aisha_api::config::FalConfig::Fal(Box::new(settings));
    })
    .await;
    let elsewhere = tempfile::tempdir().expect("a folder");
    std::fs::write(elsewhere.path().join("signing-key"), "07".repeat(32)).expect("a key");
    let delivery = aisha_tests::harness::fal::Folder::new(elsewhere.path()).delivery("r-1", now());
    let fal = app.stranger();
    let answer = fal.send(delivery.fill(fal.request(Method::POST, "/v1/webhooks/fal/token"))).await;
    assert!(answer.header("retry-after").is_some());
    answer.problem(503, "unavailable");
    app.finish().await;
}
