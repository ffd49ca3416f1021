//! `kill -9` of the bot while people go a whole way through it: whatever they did has its one effect.

mod reckoning;
mod way;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use aisha_api::domain::clock::Clock;
use aisha_api::workers::sweep_once;
use aisha_tests::harness::app::config_in;
use aisha_tests::harness::bot::{BotProgram, bot_key, settings};
use aisha_tests::harness::line::Line;
use aisha_tests::harness::{Person as Caller, TestApp, kill_points};
use aisha_tests::telegram::{FakeTelegram, Person};
use chrono::TimeDelta;
use futures_util::future::{join, join_all};

use crate::number_from;

/// People who go the way beside each other.
const PEOPLE: i64 = 2;
/// So long the bot lives after a start, at most, in milliseconds.
const LONGEST_LIFE: u64 = 1600;

/// A service, a Telegram, and a bot between them that is killed.
struct Stage {
    app: TestApp,
    /// Where the service keeps its things.
    data: tempfile::TempDir,
    /// Between the bot and the service.
    line: Line,
    telegram: FakeTelegram,
    program: RefCell<BotProgram>,
    folder: tempfile::TempDir,
    caller: Caller,
    /// When the bot was killed, by the clock of Telegram.
    kills: RefCell<Vec<Duration>>,
}

impl Stage {
    async fn new(more: &[(&str, &str)]) -> Self {
        let (data, telegram) = (tempfile::tempdir().expect("a temporary folder"), FakeTelegram::start().await);
        let app = TestApp::open(config_in(data.path()), Clock::system()).await;
        let line = Line::to(&app.url("")).await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let key = bot_key(&app, &telegram).await;
        let mut settings = settings(&line.url, &key, &telegram, folder.path());
        settings.push(("AISHA_LOG".to_owned(), "error".to_owned()));
        settings.extend(more.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
        let caller = Caller::new(app.url(""), Some(key));
        let program = RefCell::new(BotProgram::start(settings));
        Self { app, data, line, telegram, program, folder, caller, kills: RefCell::default() }
    }

    /// Somebody at Telegram, and the same person at the service.
    fn person(&self, id: i64) -> (Person, Caller, String) {
        let person = self.telegram.person(id, "en", &format!("Ann_{id}"));
        (person, self.caller.acting_for(&format!("telegram:{id}")), format!("<Portrait & {id}>"))
    }

    fn kill(&self) {
        self.kills.borrow_mut().push(self.telegram.time());
        self.program.borrow_mut().kill();
        self.program.borrow_mut().begin();
    }

    async fn go(&self, id: i64) {
        let (person, api, name) = self.person(id);
        way::go(&person, &api, &name).await;
    }

    /// Looks at everything once all is done.
    async fn finish(self, people: impl Iterator<Item = i64>) {
        reckoning::settled(&self.telegram, self.folder.path()).await;
        let kills = self.kills.take();
        for id in people {
            let (person, api, name) = self.person(id);
            reckoning::reckon(&self.telegram, &person, &api, &name, &kills).await;
        }
        reckoning::settled(&self.telegram, self.folder.path()).await;
        self.telegram.assert_no_violations();
        self.program.borrow_mut().kill();
        Box::pin(hours_later(self.app)).await;
        drop(self.data);
    }
}

/// Looks what the service is left with hours later: uploads that ended with the bot are cleared away by then.
async fn hours_later(app: TestApp) {
    let config = app.config().clone();
    app.settled().await;
    app.finish_without_looking().await;
    let app = TestApp::open(config, Clock::held_at(Clock::system().now() + TimeDelta::hours(3))).await;
    sweep_once(app.rooms()).await.expect("a round");
    app.finish().await;
}

#[tokio::test]
async fn a_bot_killed_at_any_moment_does_everything_once() {
    let stage = Stage::new(&[]).await;
    let seed = number_from("AISHA_TEST_BOT_SEED", uuid::Uuid::new_v4().as_fields().0);
    println!("AISHA_TEST_BOT_SEED={seed}");
    let (last, is_over) = (Cell::new(0), Cell::new(false));
    let people = join_all((0..PEOPLE).map(async |_| {
        while !is_over.get() {
            last.set(last.get() + 1);
            stage.go(last.get()).await;
        }
    }));
    join(people, kill_again_and_again(&stage, seed.into(), &is_over)).await;
    println!("{} kills in the ways of {} people", stage.kills.borrow().len(), last.get());
    stage.finish(1..=last.get()).await;
}

async fn kill_again_and_again(stage: &Stage, mut dice: u64, is_over: &Cell<bool>) {
    for _ in 0..number_from("AISHA_TEST_BOT_KILLS", 6) {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The moment is what this test is about: it must not follow anything that the bot does.
        tokio::time::sleep(Duration::from_millis((dice >> 33) % LONGEST_LIFE)).await;
        stage.kill();
    }
    is_over.set(true);
}

#[tokio::test]
async fn a_bot_killed_after_each_of_its_statements_does_everything_once() {
    let list = tempfile::NamedTempFile::new().expect("a temporary file");
    let stage = Stage::new(&[("AISHA_TEST_PLACES_LIST", list.path().to_str().expect("a path in Unicode"))]).await;
    let is_over = Cell::new(false);
    let reviving = async {
        while !is_over.get() {
            if stage.program.borrow_mut().revive() {
                stage.kills.borrow_mut().push(stage.telegram.time());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let going = async {
        stage.go(1).await;
        reckoning::settled(&stage.telegram, stage.folder.path()).await;
        is_over.set(true);
    };
    join(going, reviving).await;
    let places = kill_points::places(list.path());
    println!("killed at {} places", places.len());
    let is_there = |begin: &str| places.iter().any(|place| place.starts_with(&format!("outside: {begin}")));
    for begin in
        ["insert or ignore into inbox", "update inbox set done_at", "insert into chats", "update chats set card"]
    {
        assert!(is_there(begin), "{begin}: {places:#?}");
    }
    for begin in ["insert or ignore into outbox", "update outbox set state = 'sending'", "insert into reader"] {
        assert!(is_there(begin), "{begin}: {places:#?}");
    }
    stage.finish(1..=1).await;
}

/// What the bot asks the service to do on the way, in the order of the way.
const WISHES: [&str; 7] = [
    "POST /v1/avatars ",
    "PATCH /v1/avatars/",
    "/photos HTTP",
    "/trainings HTTP",
    "/generations HTTP",
    "/favourite HTTP",
    "POST /v1/transcriptions",
];

#[tokio::test]
async fn a_bot_killed_when_a_wish_was_granted_and_it_does_not_know_wishes_the_same_again() {
    let stage = Stage::new(&[]).await;
    let killing = async {
        for wish in WISHES {
            stage.line.hold(wish).await;
            stage.kill();
        }
    };
    join(stage.go(1), killing).await;
    stage.finish(1..=1).await;
}
