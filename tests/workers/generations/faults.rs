//! A store that is away, weights that are gone, files that are no pictures, and money that may not be spent.

use aisha_api::config::Config;
use aisha_api::domain::clock::Clock;
use aisha_api::fal::sandbox::{Fault, FileFault, WebhookFault};
use aisha_api::files::Key;
use aisha_api::storage::spending;
use aisha_openapi::vocabulary::{EventType, GenerationStatus as S};
use aisha_tests::harness::{Backend, TestApp};
use chrono::TimeDelta;
use serde_json::json;

use super::studio::{
    Studio, assert_each_made_once, assert_objects_are_rows, drawing, drawn, ended, fal, hours_later, round, row,
    submissions, told,
};
use crate::faults::{give_back, take_away};
use crate::watch::{self, sandbox, until};

#[tokio::test]
async fn pictures_wait_for_a_store_that_is_away() {
    let app = TestApp::with(|config: &mut Config| config.sweep_interval = std::time::Duration::from_secs(1)).await;
    let folder = watch::objects(app.config());
    let studio = Studio::on(&app).await;
    app.break_fal(drawing(Fault::File(FileFault::Slow)).ms(1000)).await;
    let id = studio.ask_for(3, "in the rain").await;
    until("the second picture on its way", async || {
        let rules = fal(&app).get("sandbox/faults").await.expect(200);
        (rules[0]["hits"].as_u64() >= Some(2)).then_some(())
    })
    .await;
    take_away(&folder);
    until("attempts that failed", async || {
        let again = [("kind", "collect_generation"), ("outcome", "again")];
        (app.rooms().metrics.jobs.get_or_create(&again).get() >= 2).then_some(())
    })
    .await;
    assert_eq!(row(&app, id).await.status, S::Processing);
    fal(&app).delete("sandbox/faults").await.expect(200);
    give_back(&folder);
    ended(&app, id).await;
    app.settled().await;
    assert_each_made_once(&app, &[id]).await;
    assert_objects_are_rows(&app, &[id]).await;
    app.finish().await;
}

#[tokio::test]
async fn weights_that_are_gone_are_offered_once_more_and_then_it_is_said_so() {
    let app = TestApp::with(|config: &mut Config| config.resubmissions = 1).await;
    let studio = Studio::on(&app).await;
    let weights = app.rooms().files.list("").await.expect("a list");
    let weights = weights.iter().find(|key| key.as_str().ends_with(".safetensors")).expect("the weights");
    app.rooms().files.delete(&Key::parse(weights.as_str()).expect("a key")).await.expect("a deletion");
    // When the webhook of the first attempt comes, the next one waits for its turn.
    let id = studio.ask("in the rain sandbox:webhook=delayed,ms=5000").await;
    let failed = ended(&app, id).await;
    assert_eq!((failed.status, failed.error_code.as_deref()), (S::Failed, Some("file_download_error")), "{failed:#?}");
    assert_eq!(told(&app, &failed).await[&id], [EventType::GenerationFailed]);
    assert_eq!(submissions(&app).await[&id].len(), 2);
    let surplus = app.rooms().metrics.fal_webhooks.get_or_create(&[("outcome", "surplus")]).get();
    assert_eq!(surplus, 1, "the failure of an attempt that does not count any more");
    app.settled().await;
    // The test took them from the store behind the ledger's back.
    app.finish_without_looking().await;
}

#[tokio::test]
async fn a_file_that_is_no_picture_is_never_shown_as_one() {
    let clock = Clock::held_at(Clock::system().now());
    let app = TestApp::living_by(clock.clone(), |_| {}).await;
    let studio = Studio::on(&app).await;
    app.break_fal(drawing(Fault::Webhook(WebhookFault::Lost))).await;
    let whole = studio.ask("in the rain").await;
    let (text, cut) = (studio.ask("in the snow").await, studio.ask_for(2, "in the wind").await);
    drawn(&app, 3).await;
    let sent = submissions(&app).await;
    let url =
        |id, number: usize| sent[id][0]["output"]["images"][number]["url"].as_str().expect("a picture").to_owned();
    sandbox(&app).replace(&url(&text, 0), |_| b"<html>this is no picture</html>".to_vec());
    // The first one is whole; what was copied of it is given up with the other.
    sandbox(&app).replace(&url(&cut, 1), |picture| picture[..picture.len() / 3].to_vec());
    for _ in 0..8 {
        clock.advance(TimeDelta::minutes(2));
        round(&app).await;
    }
    for id in [text, cut] {
        let failed = row(&app, id).await;
        assert_eq!(
            (failed.status, failed.error_code.as_deref()),
            (S::Failed, Some("result_unreadable")),
            "{failed:#?}"
        );
        assert_eq!(failed.images, []);
        assert_eq!(told(&app, &failed).await[&id], [EventType::GenerationFailed]);
    }
    assert_eq!(row(&app, whole).await.status, S::Completed);
    hours_later(&app).await;
    assert_objects_are_rows(&app, &[whole, text, cut]).await;
    app.finish().await;
}

async fn what_fal_has_not_got_waits(backend: Backend) {
    let clock = Clock::held_at(Clock::system().now());
    let Some(app) = TestApp::start_at(clock.clone(), backend, |_| {}).await else { return };
    let studio = Studio::on(&app).await;
    // Asked for before, and refused by fal until then.
    app.break_fal(drawing(Fault::Submit(aisha_api::fal::sandbox::SubmitFault::RateLimited))).await;
    let (kept, given_up) = (studio.ask("in the rain").await, studio.ask("in the snow").await);
    app.quiet().await;
    spending::stop(&app.rooms().db, Some("the month is over"), app.rooms().now()).await.expect("the switch");
    fal(&app).delete("sandbox/faults").await.expect(200);
    for _ in 0..10 {
        clock.advance(TimeDelta::seconds(20));
        round(&app).await;
    }
    for id in [kept, given_up] {
        let waiting = row(&app, id).await;
        assert_eq!((waiting.status, waiting.status_reason.as_deref()), (S::Pending, Some("spending_stopped")));
    }
    assert!(submissions(&app).await.is_empty(), "nothing is spent");
    studio.cancel(given_up).await;
    assert_eq!(row(&app, given_up).await.status, S::Cancelled, "there is nobody to ask");
    let shown = studio.ann.get(&format!("/v1/generations/{kept}")).await.expect(200);
    assert_eq!((&shown["status"], &shown["status_reason"]), (&json!("pending"), &json!("spending_stopped")));

    assert!(spending::resume(&app.rooms().db).await.expect("the switch"));
    until("the end", async || {
        clock.advance(TimeDelta::seconds(5));
        app.rooms().signals.jobs.notify_one();
        app.quiet().await;
        row(&app, kept).await.status.is_final().then_some(())
    })
    .await;
    assert_eq!(row(&app, kept).await.status, S::Completed);
    assert_eq!(submissions(&app).await.len(), 1);
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
