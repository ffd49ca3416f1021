//! A training under way, and how it ended.

use aisha_openapi::avatars::Avatar;
use aisha_openapi::trainings::Training;
use aisha_openapi::vocabulary::TrainingStatus;
use chrono::{DateTime, Utc};

use super::Tap;
use super::wish::preset_name;
use crate::buttons::{Button, Door};
use crate::screens::create::name_of;
use crate::texts::{Texts, t};
use crate::view::{View, bar, dollars, door, escape, key};

/// How a training goes.
#[must_use]
pub(super) fn view(texts: &Texts, training: &Training, avatar: &Avatar, now: DateTime<Utc>) -> View {
    let name = escape(&name_of(texts, avatar));
    match training.status {
        TrainingStatus::Completed => completed(texts, avatar, name),
        TrainingStatus::Failed => {
            let text = t!(texts, "training-failed", name = name, why = why(texts, training));
            again(View::new(text), texts, training, avatar)
        }
        TrainingStatus::Cancelled => {
            again(View::new(t!(texts, "training-cancelled", name = name)), texts, training, avatar)
        }
        TrainingStatus::Cancelling => waiting(texts, avatar, t!(texts, "training-cancelling", name = name)),
        TrainingStatus::Preparing
        | TrainingStatus::Submitting
        | TrainingStatus::Queued
        | TrainingStatus::Running
        | TrainingStatus::Stalled => {
            let title = t!(texts, "training-title", name = name, preset = preset_name(texts, training.preset));
            let text = format!("{title}\n\n{}", stage(texts, training, now));
            let cancel = key(t!(texts, "training-cancel"), Button::Training(Tap::Cancel));
            let view = View::new(text).row([key(t!(texts, "button-refresh"), Button::Refresh), cancel]);
            view.row([door(t!(texts, "training-avatar"), Door::Avatar(avatar.id))]).back_or_menu(texts)
        }
    }
}

/// The question whether to give a training up.
#[must_use]
pub(super) fn cancel(texts: &Texts, avatar: &Avatar) -> View {
    View::new(t!(texts, "training-cancel-question", name = escape(&name_of(texts, avatar))))
        .row([key(t!(texts, "training-cancel-surely"), Button::Training(Tap::CancelSurely))])
        .back(texts)
}

/// Why a training has failed, without a technical word, and what can be done about it.
pub(super) fn why(texts: &Texts, training: &Training) -> String {
    match code(training) {
        Some("face_detection_error") => t!(texts, "training-failed-face"),
        Some("content_policy_violation") => t!(texts, "training-failed-content"),
        Some("photo_missing") => t!(texts, "training-failed-photos"),
        _ => t!(texts, "training-failed-other"),
    }
}

/// Whether the same photos would only fail again.
fn needs_other_photos(training: &Training) -> bool {
    matches!(code(training), Some("face_detection_error" | "content_policy_violation" | "photo_missing"))
}

fn code(training: &Training) -> Option<&str> {
    training.error.as_ref().map(|error| error.code.as_str())
}

fn completed(texts: &Texts, avatar: &Avatar, name: String) -> View {
    View::new(t!(texts, "training-completed", name = name))
        .row([door(t!(texts, "home-generate"), Door::Generate(avatar.id))])
        .row([
            door(t!(texts, "training-avatar"), Door::Avatar(avatar.id)),
            door(t!(texts, "training-photos"), Door::Photos(avatar.id)),
        ])
        .back_or_menu(texts)
}

/// What stands below a training that came to nothing: it can be tried again, unless a newer one was begun since or the
/// photos are to blame.
fn again(view: View, texts: &Texts, training: &Training, avatar: &Avatar) -> View {
    let is_newest = avatar.latest_training.as_ref().is_none_or(|latest| latest.id == training.id);
    let price = dollars(training.cost_estimate_usd);
    let retry = (is_newest && !needs_other_photos(training))
        .then(|| key(t!(texts, "training-retry", price = price), Button::Training(Tap::Retry)));
    view.row(retry)
        .row([
            door(t!(texts, "training-avatar"), Door::Avatar(avatar.id)),
            door(t!(texts, "training-photos"), Door::Photos(avatar.id)),
        ])
        .back_or_menu(texts)
}

fn waiting(texts: &Texts, avatar: &Avatar, text: String) -> View {
    View::new(text)
        .row([key(t!(texts, "button-refresh"), Button::Refresh)])
        .row([door(t!(texts, "training-avatar"), Door::Avatar(avatar.id))])
        .back_or_menu(texts)
}

/// Where a training is, in plain words, with as much of the future as is known.
fn stage(texts: &Texts, training: &Training, now: DateTime<Utc>) -> String {
    let stage = match training.status {
        TrainingStatus::Preparing => t!(texts, "training-preparing"),
        TrainingStatus::Submitting => t!(texts, "training-submitting"),
        TrainingStatus::Queued => match training.queue_position {
            Some(before) if before > 0 => t!(texts, "training-queued-behind", n = before),
            _ => t!(texts, "training-queued"),
        },
        TrainingStatus::Stalled => return t!(texts, "training-stalled"),
        _ => {
            let percent = u8::try_from(training.progress.clamp(0, 100)).unwrap_or(100);
            format!("{}\n{} {percent} %", t!(texts, "training-running"), bar(percent))
        }
    };
    let stage = match training.eta.map(|eta| (eta - now).num_seconds()) {
        Some(seconds) if seconds > 0 => {
            let minutes = (seconds + 59) / 60;
            format!("{stage}\n{}", t!(texts, "training-eta", n = minutes))
        }
        Some(_) => format!("{stage}\n{}", t!(texts, "training-eta-soon")),
        None => stage,
    };
    format!("{stage}\n\n{}", t!(texts, "training-told-later"))
}

#[cfg(test)]
mod tests {
    use aisha_openapi::avatars::LatestTraining;
    use aisha_openapi::vocabulary::{AvatarStatus, Preset};
    use chrono::TimeDelta;

    use super::super::super::fixtures::{HARD_NAME, avatar, failed, golden, id, noon, trained, training};
    use super::*;

    #[test]
    fn a_training_is_drawn_at_every_stage() {
        let ann = avatar(HARD_NAME, AvatarStatus::Training);
        let draw = |name, training: Training| golden(name, |texts| view(texts, &training, &ann, noon()));
        let eta = |minutes: i64| Some(noon() + TimeDelta::seconds(minutes * 60 - 20));
        let plain = training;
        draw("training_preparing", plain(TrainingStatus::Preparing));
        draw("training_submitting", plain(TrainingStatus::Submitting));
        draw("training_queued", plain(TrainingStatus::Queued));
        let queued = Training { queue_position: Some(3), eta: eta(12), ..plain(TrainingStatus::Queued) };
        draw("training_queued_behind", queued);
        draw("training_running", Training { progress: 42, eta: eta(7), ..plain(TrainingStatus::Running) });
        draw("training_running_late", Training { progress: 97, eta: eta(0), ..plain(TrainingStatus::Running) });
        draw("training_stalled", plain(TrainingStatus::Stalled));
        draw("training_cancelling", plain(TrainingStatus::Cancelling));
        golden("training_cancel", |texts| cancel(texts, &ann));
    }

    #[test]
    fn every_end_has_a_way_on() {
        let ann = avatar(HARD_NAME, AvatarStatus::Error);
        let draw = |name, training: Training, avatar: &Avatar| {
            golden(name, |texts| view(texts, &training, avatar, noon()));
        };
        draw("training_completed", training(TrainingStatus::Completed), &trained(HARD_NAME));
        draw("training_cancelled", training(TrainingStatus::Cancelled), &ann);
        draw("training_failed", failed("invalid_archive"), &ann);
        draw("training_failed_face", failed("face_detection_error"), &ann);
        draw("training_failed_content", failed("content_policy_violation"), &ann);
        draw("training_failed_photos", failed("photo_missing"), &ann);
        let (status, preset) = (TrainingStatus::Running, Preset::Fast);
        let newer = LatestTraining { id: id(9), version: 2, status, preset };
        draw(
            "training_failed_before",
            failed("invalid_archive"),
            &Avatar { latest_training: Some(newer), ..ann.clone() },
        );
    }
}
