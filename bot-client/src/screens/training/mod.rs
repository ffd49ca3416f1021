//! The training of an avatar: how thoroughly, for how much, and how it goes.

mod notice;
mod progress;
mod wish;

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::trainings::NewTraining;
use aisha_openapi::vocabulary::Preset;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::notice::notice;
use super::{Ctx, Next, Place, avatars, create, photos};
use crate::api::{ApiError, Person};
use crate::buttons::taps;
use crate::texts::{Texts, t};
use crate::view::View;

/// The places of this screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// The choice how thoroughly to learn.
    Presets {
        /// Which.
        avatar: Uuid,
    },
    /// The question whether to begin.
    Confirm {
        /// Which.
        avatar: Uuid,
        /// How thoroughly.
        preset: Preset,
    },
    /// A training, under way or ended.
    Training {
        /// Which.
        training: Uuid,
    },
    /// The question whether to give it up.
    Cancel {
        /// Which.
        training: Uuid,
    },
}

taps! {
    /// The buttons of this screen.
    Tap {
        /// So thoroughly.
        Choose(Preset) = "choose",
        /// Answers what is still missing of the avatar.
        Complete = "complete",
        /// Begins.
        Start = "start",
        /// Asks whether to give it up.
        Cancel = "cancel",
        /// Gives it up.
        CancelSurely = "cancel_surely",
        /// Does the same again.
        Retry = "retry",
    }
}

impl At {
    /// A training.
    #[must_use]
    pub const fn of(training: Uuid) -> Self {
        Self::Training { training }
    }

    /// Where `Back` leads.
    #[must_use]
    pub const fn parent(&self) -> Place {
        match *self {
            Self::Presets { avatar } => Place::Photos(photos::At::of(avatar)),
            Self::Confirm { avatar, .. } => Place::Training(Self::Presets { avatar }),
            // A training does not tell its avatar here; its own card has a door to it.
            Self::Training { .. } => Place::Avatars(avatars::At::start()),
            Self::Cancel { training } => Place::Training(Self::Training { training }),
        }
    }
}

/// Reads what the place shows.
pub(super) async fn draw(ctx: &Ctx<'_>, at: &At) -> Result<View, ApiError> {
    Ok(match *at {
        At::Presets { avatar } => {
            let shown = ctx.api.avatar(avatar).await?;
            wish::presets(ctx.texts, &shown, &ctx.api.preflight(&ctx.key("look"), avatar).await?)
        }
        At::Confirm { avatar, preset } => {
            let shown = ctx.api.avatar(avatar).await?;
            wish::confirm(ctx.texts, &shown, &ctx.api.preflight(&ctx.key("look"), avatar).await?, preset)
        }
        At::Training { training } => {
            let training = ctx.api.training(training).await?;
            let avatar = ctx.api.avatar(training.avatar_id).await?;
            progress::view(ctx.texts, &training, &avatar, ctx.now)
        }
        At::Cancel { training } => {
            let training = ctx.api.training(training).await?;
            let avatar = ctx.api.avatar(training.avatar_id).await?;
            // It may have ended while the question stood there.
            if training.status.is_final() {
                progress::view(ctx.texts, &training, &avatar, ctx.now)
            } else {
                progress::cancel(ctx.texts, &avatar)
            }
        }
    })
}

/// Reads what is told of a training beside the card.
pub async fn tell(person: &Person, texts: &Texts, id: Uuid) -> Result<View, ApiError> {
    let training = person.training(id).await?;
    let avatar = person.avatar(training.avatar_id).await?;
    Ok(notice(texts, &training, &avatar))
}

/// Does what a button says.
pub(super) async fn tap(ctx: &Ctx<'_>, at: &At, tap: Tap) -> Result<Next, ApiError> {
    let here = Next::to(Place::Training(at.clone()));
    match (at, tap) {
        (&At::Presets { avatar }, Tap::Choose(preset)) => Ok(Next::to(Place::Training(At::Confirm { avatar, preset }))),
        (&(At::Presets { avatar } | At::Confirm { avatar, .. }), Tap::Complete) => {
            Ok(Next::to(create::resume(&ctx.api.avatar(avatar).await?)))
        }
        (&At::Confirm { avatar, preset }, Tap::Start) => start(ctx, avatar, preset).await,
        (&At::Training { training }, Tap::Cancel) => Ok(Next::to(Place::Training(At::Cancel { training }))),
        (&At::Cancel { training }, Tap::CancelSurely) => cancel(ctx, training).await,
        (&(At::Training { training } | At::Cancel { training }), Tap::Retry) => retry(ctx, training).await,
        _ => Ok(here),
    }
}

/// Begins a training, or says why it cannot begin and goes where that can be mended.
async fn start(ctx: &Ctx<'_>, avatar: Uuid, preset: Preset) -> Result<Next, ApiError> {
    let wish = NewTraining { preset, compare_with: None };
    let code = match ctx.api.start_training(&ctx.key("train"), avatar, &wish).await {
        Ok(training) => return Ok(Next::to(Place::Training(At::of(training.id)))),
        Err(error) => error.code().ok_or(error)?,
    };
    let place = match code {
        ProblemCode::TrainingUnderWay => {
            let latest = ctx.api.avatar(avatar).await?.latest_training;
            latest.map(|training| Place::Training(At::of(training.id)))
        }
        ProblemCode::NotEnoughPhotos => Some(Place::Photos(photos::At::of(avatar))),
        ProblemCode::AvatarIncomplete => Some(create::resume(&ctx.api.avatar(avatar).await?)),
        _ => None,
    };
    let place = place.unwrap_or(Place::Training(At::Confirm { avatar, preset }));
    refused(ctx.texts, code, place)
}

/// Tries a training again, on the same photos.
async fn retry(ctx: &Ctx<'_>, training: Uuid) -> Result<Next, ApiError> {
    let code = match ctx.api.retry_training(&ctx.key("retry"), training).await {
        Ok(training) => return Ok(Next::to(Place::Training(At::of(training.id)))),
        Err(error) => error.code().ok_or(error)?,
    };
    let before = ctx.api.training(training).await?;
    let place = match code {
        ProblemCode::TrainingUnderWay => {
            let latest = ctx.api.avatar(before.avatar_id).await?.latest_training;
            latest.map(|training| Place::Training(At::of(training.id)))
        }
        ProblemCode::PhotosDeleted => Some(Place::Training(At::Presets { avatar: before.avatar_id })),
        _ => None,
    };
    refused(ctx.texts, code, place.unwrap_or(Place::Training(At::of(training))))
}

/// Gives a training up. One that has ended meanwhile shows by itself how.
async fn cancel(ctx: &Ctx<'_>, training: Uuid) -> Result<Next, ApiError> {
    let next = Next::to(Place::Training(At::of(training)));
    match ctx.api.cancel_training(&ctx.key("cancel"), training).await {
        Err(ApiError::Refused(ProblemCode::TrainingState)) => Ok(next),
        outcome => outcome.map(|()| next),
    }
}

/// What is said of a training that cannot begin. Where money or the day is the reason, everything else is kept.
fn refused(texts: &Texts, code: ProblemCode, place: Place) -> Result<Next, ApiError> {
    if code == ProblemCode::NotFound {
        return Err(ApiError::Refused(code));
    }
    let waits = matches!(
        code,
        ProblemCode::SpendingStopped
            | ProblemCode::UserTrainingsCap
            | ProblemCode::UserSpendingCap
            | ProblemCode::KeyTrainingsCap
            | ProblemCode::KeySpendingCap
    );
    let words = texts.problem(code);
    let words = if waits { format!("{words}\n{}", t!(texts, "training-kept")) } else { words };
    Ok(Next::to(place).saying(words))
}

#[cfg(test)]
mod tests {
    use aisha_openapi::vocabulary::Locale;

    use super::super::fixtures::id;
    use super::*;

    #[test]
    fn who_must_wait_hears_that_nothing_is_lost() {
        let place = || Place::Training(At::Confirm { avatar: id(1), preset: Preset::Fast });
        for locale in [Locale::En, Locale::Ru] {
            let texts = Texts::of(locale);
            let words = |code| refused(texts, code, place()).unwrap().words.unwrap();
            let kept = t!(texts, "training-kept");
            assert!(words(ProblemCode::UserSpendingCap).ends_with(&kept));
            assert!(words(ProblemCode::SpendingStopped).ends_with(&kept));
            assert_eq!(words(ProblemCode::AboveCap), texts.problem(ProblemCode::AboveCap));
            assert!(refused(texts, ProblemCode::NotFound, place()).is_err());
        }
    }

    #[test]
    fn back_leads_over_the_photos() {
        let presets = Place::Training(At::Presets { avatar: id(1) });
        assert_eq!(At::Confirm { avatar: id(1), preset: Preset::Fast }.parent(), presets);
        assert_eq!(presets.parent(), Place::Photos(photos::At::of(id(1))));
        assert_eq!(At::Cancel { training: id(2) }.parent(), Place::Training(At::of(id(2))));
    }
}
