//! Many trainings at once: every delivery three times and in no order, and two processes that share the work until one of
//! them is killed.

use std::collections::BTreeMap;
use std::time::Duration;

use aisha_api::config::{DatabaseConfig, FalConfig, ObjectsConfig};
use aisha_api::domain::avatar::Avatar;
use aisha_api::domain::clock::Clock;
use aisha_api::domain::event::{Audience, EventFilter};
use aisha_api::domain::ids::{AvatarId, TrainingId};
use aisha_api::domain::job::Job;
use aisha_api::domain::run::{FalRequest, attempt_token};
use aisha_api::domain::training::Training;
use aisha_api::fal::sandbox::{Fault, Rule, WebhookFault};
use aisha_api::storage::{avatars, events, trainings};
use aisha_openapi::vocabulary::{EventType, TrainingStatus};
use aisha_tests::harness::app::PATIENCE;
use aisha_tests::harness::object_store::ObjectStore;
use aisha_tests::harness::wire::dead_end;
use aisha_tests::harness::{Backend, Person, Program, TestApp};
use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::number_from;
use crate::watch::{Begun, sandbox, until};

/// Who calls at the same time.
const CALLERS: usize = 16;

/// As many trainings of as many avatars of one person. Each learns from the photos of the first, whose bytes they share.
pub(crate) async fn crowd(app: &TestApp, begun: &Begun, count: u32) -> Vec<Training> {
    let rooms = app.rooms();
    let first = begun.row(app).await;
    let avatar = avatars::find(&rooms.db, first.user_id, first.avatar_id).await.expect("a look").expect("the avatar");
    let mut all = Vec::new();
    let mut tx = rooms.begin().await.expect("a transaction");
    for _ in 0..count {
        let avatar =
            Avatar { id: AvatarId(Uuid::now_v7()), is_main: false, active_training_id: None, ..avatar.clone() };
        avatars::add(&mut tx, &avatar).await.expect("an avatar");
        let training = Training {
            id: TrainingId(Uuid::now_v7()),
            avatar_id: avatar.id,
            status: TrainingStatus::Preparing,
            attempt_token: attempt_token().expect("random bytes"),
            ..first.clone()
        };
        trainings::add(&mut tx, &training).await.expect("a training");
        all.push(training);
    }
    rooms.commit(tx).await.expect("a commit");
    all
}

/// A person whose training has ended, before fal has told of it and without anybody having asked.
async fn begun_and_done(app: &TestApp) -> Begun {
    let begun = Begun::on(app).await;
    begun.reaches(&["completed"]).await;
    begun
}

/// Submits a training as its own jobs would, but without packing and uploading the same set again.
pub(crate) async fn submit(app: &TestApp, training: &Training, archive: &str) -> String {
    let rooms = app.rooms();
    let webhook = format!("{}v1/webhooks/fal/{}", rooms.settings.webhook_url, training.attempt_token);
    let (webhook, now) = (webhook.parse().expect("a URL"), rooms.now());
    let far = now + TimeDelta::hours(1);
    let mut tx = rooms.begin().await.expect("a transaction");
    assert!(trainings::begin_submission(&mut tx, training.id, "", far, far, now).await.expect("a step"));
    rooms.commit(tx).await.expect("a commit");
    let input = json!({"images_data_url": archive, "trigger_phrase": "ann", "steps": 10});
    let submitted = rooms.fal.submit(&training.settings.endpoint, &input, &webhook, None).await.expect("accepted");
    let request = FalRequest::by_id(&submitted.request_id);
    let mut tx = rooms.begin().await.expect("a transaction");
    assert!(trainings::submitted(&mut tx, training.id, &request, None, now, now).await.expect("a step"));
    rooms.commit(tx).await.expect("a commit");
    request.id
}

/// What each training of the crowd came to, and how often that was told.
async fn assert_each_ended_once(app: &TestApp, begun: &Begun, crowd: &[Training]) {
    let db = &app.rooms().db;
    events::number(db).await.expect("numbers");
    let ann = Audience::User(begun.row(app).await.user_id);
    let ends = [EventType::TrainingCompleted, EventType::TrainingFailed, EventType::TrainingCancelled];
    let mut told: BTreeMap<Uuid, u32> = BTreeMap::new();
    for event in events::list_after(db, &ann, 0, &EventFilter::of_kinds(&ends), i64::MAX).await.expect("a list") {
        assert_eq!(event.kind, EventType::TrainingCompleted, "{event:#?}");
        *told.entry(event.resource.1).or_default() += 1;
    }
    for training in crowd {
        assert_eq!(told.get(&training.id.0), Some(&1), "{}", training.id);
        let steps = trainings::list_steps(db, training.user_id, training.id).await.expect("steps");
        let ends = steps.iter().filter(|(_, step)| step.status.is_final()).count();
        assert_eq!(ends, 1, "{steps:#?}");
    }
}

pub(crate) async fn all_completed(app: &TestApp, crowd: &[Training]) {
    for training in crowd {
        until("a completed training", async || {
            let found = trainings::find_for_job(&app.rooms().db, training.id).await.expect("a look");
            let status = found.expect("a training").status;
            assert!(!status.is_final() || status == TrainingStatus::Completed, "{status}");
            status.is_final().then_some(())
        })
        .await;
    }
}

async fn three_deliveries_each_in_no_order_beside_the_sweep(backend: Backend) {
    let nowhere = dead_end().await;
    let settings = |config: &mut aisha_api::config::Config| {
        config.webhook_url = Some(nowhere);
        config.sweep_interval = Duration::from_secs(1);
    };
    let Some(app) = TestApp::start(backend, settings).await else { return };
    let fal = Person::new(format!("{}/", app.fal_url()), None);
    let begun = begun_and_done(&app).await;
    // What fal sends by itself is out of the way.
    fal.post("sandbox/faults", json!(Rule::new(Fault::Webhook(WebhookFault::Lost)))).await.expect(200);
    let archive = begun.row(&app).await.fal_training_set_url.expect("the set of the first");
    let crowd = crowd(&app, &begun, number_from("AISHA_TEST_WEBHOOKS", 150)).await;
    let requests: Vec<String> =
        stream::iter(&crowd).map(|training| submit(&app, training, &archive)).buffered(4).collect().await;
    let sandbox = sandbox(&app);
    until("the end of all at fal", async || {
        sandbox.requests().iter().all(|request| !request["ended"].is_null()).then_some(())
    })
    .await;

    let mut deliveries: Vec<(u128, &Training, &String)> = Vec::new();
    for _ in 0..3 {
        deliveries.extend(crowd.iter().zip(&requests).map(|(training, id)| (Uuid::new_v4().as_u128(), training, id)));
    }
    deliveries.sort_by_key(|(place, ..)| *place);
    let stranger = app.stranger();
    stream::iter(deliveries)
        .for_each_concurrent(CALLERS, |(_, training, request)| {
            let delivery = sandbox.delivery(request, Clock::system().now());
            let door = stranger.request(Method::POST, &format!("/v1/webhooks/fal/{}", training.attempt_token));
            let sent = stranger.send(delivery.fill(door));
            async {
                sent.await.expect(200);
            }
        })
        .await;
    all_completed(&app, &crowd).await;
    app.settled().await;
    assert_each_ended_once(&app, &begun, &crowd).await;
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

/// The settings of another process on the same database, store and fal.
pub(crate) fn settings_of(app: &TestApp) -> Vec<(&'static str, String)> {
    let config = app.config();
    let (DatabaseConfig::Postgres(database), ObjectsConfig::S3(bucket)) = (&config.database, &config.objects) else {
        panic!("two processes share a server and a bucket")
    };
    let mut settings = ObjectStore::variables(bucket);
    settings.extend([
        ("DATABASE_URL", database.expose().to_owned()),
        ("FAL_KEY", "id:secret".to_owned()),
        ("FAL_QUEUE_URL", app.fal_url()),
        ("FAL_REST_URL", app.fal_url()),
        ("AISHA_PUBLIC_URL", app.url("")),
        ("AISHA_SWEEP_SECONDS", "1".to_owned()),
        ("AISHA_JOB_LEASE_SECONDS", "2".to_owned()),
        ("AISHA_PICTURE_WORKERS", "1".to_owned()),
    ]);
    settings
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_trainings_and_the_death_of_one_loses_none() {
    let settings = |config: &mut aisha_api::config::Config| {
        config.sweep_interval = Duration::from_secs(1);
        config.job_lease = TimeDelta::seconds(2);
        if let FalConfig::Sandbox(sandbox) = &mut config.fal {
            sandbox.training = Duration::from_secs(2);
        }
    };
    let Some(app) = TestApp::start(Backend::Production, settings).await else { return };
    let begun = begun_and_done(&app).await;
    let folder = tempfile::tempdir().expect("a folder");
    let settings = settings_of(&app);
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let other = Program::start(env!("CARGO_BIN_EXE_aisha-api-under-test"), folder.path(), &settings).await;

    let count = number_from("AISHA_TEST_TRAININGS", 80);
    let crowd = crowd(&app, &begun, count).await;
    let rooms = app.rooms();
    let mut tx = rooms.begin().await.expect("a transaction");
    for training in &crowd {
        let job = Job::PrepareTraining { training_id: training.id };
        rooms.enqueue(&mut tx, &job, rooms.now()).await.expect("a job");
    }
    rooms.commit(tx).await.expect("a commit");
    let submissions = async || {
        let mut sent: BTreeMap<String, u32> = BTreeMap::new();
        for request in sandbox(&app).requests() {
            let webhook = request["webhook"].as_str().unwrap_or_default();
            *sent.entry(webhook.rsplit('/').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        sent
    };
    let half = usize::try_from(count / 2).expect("a number");
    let halfway = async {
        while submissions().await.len() < half {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE * 4, halfway).await.expect("half of them get to fal");
    let done_by_other = Person::new(other.url(), None).get("/metrics").await;
    let done_by_other = String::from_utf8(done_by_other.bytes.to_vec()).expect("a text");
    drop(other);
    assert!(done_by_other.contains("submit_training"), "both have had a part in it:\n{done_by_other}");

    for training in &crowd {
        let ended = async {
            loop {
                let found = trainings::find_for_job(&rooms.db, training.id).await.expect("a look").expect("a training");
                // Killed between the note that it is about to call and the call: two hours later it is submitted again.
                let is_lost = found.status_reason.as_deref() == Some("submission_unknown")
                    && !submissions().await.contains_key(&training.attempt_token);
                if found.status == TrainingStatus::Completed || is_lost {
                    return found.status;
                }
                assert!(!found.status.is_final(), "{found:#?}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE * 4, ended).await.expect("it comes to an end");
    }
    let sent = submissions().await;
    assert!(sent.values().all(|times| *times == 1), "submitted twice: {sent:#?}");
    app.quiet().await;
    let mut completed = Vec::new();
    for training in crowd {
        let found = trainings::find_for_job(&rooms.db, training.id).await.expect("a look").expect("a training");
        completed.extend((found.status == TrainingStatus::Completed).then_some(training));
    }
    assert!(completed.len() + 8 >= count as usize, "one process has no more than eight jobs in hand");
    assert_each_ended_once(&app, &begun, &completed).await;
    app.finish_without_looking().await;
}
