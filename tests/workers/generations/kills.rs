//! `kill -9` of the real program, at each step of a generation and then at random moments, while packs of pictures are
//! made. Nothing that was asked for is lost, doubled or invented, and the store holds just what the rows name.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use aisha_api::config::Config;
use aisha_api::domain::clock::Clock;
use aisha_api::domain::ids::GenerationId;
use aisha_api::domain::secret::Secret;
use aisha_api::fal::sandbox::{Fault, FileFault, ResultFault, SubmitFault};
use aisha_api::storage::Db;
use aisha_openapi::vocabulary::GenerationStatus;
use aisha_tests::harness::{Person, TestApp, fal};
use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::studio::{DRAWS, assert_objects_are_rows, event_of, hours_later, round, row, submissions, told};
use crate::killed::{Killed, Program, answered, id};
use crate::number_from;
use crate::watch::until;

/// People who ask for pictures at the same time, and how many each of them asks for at once.
const PEOPLE: u32 = 3;
const PACK: u32 = 4;
/// So long the service lives after a start, at most.
const LONGEST_LIFE: Duration = Duration::from_millis(1500);
/// How long the last pack may take.
const LAST_PATIENCE: Duration = Duration::from_mins(2);

/// The program, its user, and all that was asked for and acknowledged.
struct Life {
    program: Program,
    key: Secret,
    avatar: String,
    asked: RefCell<Vec<String>>,
    is_over: RefCell<bool>,
}

impl Life {
    /// Somebody new: connections that were open to a killed process are of no use.
    fn person(&self) -> Person {
        Person::new(self.program.url(), Some(self.key.clone()))
    }

    fn sandbox(&self) -> fal::Folder {
        fal::Folder::new(&self.program.folder.join("fal-sandbox"))
    }

    /// Asks until that is acknowledged, as a client does that knows of `Idempotency-Key`.
    async fn ask(&self, person: &Person, prompt: &str) -> String {
        let path = format!("/v1/avatars/{}/generations", self.avatar);
        let (key, wish) = (Uuid::new_v4().to_string(), json!({"prompt": prompt, "aspect_ratio": "9:16"}));
        let post = || person.request(Method::POST, &path).header("Idempotency-Key", &key).json(&wish);
        let asked = id(&answered(post).await);
        self.asked.borrow_mut().push(asked.clone());
        asked
    }

    /// One person, who asks for one pack after the other until the end of the kills.
    async fn make_packs(&self) {
        let person = self.person();
        while !*self.is_over.borrow() {
            let pack = join_all((0..PACK).map(|_| self.ask(&person, "in the rain"))).await;
            until("a pack that is done", async || {
                let states = join_all(pack.iter().map(|id| state(&person, id))).await;
                (*self.is_over.borrow() || states.iter().all(|state| *state != State::Open)).then_some(())
            })
            .await;
        }
    }

    async fn kill_again_and_again(&self) {
        for _ in 0..number_from("AISHA_TEST_KILLS", 5) {
            let share = u32::from(Uuid::new_v4().as_bytes()[0]);
            // The moment is what this test is about: it must not follow anything that the service does.
            tokio::time::sleep(LONGEST_LIFE * share / 255).await;
            self.program.kill();
            self.program.start().await;
        }
        self.is_over.replace(true);
    }

    /// Makes one picture, killed at this moment; a moment that has passed unseen is as good as seen.
    async fn be_killed_at(&self, moment: Moment) {
        let prompt = match moment {
            Moment::Status(_) => "in the rain".to_owned(),
            Moment::Call(fault, ms) => {
                format!("in the rain sandbox:{},ms={ms},times=1", fault.to_string().replace(' ', "="))
            }
        };
        let asked = self.ask(&self.person(), &prompt).await;
        let person = self.person();
        until("the moment", async || match moment {
            Moment::Status(word) => {
                let found = person.get(&format!("/v1/generations/{asked}")).await.expect(200);
                (found["status"] == word || found["status"] == "completed").then_some(())
            }
            Moment::Call(fault, _) => self.has_met(fault).await.then_some(()),
        })
        .await;
        self.program.kill();
        self.program.start().await;
    }

    async fn has_met(&self, fault: Fault) -> bool {
        let port = std::fs::read_to_string(self.program.folder.join("fal-sandbox/port")).expect("a port");
        let sandbox = Person::new(format!("http://127.0.0.1:{}/", port.trim()), None);
        let rules = sandbox.get("sandbox/faults").await.expect(200);
        let rules = rules.as_array().expect("rules").iter();
        rules.filter(|rule| rule["fault"] == json!(fault)).any(|rule| rule["hits"].as_u64() > Some(0))
    }

    /// Waits until everything that reached fal is there; of the rest it is known that no answer has come.
    async fn all_end(&self) {
        let person = self.person();
        let asked = self.asked.borrow().clone();
        let all_end = async {
            loop {
                let mut states = Vec::new();
                for some in asked.chunks(16) {
                    states.extend(join_all(some.iter().map(|id| state(&person, id))).await);
                }
                let count = |wanted| states.iter().filter(|state| **state == wanted).count();
                let sent = drawings(&self.sandbox()).len();
                if count(State::Completed) == sent && count(State::Unknown) + sent == asked.len() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(LAST_PATIENCE, all_end).await.expect("all come to an end");
    }
}

/// A moment in the life of a generation.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// As soon as it can be seen in this state: between two jobs.
    Status(&'static str),
    /// While fal is being called, and has the call, for so many milliseconds.
    Call(Fault, u32),
}

/// Every step that can be seen from outside.
const MOMENTS: [Moment; 6] = [
    Moment::Status("pending"),
    Moment::Status("processing"),
    Moment::Status("completed"),
    Moment::Call(Fault::Submit(SubmitFault::Slow), 5000),
    Moment::Call(Fault::File(FileFault::Slow), 5000),
    Moment::Call(Fault::Result(ResultFault::Nginx503), 0),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Completed,
    /// fal's answer was lost, and it may not even have got the call.
    Unknown,
}

async fn state(person: &Person, id: &str) -> State {
    let Ok(answer) = person.request(Method::GET, &format!("/v1/generations/{id}")).send().await else {
        return State::Open;
    };
    let status = answer.status();
    assert!(status.is_success() || status.is_server_error(), "acknowledged, and {status}");
    let Ok(found) = answer.json::<Value>().await else { return State::Open };
    match (found["status"].as_str(), found["status_reason"].as_str()) {
        (Some("completed"), _) => State::Completed,
        (Some("pending"), Some("submission_unknown")) => State::Unknown,
        (Some("failed" | "cancelled" | "moderated"), _) => panic!("{found:#}"),
        _ => State::Open,
    }
}

/// The webhooks of all generations that fal has seen.
fn drawings(sandbox: &fal::Folder) -> Vec<Value> {
    sandbox.requests().into_iter().filter(|request| request["endpoint"] == DRAWS).collect()
}

async fn lives_through_kills(killed: Killed) {
    let Killed { program, key, config, .. } = killed;
    let (avatar, _) = Person::new(program.url(), Some(key.clone())).trained_avatar(5).await;
    let life = Life { program, key, avatar, asked: RefCell::default(), is_over: RefCell::default() };
    for moment in MOMENTS {
        life.be_killed_at(moment).await;
    }
    let packs = join_all((0..PEOPLE).map(|_| life.make_packs()));
    join(packs, life.kill_again_and_again()).await;
    life.all_end().await;
    life.program.kill();
    Box::pin(look_hours_later(config, life.asked.into_inner())).await;
}

/// Whatever was left open is closed by then: a submission that fal never got, and objects of copies that were killed.
async fn look_hours_later(config: Config, asked: Vec<String>) {
    let app = TestApp::open(config, Clock::held_at(Clock::system().now() + TimeDelta::hours(3))).await;
    let all: Vec<_> = asked.iter().map(|id| GenerationId(id.parse().expect("an id"))).collect();
    assert_eq!(BTreeSet::from_iter(&all).len(), all.len());
    assert_eq!(rows(&app.rooms().db).await, i64::try_from(all.len()).expect("a number"), "asked for, and nothing else");
    round(&app).await;
    let (mut sent, mut heard) = (submissions(&app).await, told(&app, &row(&app, all[0]).await).await);
    let mut completed = 0;
    for &id in &all {
        let found = row(&app, id).await;
        let submissions = sent.remove(&id).unwrap_or_default().len();
        match found.status {
            GenerationStatus::Completed => assert_eq!((submissions, found.images.len()), (1, 1), "{found:#?}"),
            // Killed between the note that it is about to call and the call.
            _ => assert_eq!((found.error_code.as_deref(), submissions), (Some("submission_unknown"), 0), "{found:#?}"),
        }
        completed += u32::from(found.status == GenerationStatus::Completed);
        assert_eq!(heard.remove(&id), Some(vec![event_of(found.status)]), "{found:#?}");
    }
    assert!(sent.is_empty() && heard.is_empty(), "nobody has asked for these: {sent:#?} {heard:#?}");
    assert!(completed > 0);
    hours_later(&app).await;
    assert_objects_are_rows(&app, &all).await;
    app.finish().await;
}

async fn rows(db: &Db) -> i64 {
    let sql = "select count(*) from generations";
    match db {
        Db::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await,
        Db::Sqlite(pool, _) => sqlx::query_scalar(sql).fetch_one(pool).await,
    }
    .expect("a count")
}

#[tokio::test]
async fn a_killed_service_loses_doubles_and_invents_no_picture_on_one_machine() {
    Box::pin(lives_through_kills(Killed::on_one_machine().await)).await;
}

#[tokio::test]
async fn a_killed_service_loses_doubles_and_invents_no_picture_on_postgres_and_s3() {
    if let Some(killed) = Killed::on_postgres_and_s3().await {
        Box::pin(lives_through_kills(killed)).await;
    }
}
