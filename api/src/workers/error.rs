//! How a job ends when it cannot be done now.

use crate::fal::FalError;
use crate::files::{BadKey, FilesError};
use crate::storage::StorageError;

/// Why a job is not done. The constructor decides what happens next.
#[derive(Debug)]
pub(super) struct JobError {
    pub(super) message: String,
    pub(super) is_final: bool,
}

impl JobError {
    /// It may go better later: the job runs again after a pause that grows.
    pub(super) fn retry(reason: impl std::fmt::Display) -> Self {
        Self { message: reason.to_string(), is_final: false }
    }

    /// It will not go better: the job stays as failed, to be looked at.
    pub(super) fn fail(reason: impl std::fmt::Display) -> Self {
        Self { message: reason.to_string(), is_final: true }
    }
}

impl From<StorageError> for JobError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Corrupt(_) => Self::fail(error),
            _ => Self::retry(error),
        }
    }
}

/// A store that somebody has to repair is worth waiting for, too: what is being stored may have been paid for.
impl From<FilesError> for JobError {
    fn from(error: FilesError) -> Self {
        if error.is_of_the_store() { Self::retry(error) } else { Self::fail(error) }
    }
}

impl From<BadKey> for JobError {
    fn from(error: BadKey) -> Self {
        Self::fail(error)
    }
}

impl From<FalError> for JobError {
    fn from(error: FalError) -> Self {
        if error.is_transient() { Self::retry(error) } else { Self::fail(error) }
    }
}

/// A temporary file could not be used: a full disk empties.
impl From<std::io::Error> for JobError {
    fn from(error: std::io::Error) -> Self {
        Self::retry(error)
    }
}
