//! Random ways of a training through its steps, against a model that knows what is written down of each state.

use std::cell::RefCell;

use aisha_api::domain::run::FalRequest;
use aisha_api::domain::training::{Ending, Training, may_become};
use aisha_api::storage::trainings::{self, Report};
use aisha_api::storage::{Db, StorageError, Tx};
use aisha_openapi::vocabulary::{ProgressSource, TrainingStatus as S};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqlx::FromRow;
use tokio::runtime::Runtime;

use crate::store::{self, MODELS, Store, at};

/// What can happen to a training.
#[derive(Debug, Clone, Copy)]
enum Step {
    Begin,
    Withdraw,
    Again,
    Submitted,
    Report(S, i32),
    Stall,
    Cancel,
    Wait,
    End(S),
}

/// What is known of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "each is whether a column is filled")]
struct Known {
    #[sqlx(try_from = "String")]
    status: Word,
    is_submitted: bool,
    has_request: bool,
    progress: i32,
    is_looked_after: bool,
    has_deadline: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word(S);

impl TryFrom<String> for Word {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        S::ALL.iter().copied().find(|status| status.as_str() == text).map(Word).ok_or(text)
    }
}

impl Known {
    const NEW: Self = Self {
        status: Word(S::Preparing),
        is_submitted: false,
        has_request: false,
        progress: 0,
        is_looked_after: true,
        has_deadline: false,
    };

    /// What is known after a step; `None` if the step is not done.
    fn after(self, step: Step) -> Option<Self> {
        let status = self.status.0;
        let becomes = |status| Self { status: Word(status), ..self };
        let kept = |other| if status == S::Cancelling { S::Cancelling } else { other };
        let is_open = !status.is_final();
        Some(match step {
            Step::Begin if status == S::Preparing || (status == S::Submitting && !self.is_submitted) => {
                Self { is_submitted: true, has_deadline: true, ..becomes(S::Submitting) }
            }
            Step::Withdraw if !self.has_request && matches!(status, S::Submitting | S::Stalled | S::Cancelling) => {
                Self { is_submitted: false, ..becomes(kept(S::Submitting)) }
            }
            Step::Again if !self.has_request && self.is_submitted && matches!(status, S::Submitting | S::Stalled) => {
                Self { is_submitted: false, ..becomes(S::Submitting) }
            }
            Step::Submitted if !self.has_request && matches!(status, S::Submitting | S::Stalled | S::Cancelling) => {
                Self { has_request: true, ..becomes(kept(S::Queued)) }
            }
            Step::Report(to, progress) if matches!(status, S::Queued | S::Running | S::Stalled | S::Cancelling) => {
                Self { progress: self.progress.max(progress), ..becomes(kept(to)) }
            }
            Step::Stall
                if self.is_submitted && matches!(status, S::Submitting | S::Queued | S::Running | S::Stalled) =>
            {
                becomes(S::Stalled)
            }
            Step::Cancel if matches!(status, S::Submitting | S::Queued | S::Running | S::Stalled) => {
                becomes(S::Cancelling)
            }
            Step::Wait if self.has_request && is_open => self,
            // Only what is at fal can complete.
            Step::End(S::Completed) if matches!(status, S::Preparing | S::Submitting) => return None,
            Step::End(end) if is_open => {
                let progress = if end == S::Completed { 100 } else { self.progress };
                Self { progress, is_looked_after: false, ..becomes(end) }
            }
            _ => return None,
        })
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Begin),
        1 => Just(Step::Withdraw),
        1 => Just(Step::Again),
        3 => Just(Step::Submitted),
        3 => (prop_oneof![Just(S::Queued), Just(S::Running)], 0..=99).prop_map(|(to, done)| Step::Report(to, done)),
        1 => Just(Step::Stall),
        1 => Just(Step::Cancel),
        1 => Just(Step::Wait),
        1 => prop_oneof![Just(S::Completed), Just(S::Failed), Just(S::Cancelled)].prop_map(Step::End),
    ]
}

async fn take(tx: &mut Tx, training: &Training, step: Step, token: &str) -> Result<bool, StorageError> {
    let id = training.id;
    match step {
        Step::Begin => trainings::begin_submission(tx, id, "https://x/hook", at(60), at(99), at(9)).await,
        Step::Withdraw => trainings::withdraw_submission(tx, id, at(60), at(9)).await,
        Step::Again => trainings::submit_again(tx, id, token, at(9)).await,
        Step::Submitted => trainings::submitted(tx, id, &FalRequest::by_id("r-1"), None, at(60), at(9)).await,
        Step::Report(status, progress) => {
            let progress_source = ProgressSource::Reported;
            let (queue_position, logs, next_check_at) = (None, None, at(60));
            let report = Report { status, progress, progress_source, queue_position, logs, next_check_at };
            trainings::report(tx, id, &report, at(9)).await
        }
        Step::Stall => trainings::stall(tx, id, "silence", at(60), at(9)).await,
        Step::Cancel => trainings::cancelling(tx, id, at(9)).await,
        Step::Wait => trainings::wait_for_result(tx, id, at(60), at(9)).await,
        Step::End(S::Completed) => trainings::end(tx, id, &super::steps::completed(), at(9)).await,
        Step::End(S::Failed) => trainings::end(tx, id, &super::steps::failed(), at(9)).await,
        Step::End(_) => trainings::end(tx, id, &Ending::Cancelled, at(9)).await,
    }
}

async fn look(tx: &mut Tx, training: &Training) -> Known {
    let sql = "select status, submitted_at is not null as is_submitted, fal_request_id is not null as has_request, \
               progress, next_check_at is not null as is_looked_after, \
               deadline_at is not null as has_deadline from trainings where id = $1";
    match tx {
        Tx::Postgres(tx) => sqlx::query_as(sql).bind(training.id.0).fetch_one(&mut **tx).await,
        Tx::Sqlite(tx, _) => sqlx::query_as(sql).bind(training.id.0).fetch_one(&mut **tx).await,
    }
    .expect("the training")
}

/// Goes one way in a transaction that is never committed.
async fn go(db: &Db, avatar: &aisha_api::domain::avatar::Avatar, steps: &[Step]) -> Result<(), TestCaseError> {
    let training = store::training(avatar);
    let mut tx = db.begin().await.expect("a transaction");
    trainings::add(&mut tx, &training).await.expect("a training");
    let mut known = Known::NEW;
    for (number, &step) in steps.iter().enumerate() {
        let token = format!("another-{number}");
        let is_done = take(&mut tx, &training, step, &token).await.expect("a step");
        let after = known.after(step);
        prop_assert_eq!(is_done, after.is_some(), "{:?} of {:?}", step, known);
        let seen = look(&mut tx, &training).await;
        prop_assert_eq!(seen, after.unwrap_or(known), "{:?} of {:?}", step, known);
        let (from, to) = (known.status.0, seen.status.0);
        prop_assert!(from == to || may_become(from, to), "{} became {}", from, to);
        prop_assert!(to.is_final() || seen.is_looked_after, "nobody looks after a training that is {}", to);
        prop_assert!(seen.has_deadline || !(seen.is_submitted || seen.has_request), "a submission without an end");
        known = seen;
    }
    Ok(())
}

/// Twenty thousand ways take a minute; the environment may ask for them.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests have no `config`; how long they may take is the caller's affair"
)]
pub(crate) fn ways() -> u32 {
    std::env::var("AISHA_TEST_WAYS").ok().map_or(2000, |text| text.parse().expect("AISHA_TEST_WAYS is a number"))
}

fn every_way_is_one_of_the_model(runtime: &Runtime, store: &Store) {
    let _turn = runtime.block_on(MODELS.acquire()).expect("it is never closed");
    let avatar = runtime.block_on(async { store.avatar(store.user("ann").await).await });
    let seen = RefCell::new(Vec::new());
    let config = Config { cases: ways(), failure_persistence: None, ..Config::default() };
    let ways = prop::collection::vec(step(), 1..16);
    let checked = TestRunner::new(config).run(&ways, |steps| {
        let mut known = Known::NEW;
        for &step in &steps {
            known = known.after(step).unwrap_or(known);
        }
        seen.borrow_mut().push(known.status.0);
        runtime.block_on(go(&store.db, &avatar, &steps))
    });
    checked.unwrap_or_else(|error| panic!("{error}"));
    for &status in S::ALL {
        assert!(seen.borrow().contains(&status), "no way leads to {status}");
    }
}

#[test]
fn every_way_is_one_of_the_model_on_sqlite() {
    let runtime = Runtime::new().expect("a runtime");
    let store = runtime.block_on(Store::sqlite());
    every_way_is_one_of_the_model(&runtime, &store);
}

#[test]
fn every_way_is_one_of_the_model_on_postgres() {
    let runtime = Runtime::new().expect("a runtime");
    if let Some(store) = runtime.block_on(Store::postgres()) {
        every_way_is_one_of_the_model(&runtime, &store);
    }
}
