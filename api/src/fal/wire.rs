//! fal's answers as the rest of the service sees them, and how they are read from JSON.

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::error::FalError;
use super::failure;

/// A request fal has accepted. Keep all of it before anything else: without the id a paid result is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// fal's id of the request, stable over fal's own retries.
    pub request_id: String,
    /// Where its status is read.
    pub status_url: Url,
    /// Where its result is read.
    pub response_url: Url,
    /// Where it is cancelled.
    pub cancel_url: Url,
    /// How many requests stand before it, where fal tells.
    pub queue_position: Option<u32>,
}

/// What is kept of a request in order to ask for it again. The addresses are used when they stand on the queue that is
/// configured, and are rebuilt from endpoint and id when they do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    /// The endpoint id it was submitted to.
    pub endpoint: String,
    /// fal's id of the request.
    pub request_id: String,
    /// As answered at submit; may be empty.
    pub status_url: String,
    /// As answered at submit; may be empty.
    pub response_url: String,
    /// As answered at submit; may be empty.
    pub cancel_url: String,
}

impl Handle {
    /// The handle of a request that was just accepted.
    #[must_use]
    pub fn new(endpoint: &str, submitted: &Submitted) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            request_id: submitted.request_id.clone(),
            status_url: submitted.status_url.to_string(),
            response_url: submitted.response_url.to_string(),
            cancel_url: submitted.cancel_url.to_string(),
        }
    }
}

/// Where a request stands. fal has no word for failed or cancelled: both end as completed, with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Waiting. A request can return here from `InProgress` when fal retries it.
    InQueue {
        /// How many requests stand before it.
        position: Option<u32>,
    },
    /// Running.
    InProgress {
        /// All lines so far; lines repeat between two looks.
        logs: Vec<LogLine>,
    },
    /// Over: done, failed or cancelled. The result tells which.
    Completed {
        /// What went wrong, where fal says it here.
        error: Option<String>,
        /// fal's word for it.
        error_type: Option<String>,
        /// All lines.
        logs: Vec<LogLine>,
    },
    /// fal does not know the request: a wrong id, another account's, or long expired.
    NotFound,
}

/// One line of a runner's log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LogLine {
    /// The text as the runner printed it; progress bars come with their control characters.
    pub message: String,
    /// ISO 8601, as fal wrote it.
    #[serde(default)]
    pub timestamp: Option<String>,
    /// Such as `INFO` or `STDERR`; not every model sets it.
    #[serde(default)]
    pub level: Option<String>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The model's output.
    Completed(Value),
    /// The model or the platform could not do it; final.
    Failed {
        /// fal's own word (`invalid_archive`, `client_cancelled`, …) or `http_<status>`.
        code: String,
        /// For people, without signed addresses.
        message: String,
        /// The whole body.
        raw: Value,
    },
    /// fal keeps no such result, or no longer (404, 410).
    Gone,
    /// Not over yet.
    Pending,
}

impl Outcome {
    /// The failure that an error body tells.
    pub(super) fn failed(status: u16, raw: Value) -> Self {
        let failure::Failure { code, message } = failure::read(status, &raw);
        Self::Failed { code, message, raw }
    }
}

/// What fal said to a cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelAnswer {
    /// Taken out of the queue; it never ran.
    Removed,
    /// The runner has been asked. It may ignore that and complete.
    Requested,
    /// Too late: it is over.
    AlreadyCompleted,
    /// fal does not know the request.
    NotFound,
}

#[derive(Deserialize)]
struct StatusBody {
    status: String,
    #[serde(default)]
    queue_position: Option<u32>,
    #[serde(default)]
    logs: Option<Vec<LogLine>>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    error_type: Option<String>,
}

/// Reads a status answer; an unknown word is an error, never a guess.
pub(super) fn read_status(body: &[u8]) -> Result<Status, FalError> {
    let body: StatusBody = read_json(body, "status")?;
    let logs = body.logs.unwrap_or_default();
    match body.status.as_str() {
        "IN_QUEUE" => Ok(Status::InQueue { position: body.queue_position }),
        "IN_PROGRESS" => Ok(Status::InProgress { logs }),
        "COMPLETED" => {
            let error = body.error.filter(|error| !error.is_null());
            let error =
                error.map(|error| failure::clean(&error.as_str().map_or_else(|| error.to_string(), str::to_owned)));
            Ok(Status::Completed { error, error_type: body.error_type, logs })
        }
        _ => Err(FalError::Unreadable("the status is an unknown word".into())),
    }
}

/// Reads JSON of a known shape. The text of the error names the place in the body, not its content.
pub(super) fn read_json<T: serde::de::DeserializeOwned>(body: &[u8], what: &str) -> Result<T, FalError> {
    serde_json::from_slice(body).map_err(|error| {
        let kind = if error.is_data() { "has another shape than documented" } else { "is not JSON" };
        FalError::Unreadable(format!("the {what} {kind} (line {}, column {})", error.line(), error.column()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_words_of_a_status_are_read() {
        let queued = read_status(br#"{"status":"IN_QUEUE","request_id":"1","queue_position":7,"logs":null}"#);
        assert_eq!(queued.expect("readable"), Status::InQueue { position: Some(7) });

        let running = br#"{"status":"IN_PROGRESS","logs":[{"message":"1/10","timestamp":"2026-11-20T10:00:00Z","source":"USER"}]}"#;
        let Status::InProgress { logs } = read_status(running).expect("readable") else { panic!("not in progress") };
        assert_eq!((logs[0].message.as_str(), logs[0].level.as_deref()), ("1/10", None));

        let over =
            br#"{"status":"COMPLETED","error":"Invalid status code: 422","error_type":"bad_request","metrics":{}}"#;
        let Status::Completed { error, error_type, logs } = read_status(over).expect("readable") else {
            panic!("not over")
        };
        assert_eq!((error.as_deref(), error_type.as_deref()), (Some("Invalid status code: 422"), Some("bad_request")));
        assert!(logs.is_empty());
    }

    #[test]
    fn an_unknown_word_or_shape_is_an_error_and_never_a_guess() {
        for body in [r#"{"status":"FAILED"}"#, r#"{"status":7}"#, r#"{"state":"COMPLETED"}"#, "<html>", ""] {
            let error = read_status(body.as_bytes()).expect_err(body);
            assert!(matches!(error, FalError::Unreadable(_)), "{error}");
        }
    }

    #[test]
    fn a_log_that_is_not_a_list_of_lines_is_an_error() {
        assert!(read_status(br#"{"status":"IN_PROGRESS","logs":[{"timestamp":"x"}]}"#).is_err());
        assert!(read_status(br#"{"status":"IN_PROGRESS","logs":"text"}"#).is_err());
    }
}
