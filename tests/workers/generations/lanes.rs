//! Slow work of one kind and quick work of another: neither keeps the other waiting.

use std::time::Duration;

use aisha_api::config::Config;
use aisha_api::domain::job::Job;
use aisha_api::fal::sandbox::{Fault, FileFault, Rule, WebhookFault};
use aisha_api::storage::trainings;
use aisha_tests::harness::TestApp;
use futures_util::future::join_all;
use serde_json::json;

use super::studio::{Studio, drawing, ended, fal, row};
use crate::crowd::{all_completed, crowd, submit};
use crate::watch::{Begun, sandbox, until};

/// Trainings whose weights come slowly: more than there are places.
const TRAININGS: u32 = 12;
/// Generations whose pictures come slowly.
const GENERATIONS: u32 = 12;
/// How long one file takes. Far above what anything else here does.
const SLOWLY_MS: u64 = 12_000;

/// What fal sends by itself would be work, too.
fn silent(config: &mut Config) {
    config.sweep_interval = Duration::from_hours(1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_are_made_while_the_weights_of_many_trainings_are_copied() {
    let app = TestApp::with(silent).await;
    let studio = Studio::on(&app).await;
    let first = first_training(&studio).await;
    let slow = Rule::new(Fault::File(FileFault::Slow)).ms(SLOWLY_MS);
    let lost = Rule::new(Fault::Webhook(WebhookFault::Lost));
    let endpoint = first.row(&app).await.settings.endpoint;
    let rules = [slow, lost].map(|rule| Rule { endpoint: Some(endpoint.clone()), ..rule });
    fal(&app).post("sandbox/faults", json!(rules)).await.expect(200);
    let archive = first.row(&app).await.fal_training_set_url.expect("the set of the first");
    let crowd = crowd(&app, &first, TRAININGS).await;
    for training in &crowd {
        submit(&app, training, &archive).await;
    }
    until("the end of all at fal", async || {
        sandbox(&app).requests().iter().all(|request| !request["ended"].is_null()).then_some(())
    })
    .await;
    let rooms = app.rooms();
    let mut tx = rooms.begin().await.expect("a transaction");
    for training in &crowd {
        let job = Job::ApplyFalResult { training_id: training.id };
        rooms.enqueue(&mut tx, &job, rooms.now()).await.expect("a job");
    }
    rooms.commit(tx).await.expect("a commit");
    until("a copy under way", async || {
        let rules = fal(&app).get("sandbox/faults").await.expect(200);
        (rules[0]["hits"].as_u64() >= Some(2)).then_some(())
    })
    .await;

    let made = studio.ask("in the rain").await;
    ended(&app, made).await;
    for training in &crowd {
        let found = trainings::find_for_job(&rooms.db, training.id).await.expect("a look").expect("a training");
        assert!(!found.status.is_final(), "a picture is made before slow weights are copied");
    }
    fal(&app).delete("sandbox/faults").await.expect(200);
    all_completed(&app, &crowd).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_training_goes_on_while_many_pictures_are_copied() {
    let app = TestApp::with(silent).await;
    let studio = Studio::on(&app).await;
    app.break_fal(drawing(Fault::File(FileFault::Slow)).ms(SLOWLY_MS)).await;
    let slow = join_all((0..GENERATIONS).map(|_| studio.ask("in the rain"))).await;
    until("copies under way", async || {
        let rules = fal(&app).get("sandbox/faults").await.expect(200);
        (rules[0]["hits"].as_u64() >= Some(2)).then_some(())
    })
    .await;
    studio.ann.trained_avatar(5).await;
    for &id in &slow {
        assert!(!row(&app, id).await.status.is_final(), "a training is done before slow pictures are copied");
    }
    fal(&app).delete("sandbox/faults").await.expect(200);
    for id in slow {
        ended(&app, id).await;
    }
    app.finish().await;
}

/// The training that the studio's avatar comes from.
async fn first_training(studio: &Studio) -> Begun {
    let trainings = studio.ann.get(&format!("/v1/avatars/{}/trainings", studio.avatar)).await.expect(200);
    let training = trainings["data"][0]["id"].as_str().expect("an id").to_owned();
    Begun { ann: studio.ann.clone(), avatar: studio.avatar.clone(), training }
}
