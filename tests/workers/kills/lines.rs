//! A kill at every line that matters: after each statement that writes, and right after each commit, of the whole way
//! from a new avatar to its weights. Each life of the program ends at a place where none has ended before, and the next
//! one goes on in peace; it is over when a training has passed without a new place.

use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use aisha_api::config::{Config, DatabaseConfig};
use aisha_api::domain::secret::Secret;
use aisha_api::storage::db::MIGRATIONS;
use aisha_tests::harness::app::config_in;
use aisha_tests::harness::kill_points::places;
use aisha_tests::harness::{Person, pictures, postgres};
use futures_util::future::{Either, join_all, select};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use tempfile::TempDir;

use super::ends;
use super::later::look_hours_later;
use crate::killed::{Program, answered, id, make_developer};
use crate::number_from;

/// Programs at the same time, each with its own data: most of a life is waiting for a lease to run out.
const AT_ONCE: usize = 6;
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A program and its person.
struct Lane {
    folder: TempDir,
    config: Config,
    program: Program,
    key: Secret,
    photos: Vec<Vec<u8>>,
}

impl Lane {
    async fn on(database: Option<String>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = config_in(folder.path());
        let settings = database.iter().map(|url| ("DATABASE_URL".to_owned(), url.clone())).collect();
        if let Some(url) = database {
            config.database = DatabaseConfig::Postgres(Secret::new(url));
        }
        let program = Program::new(folder.path(), settings);
        program.start().await;
        let key = make_developer(&config, folder.path()).await;
        program.kill();
        let photos = (0..5).map(pictures::jpeg).collect();
        Self { folder, config, program, key, photos }
    }

    /// Lives through one training, in two lives if the first one ends at a new place; `true` if it did not.
    async fn lives(&self, round: usize, list: &Path) -> (bool, String) {
        let list = list.to_str().expect("a name in Unicode");
        if self.program.start_with(&[("AISHA_TEST_PLACES_LIST", list)]).await {
            let (ended, journey) = (Box::pin(self.ended()), Box::pin(self.journey(round)));
            if let Either::Right((training, _)) = select(ended, journey).await {
                self.program.kill();
                return (true, training);
            }
        }
        self.program.kill();
        self.program.start().await;
        let training = self.journey(round).await;
        self.program.kill();
        (false, training)
    }

    /// Waits for the end of the program, if it comes.
    async fn ended(&self) {
        while !self.program.has_ended() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// From a new avatar to the end of its training; from where it was, if it was begun before.
    async fn journey(&self, round: usize) -> String {
        let person = Person::new(self.program.url(), Some(self.key.clone()));
        let key = |what: &str| format!("{what}-{round}");
        let post = |path: &str, what: &str| person.request(Method::POST, path).header("Idempotency-Key", key(what));
        let details =
            json!({"name": "Ann", "gender": "female", "avatar_type": "character", "training_type": "portrait"});
        let avatar = id(&answered(|| post("/v1/avatars", "avatar").json(&details)).await);
        let path = format!("/v1/avatars/{avatar}/photos");
        let photos = self.photos.iter().map(async |bytes| {
            let form = || Form::new().part("file", Part::bytes(bytes.clone()).file_name("photo.jpg"));
            answered(|| person.request(Method::POST, &path).multipart(form())).await
        });
        join_all(photos).await;
        let path = format!("/v1/avatars/{avatar}/trainings");
        let training = id(&answered(|| post(&path, "training").json(&json!({"preset": "fast"}))).await);
        ends(&person, &training).await;
        training
    }
}

async fn a_kill_at_every_line(backend: &str, lanes: Vec<Lane>) {
    let lists = tempfile::tempdir().expect("a temporary folder");
    let list = lists.path().join("places");
    let most = number_from("AISHA_TEST_PLACES", 6) as usize;
    let lived = join_all(lanes.iter().map(async |lane| {
        let mut trainings = Vec::new();
        for round in 0.. {
            if places(&list).len() >= most {
                break;
            }
            let (is_whole, training) = lane.lives(round, &list).await;
            trainings.push(training);
            if is_whole {
                break;
            }
        }
        trainings
    }))
    .await;
    let (found, trainings) = (places(&list), lived.iter().map(Vec::len).sum::<usize>());
    let count = found.len();
    if count < most {
        for job in ["prepare_training", "submit_training", "apply_fal_result"] {
            let of_job = found.iter().filter(|place| place.starts_with(job)).count();
            assert!(of_job >= 6, "only {of_job} places of {job}: {found:#?}");
        }
    }
    // Not by a macro, whose words are kept back when a test goes well.
    let _ = writeln!(io::stderr(), "{backend}: killed at {count} places of {trainings} trainings");
    for (lane, trainings) in lanes.into_iter().zip(lived) {
        look_hours_later(lane.config, &trainings).await;
        drop(lane.folder);
    }
}

#[tokio::test]
async fn a_kill_at_every_line_loses_nothing_and_doubles_nothing_on_one_machine() {
    let lanes = join_all((0..AT_ONCE).map(|_| Lane::on(None))).await;
    Box::pin(a_kill_at_every_line("SQLite", lanes)).await;
}

#[tokio::test]
async fn a_kill_at_every_line_loses_nothing_and_doubles_nothing_on_postgres() {
    let mut lanes = Vec::new();
    for _ in 0..AT_ONCE {
        let Some(url) = postgres::database(&MIGRATIONS).await else { return };
        lanes.push(Lane::on(Some(url)).await);
    }
    Box::pin(a_kill_at_every_line("Postgres", lanes)).await;
}
