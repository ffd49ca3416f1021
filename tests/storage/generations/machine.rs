//! Random ways of a generation through its steps, against a model that knows what is written down of each state.

use std::cell::RefCell;

use aisha_api::domain::avatar::Avatar;
use aisha_api::domain::generation::{Ending, Generation};
use aisha_api::domain::run::FalRequest;
use aisha_api::domain::training::Training;
use aisha_api::storage::{Db, StorageError, Tx, generations};
use aisha_openapi::vocabulary::{GenerationStatus as S, TrainingStatus};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use sqlx::FromRow;
use tokio::runtime::Runtime;

use crate::store::{self, MODELS, Store, at};
use crate::trainings::ways;

/// What can happen to a generation.
#[derive(Debug, Clone, Copy)]
enum Step {
    Write,
    Hold,
    Begin,
    Withdraw,
    Lose,
    Again,
    Submitted,
    Reopen,
    Processing,
    Stall,
    Postpone,
    Wait,
    Cancel,
    /// Seen in the first state, it is to end in the second one.
    End(S, S),
}

/// What is known of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "whether each of these columns is filled")]
struct Known {
    #[sqlx(try_from = "String")]
    status: Word,
    has_prompt: bool,
    is_submitted: bool,
    has_request: bool,
    is_given_up: bool,
    has_deadline: bool,
    has_ended_at_fal: bool,
    is_asked_about: bool,
    attempts: i64,
    is_attempt: bool,
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
        status: Word(S::Pending),
        has_prompt: false,
        is_submitted: false,
        has_request: false,
        is_given_up: false,
        has_deadline: false,
        has_ended_at_fal: false,
        is_asked_about: true,
        attempts: 0,
        is_attempt: false,
    };

    /// What is known after a step; `None` if the step is not done.
    fn after(self, step: Step) -> Option<Self> {
        let status = self.status.0;
        let (is_pending, is_processing) = (status == S::Pending, status == S::Processing);
        Some(match step {
            // What was written first stands.
            Step::Write if is_pending && !self.is_submitted && !self.has_prompt => Self { has_prompt: true, ..self },
            Step::Hold if is_pending && !self.is_submitted => self,
            Step::Begin if is_pending && !self.is_submitted && !self.is_given_up => {
                let attempts = self.attempts + i64::from(!self.is_attempt);
                Self { is_submitted: true, is_attempt: true, attempts, ..self }
            }
            Step::Withdraw if is_pending => {
                let attempts = self.attempts - i64::from(self.is_attempt);
                Self { is_submitted: false, has_deadline: true, is_attempt: false, attempts, ..self }
            }
            Step::Lose if is_pending && self.is_submitted => self,
            Step::Again if is_pending && self.is_submitted && !self.is_given_up => {
                Self { is_submitted: false, is_attempt: false, ..self }
            }
            Step::Submitted if is_pending => {
                Self { status: Word(S::Processing), is_submitted: true, has_request: true, has_deadline: true, ..self }
            }
            Step::Reopen if is_processing && !self.is_given_up => {
                Self { has_prompt: self.has_prompt, attempts: self.attempts, has_deadline: true, ..Self::NEW }
            }
            Step::Processing | Step::Stall if is_processing => self,
            Step::Postpone if self.is_asked_about => self,
            Step::Wait if self.is_asked_about => Self { has_ended_at_fal: true, ..self },
            Step::Cancel if self.is_asked_about && !self.is_given_up => Self { is_given_up: true, ..self },
            // Pictures come from fal alone.
            Step::End(S::Pending, S::Completed | S::Moderated) => return None,
            Step::End(seen, end) if seen == status && self.is_asked_about => {
                Self { status: Word(end), has_deadline: false, is_asked_about: false, ..self }
            }
            _ => return None,
        })
    }
}

fn step() -> impl Strategy<Value = Step> {
    let seen = prop_oneof![4 => Just(S::Processing), 2 => Just(S::Pending), 1 => Just(S::Completed)];
    let end =
        prop_oneof![3 => Just(S::Completed), 1 => Just(S::Moderated), 1 => Just(S::Failed), 1 => Just(S::Cancelled)];
    prop_oneof![
        1 => prop_oneof![Just(Step::Write), Just(Step::Hold), Just(Step::Lose), Just(Step::Stall)],
        4 => Just(Step::Begin),
        1 => Just(Step::Withdraw),
        1 => prop_oneof![Just(Step::Again), Just(Step::Reopen)],
        3 => Just(Step::Submitted),
        2 => prop_oneof![Just(Step::Processing), Just(Step::Postpone), Just(Step::Wait)],
        1 => Just(Step::Cancel),
        2 => (seen, end).prop_map(|(seen, end)| Step::End(seen, end)),
    ]
}

async fn take(tx: &mut Tx, generation: &Generation, step: Step, token: &str) -> Result<bool, StorageError> {
    let id = generation.id;
    match step {
        Step::Write => generations::write_prompt(tx, id, "x", &[], at(9)).await,
        Step::Hold => generations::wait(tx, id, "spending_stopped", at(60), at(9)).await,
        Step::Begin => generations::begin_submission(tx, id, at(60), at(9)).await,
        Step::Withdraw => generations::withdraw_submission(tx, id, at(60), at(99), at(9)).await,
        Step::Lose => generations::lose_answer(tx, id, at(60), at(9)).await,
        Step::Again => generations::submit_again(tx, id, token, at(9)).await,
        Step::Submitted => generations::submitted(tx, id, &FalRequest::by_id("r-1"), at(60), at(99), at(9)).await,
        Step::Reopen => generations::reopen(tx, id, token, at(60), at(9)).await,
        Step::Processing => generations::processing(tx, id, at(60), at(9)).await,
        Step::Stall => generations::stall(tx, id, "silence", at(60), at(9)).await,
        Step::Postpone => generations::postpone(tx, id, at(60), at(9)).await,
        Step::Wait => generations::wait_for_result(tx, id, at(60), at(9)).await,
        Step::Cancel => generations::cancelling(tx, id, at(9)).await,
        Step::End(seen, end) => {
            let ending = match end {
                S::Completed => super::steps::made(),
                S::Moderated => Ending::Made { images: vec![None], response: json!({}) },
                S::Failed => super::steps::failed(),
                _ => Ending::Cancelled,
            };
            generations::end(tx, id, seen, &ending, at(9)).await
        }
    }
}

async fn look(tx: &mut Tx, generation: &Generation) -> Known {
    let sql = "select g.status, g.final_prompt is not null as has_prompt, g.submitted_at is not null as is_submitted, g.fal_request_id is not null as has_request, \
               g.cancel_requested_at is not null as is_given_up, g.deadline_at is not null as has_deadline, \
               g.fal_ended_at is not null as has_ended_at_fal, g.next_check_at is not null as is_asked_about, \
               (select count(*) from generation_attempts a where a.generation_id = g.id) as attempts, \
               exists (select 1 from generation_attempts a where a.attempt_token = g.attempt_token) as is_attempt \
               from generations g where g.id = $1";
    match tx {
        Tx::Postgres(tx) => sqlx::query_as(sql).bind(generation.id.0).fetch_one(&mut **tx).await,
        Tx::Sqlite(tx, _) => sqlx::query_as(sql).bind(generation.id.0).fetch_one(&mut **tx).await,
    }
    .expect("the generation")
}

/// Goes one way in a transaction that is never committed.
async fn go(db: &Db, avatar: &Avatar, training: &Training, steps: &[Step]) -> Result<(), TestCaseError> {
    let generation = store::generation(avatar, training);
    let mut tx = db.begin().await.expect("a transaction");
    generations::add(&mut tx, &generation, at(1)).await.expect("a generation");
    let mut known = Known::NEW;
    for (number, &step) in steps.iter().enumerate() {
        let token = format!("another-{number}");
        let is_done = take(&mut tx, &generation, step, &token).await.expect("a step");
        let after = known.after(step);
        prop_assert_eq!(is_done, after.is_some(), "{:?} of {:?}", step, known);
        let seen = look(&mut tx, &generation).await;
        prop_assert_eq!(seen, after.unwrap_or(known), "{:?} of {:?}", step, known);
        prop_assert_eq!(seen.status.0.is_final(), !seen.is_asked_about, "what has not ended is asked about");
        known = seen;
    }
    Ok(())
}

fn every_way_is_one_of_the_model(runtime: &Runtime, store: &Store) {
    let _turn = runtime.block_on(MODELS.acquire()).expect("it is never closed");
    let (avatar, training) = runtime.block_on(async {
        let avatar = store.avatar(store.user("ann").await).await;
        let training = store.training(&avatar, TrainingStatus::Completed).await;
        (avatar, training)
    });
    let seen = RefCell::new(Vec::new());
    let config = Config { cases: ways(), failure_persistence: None, ..Config::default() };
    let ways = prop::collection::vec(step(), 1..16);
    let checked = TestRunner::new(config).run(&ways, |steps| {
        let mut known = Known::NEW;
        for &step in &steps {
            known = known.after(step).unwrap_or(known);
        }
        seen.borrow_mut().push(known.status.0);
        runtime.block_on(go(&store.db, &avatar, &training, &steps))
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
