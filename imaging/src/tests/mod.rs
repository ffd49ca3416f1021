//! Verdicts on whole files: honest ones, cut ones, patched ones and hostile ones. Every file is rendered here, but for one
//! portrait to look for a face in.

mod broken;
mod colours;
mod copies;
mod faces;
mod formats;
mod likeness;
mod mutation;
mod quality;
pub(crate) mod rendering;
mod scans;
mod turned;
mod unpacking;
mod verdicts;

use crate::{ImageError, Limits, Picture, read};

/// The verdict with the usual limits.
pub(crate) fn verdict(bytes: &[u8]) -> Result<Picture, ImageError> {
    read(bytes, &Limits::default())
}

/// The verdict without a lower bound on size, so that files can be tiny.
fn verdict_of_any_size(bytes: &[u8]) -> Result<Picture, ImageError> {
    read(bytes, &Limits { min_side: 1, ..Limits::default() })
}

/// Asserts that a file is refused with `code`.
#[track_caller]
fn assert_refused(bytes: &[u8], code: &str) {
    match verdict_of_any_size(bytes) {
        Ok(picture) => panic!("accepted as {:?} of {}×{}", picture.format, picture.width, picture.height),
        Err(error) => assert_eq!(error.code(), code, "{error}"),
    }
}
