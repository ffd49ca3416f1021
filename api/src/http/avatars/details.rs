//! What a person says of their avatar, checked at the door.

use aisha_openapi::avatars::{AvatarPatch, NewAvatar};
use aisha_openapi::problem::FieldError;
use serde_json::Map;

use crate::domain::avatar::Details;
use crate::domain::ids::{AvatarId, PhotoId};
use crate::http::fields::{check_object, error};
use crate::http::problem::Problem;

const MAX_NAME: usize = 100;

/// The details of a new avatar.
pub(super) fn of_new(new: NewAvatar, id: AvatarId) -> Result<Details, Problem> {
    let patch = AvatarPatch {
        name: new.name,
        gender: new.gender,
        avatar_type: new.avatar_type,
        training_type: new.training_type,
        trigger_phrase: new.trigger_phrase,
        metadata: new.metadata,
        cover: None,
    };
    let empty = Details {
        name: None,
        gender: None,
        avatar_type: None,
        training_type: None,
        trigger_phrase: made_up_trigger(id),
        metadata: Map::new(),
        cover: None,
    };
    of_patch(patch, empty)
}

/// The details after a change.
pub(super) fn of_patch(patch: AvatarPatch, before: Details) -> Result<Details, Problem> {
    let mut errors = Vec::new();
    let name = patch.name.map(|name| name.trim().to_owned());
    if let Some(name) = &name {
        check_name(name, &mut errors);
    }
    if let Some(phrase) = &patch.trigger_phrase {
        check_trigger(phrase, &mut errors);
    }
    if let Some(metadata) = &patch.metadata {
        check_object("/metadata", metadata, &mut errors);
    }
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    Ok(Details {
        name: name.or(before.name),
        gender: patch.gender.or(before.gender),
        avatar_type: patch.avatar_type.or(before.avatar_type),
        training_type: patch.training_type.or(before.training_type),
        trigger_phrase: patch.trigger_phrase.unwrap_or(before.trigger_phrase),
        metadata: patch.metadata.unwrap_or(before.metadata),
        cover: patch.cover.map(PhotoId).or(before.cover),
    })
}

/// A word that no prompt holds by chance.
fn made_up_trigger(id: AvatarId) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let tail = &id.0.as_bytes()[10..];
    let word = tail.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect::<String>();
    format!("ais{word}")
}

fn check_name(name: &str, errors: &mut Vec<FieldError>) {
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME {
        errors.push(error("/name", "length", "must have 1 to 100 characters"));
    } else if name.chars().any(char::is_control) {
        errors.push(error("/name", "control_character", "must be one line of text"));
    }
}

fn check_trigger(phrase: &str, errors: &mut Vec<FieldError>) {
    let word = phrase.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let first = phrase.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if !(2..=40).contains(&phrase.len()) || !word || !first {
        let detail = "must be 2 to 40 letters, digits or _, and begin with a letter";
        errors.push(error("/trigger_phrase", "pattern", detail));
    }
}
