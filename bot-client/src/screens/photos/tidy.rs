//! Leaving out what does not help: photos that look like better ones, those that cannot be used, and weak ones as long as
//! enough are left. Nothing is deleted.

use std::cmp::Ordering;

use aisha_openapi::photos::{Photo, PhotoPatch};
use aisha_openapi::preflight::Preflight;
use uuid::Uuid;

use super::{is_rejected, is_weak};
use crate::api::ApiError;
use crate::screens::Ctx;
use crate::texts::{Texts, t};

/// How many photos `tidy` would leave out.
pub(super) fn superfluous(look: &Preflight) -> usize {
    let used = || look.photos.iter().filter(|photo| !photo.excluded);
    let twins: Vec<Uuid> =
        look.near_duplicates.iter().flat_map(|group| &group.others).map(|twin| twin.photo_id).collect();
    let rejected = used().filter(|photo| is_rejected(&photo.issues)).count();
    let weak = used().filter(|photo| !is_rejected(&photo.issues) && !twins.contains(&photo.photo_id));
    let weak = weak.filter(|photo| is_weak(&photo.issues)).count();
    let usable = usize::try_from(look.count.usable).unwrap_or_default();
    let to_spare = usable.saturating_sub(twins.len()).saturating_sub(minimum(look.count.minimum));
    twins.len() + rejected + weak.min(to_spare)
}

/// Leaves them out, and says what is left out now. Done again, it finds nothing more to do and says the same.
pub(super) async fn tidy(ctx: &Ctx<'_>, avatar: Uuid) -> Result<String, ApiError> {
    let needed = minimum(ctx.api.avatar(avatar).await?.photos_needed);
    ctx.api.dedupe_photos(&ctx.key("tidy"), avatar).await?;
    let mut photos = ctx.api.photos(avatar).await?.data;
    let leave_out = PhotoPatch { excluded: Some(true), ..PhotoPatch::default() };
    for id in worst(&photos, needed) {
        match ctx.api.update_photo(id, &leave_out).await {
            Err(error) if error.is_not_found() => photos.retain(|photo| photo.id != id),
            outcome => drop(outcome?),
        }
        photos.iter_mut().filter(|photo| photo.id == id).for_each(|photo| photo.excluded = true);
    }
    Ok(told(ctx.texts, &photos))
}

/// The photos that cannot be used, and the weakest of those that can, as long as enough are left.
fn worst(photos: &[Photo], needed: usize) -> Vec<Uuid> {
    let used = || photos.iter().filter(|photo| !photo.excluded);
    let rejected = used().filter(|photo| is_rejected(&photo.issues));
    let usable: Vec<&Photo> = used().filter(|photo| !is_rejected(&photo.issues)).collect();
    let mut weak: Vec<&Photo> = usable.iter().copied().filter(|photo| is_weak(&photo.issues)).collect();
    weak.sort_by(|a, b| a.quality_score.partial_cmp(&b.quality_score).unwrap_or(Ordering::Equal));
    weak.truncate(usable.len().saturating_sub(needed));
    rejected.chain(weak).map(|photo| photo.id).collect()
}

/// What is left out, by reason.
fn told(texts: &Texts, photos: &[Photo]) -> String {
    let (mut twins, mut rejected, mut weak) = (0, 0, 0);
    for photo in photos.iter().filter(|photo| photo.excluded) {
        let count = match photo {
            photo if is_rejected(&photo.issues) => &mut rejected,
            photo if photo.near_duplicate_of.is_some() => &mut twins,
            _ => &mut weak,
        };
        *count += 1;
    }
    let parts = [
        (twins, t!(texts, "photos-tidied-twins", n = twins)),
        (rejected, t!(texts, "photos-tidied-rejected", n = rejected)),
        (weak, t!(texts, "photos-tidied-weak", n = weak)),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(_, part)| part).collect();
    if parts.is_empty() {
        t!(texts, "photos-tidied-nothing")
    } else {
        t!(texts, "photos-tidied", what = parts.join(", "))
    }
}

fn minimum(count: i64) -> usize {
    usize::try_from(count).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use aisha_openapi::vocabulary::{IssueCode, IssueSeverity, Locale};

    use super::super::super::fixtures::{good, issue, look, photo, troubled};
    use super::*;

    #[test]
    fn the_weakest_go_as_long_as_enough_are_left() {
        let weak = |n, quality| Photo {
            issues: vec![issue(IssueCode::Blurry, IssueSeverity::Warn, Locale::En)],
            quality_score: Some(quality),
            ..photo(n)
        };
        let unusable = Photo { issues: vec![issue(IssueCode::NoFace, IssueSeverity::Reject, Locale::En)], ..photo(9) };
        let photos = [good(3), vec![weak(4, 0.4), weak(5, 0.2), weak(6, 0.3), unusable]].concat();
        assert_eq!(worst(&photos, 5), [photo(9).id, photo(5).id], "six are usable, five are needed");
        assert_eq!(superfluous(&look(&photos, Locale::En)), 2);
        assert_eq!(worst(&photos, 9), [photo(9).id]);
        assert_eq!(worst(&good(7), 5), Vec::<Uuid>::new());
    }

    #[test]
    fn what_was_left_out_is_told_by_its_reason() {
        let mut photos = troubled(Locale::En);
        for photo in &mut photos {
            photo.excluded = true;
        }
        let words = told(Texts::of(Locale::En), &photos);
        let parts = "1 that looks like another one, 2 that I cannot use, 4 other ones";
        assert!(words.contains(parts), "{words}");
        assert_eq!(told(Texts::of(Locale::En), &good(2)), t!(Texts::of(Locale::En), "photos-tidied-nothing"));
    }
}
