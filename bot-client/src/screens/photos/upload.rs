//! The card that grows while photos come in.

use aisha_openapi::avatars::Avatar;
use aisha_openapi::photos::PhotoIssue;
use aisha_openapi::preflight::{PhotoCount, Preflight};
use aisha_openapi::vocabulary::{TrainingStatus, TrainingType};

use super::{Tap, gravest, sign, tidy};
use crate::buttons::Button;
use crate::screens::create::name_of;
use crate::texts::{Texts, t};
use crate::view::{View, bar, escape, key};

/// Numbers of photos that are told of one reason.
const MOST_NUMBERS: usize = 10;

/// What has come, what is wrong with it, and what to do next.
#[must_use]
pub(super) fn view(texts: &Texts, avatar: &Avatar, look: &Preflight) -> View {
    let PhotoCount { usable, minimum, advised, total, excluded, .. } = look.count;
    let enough = usable >= minimum;
    let under_way = avatar.latest_training.as_ref().is_some_and(|training| !training.status.is_final());
    let (missing, better) = (minimum - usable, advised - usable);
    let name = escape(&name_of(texts, avatar));
    let count = if better > 0 { format!("{usable} / {advised}") } else { usable.to_string() };
    let tick = if enough { " ✅" } else { "" };
    let title = t!(texts, "photos-count", name = name, count = count, minimum = minimum, tick = tick);
    let percent = u8::try_from((usable * 100 / advised.max(1)).clamp(0, 100)).unwrap_or(100);
    let mut paragraphs = vec![format!("{title}\n{}", bar(percent))];
    if total == 0 {
        paragraphs.push(which(texts, avatar.training_type));
    }
    paragraphs.push(match (enough, under_way) {
        (_, true) => t!(texts, "photos-under-way"),
        (false, false) => t!(texts, "photos-send-more", n = missing),
        (true, false) if better > 0 => t!(texts, "photos-enough", n = better),
        (true, false) => t!(texts, "photos-plenty"),
    });
    let troubles = troubles(look);
    if !troubles.is_empty() {
        paragraphs.push(troubles.join("\n\n"));
    }
    if excluded > 0 {
        paragraphs.push(t!(texts, "photos-left-out", n = excluded));
    }
    let mut view = View::new(paragraphs.join("\n\n"));
    let superfluous = tidy::superfluous(look);
    if superfluous > 0 {
        view = view.row([key(t!(texts, "photos-tidy", n = superfluous), Button::Photos(Tap::Tidy))]);
    }
    if total > 0 {
        view = view.row([key(t!(texts, "photos-review", n = total), Button::Photos(Tap::Page(0)))]);
    }
    if under_way || look.ready {
        let trained = avatar.latest_training.as_ref().is_some_and(|latest| latest.status == TrainingStatus::Completed);
        let label = match (under_way, trained) {
            (true, _) => t!(texts, "photos-to-training"),
            (false, true) => t!(texts, "photos-train-again"),
            (false, false) => t!(texts, "photos-continue"),
        };
        view = view.row([key(label, Button::Photos(Tap::Continue))]);
    }
    view.back_or_menu(texts)
}

/// Which photos make a good avatar of its kind.
fn which(texts: &Texts, kind: Option<TrainingType>) -> String {
    match kind {
        None | Some(TrainingType::Portrait) => t!(texts, "photos-which-portrait"),
        Some(TrainingType::Style) => t!(texts, "photos-which-style"),
        Some(TrainingType::Object) => t!(texts, "photos-which-object"),
    }
}

/// What is wrong, a reason at a time: the photos it is about, and what would help. Each photo is told of once, under the
/// gravest reason; what is left out already is nobody's trouble.
fn troubles(look: &Preflight) -> Vec<String> {
    let mut reasons: Vec<(&PhotoIssue, Vec<usize>)> = Vec::new();
    for (index, photo) in look.photos.iter().enumerate().filter(|(_, photo)| !photo.excluded) {
        let Some(issue) = gravest(&photo.issues) else { continue };
        let same = |(reason, _): &&mut (&PhotoIssue, _)| (reason.code, reason.severity) == (issue.code, issue.severity);
        match reasons.iter_mut().find(same) {
            Some((_, numbers)) => numbers.push(index + 1),
            None => reasons.push((issue, vec![index + 1])),
        }
    }
    reasons.sort_by_key(|(issue, _)| (std::cmp::Reverse(issue.severity), issue.code));
    let told = reasons.iter().map(|(issue, numbers)| {
        let more = if numbers.len() > MOST_NUMBERS { "…" } else { "" };
        let numbers: Vec<_> = numbers.iter().take(MOST_NUMBERS).map(ToString::to_string).collect();
        let (detail, fix) = (escape(&issue.detail), escape(&issue.fix));
        format!("{} <b>{}{more}</b> · {detail}\n<i>{fix}</i>", sign(issue), numbers.join(", "))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use aisha_openapi::avatars::LatestTraining;
    use aisha_openapi::photos::Photo;
    use aisha_openapi::vocabulary::{AvatarStatus, IssueCode, IssueSeverity, Locale, Preset};

    use super::super::super::fixtures::{
        HARD_NAME, acceptable, avatar, golden, good, id, issue, look, trained, troubled,
    };
    use super::*;

    #[test]
    fn the_card_grows_with_the_photos() {
        let ann = |kind| Avatar { training_type: Some(kind), ..avatar(HARD_NAME, AvatarStatus::PhotosUploading) };
        golden("photos_none_portrait", |texts| view(texts, &ann(TrainingType::Portrait), &look(&[], texts.locale)));
        golden("photos_none_style", |texts| view(texts, &ann(TrainingType::Style), &look(&[], texts.locale)));
        golden("photos_none_object", |texts| view(texts, &ann(TrainingType::Object), &look(&[], texts.locale)));
        let ann = ann(TrainingType::Portrait);
        golden("photos_too_few", |texts| view(texts, &ann, &look(&good(4), texts.locale)));
        golden("photos_enough", |texts| view(texts, &ann, &look(&good(7), texts.locale)));
        golden("photos_plenty", |texts| view(texts, &ann, &look(&good(21), texts.locale)));
        golden("photos_troubles", |texts| view(texts, &ann, &look(&troubled(texts.locale), texts.locale)));
    }

    #[test]
    fn the_way_on_fits_what_was_done_before() {
        let latest = |status| Some(LatestTraining { id: id(2), version: 1, status, preset: Preset::Fast });
        let under_way = Avatar { latest_training: latest(TrainingStatus::Running), ..trained("Ann") };
        let again = Avatar { latest_training: latest(TrainingStatus::Completed), ..trained("Ann") };
        golden("photos_under_way", |texts| view(texts, &under_way, &look(&good(6), texts.locale)));
        golden("photos_again", |texts| view(texts, &again, &look(&good(6), texts.locale)));
    }

    #[test]
    fn the_worst_of_sets_still_fits() {
        for locale in [Locale::Ru, Locale::En] {
            let severities = [IssueSeverity::Reject, IssueSeverity::Warn];
            let of = |&code| severities.map(|severity| issue(code, severity, locale));
            let issues: Vec<_> = IssueCode::ALL.iter().flat_map(of).collect();
            let photos = good(50).into_iter().zip(issues.iter().cycle());
            let photos: Vec<_> = photos.map(|(photo, issue)| Photo { issues: vec![issue.clone()], ..photo }).collect();
            let ann = avatar(HARD_NAME, AvatarStatus::PhotosUploading);
            acceptable("the worst", &view(Texts::of(locale), &ann, &look(&photos, locale)));
        }
    }
}
