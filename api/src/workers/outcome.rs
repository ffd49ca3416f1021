//! What has become of a request that fal says has ended. fal keeps results for an hour and its answers can fail, so a
//! result that cannot be had is asked for again before it counts as lost; the signed delivery stands in for one that fal
//! does not give.

use serde_json::Value;

use crate::app::App;
use crate::fal::{Delivery, FalError, Handle, Outcome};

/// How a request ended.
pub(super) enum Ended {
    /// With this output.
    Made(Value),
    /// With a failure.
    Failed { code: String, message: String, raw: Value },
}

/// Why there is no result for now.
pub(super) struct Missing {
    /// The code of the failure, should it stay so.
    pub(super) code: &'static str,
    pub(super) message: String,
    /// It passes by itself, or somebody may put it right: it is waited for as long as the run may take.
    pub(super) may_pass: bool,
}

impl Missing {
    fn for_good(message: &str) -> Self {
        Self { code: "result_expired", message: message.to_owned(), may_pass: false }
    }

    fn for_now(message: &str) -> Self {
        Self { code: "result_unreadable", message: message.to_owned(), may_pass: true }
    }

    pub(super) fn after(error: &FalError) -> Self {
        let may_pass = error.is_transient() || matches!(error, FalError::KeyRefused | FalError::AccountLocked(_));
        Self { code: code(error), message: error.to_string(), may_pass }
    }

    /// What its owner is told while it lasts.
    pub(super) fn reason(&self) -> &'static str {
        if self.code.starts_with("fal_") { self.code } else { "result_unavailable" }
    }
}

/// Asks for the outcome of a request that has ended.
pub(super) async fn ask(app: &App, request: &Handle, delivery: Option<&Delivery>) -> Result<Ended, Missing> {
    let told = delivery.and_then(Delivery::outcome);
    let outcome = match (app.fal.result(request).await, told) {
        (Ok(outcome @ (Outcome::Completed(_) | Outcome::Failed { .. })), _)
        | (_, Some(outcome))
        | (Ok(outcome), None) => outcome,
        (Err(error), None) => return Err(Missing::after(&error)),
    };
    match outcome {
        Outcome::Completed(output) => Ok(Ended::Made(output)),
        Outcome::Failed { code, message, raw } => Ok(Ended::Failed { code, message, raw }),
        Outcome::Gone => Err(Missing::for_good("fal has not kept the result")),
        Outcome::Pending => Err(Missing::for_now("fal has no result yet")),
    }
}

/// The code of a failure to use what fal gave.
pub(super) fn code(error: &FalError) -> &'static str {
    match error {
        FalError::FileGone => "result_expired",
        FalError::ForeignHost { .. } | FalError::TooLarge { .. } => "result_refused",
        FalError::KeyRefused => "fal_key_refused",
        FalError::AccountLocked(_) => "fal_account_locked",
        _ => "result_unreadable",
    }
}

/// The code of a submission that fal refuses now and will refuse later.
pub(super) fn refusal(error: &FalError) -> &'static str {
    match error {
        FalError::KeyRefused => "fal_key_refused",
        FalError::AccountLocked(_) => "fal_account_locked",
        _ => "fal_refused",
    }
}

/// Why the state is not known, where that is worth telling: somebody has to see to the account.
pub(super) fn trouble(error: &FalError) -> Option<&'static str> {
    match error {
        FalError::KeyRefused => Some("fal_key_refused"),
        FalError::AccountLocked(_) => Some("fal_account_locked"),
        _ => None,
    }
}
