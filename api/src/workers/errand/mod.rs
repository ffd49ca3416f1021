//! Errands: runs that are made in seconds or minutes by one request to fal, and all take the same way there and back.
//! What a kind of them asks for and what it makes of the answer is its own; when to ask, what counts as lost and what is
//! paid twice is the same for all, and stands here.
//!
//! `submit` sends one out, `collect` asks for the true state, on the one path on which webhook and sweep meet, and `lost`
//! sees to those whose submission came to nothing.

mod collect;
mod lost;
mod submit;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

pub(super) use self::collect::{cancel, collect};
pub(super) use self::submit::{begin, send};
use super::error::JobError;
use crate::app::App;
use crate::domain::job::Job;
use crate::domain::run::{FalRequest, Run};
use crate::fal::{FalError, Handle};
use crate::storage::{Db, StorageError, Tx};

/// Whether there was anything to do.
type Stepped = Result<bool, StorageError>;

/// How far an errand is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'a> {
    /// The endpoint at fal.
    pub(super) endpoint: &'a str,
    /// Its request at fal, once fal has answered the submission.
    pub(super) request: Option<&'a FalRequest>,
    /// Whether it has ended.
    pub(super) is_over: bool,
    /// When the submission to fal was begun; empty again if fal has certainly not taken it.
    pub(super) submitted_at: Option<DateTime<Utc>>,
    /// When its owner gave it up.
    pub(super) cancel_requested_at: Option<DateTime<Utc>>,
    /// When it is given up if fal has not ended it.
    pub(super) deadline_at: Option<DateTime<Utc>>,
    /// When fal was first known to be done with it, if its result could not be had at once.
    pub(super) fal_ended_at: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub(super) created_at: DateTime<Utc>,
}

/// An end at which nothing was made.
pub(super) enum Unmade {
    /// It could not be done.
    Failed {
        /// A stable word.
        code: String,
        /// The failure in words.
        message: String,
        /// What fal answered, as it came.
        response: Option<Value>,
    },
    /// Its owner gave it up.
    Cancelled,
}

/// Why an output is not taken over.
pub(super) enum Useless {
    /// It is none that could be used, whenever it is asked for.
    ForGood(FalError),
    /// A part of it cannot be had now.
    ForNow(FalError),
}

/// A kind of errand, as it was seen by one job.
pub(super) trait Errand: Sized + Send + Sync {
    /// Which one.
    type Id: Copy + Send;
    /// How long fal may take.
    const PATIENCE: TimeDelta;

    fn run(&self) -> Run;
    fn way(&self) -> Way<'_>;
    /// The job that sends it out.
    fn submitting(&self) -> Job;
    /// The job that asks for it.
    fn collecting(&self) -> Job;
    /// The job that gives it up.
    fn cancelling(&self) -> Job;

    fn find(db: &Db, id: Self::Id) -> impl Future<Output = Result<Option<Self>, StorageError>> + Send;
    /// Takes it for a change, with all that must be taken before it, and gives it as it is now.
    fn hold(&self, tx: &mut Tx) -> impl Future<Output = Result<Option<Self>, StorageError>> + Send;
    /// Takes over what fal has made, and ends it.
    fn take(&self, app: &App, output: &Value) -> impl Future<Output = Result<Result<(), Useless>, JobError>> + Send;
    /// Ends it without a result.
    fn stop(&self, app: &App, end: Unmade) -> impl Future<Output = Result<(), JobError>> + Send;

    // The steps of its table; see `storage::run_steps`.
    fn count_attempts(&self, db: &Db) -> impl Future<Output = Result<i64, StorageError>> + Send;
    fn wait(
        &self,
        tx: &mut Tx,
        reason: &str,
        next: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Stepped> + Send;
    fn begin_submission(
        &self,
        tx: &mut Tx,
        next: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Stepped> + Send;
    fn withdraw_submission(
        &self,
        tx: &mut Tx,
        next: DateTime<Utc>,
        deadline: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Stepped> + Send;
    fn submit_again(&self, tx: &mut Tx, token: &str, now: DateTime<Utc>) -> impl Future<Output = Stepped> + Send;
    fn reopen(
        &self,
        tx: &mut Tx,
        token: &str,
        next: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Stepped> + Send;
    fn submitted(
        &self,
        tx: &mut Tx,
        request: &FalRequest,
        next: DateTime<Utc>,
        deadline: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Stepped> + Send;
    fn processing(&self, tx: &mut Tx, next: DateTime<Utc>, now: DateTime<Utc>) -> impl Future<Output = Stepped> + Send;
    fn postpone(&self, tx: &mut Tx, next: DateTime<Utc>, now: DateTime<Utc>) -> impl Future<Output = Stepped> + Send;
    fn wait_for_result(
        &self,
        tx: &mut Tx,
        next: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Stepped> + Send;
    fn lose_answer(&self, tx: &mut Tx, next: DateTime<Utc>, now: DateTime<Utc>)
    -> impl Future<Output = Stepped> + Send;
    fn stall(
        &self,
        tx: &mut Tx,
        reason: &str,
        next: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Stepped> + Send;
}

/// The parts of an errand that say only which table its steps are in, what its fields and its jobs are called.
macro_rules! steps {
    ($storage:ident, $Run:ident, $id:ident, $submit:ident, $collect:ident, $cancel:ident) => {
        fn run(&self) -> $crate::domain::run::Run {
            $crate::domain::run::Run::$Run(self.id)
        }

        fn way(&self) -> $crate::workers::errand::Way<'_> {
            $crate::workers::errand::Way {
                endpoint: &self.endpoint,
                request: self.request.as_ref(),
                is_over: self.status.is_final(),
                submitted_at: self.submitted_at,
                cancel_requested_at: self.cancel_requested_at,
                deadline_at: self.deadline_at,
                fal_ended_at: self.fal_ended_at,
                created_at: self.created_at,
            }
        }

        fn submitting(&self) -> $crate::domain::job::Job {
            $crate::domain::job::Job::$submit { $id: self.id }
        }

        fn collecting(&self) -> $crate::domain::job::Job {
            $crate::domain::job::Job::$collect { $id: self.id }
        }

        fn cancelling(&self) -> $crate::domain::job::Job {
            $crate::domain::job::Job::$cancel { $id: self.id }
        }

        async fn find(db: &$crate::storage::Db, id: Self::Id) -> Result<Option<Self>, $crate::storage::StorageError> {
            $crate::storage::$storage::find_for_job(db, id).await
        }

        async fn count_attempts(&self, db: &$crate::storage::Db) -> Result<i64, $crate::storage::StorageError> {
            $crate::storage::$storage::count_attempts(db, self.id).await
        }

        $crate::workers::errand::steps! { @each $storage
            wait(reason: &str, next: DateTime<Utc>, now: DateTime<Utc>)
            begin_submission(next: DateTime<Utc>, now: DateTime<Utc>)
            withdraw_submission(next: DateTime<Utc>, deadline: DateTime<Utc>, now: DateTime<Utc>)
            submit_again(token: &str, now: DateTime<Utc>)
            reopen(token: &str, next: DateTime<Utc>, now: DateTime<Utc>)
            submitted(request: &FalRequest, next: DateTime<Utc>, deadline: DateTime<Utc>, now: DateTime<Utc>)
            processing(next: DateTime<Utc>, now: DateTime<Utc>)
            postpone(next: DateTime<Utc>, now: DateTime<Utc>)
            wait_for_result(next: DateTime<Utc>, now: DateTime<Utc>)
            lose_answer(next: DateTime<Utc>, now: DateTime<Utc>)
            stall(reason: &str, next: DateTime<Utc>, now: DateTime<Utc>)
        }
    };
    (@each $storage:ident $($step:ident($($name:ident: $type:ty),+))+) => {
        $(
            async fn $step(&self, tx: &mut Tx, $($name: $type),+) -> Result<bool, $crate::storage::StorageError> {
                $crate::storage::$storage::$step(tx, self.id, $($name),+).await
            }
        )+
    };
}
pub(super) use steps;

/// A submission that failed for good must not leave its errand waiting, unless fal may have it: then the truth lies
/// there, and the sweep goes on asking.
pub(super) async fn after_failed_job<E: Errand>(app: &App, id: E::Id, error: &str) -> Result<(), JobError> {
    let errand = E::find(&app.db, id).await?;
    let Some(errand) = errand.filter(|errand| errand.way().submitted_at.is_none()) else { return Ok(()) };
    fail(app, &errand, "submission_failed", error).await
}

/// The request of an errand, as the client wants it.
fn handle(errand: &impl Errand) -> Option<Handle> {
    let way = errand.way();
    let request = way.request?.clone();
    Some(Handle {
        endpoint: way.endpoint.to_owned(),
        request_id: request.id,
        status_url: request.status_url,
        response_url: request.response_url,
        cancel_url: request.cancel_url,
    })
}

/// Whether its time is over.
fn is_late(errand: &impl Errand, now: DateTime<Utc>) -> bool {
    errand.way().deadline_at.is_some_and(|deadline| now > deadline)
}

/// Ends an errand that fal has made nothing of.
pub(super) async fn fail(app: &App, errand: &impl Errand, code: &str, message: &str) -> Result<(), JobError> {
    errand.stop(app, Unmade::Failed { code: code.to_owned(), message: message.to_owned(), response: None }).await
}
