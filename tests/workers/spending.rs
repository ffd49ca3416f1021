//! The operator's switch: what fal has not got yet waits for as long as nothing may be spent.

use aisha_api::domain::clock::Clock;
use aisha_api::fal::sandbox::{Fault, Rule, UploadFault};
use aisha_api::storage::spending;
use aisha_tests::harness::{Backend, Person, TestApp};
use chrono::TimeDelta;
use serde_json::json;

use crate::watch::{Begun, until};

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
