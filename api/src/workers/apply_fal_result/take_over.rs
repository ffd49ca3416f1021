//! Takes over what a training has come to, once fal has said that it has ended.

use chrono::TimeDelta;

use super::copy_weights::{Unusable, copy_weights};
use super::{Case, next_look, running, stall};
use crate::domain::job::Job;
use crate::domain::training::Ending;
use crate::fal::{Delivery, Handle, LogLine};
use crate::storage::trainings;
use crate::workers::error::JobError;
use crate::workers::outcome::{self, Ended, Missing};

/// After so long the owner is told that it takes longer than it should.
const STALL_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Asks for the result and acts on it. `logs` are the last that fal has told.
pub(super) async fn take_over(
    case: &Case<'_>,
    request: &Handle,
    logs: &[LogLine],
    delivery: Option<&Delivery>,
) -> Result<(), JobError> {
    let ended = match outcome::ask(case.app, request, delivery).await {
        Ok(ended) => ended,
        Err(missing) => return not_yet(case, &missing).await,
    };
    match ended {
        Ended::Made(output) => {
            if case.training.fal_ended_at.is_none() {
                running(case, logs).await?;
            }
            match copy_weights(case, output).await? {
                Ok(weights) => case.end(&Ending::Completed(weights)).await,
                Err(Unusable::Output(error)) => case.fail(outcome::code(&error), &error.to_string()).await,
                Err(Unusable::File(error)) => not_yet(case, &Missing::after(&error)).await,
            }
        }
        Ended::Failed { code, message, .. } if case.is_given_up() => case.fail(&code, &message).await,
        Ended::Failed { code, message, raw } => case.end(&Ending::Failed { code, message, response: Some(raw) }).await,
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
