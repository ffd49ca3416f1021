//! Takes over what a training has come to, once fal has said that it has ended. fal keeps results for an hour and its
//! answers can fail, so a result that cannot be had is asked for again before it counts as lost; the signed delivery
//! stands in for one that fal does not give.

use chrono::TimeDelta;

use super::copy_weights::{Unusable, copy_weights};
use super::{Case, next_look, running, stall};
use crate::domain::job::Job;
use crate::domain::training::Ending;
use crate::fal::{Delivery, FalError, Handle, LogLine, Outcome};
use crate::storage::trainings;
use crate::workers::error::JobError;

/// After so long the owner is told that it takes longer than it should.
const STALL_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Why there is no result for now.
struct Missing {
    /// The code of the failure, should it stay so.
    code: &'static str,
    message: String,
    /// It passes by itself, or somebody may put it right: it is waited for as long as the training may take.
    may_pass: bool,
}

impl Missing {
    fn for_good(message: &str) -> Self {
        Self { code: "result_expired", message: message.to_owned(), may_pass: false }
    }

    fn for_now(message: &str) -> Self {
        Self { code: "result_unreadable", message: message.to_owned(), may_pass: true }
    }

    fn after(error: &FalError) -> Self {
        let may_pass = error.is_transient() || matches!(error, FalError::KeyRefused | FalError::AccountLocked(_));
        Self { code: code(error), message: error.to_string(), may_pass }
    }

    /// What its owner is told while it lasts.
    fn reason(&self) -> &'static str {
        if self.code.starts_with("fal_") { self.code } else { "result_unavailable" }
    }
}

/// Asks for the result and acts on it. `logs` are the last that fal has told.
pub(super) async fn take_over(
    case: &Case<'_>,
    request: &Handle,
    logs: &[LogLine],
    delivery: Option<&Delivery>,
) -> Result<(), JobError> {
    let told = delivery.and_then(Delivery::outcome);
    let outcome = match (case.app.fal.result(request).await, told) {
        (Ok(outcome @ (Outcome::Completed(_) | Outcome::Failed { .. })), _) | (_, Some(outcome)) => outcome,
        (Ok(Outcome::Gone), None) => return not_yet(case, &Missing::for_good("fal has not kept the result")).await,
        (Ok(Outcome::Pending), None) => return not_yet(case, &Missing::for_now("fal has no result yet")).await,
        (Err(error), None) => return not_yet(case, &Missing::after(&error)).await,
    };
    match outcome {
        Outcome::Completed(output) => {
            if case.training.fal_ended_at.is_none() {
                running(case, logs).await?;
            }
            match copy_weights(case, output).await? {
                Ok(weights) => case.end(&Ending::Completed(weights)).await,
                Err(Unusable::Output(error)) => case.fail(code(&error), &error.to_string()).await,
                Err(Unusable::File(error)) => not_yet(case, &Missing::after(&error)).await,
            }
        }
        Outcome::Failed { code, message, .. } if case.is_given_up() => case.fail(&code, &message).await,
        Outcome::Failed { code, message, raw } => {
            case.end(&Ending::Failed { code, message, response: Some(raw) }).await
        }
        Outcome::Gone | Outcome::Pending => Ok(()),
    }
}

fn code(error: &FalError) -> &'static str {
    match error {
        FalError::FileGone => "result_expired",
        FalError::ForeignHost { .. } | FalError::TooLarge { .. } => "result_refused",
        FalError::KeyRefused => "fal_key_refused",
        FalError::AccountLocked(_) => "fal_account_locked",
        _ => "result_unreadable",
    }
}

/// Sets the next question, or ends the waiting. A result that cannot be used is never taken for one that can.
async fn not_yet(case: &Case<'_>, missing: &Missing) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
    let now = app.now();
    let waited = now - training.fal_ended_at.unwrap_or(now);
    if case.has_waited_for_the_result() && (!missing.may_pass || case.is_late()) {
        return case.fail(missing.code, &missing.message).await;
    }
    tracing::warn!(training.id = %training.id, error = missing.message, "a result of fal cannot be taken over yet");
    let next = next_look(app, training);
    if waited >= STALL_AFTER {
        return stall(case, missing.reason(), next).await;
    }
    let mut tx = app.begin().await?;
    trainings::wait_for_result(&mut tx, training.id, next, now).await?;
    app.enqueue(&mut tx, &Job::ApplyFalResult { training_id: training.id }, next).await?;
    app.commit(tx).await?;
    Ok(())
}
