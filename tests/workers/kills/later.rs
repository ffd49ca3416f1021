//! What must hold when all kills are over and hours have passed: by the database, the store, and the record of fal.

use std::collections::BTreeMap;

use aisha_api::config::Config;
use aisha_api::domain::clock::Clock;
use aisha_api::domain::ids::TrainingId;
use aisha_api::storage::{objects, trainings};
use aisha_api::workers::sweep_once;
use aisha_openapi::vocabulary::TrainingStatus;
use aisha_tests::harness::{TestApp, fal};
use chrono::TimeDelta;

use crate::watch::until;

/// Whatever was left open is closed by then: a submission that fal never got, and objects of uploads that were killed.
pub(super) async fn look_hours_later(config: Config, ids: &[String]) {
    let clock = Clock::held_at(Clock::system().now() + TimeDelta::hours(3));
    let app = TestApp::open(config, clock).await;
    let rooms = app.rooms();
    let submissions = submissions(app.config());
    let mut ends = BTreeMap::new();
    for id in ids {
        let id = TrainingId(id.parse().expect("an id"));
        let find = async || trainings::find_for_job(&rooms.db, id).await.expect("a look").expect("a training");
        let training = until("an end", async || {
            sweep_once(rooms).await.expect("a round");
            Some(find().await).filter(|training| training.status.is_final())
        })
        .await;
        let sent = submissions.iter().filter(|webhook| webhook.ends_with(&training.attempt_token)).count();
        match training.status {
            TrainingStatus::Completed => assert_eq!(sent, 1, "{training:#?}"),
            // Killed between the note that it is about to call and the call.
            _ => assert_eq!((training.error_code.as_deref(), sent), (Some("submission_unknown"), 0)),
        }
        *ends.entry(training.status.as_str()).or_insert(0) += 1;
    }
    assert_eq!(told(&app).await, ends);
    app.settled().await;
    sweep_once(rooms).await.expect("a round");
    app.settled().await;
    let ledger = objects::list(&rooms.db).await.expect("the ledger");
    assert!(ledger.iter().all(|(_, state)| state == "live"), "{ledger:#?}");
    // Neither an object without a row nor a row without an object, whichever was written first when the kill came.
    let known: Vec<String> = ledger.into_iter().map(|(key, _)| key).collect();
    let stored = rooms.files.list("user_").await.expect("the store");
    assert_eq!(stored.iter().map(|key| key.as_str().to_owned()).collect::<Vec<_>>(), known);
    app.finish().await;
}

/// The webhooks of all submissions that fal has seen; each training has its own.
fn submissions(config: &Config) -> Vec<String> {
    let requests = fal::Folder::new(&config.data_dir.join("fal-sandbox")).requests();
    requests.iter().map(|request| request["webhook"].as_str().expect("a webhook").to_owned()).collect()
}

/// How often each end of a training was told.
async fn told(app: &TestApp) -> BTreeMap<&'static str, usize> {
    use aisha_api::domain::event::{Audience, EventFilter};
    use aisha_api::storage::{events, users};
    use aisha_openapi::vocabulary::EventType as E;

    let rooms = app.rooms();
    events::number(&rooms.db).await.expect("numbers");
    let developer = users::find_by_name(&rooms.db, "developer").await.expect("a look").expect("the developer");
    let mut told = BTreeMap::new();
    for (kind, status) in [(E::TrainingCompleted, "completed"), (E::TrainingFailed, "failed")] {
        let events =
            events::list_after(&rooms.db, &Audience::User(developer.id), 0, &EventFilter::of_kinds(&[kind]), 9999)
                .await;
        let count = events.expect("a list").len();
        if count > 0 {
            told.insert(status, count);
        }
    }
    told
}
