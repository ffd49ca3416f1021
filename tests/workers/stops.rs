//! A service that is asked to stop while people use it: nothing under way fails, and the next one goes on.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use aisha_tests::harness::{Person, Program, id, pictures};
use futures_util::future::{join, join_all};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

const PEOPLE: u32 = 6;
/// How long the next process may take until it is ready.
const READY: Duration = Duration::from_secs(3);
const SETTINGS: &[(&str, &str)] = &[
    ("AISHA_SANDBOX_TRAINING_SECONDS", "1"),
    ("AISHA_SWEEP_SECONDS", "1"),
    ("AISHA_JOB_LEASE_SECONDS", "2"),
    ("AISHA_FACE_MODEL", "off"),
    ("AISHA_LOG", "error"),
];

/// What is sent and answered; `None` once nobody takes connections any more.
async fn sent(request: RequestBuilder) -> Option<Value> {
    match request.send().await {
        Ok(answer) => {
            let status = answer.status();
            let body = answer.json::<Value>().await.expect("a whole answer");
            assert!(status.is_success(), "{status} {body:#}");
            Some(body)
        }
        Err(error) => {
            assert!(error.is_connect(), "a request under way failed: {error:?}");
            None
        }
    }
}

/// Somebody who makes avatars, sends photos and starts trainings for as long as there is a service.
async fn live(
    person: &Person,
    number: u32,
    kept: &RefCell<Vec<String>>,
    trainings: &RefCell<Vec<String>>,
) -> Option<()> {
    let details = json!({"name": "Ann", "gender": "female", "avatar_type": "character", "training_type": "portrait"});
    for round in 0.. {
        let avatar = sent(person.request(Method::POST, "/v1/avatars").json(&details)).await?;
        let avatar = id(&avatar);
        kept.borrow_mut().push(format!("/v1/avatars/{avatar}"));
        for photo in 0..5 {
            let part = Part::bytes(pictures::jpeg(number * 1000 + round * 10 + photo)).file_name("photo.jpg");
            let path = format!("/v1/avatars/{avatar}/photos");
            let report = sent(person.request(Method::POST, &path).multipart(Form::new().part("file", part))).await?;
            kept.borrow_mut().push(format!("/v1/photos/{}", id(&report["results"][0]["photo"])));
        }
        let start = person.request(Method::POST, &format!("/v1/avatars/{avatar}/trainings"));
        let start = start.header("Idempotency-Key", format!("{number}-{round}"));
        let training = sent(start.json(&json!({"preset": "fast"}))).await?;
        trainings.borrow_mut().push(id(&training));
    }
    None
}

#[tokio::test]
async fn a_service_that_stops_under_load_fails_nobody_and_the_next_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = async || Program::start(env!("CARGO_BIN_EXE_aisha-api-under-test"), folder.path(), SETTINGS).await;
    let program = start().await;
    let person = program.developer();
    let (kept, trainings) = (RefCell::default(), RefCell::default());
    let people = join_all((0..PEOPLE).map(|number| live(&person, number, &kept, &trainings)));
    let running = Cell::new(Some(program));
    let stop = async {
        // In the middle: some trainings are on their way, and everybody is sending something.
        while trainings.borrow().len() < PEOPLE as usize {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        running.take().expect("it runs").stop().await;
    };
    join(people, stop).await;

    let begun = Instant::now();
    let program = start().await;
    assert!(begun.elapsed() < READY, "ready after {:?}", begun.elapsed());
    let person = program.developer();
    for path in kept.into_inner() {
        person.get(&path).await.expect(200);
    }
    for training in trainings.into_inner() {
        person.training_in(&training, "completed").await;
    }
    program.stop().await;
}
