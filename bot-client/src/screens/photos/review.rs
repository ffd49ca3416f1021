//! All photos of an avatar on one picture, with a button for each.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use aisha_openapi::avatars::Avatar;
use aisha_openapi::photos::Photo;

use super::{Tap, mark};
use crate::buttons::Button;
use crate::screens::create::name_of;
use crate::texts::{Texts, t};
use crate::view::{View, escape, key};

/// Buttons on a page.
const PAGE: usize = 25;
/// Buttons in a row.
const COLUMNS: usize = 5;

/// The photos, by the numbers they have on their picture.
#[must_use]
pub(super) fn view(texts: &Texts, avatar: &Avatar, photos: &[Photo], page: u8) -> View {
    let name = escape(&name_of(texts, avatar));
    if photos.is_empty() {
        return View::new(t!(texts, "photos-review-none", name = name)).back_or_menu(texts);
    }
    let pages = photos.len().div_ceil(PAGE);
    // Photos may have been deleted since the page was opened.
    let page = usize::from(page).min(pages - 1);
    let mut words = vec![t!(texts, "photos-review-title", name = name, n = photos.len())];
    let marked = |sign: &str| photos.iter().any(|photo| mark(photo) == Some(sign));
    words.extend(
        [
            ("⚠️", t!(texts, "photos-mark-weak")),
            ("👯", t!(texts, "photos-mark-twin")),
            ("❌", t!(texts, "photos-mark-rejected")),
            ("🚫", t!(texts, "photos-mark-left-out")),
        ]
        .into_iter()
        .filter(|(sign, _)| marked(sign))
        .map(|(sign, meaning)| format!("{sign} {meaning}")),
    );
    let shown = photos.iter().enumerate().skip(page * PAGE).take(PAGE);
    let buttons = shown.map(|(index, photo)| {
        let number = index + 1;
        let label = mark(photo).map_or_else(|| number.to_string(), |mark| format!("{number} {mark}"));
        key(label, Button::Photos(Tap::Open(photo.id)))
    });
    let mut view = View::new(words.join("\n"))
        .with_picture(picture_id(avatar, photos), format!("/v1/avatars/{}/photos/sheet.jpg", avatar.id))
        .grid(COLUMNS, buttons);
    if pages > 1 {
        let to = |label: &str, page: usize| {
            key(label, Button::Photos(Tap::Page(u8::try_from(page % pages).unwrap_or_default())))
        };
        let label = key(format!("{} / {pages}", page + 1), Button::Label);
        view = view.row([to("◀️", page + pages - 1), label, to("▶️", page + 1)]);
    }
    view.back_or_menu(texts)
}

/// Another one whenever the picture would be: other photos, in another order, or with other frames.
fn picture_id(avatar: &Avatar, photos: &[Photo]) -> String {
    let mut hash = DefaultHasher::new();
    for photo in photos {
        (photo.id, photo.verdict, photo.excluded).hash(&mut hash);
    }
    format!("photos:{}:{:016x}", avatar.id, hash.finish())
}

#[cfg(test)]
mod tests {
    use aisha_openapi::vocabulary::AvatarStatus;

    use super::super::super::fixtures::{HARD_NAME, avatar, golden, good, troubled};
    use super::*;

    #[test]
    fn every_photo_has_its_button() {
        let ann = avatar(HARD_NAME, AvatarStatus::PhotosUploading);
        golden("review_none", |texts| view(texts, &ann, &[], 0));
        golden("review_good", |texts| view(texts, &ann, &good(7), 0));
        golden("review_troubles", |texts| view(texts, &ann, &troubled(texts.locale), 0));
        golden("review_last_page", |texts| view(texts, &ann, &good(30), 9));
    }

    #[test]
    fn the_picture_is_a_new_one_when_it_looks_different() {
        let ann = avatar("Ann", AvatarStatus::PhotosUploading);
        let mut photos = good(3);
        let before = picture_id(&ann, &photos);
        assert_eq!(before, picture_id(&ann, &good(3)));
        photos.swap(0, 1);
        assert_ne!(before, picture_id(&ann, &photos));
        photos.swap(0, 1);
        photos[2].excluded = true;
        assert_ne!(before, picture_id(&ann, &photos));
    }
}
