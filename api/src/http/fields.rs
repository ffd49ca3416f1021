//! Checks of fields that several things have.

use aisha_openapi::problem::FieldError;
use serde_json::{Map, Value};

use crate::domain::json::holds_nul;

const MAX_OBJECT_BYTES: usize = 16 * 1024;

/// A field that is not right.
pub(super) fn error(pointer: &str, code: &str, detail: &str) -> FieldError {
    FieldError { pointer: pointer.to_owned(), code: code.to_owned(), detail: detail.to_owned() }
}

/// An object that the client keeps with us as it likes.
pub(super) fn check_object(pointer: &str, object: &Map<String, Value>, errors: &mut Vec<FieldError>) {
    let bytes = serde_json::to_vec(object).map_or(usize::MAX, |json| json.len());
    if bytes > MAX_OBJECT_BYTES {
        errors.push(error(pointer, "too_large", "may have at most 16 KB as JSON"));
    } else if holds_nul(object) {
        errors.push(error(pointer, "control_character", "must not hold the character U+0000"));
    }
}
