//! One photo: what is said of it, and what can be done with it.

use aisha_openapi::avatars::Avatar;
use aisha_openapi::photos::Photo;
use uuid::Uuid;

use super::{Tap, gravest, is_rejected, sign};
use crate::buttons::Button;
use crate::texts::{Texts, t};
use crate::view::{Key, View, escape, key};

/// Issues that are told: the gravest, as many as fit under a picture.
const MOST_ISSUES: usize = 3;

/// A photo among the others; `None` if it is not there any more.
#[must_use]
pub(super) fn view(texts: &Texts, avatar: &Avatar, photos: &[Photo], id: Uuid) -> Option<View> {
    let index = photos.iter().position(|photo| photo.id == id)?;
    let photo = &photos[index];
    let is_cover = avatar.cover == Some(id);
    let number = index + 1;
    let mut words = vec![t!(texts, "photos-number", number = number, of = photos.len())];
    if is_cover {
        words.push(t!(texts, "photos-is-cover"));
    }
    let state = match photo {
        photo if photo.excluded => t!(texts, "photos-is-left-out"),
        photo if is_rejected(&photo.issues) => t!(texts, "photos-is-rejected"),
        photo if gravest(&photo.issues).is_some() => t!(texts, "photos-is-weak"),
        _ => t!(texts, "photos-is-good"),
    };
    let issues = photo
        .issues
        .iter()
        .take(MOST_ISSUES)
        .map(|issue| format!("{} {}\n<i>{}</i>", sign(issue), escape(&issue.detail), escape(&issue.fix)));
    let text = [words.join(" · "), state].into_iter().chain(issues).collect::<Vec<_>>().join("\n\n");
    let tap = |label: String, tap| key(label, Button::Photos(tap));
    let change = if photo.excluded {
        tap(t!(texts, "photos-take-back"), Tap::TakeBack)
    } else {
        tap(t!(texts, "photos-leave-out"), Tap::LeaveOut)
    };
    let cover = (!is_cover).then(|| tap(t!(texts, "photos-make-cover"), Tap::Cover));
    Some(
        picture(View::new(text), photo)
            .row(neighbours(photos, index))
            .row(cover)
            .row(moves(texts, photos, index))
            .row([change, tap(t!(texts, "photos-delete"), Tap::Delete)])
            .back_or_menu(texts),
    )
}

/// The question whether to delete it.
#[must_use]
pub(super) fn delete(texts: &Texts, photo: &Photo) -> View {
    picture(View::new(t!(texts, "photos-delete-question")), photo)
        .row([key(t!(texts, "photos-delete-surely"), Button::Photos(Tap::DeleteSurely))])
        .back(texts)
}

/// The photos with one of them put at a place.
pub(super) fn moved(mut ids: Vec<Uuid>, id: Uuid, place: usize) -> Vec<Uuid> {
    let count = ids.len();
    ids.retain(|other| *other != id);
    if ids.len() < count {
        ids.insert(place.min(ids.len()), id);
    }
    ids
}

fn picture(view: View, photo: &Photo) -> View {
    view.with_picture(format!("photo:{}", photo.id), format!("/v1/photos/{}/content?variant=thumbnail", photo.id))
}

/// Buttons to the photos before and after it.
fn neighbours(photos: &[Photo], index: usize) -> Vec<Key> {
    let open = |label: &str, photo: &Photo| key(label, Button::Photos(Tap::Open(photo.id)));
    let before = index.checked_sub(1).map(|before| open("◀️", &photos[before]));
    let after = photos.get(index + 1).map(|after| open("▶️", after));
    let here = (photos.len() > 1).then(|| key(format!("{} / {}", index + 1, photos.len()), Button::Label));
    [before, here, after].into_iter().flatten().collect()
}

/// Buttons that put it one place nearer to the beginning or to the end. They name the place, so that a tap that is
/// worked on twice moves it once.
fn moves(texts: &Texts, photos: &[Photo], index: usize) -> Vec<Key> {
    let to = |label: String, place: usize| {
        u8::try_from(place).ok().map(|place| key(label, Button::Photos(Tap::Move(place))))
    };
    let earlier = index.checked_sub(1).and_then(|place| to(t!(texts, "photos-earlier"), place));
    let later = Some(index + 1).filter(|place| *place < photos.len());
    let later = later.and_then(|place| to(t!(texts, "photos-later"), place));
    [earlier, later].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use aisha_openapi::vocabulary::{IssueCode, IssueSeverity, Locale};

    use super::super::super::fixtures::{acceptable, golden, good, id, issue, photo, trained, troubled};
    use super::*;

    #[test]
    fn a_photo_is_drawn_in_each_of_its_states() {
        let photos = good(3);
        let cover = Avatar { cover: Some(photos[0].id), ..trained("Ann") };
        golden("photo_cover", |texts| view(texts, &cover, &photos, photos[0].id).unwrap());
        golden("photo_middle", |texts| view(texts, &cover, &photos, photos[1].id).unwrap());
        golden("photo_only", |texts| view(texts, &cover, &photos[..1], photos[0].id).unwrap());
        for (name, n) in [("photo_rejected", 1), ("photo_weak", 3), ("photo_twin", 5), ("photo_left_out", 6)] {
            golden(name, |texts| {
                let photos = troubled(texts.locale);
                view(texts, &cover, &photos, photos[n].id).unwrap()
            });
        }
        golden("photo_delete", |texts| delete(texts, &photos[0]));
        assert_eq!(view(Texts::of(Locale::En), &cover, &photos, id(999)), None);
    }

    #[test]
    fn the_worst_of_photos_still_fits() {
        for locale in [Locale::En, Locale::Ru] {
            for codes in IssueCode::ALL.windows(MOST_ISSUES) {
                let issues = codes.iter().map(|&code| issue(code, IssueSeverity::Reject, locale)).collect();
                let worst = Photo { issues, ..photo(1) };
                let view = view(Texts::of(locale), &trained("Ann"), std::slice::from_ref(&worst), worst.id);
                acceptable("the worst", &view.unwrap());
            }
        }
    }

    #[test]
    fn moving_twice_is_moving_once() {
        let ids: Vec<Uuid> = (0..4).map(id).collect();
        let once = moved(ids.clone(), id(3), 1);
        assert_eq!(once, [id(0), id(3), id(1), id(2)]);
        assert_eq!(moved(once.clone(), id(3), 1), once);
        assert_eq!(moved(ids.clone(), id(9), 1), ids);
        assert_eq!(moved(ids, id(0), 200).last(), Some(&id(0)));
    }
}
