//! How avatars are shown.

use aisha_openapi::avatars::Avatar;
use aisha_openapi::statistics::Statistics;
use aisha_openapi::trainings::Training;
use aisha_openapi::vocabulary::{AvatarStatus, Preset, TrainingStatus};

use super::{Filter, Tap, has_failed, learns};
use crate::buttons::{Button, Door};
use crate::screens::create::name_of;
use crate::texts::{Texts, t};
use crate::view::{View, day, dollars, door, escape, key, pager, ticked};

/// Avatars on a page of the list.
const ROWS: usize = 8;

/// What an avatar is called, for a text.
pub(in crate::screens) fn titled(texts: &Texts, avatar: &Avatar) -> String {
    escape(&name_of(texts, avatar))
}

const fn emoji(avatar: &Avatar) -> &'static str {
    match avatar.status {
        AvatarStatus::Draft => "✏️",
        AvatarStatus::PhotosUploading => "📷",
        AvatarStatus::ReadyForTraining => "🚀",
        AvatarStatus::Training => "⏳",
        AvatarStatus::Completed => "✅",
        AvatarStatus::Error => "⚠️",
        AvatarStatus::Cancelled => "✖️",
    }
}

fn status(texts: &Texts, avatar: &Avatar) -> String {
    match avatar.status {
        AvatarStatus::Draft => t!(texts, "avatars-status-draft"),
        AvatarStatus::PhotosUploading => t!(texts, "avatars-status-photos"),
        AvatarStatus::ReadyForTraining => t!(texts, "avatars-status-ready"),
        AvatarStatus::Training => t!(texts, "avatars-status-training"),
        AvatarStatus::Completed if learns(avatar) => t!(texts, "avatars-status-training-again"),
        AvatarStatus::Completed if has_failed(avatar) => t!(texts, "avatars-status-again-failed"),
        AvatarStatus::Completed => t!(texts, "avatars-status-completed"),
        AvatarStatus::Error => t!(texts, "avatars-status-error"),
        AvatarStatus::Cancelled => t!(texts, "avatars-status-cancelled"),
    }
}

const fn shows(filter: Filter, avatar: &Avatar) -> bool {
    match filter {
        Filter::All => true,
        Filter::Ready => avatar.active_training_id.is_some(),
        Filter::Unfinished => avatar.active_training_id.is_none() && !matches!(avatar.status, AvatarStatus::Cancelled),
    }
}

/// The list: a row an avatar, the main one with a star.
pub(super) fn list(texts: &Texts, all: &[Avatar], filter: Filter, page: u8) -> View {
    if all.is_empty() {
        return View::new(t!(texts, "avatars-none")).row([door(t!(texts, "avatars-create"), Door::New)]).back(texts);
    }
    let shown: Vec<&Avatar> = all.iter().filter(|avatar| shows(filter, avatar)).collect();
    let pages = shown.len().div_ceil(ROWS).max(1);
    let page = usize::from(page).min(pages - 1);
    let body = match (shown.is_empty(), filter) {
        (true, Filter::Ready) => t!(texts, "avatars-none-ready"),
        (true, _) => t!(texts, "avatars-none-unfinished"),
        (false, _) => t!(texts, "avatars-list-hint"),
    };
    let mut view = View::new(format!("{}\n\n{body}", t!(texts, "avatars-title")));
    for avatar in shown.iter().skip(page * ROWS).take(ROWS) {
        let star = if avatar.is_main { " ⭐" } else { "" };
        let label = format!("{} {}{star}", emoji(avatar), name_of(texts, avatar));
        view = view.row([door(label, Door::Avatar(avatar.id))]);
    }
    let count = |filter| all.iter().filter(|avatar| shows(filter, avatar)).count();
    let choice = |label: String, which, tap| key(ticked(&label, filter == which), Button::Avatars(tap));
    view.row(pager(page, pages, |page| Button::Avatars(Tap::Page(page))))
        .row([
            choice(t!(texts, "avatars-filter-all", n = all.len()), Filter::All, Tap::All),
            choice(t!(texts, "avatars-filter-ready", n = count(Filter::Ready)), Filter::Ready, Tap::Ready),
            choice(
                t!(texts, "avatars-filter-unfinished", n = count(Filter::Unfinished)),
                Filter::Unfinished,
                Tap::Unfinished,
            ),
        ])
        .row([door(t!(texts, "avatars-create"), Door::New)])
        .back(texts)
}

/// One avatar. Its buttons are those that make sense as it stands.
pub(super) fn avatar(texts: &Texts, avatar: &Avatar, counted: &Statistics) -> View {
    let mut title = format!("{} <b>{}</b>", emoji(avatar), titled(texts, avatar));
    if avatar.is_main {
        title = format!("{title}\n{}", t!(texts, "avatars-is-main"));
    }
    let counts = t!(
        texts,
        "avatars-counts",
        photos = avatar.photos_count,
        usable = avatar.usable_photos_count,
        trainings = counted.trainings.total,
        pictures = counted.generations.pictures
    );
    let mut view = View::new(format!("{title}\n\n{}\n\n{counts}", status(texts, avatar)));
    if let Some(cover) = avatar.cover {
        view = view.with_picture(format!("photo:{cover}"), format!("/v1/photos/{cover}/content?variant=thumbnail"));
    }
    let tap = |label: String, tap| key(label, Button::Avatars(tap));
    let usable = avatar.active_training_id.is_some();
    if usable {
        view = view.row([door(t!(texts, "avatars-generate"), Door::Generate(avatar.id))]);
    }
    match avatar.status {
        AvatarStatus::Draft | AvatarStatus::PhotosUploading | AvatarStatus::ReadyForTraining => {
            view = view.row([tap(t!(texts, "avatars-resume"), Tap::Resume)]);
        }
        _ => {}
    }
    if let Some(latest) = avatar.latest_training.as_ref().filter(|_| learns(avatar) || has_failed(avatar)) {
        let label = if learns(avatar) { t!(texts, "avatars-watch-training") } else { t!(texts, "avatars-see-failure") };
        view = view.row([door(label, Door::Training(latest.id))]);
    }
    let pictures = (counted.generations.total > 0).then(|| tap(t!(texts, "avatars-pictures"), Tap::Pictures));
    let has_photos = !matches!(avatar.status, AvatarStatus::Draft | AvatarStatus::Cancelled);
    let photos = has_photos.then(|| door(t!(texts, "avatars-photos"), Door::Photos(avatar.id)));
    let done = matches!(avatar.status, AvatarStatus::Completed | AvatarStatus::Error);
    let train = (done && !learns(avatar)).then(|| tap(t!(texts, "avatars-train-again"), Tap::Train));
    let versions = usable.then(|| tap(t!(texts, "avatars-versions"), Tap::Versions));
    let main = (usable && !avatar.is_main).then(|| tap(t!(texts, "avatars-make-main"), Tap::Main));
    view.row(pictures.into_iter().chain(photos))
        .row(train.into_iter().chain(versions))
        .row([tap(t!(texts, "avatars-statistics"), Tap::Statistics), tap(t!(texts, "avatars-rename"), Tap::Rename)])
        .row(main.into_iter().chain([tap(t!(texts, "avatars-delete"), Tap::Delete)]))
        .back(texts)
}

/// A new name is awaited.
pub(super) fn rename(texts: &Texts, avatar: &Avatar) -> View {
    View::new(t!(texts, "avatars-rename-ask", name = titled(texts, avatar))).back(texts)
}

/// What there is of it, counted.
pub(super) fn statistics(texts: &Texts, avatar: &Avatar, counted: &Statistics) -> View {
    let mut text = t!(
        texts,
        "avatars-statistics-text",
        name = titled(texts, avatar),
        since = day(texts, avatar.created_at),
        photos = counted.photos.total,
        trainings = counted.trainings.total,
        pictures = counted.generations.pictures,
        favourites = counted.generations.favourites,
        spent = dollars(counted.spent_usd)
    );
    if let Some(duration) = &counted.trainings.duration {
        let minutes = (duration.average_seconds + 59) / 60;
        text = format!("{text}\n{}", t!(texts, "avatars-statistics-duration", minutes = minutes));
    }
    View::new(text).back(texts)
}

/// The trainings that can be used, newest first, with a tick at the one that is.
pub(super) fn versions(texts: &Texts, avatar: &Avatar, trainings: &[Training]) -> View {
    let done = trainings.iter().filter(|training| training.status == TrainingStatus::Completed);
    let mut view = View::new(t!(texts, "avatars-versions-text", name = titled(texts, avatar)));
    for training in done {
        let used = avatar.active_training_id == Some(training.id);
        let preset = match training.preset {
            Preset::Fast => t!(texts, "avatars-preset-fast"),
            Preset::Balanced => t!(texts, "avatars-preset-balanced"),
            Preset::Quality => t!(texts, "avatars-preset-quality"),
        };
        let made = day(texts, training.completed_at.unwrap_or(training.created_at));
        let label = t!(texts, "avatars-version", n = training.version, preset = preset, day = made);
        let button = if used { Button::Label } else { Button::Avatars(Tap::Use(training.id)) };
        view = view.row([key(ticked(&label, used), button)]);
    }
    view.back(texts)
}

/// Whether it shall really go, and what goes with it.
pub(super) fn delete(texts: &Texts, avatar: &Avatar, counted: &Statistics) -> View {
    let question = t!(
        texts,
        "avatars-delete-ask",
        name = titled(texts, avatar),
        photos = counted.photos.total,
        pictures = counted.generations.pictures
    );
    View::new(question)
        .row([key(t!(texts, "avatars-delete-yes"), Button::Avatars(Tap::ReallyDelete))])
        .row([key(t!(texts, "avatars-delete-no"), Button::Back)])
}

#[cfg(test)]
mod tests {
    use aisha_openapi::avatars::LatestTraining;

    use super::super::super::fixtures::{HARD_NAME, avatar as made, completed_training, counted, golden, id, trained};
    use super::*;

    fn at(status: AvatarStatus, latest: TrainingStatus) -> Avatar {
        let latest = LatestTraining { id: id(2), version: 1, status: latest, preset: Preset::Balanced };
        Avatar { latest_training: Some(latest), ..made("Ann", status) }
    }

    #[test]
    fn the_list() {
        golden("avatars_none", |texts| list(texts, &[], Filter::All, 0));
        let draft = Avatar { name: None, ..made("", AvatarStatus::Draft) };
        let some = [trained(HARD_NAME), draft, at(AvatarStatus::Training, TrainingStatus::Running)];
        golden("avatars_list", |texts| list(texts, &some, Filter::All, 0));
        golden("avatars_list_unfinished", |texts| list(texts, &some, Filter::Unfinished, 0));
        golden("avatars_list_none_ready", |texts| list(texts, &some[1..], Filter::Ready, 0));
        golden("avatars_list_none_unfinished", |texts| list(texts, &some[..1], Filter::Unfinished, 0));
        let many: Vec<Avatar> = (0..20).map(|n| trained(&format!("Ann {n}"))).collect();
        golden("avatars_list_last_page", |texts| list(texts, &many, Filter::All, u8::MAX));
    }

    #[test]
    fn an_avatar_in_each_of_its_states() {
        let show = |name: &str, shown: Avatar| {
            golden(&format!("avatars_avatar_{name}"), |texts| avatar(texts, &shown, &counted(3)));
        };
        for status in AvatarStatus::ALL {
            let latest = match status {
                AvatarStatus::Training => TrainingStatus::Running,
                AvatarStatus::Error => TrainingStatus::Failed,
                _ => TrainingStatus::Completed,
            };
            show(status.as_str(), at(*status, latest));
        }
        show("main", trained(HARD_NAME));
        let again = at(AvatarStatus::Completed, TrainingStatus::Running);
        show("training_again", Avatar { active_training_id: Some(id(9)), ..again });
        let failed = at(AvatarStatus::Completed, TrainingStatus::Failed);
        show("again_failed", Avatar { active_training_id: Some(id(9)), ..failed });
    }

    #[test]
    fn what_is_done_with_an_avatar() {
        golden("avatars_rename", |texts| rename(texts, &trained(HARD_NAME)));
        golden("avatars_statistics", |texts| statistics(texts, &trained(HARD_NAME), &counted(21)));
        golden("avatars_delete", |texts| delete(texts, &trained(HARD_NAME), &counted(21)));
        let trainings = [completed_training(7, 3, Preset::Quality), completed_training(2, 1, Preset::Fast)];
        golden("avatars_versions", |texts| versions(texts, &trained(HARD_NAME), &trainings));
    }
}
