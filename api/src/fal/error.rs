//! What can go wrong on the way to fal, sorted by what the caller may do next.

use std::time::Duration;

use reqwest::StatusCode;

/// A call to fal that gave no usable answer. The texts hold no key, no signed address and no query string.
#[derive(Debug, thiserror::Error)]
pub enum FalError {
    /// The client cannot be built from its settings.
    #[error("the fal client cannot be set up: {0}")]
    Setup(String),
    /// No connection came about, so fal has seen nothing.
    #[error("fal cannot be reached: {0}")]
    Unreachable(String),
    /// The request went out and no whole answer came back: fal may have acted on it.
    #[error("fal did not answer to the end: {0}")]
    Interrupted(String),
    /// 401: the key is unknown to fal.
    #[error("fal refused the key")]
    KeyRefused,
    /// 403: the key is known and the account may not be used, most often because its balance is used up.
    #[error("fal locked the account: {0}")]
    AccountLocked(String),
    /// 429: too many requests; nothing was accepted.
    #[error("fal asks to slow down")]
    RateLimited {
        /// How long fal asks to wait, where it says so.
        retry_after: Option<Duration>,
    },
    /// The address that fal gave for an upload is not accepted; another one may be.
    #[error("fal did not accept its own upload address")]
    UploadRefused,
    /// Any other refusal: the same request will be refused again.
    #[error("fal refused the request with {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The reason fal gave.
        message: String,
    },
    /// 5xx, 408 and 409: fal may have acted on the request or not.
    #[error("fal failed with {status}: {message}")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// The reason fal gave.
        message: String,
    },
    /// The answer is not of the documented shape. What it would have told is never guessed.
    #[error("fal's answer cannot be read: {0}")]
    Unreadable(String),
    /// A file stands on a host from which nothing is fetched.
    #[error("fal's answer points to a file on a foreign host: {host}")]
    ForeignHost {
        /// The host, without the path.
        host: String,
    },
    /// A file is larger than the caller allows.
    #[error("the file at fal is larger than {limit} bytes")]
    TooLarge {
        /// The size the caller allows, in bytes.
        limit: u64,
    },
    /// A file has expired at fal (404 or 410), for good.
    #[error("the file is gone from fal")]
    FileGone,
    /// A file on our own disk could not be read or written.
    #[error("a local file failed")]
    File(#[from] std::io::Error),
}

impl FalError {
    /// Whether fal may have acted on the request although no answer tells so. After such an error a submit must not be
    /// repeated blindly: fal has no idempotency key, and each accepted submit is paid.
    #[must_use]
    pub const fn is_uncertain(&self) -> bool {
        matches!(self, Self::Interrupted(_) | Self::Unavailable { .. } | Self::Unreadable(_))
    }

    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_) | Self::Interrupted(_) | Self::RateLimited { .. } | Self::Unavailable { .. }
        )
    }

    /// Sorts an answer that is not the wanted one by its status.
    pub(super) fn from_status(status: StatusCode, retry_after: Option<Duration>, message: String) -> Self {
        match status.as_u16() {
            401 => Self::KeyRefused,
            403 => Self::AccountLocked(message),
            429 => Self::RateLimited { retry_after },
            408 | 409 | 500.. => Self::Unavailable { status: status.as_u16(), message },
            _ => Self::Refused { status: status.as_u16(), message },
        }
    }
}

impl From<reqwest::Error> for FalError {
    fn from(error: reqwest::Error) -> Self {
        // The address may be a signed one, so it never enters the text.
        let error = error.without_url();
        let (builder, connect) = (error.is_builder(), error.is_connect());
        let text = with_causes(&error);
        match (builder, connect) {
            (true, _) => Self::Setup(text),
            (_, true) => Self::Unreachable(text),
            _ => Self::Interrupted(text),
        }
    }
}

/// reqwest's own text stops at "error sending request"; the cause that helps stands at the end of the chain.
fn with_causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16) -> FalError {
        FalError::from_status(StatusCode::from_u16(status).expect("a status"), None, String::new())
    }

    #[test]
    fn a_refusal_is_certain_and_a_server_failure_is_not() {
        for certain in [400, 401, 403, 404, 422, 429] {
            assert!(!of(certain).is_uncertain(), "{certain}");
        }
        for uncertain in [408, 409, 500, 502, 503, 504] {
            assert!(of(uncertain).is_uncertain() && of(uncertain).is_transient(), "{uncertain}");
        }
        assert!(FalError::Unreachable(String::new()).is_transient());
        assert!(!FalError::Unreachable(String::new()).is_uncertain());
        assert!(of(429).is_transient() && !of(401).is_transient() && !of(422).is_transient());
    }
}
