//! Two processes that share the work until one of them is killed, and one that is asked to stop in the middle of it.

use std::time::{Duration, Instant};

use aisha_api::config::Config;
use aisha_openapi::vocabulary::GenerationStatus;
use aisha_tests::harness::{Backend, Person, Program, TestApp, fal, id};
use chrono::TimeDelta;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use serde_json::json;

use super::studio::{DRAWS, Studio, assert_each_made_once, assert_objects_are_rows, row, submissions};
use crate::crowd::settings_of;
use crate::number_from;

/// Who asks at the same time.
const ASKING: usize = 8;
/// How long all of it may take on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_mins(3);
/// Jobs that one process has in hand at most.
const IN_HAND: usize = 8;
const LOOK_EVERY: Duration = Duration::from_millis(50);

async fn in_time<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("never seen: {what}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_generations_and_the_death_of_one_loses_none() {
    let settings = |config: &mut Config| {
        config.sweep_interval = Duration::from_secs(1);
        config.job_lease = TimeDelta::seconds(2);
    };
    let Some(app) = TestApp::start(Backend::Production, settings).await else { return };
    let studio = Studio::on(&app).await;
    let folder = tempfile::tempdir().expect("a folder");
    let settings = settings_of(&app);
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let other = Program::start(env!("CARGO_BIN_EXE_aisha-api-under-test"), folder.path(), &settings).await;

    let count = number_from("AISHA_TEST_GENERATIONS", 60);
    let half = count as usize / 2;
    let asked = stream::iter(0..count).map(|_| studio.ask("in the rain")).buffered(ASKING).collect::<Vec<_>>();
    let death = async {
        in_time("half of them at fal", async || (submissions(&app).await.len() >= half).then_some(())).await;
        let done = Person::new(other.url(), None).get("/metrics").await;
        drop(other);
        String::from_utf8_lossy(&done.bytes).into_owned()
    };
    let (all, done_by_other) = futures_util::future::join(asked, death).await;
    assert!(done_by_other.contains("submit_generation"), "both have had a part in it:\n{done_by_other}");

    let mut completed = Vec::new();
    for id in all {
        let is_made = in_time("an end", async || {
            let found = row(&app, id).await;
            // Killed between the note that it is about to call and the call: ten minutes later that would be seen to.
            let is_lost = found.status_reason.as_deref() == Some("submission_unknown")
                && !submissions(&app).await.contains_key(&id);
            assert!(!found.status.is_final() || found.status == GenerationStatus::Completed, "{found:#?}");
            (found.status.is_final() || is_lost).then_some(found.status.is_final())
        })
        .await;
        completed.extend(is_made.then_some(id));
    }
    assert!(completed.len() + IN_HAND >= count as usize, "{} of {count}", completed.len());
    app.settled().await;
    assert_each_made_once(&app, &completed).await;
    assert_objects_are_rows(&app, &completed).await;
    app.finish().await;
}

/// How long the next process may take until it is ready.
const READY: Duration = Duration::from_secs(3);
const UNDER_WAY: usize = 20;
const SETTINGS: &[(&str, &str)] = &[
    // A picture takes half a second.
    ("AISHA_SANDBOX_TRAINING_SECONDS", "5"),
    ("AISHA_SWEEP_SECONDS", "1"),
    ("AISHA_JOB_LEASE_SECONDS", "2"),
    ("AISHA_FACE_MODEL", "off"),
    ("AISHA_LOG", "error"),
];

#[tokio::test]
async fn a_service_that_stops_while_pictures_are_made_loses_none_and_the_next_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = async || Program::start(env!("CARGO_BIN_EXE_aisha-api-under-test"), folder.path(), SETTINGS).await;
    let program = start().await;
    let person = program.developer();
    let (avatar, _) = person.trained_avatar(5).await;
    let ask = |number: usize| {
        let (person, avatar) = (&person, &avatar);
        async move {
            let wish = json!({"prompt": "in the rain", "aspect_ratio": "9:16"});
            id(&person.picture(avatar, &format!("p-{number}"), wish).await.expect(202))
        }
    };
    let asked = join_all((0..UNDER_WAY).map(ask)).await;
    let sandbox = fal::Folder::new(&folder.path().join("fal-sandbox"));
    let at_fal = || sandbox.requests().iter().filter(|request| request["endpoint"] == DRAWS).count();
    in_time("some of them at fal", async || (at_fal() >= 4).then_some(())).await;
    program.stop().await;

    let begun = Instant::now();
    let program = start().await;
    assert!(begun.elapsed() < READY, "ready after {:?}", begun.elapsed());
    let person = program.developer();
    for generation in asked {
        person.generation_in(&generation, "completed").await;
    }
    let ends = person.get("/v1/events?limit=100&types=generation.completed,generation.failed").await.expect(200);
    let ends = ends["data"].as_array().expect("events");
    assert!(ends.iter().all(|event| event["type"] == "generation.completed"), "{ends:#?}");
    assert_eq!(ends.len(), UNDER_WAY, "each is told once");
    // fal fetches the weights from the service, and could not while there was none.
    let made = sandbox.requests().into_iter().filter(|one| one["endpoint"] == DRAWS && one["ended"]["status"] == 200);
    assert_eq!(made.count(), UNDER_WAY, "each is made once");
    program.stop().await;
}
