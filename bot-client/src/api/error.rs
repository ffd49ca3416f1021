//! Why the service did not do what it was asked.

use std::time::Duration;

use aisha_openapi::problem::ProblemCode;
use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};
use serde_json::Value;

/// Why the service did not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ApiError {
    /// It cannot be reached, or cannot work: the same request may succeed later.
    #[error("the service is away: {0}")]
    Away(String),
    /// It wants the same request after this time.
    #[error("the service is busy")]
    Busy(Duration),
    /// It says no, for a reason that people can do something about.
    #[error("the service refuses: {}", .0.as_str())]
    Refused(ProblemCode),
    /// The answer is none that this bot understands.
    #[error("the service answers oddly: {0}")]
    Odd(String),
}

impl ApiError {
    pub(super) fn away(error: &reqwest::Error) -> Self {
        Self::Away(chain(error))
    }

    pub(super) fn odd(error: &dyn std::error::Error) -> Self {
        Self::Odd(chain(error))
    }

    /// What an answer with an error status means.
    pub(super) async fn refused(response: Response) -> Self {
        let status = response.status();
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let body: Option<Value> = response.json().await.ok();
        let code = body.as_ref().and_then(|body| body.get("code"));
        let code: Option<ProblemCode> = code.and_then(|code| serde_json::from_value(code.clone()).ok());
        match (status, code) {
            (StatusCode::TOO_MANY_REQUESTS, Some(ProblemCode::RateLimited)) | (_, Some(ProblemCode::StillRunning)) => {
                Self::Busy(Duration::from_secs(wait.unwrap_or(1)))
            }
            // A key that is gone or too weak is the operator's matter: what people sent is kept until it is mended.
            (StatusCode::UNAUTHORIZED, _) | (_, Some(ProblemCode::Forbidden)) => Self::Away(format!("status {status}")),
            (_, Some(code)) if !status.is_server_error() => Self::Refused(code),
            (status, _) if status.is_server_error() => Self::Away(format!("status {status}")),
            (status, _) => Self::Odd(format!("status {status}")),
        }
    }

    /// What a problem document of a refused body says.
    pub(super) fn of_problem(body: &[u8]) -> Self {
        let body: Option<Value> = serde_json::from_slice(body).ok();
        let code = body.as_ref().and_then(|body| body.get("code"));
        match code.and_then(|code| serde_json::from_value(code.clone()).ok()) {
            Some(code) => Self::Refused(code),
            None => Self::Odd("a refusal without a code".to_owned()),
        }
    }

    /// Whether the same request may succeed later by itself.
    #[must_use]
    pub const fn passes(&self) -> bool {
        matches!(self, Self::Away(_) | Self::Busy(_))
    }

    /// Whether the thing is not there, or not theirs.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(ProblemCode::NotFound))
    }

    /// The code of a refusal.
    #[must_use]
    pub const fn code(&self) -> Option<ProblemCode> {
        if let Self::Refused(code) = self { Some(*code) } else { None }
    }
}

/// An error with its causes, none of which tells an address.
fn chain(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        told = format!("{told}: {next}");
        cause = next.source();
    }
    told
}
