//! fal's webhook of generations: doubled, out of order, and late.

use std::cell::Cell;
use std::time::Duration;

use aisha_api::config::Config;
use aisha_api::domain::clock::Clock;
use aisha_api::domain::ids::GenerationId;
use aisha_api::fal::sandbox::{Fault, RunFault, SubmitFault, WebhookFault};
use aisha_api::workers::sweep_once;
use aisha_openapi::vocabulary::{EventType, GenerationStatus};
use aisha_tests::harness::{Answer, Backend, TestApp};
use chrono::TimeDelta;
use futures_util::future::join;
use futures_util::stream::{self, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::studio::{
    Studio, assert_each_made_once, assert_objects_are_rows, content, drawing, drawn, ended, fal, round, row, stalled,
    submissions, token, told,
};
use crate::number_from;
use crate::watch::{sandbox, until};

/// Who calls at the same time.
const CALLERS: usize = 16;
/// What the clock of the service does beside the deliveries.
const TICK: (TimeDelta, Duration) = (TimeDelta::seconds(1), Duration::from_millis(100));

/// Delivers the end of a request as fal would, now.
async fn deliver(app: &TestApp, request: &Value, token: &str) -> Answer {
    let request_id = request["request_id"].as_str().expect("an id");
    let delivery = sandbox(app).delivery(request_id, app.rooms().now());
    let fal = app.stranger();
    fal.send(delivery.fill(fal.request(Method::POST, &format!("/v1/webhooks/fal/{token}")))).await
}

/// Lets time pass for as long as it is not over, and has the sweep look again and again.
async fn pass_time(app: &TestApp, clock: &Clock, is_over: &Cell<bool>) {
    while !is_over.get() {
        clock.advance(TICK.0);
        sweep_once(app.rooms()).await.expect("a round");
        app.rooms().signals.jobs.notify_one();
        tokio::time::sleep(TICK.1).await;
    }
}

async fn three_deliveries_each_in_no_order_beside_the_sweep(backend: Backend) {
    let clock = Clock::held_at(Clock::system().now());
    let Some(app) = TestApp::start_at(clock.clone(), backend, |_| {}).await else { return };
    let studio = Studio::on(&app).await;
    // What fal sends by itself is out of the way.
    app.break_fal(drawing(Fault::Webhook(WebhookFault::Lost))).await;
    let count = number_from("AISHA_TEST_GENERATIONS", 60);
    let asked = stream::iter(0..count).map(|_| studio.ask("in the rain")).buffered(CALLERS);
    let all: Vec<GenerationId> = asked.collect().await;
    drawn(&app, count as usize).await;

    let mut deliveries: Vec<(u128, Value)> = Vec::new();
    for request in submissions(&app).await.into_values().flatten() {
        deliveries.extend((0..3).map(|_| (Uuid::new_v4().as_u128(), request.clone())));
    }
    deliveries.sort_by_key(|(place, _)| *place);
    let is_over = Cell::new(false);
    let all_delivered = async {
        let app = &app;
        let each = stream::iter(deliveries).for_each_concurrent(CALLERS, |(_, request)| async move {
            deliver(app, &request, &token(&request)).await.expect(200);
        });
        each.await;
        for &id in &all {
            ended(app, id).await;
        }
        is_over.set(true);
    };
    join(all_delivered, pass_time(&app, &clock, &is_over)).await;
    app.settled().await;
    assert_each_made_once(&app, &all).await;
    let metrics = &app.rooms().metrics;
    let transitions = metrics.generations_ended.get_or_create(&[("status", "completed")]).get();
    assert_eq!(transitions, u64::from(count), "each is ended once");
    let heard = |outcome| metrics.fal_webhooks.get_or_create(&[("outcome", outcome)]).get();
    // And the one of the training.
    assert_eq!((heard("recorded"), heard("repeated")), (u64::from(count) + 1, 2 * u64::from(count)));
    assert_objects_are_rows(&app, &all).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_deliveries_each_in_no_order_beside_the_sweep_are_one_end_each_on_one_machine() {
    Box::pin(three_deliveries_each_in_no_order_beside_the_sweep(Backend::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_deliveries_each_in_no_order_beside_the_sweep_are_one_end_each_on_postgres_and_s3() {
    Box::pin(three_deliveries_each_in_no_order_beside_the_sweep(Backend::Production)).await;
}

/// A service whose first submission was lost: the answer was cut off, and the webhook does not come.
struct Lost {
    app: TestApp,
    clock: Clock,
    id: GenerationId,
}

impl Lost {
    async fn new() -> Self {
        let clock = Clock::held_at(Clock::system().now());
        let app = TestApp::living_by(clock.clone(), |config: &mut Config| config.resubmissions = 1).await;
        let studio = Studio::on(&app).await;
        let cut = drawing(Fault::Submit(SubmitFault::AnswerCut)).times(1);
        let lost = drawing(Fault::Webhook(WebhookFault::Lost));
        fal(&app).post("sandbox/faults", json!([cut, lost])).await.expect(200);
        let id = studio.ask("in the rain").await;
        stalled(&app, id, "submission_unknown").await;
        drawn(&app, 1).await;
        clock.advance(TimeDelta::minutes(9));
        round(&app).await;
        assert_eq!(submissions(&app).await[&id].len(), 1, "its time is not over");
        clock.advance(TimeDelta::minutes(2));
        Self { app, clock, id }
    }

    async fn assert_told_once(&self) {
        let row = row(&self.app, self.id).await;
        assert_eq!(row.status, GenerationStatus::Completed, "{row:#?}");
        let told = told(&self.app, &row).await.remove(&self.id);
        assert_eq!(told, Some(vec![EventType::GenerationCompleted]));
        assert_eq!(self.app.rooms().metrics.resubmissions.get(), 1);
    }

    /// Looks whether the picture is the one that fal has made for this submission.
    async fn assert_made_by(&self, request: &Value) {
        let image = row(&self.app, self.id).await.images.remove(0).expect("a picture");
        let truth = request["output"]["images"][0]["url"].as_str().expect("a picture of fal");
        assert_eq!(content(&self.app, &image.original_key).await, fal(&self.app).follow(truth).await.bytes);
        assert_eq!(
            row(&self.app, self.id).await.request.map(|known| known.id.into()),
            Some(request["request_id"].clone())
        );
    }
}

#[tokio::test]
async fn a_lost_submission_is_made_good_once_and_its_late_webhook_changes_nothing() {
    let lost = Lost::new().await;
    let (app, id) = (&lost.app, lost.id);
    round(app).await;
    drawn(app, 2).await;
    until("the end", async || {
        lost.clock.advance(TimeDelta::seconds(2));
        app.rooms().signals.jobs.notify_one();
        row(app, id).await.status.is_final().then_some(())
    })
    .await;
    app.quiet().await;
    let before = row(app, id).await;
    let sent = submissions(app).await.remove(&id).expect("submissions");
    assert_eq!(sent.len(), 2);
    for _ in 0..2 {
        deliver(app, &sent[0], &token(&sent[0])).await.expect(200);
    }
    deliver(app, &sent[0], &token(&sent[1])).await.problem(404, "not_found");
    deliver(app, &sent[1], &token(&sent[1])).await.expect(200);
    app.settled().await;
    assert_eq!(row(app, id).await, before);
    lost.assert_made_by(&sent[1]).await;
    lost.assert_told_once().await;
    lost.app.finish().await;
}

#[tokio::test]
async fn the_late_webhook_of_a_lost_submission_makes_the_second_one_superfluous() {
    let lost = Lost::new().await;
    let (app, id) = (&lost.app, lost.id);
    let slow = drawing(Fault::Submit(SubmitFault::Slow)).ms(3000);
    let stuck = drawing(Fault::Run(RunFault::StuckInProgress));
    fal(app).post("sandbox/faults", json!([slow, stuck])).await.expect(200);
    sweep_once(app.rooms()).await.expect("a round");
    app.rooms().signals.jobs.notify_one();
    let sent = async || submissions(app).await.remove(&id).expect("submissions");
    until("the second submission", async || (sent().await.len() == 2).then_some(())).await;
    // It has not been answered yet.
    let first = sent().await.remove(0);
    deliver(app, &first, &token(&first)).await.expect(200);
    let made = ended(app, id).await;
    assert_eq!(made.status, GenerationStatus::Completed, "{made:#?}");
    until("the second one stopped", async || (sent().await[1]["result_status"] == 499).then_some(())).await;
    app.settled().await;
    assert_eq!(row(app, id).await, made);
    lost.assert_made_by(&first).await;
    lost.assert_told_once().await;
    lost.app.finish().await;
}
