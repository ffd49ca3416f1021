//! The operator's switch: what fal has not got yet waits for as long as nothing may be spent.

use aisha_api::config::Config;
use aisha_api::domain::clock::Clock;
use aisha_api::domain::spending::Spent;
use aisha_api::fal::sandbox::{Fault, Rule, SubmitFault, UploadFault, WebhookFault};
use aisha_api::storage::spending;
use aisha_api::workers::sweep_once;
use aisha_tests::harness::{Backend, Person, TestApp};
use chrono::TimeDelta;
use serde_json::json;

use crate::watch::{Begun, until};

/// Of a fast training, in millionths of a US dollar.
const PRICE: i64 = 2_400_000;

async fn what_fal_has_not_got_waits(backend: Backend) {
    let clock = Clock::held_at(Clock::system().now());
    let Some(app) = TestApp::start_at(clock.clone(), backend, |_| {}).await else { return };
    let fal = Person::new(format!("{}/", app.fal_url()), None);
    // Until then it cannot be submitted, because its photo set does not reach fal.
    fal.post("sandbox/faults", json!([Rule::new(Fault::Upload(UploadFault::Nginx503))])).await.expect(200);
    let begun = Begun::on(&app).await;
    app.quiet().await;
    spending::stop(&app.rooms().db, Some("the month is over"), app.rooms().now()).await.expect("the switch");
    fal.delete("sandbox/faults").await.expect(200);
    let go_on = async || {
        clock.advance(TimeDelta::seconds(5));
        app.rooms().signals.jobs.notify_one();
        app.quiet().await;
    };
    for _ in 0..20 {
        go_on().await;
    }
    let waiting = begun.get().await;
    assert_eq!((&waiting["status"], &waiting["status_reason"]), (&json!("preparing"), &json!("spending_stopped")));
    assert_eq!(fal.get("sandbox/requests").await.expect(200), json!([]), "nothing is spent");
    let photos = begun.ann.get(&format!("/v1/avatars/{}/photos", begun.avatar)).await.expect(200);
    let photo = photos["data"][0]["id"].as_str().expect("an id").to_owned();
    begun.ann.delete(&format!("/v1/photos/{photo}")).await.expect(204);
    let steps = begun.ann.get(&format!("/v1/trainings/{}/events", begun.training)).await.expect(200);
    let told = steps["data"].as_array().expect("steps").iter().filter(|step| step["reason"] == "spending_stopped");
    assert_eq!(told.count(), 1, "it is told once: {steps:#}");

    assert!(spending::resume(&app.rooms().db).await.expect("the switch"));
    until("the end", async || {
        go_on().await;
        (begun.get().await["status"] == "completed").then_some(())
    })
    .await;
    assert_eq!(fal.get("sandbox/requests").await.expect(200).as_array().map(Vec::len), Some(1));
    begun.assert_told(&["training.completed", "avatar.completed"]).await;
    app.finish().await;
}

#[tokio::test]
async fn what_fal_has_not_got_waits_on_one_machine() {
    what_fal_has_not_got_waits(Backend::Embedded).await;
}

#[tokio::test]
async fn what_fal_has_not_got_waits_on_postgres_and_s3() {
    what_fal_has_not_got_waits(Backend::Production).await;
}

async fn a_submission_made_good_passes_the_caps_and_obeys_the_switch(backend: Backend) {
    let clock = Clock::held_at(Clock::system().now());
    let settings = |config: &mut Config| {
        config.resubmissions = 1;
        config.spending.user.trainings = Some(1);
        config.spending.key.microusd = Some(PRICE);
    };
    let Some(app) = TestApp::start_at(clock.clone(), backend, settings).await else { return };
    let fal = Person::new(format!("{}/", app.fal_url()), None);
    let cut = Rule::new(Fault::Submit(SubmitFault::AnswerCut)).times(1);
    let lost = Rule::new(Fault::Webhook(WebhookFault::Lost));
    fal.post("sandbox/faults", json!([cut, lost])).await.expect(200);
    let begun = Begun::on(&app).await;
    begun.reaches(&["stalled"]).await;
    let rooms = app.rooms();
    let yesterday = rooms.now() - TimeDelta::days(1);
    let spent = spending::of_all(&rooms.db, yesterday).await.expect("a sum");
    assert_eq!(spent, Spent { trainings: 1, microusd: PRICE, ..Spent::default() });
    spending::stop(&rooms.db, None, rooms.now()).await.expect("the switch");

    let submissions = async || fal.get("sandbox/requests").await.expect(200).as_array().map_or(0, Vec::len);
    let go_on = async || {
        clock.advance(TimeDelta::seconds(5));
        rooms.signals.jobs.notify_one();
        app.quiet().await;
    };
    clock.advance(TimeDelta::minutes(121));
    sweep_once(rooms).await.expect("a round");
    for _ in 0..10 {
        go_on().await;
    }
    assert_eq!(submissions().await, 1, "nothing is spent while the switch is on");
    assert_eq!(begun.get().await["status_reason"], "spending_stopped");

    assert!(spending::resume(&rooms.db).await.expect("the switch"));
    until("the end", async || {
        go_on().await;
        (begun.get().await["status"] == "completed").then_some(())
    })
    .await;
    assert_eq!(submissions().await, 2, "the caps of the day, which are used up, do not hold it");
    let twice = Spent { microusd: 2 * spent.microusd, ..spent };
    assert_eq!(spending::of_all(&rooms.db, yesterday).await.expect("a sum"), twice, "fal may have taken both");
    app.finish().await;
}

#[tokio::test]
async fn a_submission_made_good_passes_the_caps_and_obeys_the_switch_on_one_machine() {
    a_submission_made_good_passes_the_caps_and_obeys_the_switch(Backend::Embedded).await;
}

#[tokio::test]
async fn a_submission_made_good_passes_the_caps_and_obeys_the_switch_on_postgres_and_s3() {
    a_submission_made_good_passes_the_caps_and_obeys_the_switch(Backend::Production).await;
}
