//! What is told of a training's way, and the one submission more that a lost answer is worth.

use aisha_api::domain::clock::Clock;
use aisha_api::fal::sandbox::{Fault, Rule, SubmitFault, WebhookFault};
use aisha_api::workers::sweep_once;
use aisha_tests::harness::{Backend, Person, TestApp};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::watch::{Begun, until};

async fn steps(begun: &Begun) -> Vec<(String, String)> {
    let listed = begun.ann.get(&format!("/v1/trainings/{}/events", begun.training)).await.expect(200);
    let word = |step: &Value, field: &str| step[field].as_str().expect("a word").to_owned();
    listed["data"].as_array().expect("steps").iter().map(|step| (word(step, "status"), word(step, "told_by"))).collect()
}

fn step(status: &str, told_by: &str) -> (String, String) {
    (status.to_owned(), told_by.to_owned())
}

#[tokio::test]
async fn each_step_says_who_told_of_it() {
    let app = TestApp::new().await;
    let begun = Begun::on(&app).await;
    begun.completes_once().await;
    let steps = steps(&begun).await;
    assert_eq!(steps[..2], [step("preparing", "user"), step("submitting", "worker")]);
    let (status, told_by) = steps.last().expect("an end");
    assert_eq!(status, "completed");
    assert!(matches!(told_by.as_str(), "webhook" | "sweep"), "{steps:?}");
    let progress = begun.ann.get("/v1/events?types=training.progress").await.expect(200);
    let told = progress["data"].as_array().map_or(0, Vec::len);
    assert!(told <= 1, "a second is no time to tell progress twice");
    let path = format!("/v1/trainings/{}/events", begun.training);
    app.person("bob").await.get(&path).await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_cancellation_is_told_by_its_owner() {
    let app = TestApp::with(|config| {
        if let aisha_api::config::FalConfig::Sandbox(sandbox) = &mut config.fal {
            sandbox.training = std::time::Duration::from_mins(10);
        }
    })
    .await;
    let begun = Begun::on(&app).await;
    begun.reaches(&["queued", "running"]).await;
    begun.ann.post_empty(&format!("/v1/trainings/{}/cancel", begun.training)).await.expect(202);
    begun.reaches(&["cancelled"]).await;
    let steps = steps(&begun).await;
    assert!(steps.contains(&step("cancelling", "user")), "{steps:?}");
    assert_eq!(steps.last().map(|(status, _)| status.as_str()), Some("cancelled"));
    app.finish().await;
}

#[tokio::test]
async fn a_lost_submission_is_made_good_once_and_counted() {
    let clock = Clock::held_at(Clock::system().now());
    let once_more = |config: &mut aisha_api::config::Config| config.resubmissions = 1;
    let app = TestApp::start_at(clock.clone(), Backend::Embedded, once_more).await.expect("embedded");
    let fal = Person::new(format!("{}/", app.fal_url()), None);
    let cut = Rule::new(Fault::Submit(SubmitFault::AnswerCut)).times(1);
    let lost = Rule::new(Fault::Webhook(WebhookFault::Lost));
    fal.post("sandbox/faults", json!([cut, lost])).await.expect(200);
    let begun = Begun::on(&app).await;
    let stalled = begun.reaches(&["stalled"]).await;
    assert_eq!(stalled["status_reason"], "submission_unknown");
    let submissions = async || fal.get("sandbox/requests").await.expect(200).as_array().map_or(0, Vec::len);
    clock.advance(TimeDelta::minutes(119));
    sweep_once(app.rooms()).await.expect("a round");
    app.quiet().await;
    assert_eq!(submissions().await, 1, "its time is not over");

    clock.advance(TimeDelta::minutes(2));
    sweep_once(app.rooms()).await.expect("a round");
    until("the end", async || {
        clock.advance(TimeDelta::seconds(2));
        app.rooms().signals.jobs.notify_one();
        (begun.get().await["status"] == "completed").then_some(())
    })
    .await;
    let requests = fal.get("sandbox/requests").await.expect(200);
    assert_eq!(submissions().await, 2);
    assert_eq!(begun.get().await["fal_request_id"], requests[1]["request_id"], "the second one counts");
    let steps = steps(&begun).await;
    assert_eq!(steps.iter().filter(|(status, _)| status == "submitting").count(), 2, "{steps:?}");
    let metrics = app.stranger().follow(&app.url("/metrics")).await;
    let metrics = String::from_utf8_lossy(&metrics.bytes).into_owned();
    assert!(metrics.contains("aisha_resubmissions_total 1"), "{metrics}");
    begun.assert_told(&["training.completed", "avatar.completed"]).await;
    app.finish().await;
}
