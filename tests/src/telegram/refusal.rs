//! How the Bot API refuses: a status, and words which clients compare letter by letter.

use serde_json::{Value, json};

/// A refusal, as the answer `{"ok":false,...}` carries it. Its status is the HTTP status as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) description: String,
    pub(super) retry_after: Option<u32>,
}

impl Refusal {
    /// A refusal of this status in these words.
    pub(super) fn new(code: u16, description: &str) -> Self {
        Self { code, description: description.to_owned(), retry_after: None }
    }

    /// 400, for what is wrong with a request.
    pub(super) fn bad_request(what: &str) -> Self {
        Self::new(400, &format!("Bad Request: {what}"))
    }

    /// 403, for a chat that is closed to the bot.
    pub(super) fn forbidden(what: &str) -> Self {
        Self::new(403, &format!("Forbidden: {what}"))
    }

    /// 429, for a bot that is too fast.
    pub(super) fn flood(seconds: u32) -> Self {
        let description = format!("Too Many Requests: retry after {seconds}");
        Self { code: 429, description, retry_after: Some(seconds) }
    }

    /// 404, for a method or a file that there is not.
    pub(super) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    /// The body of the answer.
    pub(super) fn body(&self) -> Value {
        let mut body = json!({ "ok": false, "error_code": self.code, "description": self.description });
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({ "retry_after": seconds });
        }
        body
    }
}
