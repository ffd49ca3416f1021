//! `picture-worker`: the process in which the service has photos read.

use std::process::ExitCode;

/// Reads photos for the service that started this process.
#[must_use]
pub fn picture_worker() -> ExitCode {
    aisha_imaging::fence::work()
}
