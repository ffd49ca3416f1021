//! `kill -9` of the real program, at each step of a training and then at random moments, while people send photos and
//! start trainings. What it has acknowledged is there for ever, and each training ends once and is paid for once.

mod later;
mod lines;

use std::cell::RefCell;
use std::time::Duration;

use aisha_api::domain::secret::Secret;
use aisha_api::fal::sandbox::{Fault, FileFault, Rule, StatusFault, SubmitFault};
use aisha_tests::harness::{Person, pictures};
use futures_util::future::{join, join_all};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use self::later::look_hours_later;
use crate::killed::{Killed, Program, answered, id};
use crate::number_from;
use crate::watch::until;

/// People who use the service at the same time.
const PEOPLE: u32 = 3;
/// So long the service lives after a start, at most.
const LONGEST_LIFE: Duration = Duration::from_millis(1200);

/// What the service has said is done.
#[derive(Default)]
struct Acknowledged {
    paths: RefCell<Vec<String>>,
    trainings: RefCell<Vec<String>>,
}

impl Acknowledged {
    fn note(&self, path: String) {
        self.paths.borrow_mut().push(path);
    }

    /// Looks at all of it but the first so many, and tells how many there are.
    async fn assert_there(&self, person: &Person, but: usize) -> usize {
        let paths = self.paths.borrow().clone();
        for some in paths[but..].chunks(16) {
            let found = join_all(some.iter().map(async |path| (person.get(path).await.status, path))).await;
            let missing: Vec<_> = found.into_iter().filter(|(status, _)| !status.is_success()).collect();
            assert!(missing.is_empty(), "acknowledged and gone: {missing:?}");
        }
        paths.len()
    }
}

/// One person, who makes one avatar after the other until the end of the kills.
async fn live(person: &Person, number: u32, done: &Acknowledged, is_over: &RefCell<bool>) {
    let details = json!({"name": "Ann", "gender": "female", "avatar_type": "character", "training_type": "portrait"});
    for round in 0.. {
        if *is_over.borrow() {
            return;
        }
        let key = |what: &str| format!("{what}-{number}-{round}");
        let post = |path: &str, what: &str| person.request(Method::POST, path).header("Idempotency-Key", key(what));
        let avatar = id(&answered(|| post("/v1/avatars", "avatar").json(&details)).await);
        done.note(format!("/v1/avatars/{avatar}"));
        let photos = (0..5).map(|photo| {
            let path = format!("/v1/avatars/{avatar}/photos");
            let bytes = pictures::jpeg(number * 1000 + round * 10 + photo);
            async move {
                let form = || Form::new().part("file", Part::bytes(bytes.clone()).file_name("photo.jpg"));
                let report = answered(|| person.request(Method::POST, &path).multipart(form())).await;
                done.note(format!("/v1/photos/{}", id(&report["results"][0]["photo"])));
            }
        });
        join_all(photos).await;
        let path = format!("/v1/avatars/{avatar}/trainings");
        let training = id(&answered(|| post(&path, "training").json(&json!({"preset": "fast"}))).await);
        done.note(format!("/v1/trainings/{training}"));
        done.trainings.borrow_mut().push(training);
    }
}

async fn kill_again_and_again(program: &Program, key: &Secret, done: &Acknowledged, is_over: &RefCell<bool>) {
    let mut seen = 0;
    for _ in 0..number_from("AISHA_TEST_KILLS", 5) {
        let share = u32::from(uuid::Uuid::new_v4().as_bytes()[0]);
        // The moment is what this test is about: it must not follow anything that the service does.
        tokio::time::sleep(LONGEST_LIFE * share / 255).await;
        program.kill();
        program.start().await;
        // Somebody new: connections that were open to the killed process are of no use.
        seen = done.assert_there(&Person::new(program.url(), Some(key.clone())), seen).await;
    }
    is_over.replace(true);
}

#[tokio::test]
async fn a_killed_service_loses_nothing_doubles_nothing_and_ends_everything_on_one_machine() {
    Box::pin(lives_through_kills(Killed::on_one_machine().await)).await;
}

#[tokio::test]
async fn a_killed_service_loses_nothing_doubles_nothing_and_ends_everything_on_postgres_and_s3() {
    if let Some(killed) = Killed::on_postgres_and_s3().await {
        Box::pin(lives_through_kills(killed)).await;
    }
}

async fn lives_through_kills(killed: Killed) {
    let Killed { program, key, config, .. } = killed;
    let person = Person::new(program.url(), Some(key.clone()));
    let (done, is_over) = (Acknowledged::default(), RefCell::new(false));
    for moment in moments() {
        be_killed_at(moment, &program, &key, &done).await;
    }
    let people = join_all((0..PEOPLE).map(|number| live(&person, number, &done, &is_over)));
    join(people, kill_again_and_again(&program, &key, &done, &is_over)).await;
    let trainings = done.trainings.borrow().clone();
    assert!(!trainings.is_empty());
    for training in &trainings {
        ends(&person, training).await;
    }
    done.assert_there(&person, 0).await;
    program.kill();
    look_hours_later(config, &trainings).await;
}

/// A moment in the life of a training.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// As soon as it can be seen in this state: between two jobs.
    State(&'static str),
    /// While fal is being called, and has the call.
    Call(Fault),
}

/// Every step of a training that can be seen from outside.
fn moments() -> impl Iterator<Item = Moment> {
    let states = ["preparing", "submitting", "queued", "running", "completed"].map(Moment::State);
    let calls = [Fault::Submit(SubmitFault::Slow), Fault::Status(StatusFault::Slow), Fault::File(FileFault::Slow)];
    states.into_iter().chain(calls.map(Moment::Call))
}

/// Lives through one training, killed at this moment; a state that has passed unseen is as good as seen.
async fn be_killed_at(moment: Moment, program: &Program, key: &Secret, done: &Acknowledged) {
    let person = Person::new(program.url(), Some(key.clone()));
    let sandbox = async || {
        let port =
            std::fs::read_to_string(program.folder.join("fal-sandbox/port")).expect("the sandbox keeps its port");
        Person::new(format!("http://127.0.0.1:{}/", port.trim()), None)
    };
    if let Moment::Call(fault) = moment {
        let rule = Rule { ms: Some(5000), ..Rule::new(fault).times(1) };
        sandbox().await.post("sandbox/faults", json!(rule)).await.expect(200);
    }
    let avatar = person.avatar().await;
    person.upload_photos(&avatar, 5).await;
    let training =
        id(&person.train(&avatar, &format!("at {moment:?}").replace([' ', '(', ')', '"'], "-")).await.expect(202));
    done.note(format!("/v1/trainings/{training}"));
    done.trainings.borrow_mut().push(training.clone());
    let path = format!("/v1/trainings/{training}");
    until("the moment", async || match moment {
        Moment::State(state) => {
            let status = person.get(&path).await.expect(200)["status"].clone();
            (status == state || status == "completed").then_some(())
        }
        Moment::Call(_) => {
            let rules = sandbox().await.get("sandbox/faults").await.expect(200);
            (rules[0]["hits"].as_u64() > Some(0)).then_some(())
        }
    })
    .await;
    program.kill();
    program.start().await;
    sandbox().await.delete("sandbox/faults").await.expect(200);
    ends(&Person::new(program.url(), Some(key.clone())), &training).await;
}

/// Waits until a training is completed, or known not to have got an answer from fal.
async fn ends(person: &Person, training: &str) {
    until("the end of a training", async || {
        let answer = person.request(Method::GET, &format!("/v1/trainings/{training}")).send().await.ok()?;
        let training = answer.json::<Value>().await.ok()?;
        let is_unknown = training["status_reason"] == "submission_unknown" && training["fal_request_id"].is_null();
        (training["status"] == "completed" || is_unknown).then_some(())
    })
    .await;
}
