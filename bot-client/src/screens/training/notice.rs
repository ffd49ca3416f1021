//! What is said of a training to who is not looking.

use aisha_openapi::avatars::Avatar;
use aisha_openapi::trainings::Training;
use aisha_openapi::vocabulary::TrainingStatus;

use super::progress::why;
use crate::buttons::Door;
use crate::screens::create::name_of;
use crate::texts::{Texts, t};
use crate::view::{View, door, escape};

/// The message that a training has ended, or is stuck. All its buttons are doors: it may be read at any time.
#[must_use]
pub fn notice(texts: &Texts, training: &Training, avatar: &Avatar) -> View {
    let name = escape(&name_of(texts, avatar));
    let open = || door(t!(texts, "training-open"), Door::Training(training.id));
    match training.status {
        TrainingStatus::Completed => View::new(t!(texts, "notice-training-completed", name = name))
            .row([door(t!(texts, "home-generate"), Door::Generate(avatar.id))])
            .row([door(t!(texts, "training-avatar"), Door::Avatar(avatar.id))]),
        TrainingStatus::Failed => {
            let text = t!(texts, "notice-training-failed", name = name, why = why(texts, training));
            View::new(text).row([open()]).row([door(t!(texts, "training-photos"), Door::Photos(avatar.id))])
        }
        TrainingStatus::Cancelled => View::new(t!(texts, "notice-training-cancelled", name = name)).row([open()]),
        TrainingStatus::Stalled => View::new(t!(texts, "notice-training-stalled", name = name)).row([open()]),
        TrainingStatus::Preparing
        | TrainingStatus::Submitting
        | TrainingStatus::Queued
        | TrainingStatus::Running
        | TrainingStatus::Cancelling => View::new(t!(texts, "notice-training-under-way", name = name)).row([open()]),
    }
}

#[cfg(test)]
mod tests {
    use aisha_openapi::vocabulary::{AvatarStatus, Locale};

    use super::super::super::fixtures::{HARD_NAME, avatar, failed, golden, trained, training};
    use super::*;

    #[test]
    fn a_notice_leads_on_from_wherever_it_is_read() {
        let (ready, ann) = (trained(HARD_NAME), avatar(HARD_NAME, AvatarStatus::Error));
        golden("notice_training_completed", |texts| notice(texts, &training(TrainingStatus::Completed), &ready));
        golden("notice_training_failed", |texts| notice(texts, &failed("face_detection_error"), &ann));
        golden("notice_training_stalled", |texts| notice(texts, &training(TrainingStatus::Stalled), &ann));
        golden("notice_training_cancelled", |texts| notice(texts, &training(TrainingStatus::Cancelled), &ann));
        golden("notice_training_under_way", |texts| notice(texts, &training(TrainingStatus::Running), &ann));
        for status in TrainingStatus::ALL {
            let view = notice(Texts::of(Locale::En), &training(*status), &ann);
            assert!(view.buttons.iter().flatten().all(|key| key.button.is_door()), "{status}");
        }
    }
}
