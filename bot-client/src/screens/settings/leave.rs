//! Deleting everything, asked twice.

use aisha_openapi::statistics::Statistics;

use super::Tap;
use crate::buttons::{Button, Door};
use crate::texts::{Texts, t};
use crate::view::{View, door, key};

/// The question, with what it is about.
#[must_use]
pub(super) fn question(texts: &Texts, statistics: &Statistics) -> View {
    let avatars = t!(texts, "settings-delete-avatars", n = statistics.avatars);
    let photos = t!(texts, "settings-delete-photos", n = statistics.photos.total);
    let pictures = t!(texts, "settings-delete-pictures", n = statistics.generations.pictures);
    View::new(t!(texts, "settings-delete-question", avatars = avatars, photos = photos, pictures = pictures))
        .row([key(t!(texts, "settings-export-first"), Button::Settings(Tap::Export))])
        .row([key(t!(texts, "settings-delete-on"), Button::Settings(Tap::DeleteSurely))])
        .back(texts)
}

/// The same once more.
#[must_use]
pub(super) fn last_question(texts: &Texts) -> View {
    View::new(t!(texts, "settings-delete-last"))
        .row([key(t!(texts, "settings-delete-now"), Button::Settings(Tap::DeleteNow))])
        .row([door(t!(texts, "settings-delete-not"), Door::Settings)])
        .back(texts)
}

/// What is left to say. It asks the service nothing: there is nobody any more.
#[must_use]
pub(super) fn farewell(texts: &Texts) -> View {
    View::new(t!(texts, "settings-farewell")).row([door(t!(texts, "settings-anew"), Door::Home)])
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::{golden, statistics};
    use super::*;

    #[test]
    fn leaving_is_asked_twice() {
        golden("settings_delete", |texts| question(texts, &statistics(3)));
        golden("settings_delete_last", last_question);
        golden("settings_farewell", farewell);
    }
}
