//! The photos of an avatar: sending them, looking them through, leaving out what does not help.

mod album;
mod one;
mod receive;
mod review;
mod tidy;
mod upload;

use aisha_openapi::avatars::{Avatar, AvatarPatch};
use aisha_openapi::photos::{Photo, PhotoIssue, PhotoOrder, PhotoPatch};
use aisha_openapi::vocabulary::{AvatarStatus, IssueCode, IssueSeverity};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::album::{Taken, put_in_order};
pub(super) use self::receive::{receive, take};
use super::{Ctx, Next, Place, avatars, training};
use crate::api::ApiError;
use crate::buttons::taps;
use crate::telegram::Said;
use crate::texts::t;
use crate::view::View;

/// The places of this screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// Photos are being sent.
    Upload {
        /// For which.
        avatar: Uuid,
    },
    /// All photos on one picture, and a button for each.
    Review {
        /// Whose.
        avatar: Uuid,
        /// Of the buttons, from 0.
        page: u8,
    },
    /// One photo.
    Photo {
        /// Whose.
        avatar: Uuid,
        /// Which.
        photo: Uuid,
    },
    /// The question whether to delete it.
    Delete {
        /// Whose.
        avatar: Uuid,
        /// Which.
        photo: Uuid,
    },
    /// The question which avatar photos are for.
    Whose,
}

taps! {
    /// The buttons of this screen.
    Tap {
        /// On to the training.
        Continue = "continue",
        /// Leaves out what does not help.
        Tidy = "tidy",
        /// Shows all photos, this page of buttons.
        Page(u8) = "page",
        /// Opens a photo.
        Open(Uuid) = "open",
        /// Makes the photo the cover.
        Cover = "cover",
        /// Puts the photo at this place, from 0.
        Move(u8) = "move",
        /// Leaves the photo out.
        LeaveOut = "leave_out",
        /// Takes it back.
        TakeBack = "take_back",
        /// Asks whether to delete the photo.
        Delete = "delete",
        /// Deletes it.
        DeleteSurely = "delete_surely",
    }
}

impl At {
    /// Where photos of an avatar are sent.
    #[must_use]
    pub const fn of(avatar: Uuid) -> Self {
        Self::Upload { avatar }
    }

    /// Where `Back` leads.
    #[must_use]
    pub const fn parent(&self) -> Place {
        match *self {
            Self::Upload { avatar } => Place::Avatars(avatars::At::Avatar { avatar }),
            Self::Review { avatar, .. } => Place::Photos(Self::Upload { avatar }),
            Self::Photo { avatar, .. } => Place::Photos(Self::Review { avatar, page: 0 }),
            Self::Delete { avatar, photo } => Place::Photos(Self::Photo { avatar, photo }),
            Self::Whose => Place::Home,
        }
    }

    const fn avatar(&self) -> Option<Uuid> {
        match *self {
            Self::Upload { avatar }
            | Self::Review { avatar, .. }
            | Self::Photo { avatar, .. }
            | Self::Delete { avatar, .. } => Some(avatar),
            Self::Whose => None,
        }
    }
}

/// Reads what the place shows.
pub(super) async fn draw(ctx: &Ctx<'_>, at: &At) -> Result<View, ApiError> {
    Ok(match *at {
        At::Upload { avatar } => {
            let key = ctx.key("look");
            let (shown, look) = tokio::try_join!(ctx.api.avatar(avatar), ctx.api.preflight(&key, avatar))?;
            upload::view(ctx.texts, &shown, &look)
        }
        At::Review { avatar, page } => {
            let shown = ctx.api.avatar(avatar).await?;
            review::view(ctx.texts, &shown, &ctx.api.photos(avatar).await?.data, page)
        }
        At::Photo { avatar, photo } => {
            let shown = ctx.api.avatar(avatar).await?;
            let photos = ctx.api.photos(avatar).await?.data;
            one::view(ctx.texts, &shown, &photos, photo).ok_or_else(gone)?
        }
        At::Delete { photo, .. } => one::delete(ctx.texts, &ctx.api.photo(photo).await?),
        At::Whose => receive::whose(ctx.texts, &ctx.api.avatars(receive::OFFERED, None).await?.data),
    })
}

/// Does what a button says.
pub(super) async fn tap(ctx: &Ctx<'_>, at: &At, tap: Tap) -> Result<Next, ApiError> {
    let here = Next::to(Place::Photos(at.clone()));
    let Some(avatar) = at.avatar() else { return Ok(here) };
    match (at, tap) {
        (At::Upload { .. }, Tap::Continue) => go_on(ctx, avatar).await,
        (At::Upload { .. }, Tap::Tidy) => Ok(here.saying(tidy::tidy(ctx, avatar).await?)),
        (At::Upload { .. } | At::Review { .. }, Tap::Page(page)) => {
            Ok(Next::to(Place::Photos(At::Review { avatar, page })))
        }
        (At::Review { .. } | At::Photo { .. }, Tap::Open(photo)) => {
            Ok(Next::to(Place::Photos(At::Photo { avatar, photo })))
        }
        (&At::Photo { photo, .. }, tap) => change(ctx, avatar, photo, tap).await,
        (&At::Delete { photo, .. }, Tap::DeleteSurely) => {
            ctx.api.delete_photo(photo).await?;
            let review = Place::Photos(At::Review { avatar, page: 0 });
            Ok(Next::to(review).saying(t!(ctx.texts, "photos-deleted")))
        }
        _ => Ok(here),
    }
}

/// Takes photos for the avatar one is at.
pub(super) async fn hear(ctx: &Ctx<'_>, at: &At, said: &Said) -> Result<Option<Next>, ApiError> {
    let Some(avatar) = at.avatar() else { return Ok(None) };
    Ok(match said {
        Said::Photo(_) | Said::Document(_) => Some(receive::at(ctx, avatar, said).await?),
        Said::Text(_) => Some(Next::to(Place::Photos(at.clone())).saying(t!(ctx.texts, "photos-no-words"))),
        Said::Audio(_) | Said::Other => None,
    })
}

/// On to the training, or to the one that is under way.
async fn go_on(ctx: &Ctx<'_>, id: Uuid) -> Result<Next, ApiError> {
    let avatar = ctx.api.avatar(id).await?;
    let under_way = avatar.latest_training.filter(|training| !training.status.is_final());
    Ok(Next::to(Place::Training(match under_way {
        Some(latest) => training::At::of(latest.id),
        None => training::At::Presets { avatar: id },
    })))
}

/// Does what a button below one photo says.
async fn change(ctx: &Ctx<'_>, avatar: Uuid, photo: Uuid, tap: Tap) -> Result<Next, ApiError> {
    let here = Next::to(Place::Photos(At::Photo { avatar, photo }));
    let exclude = |excluded| PhotoPatch { excluded: Some(excluded), ..PhotoPatch::default() };
    match tap {
        Tap::Cover => {
            let patch = AvatarPatch { cover: Some(photo), ..AvatarPatch::default() };
            ctx.api.update_avatar(avatar, &patch).await?;
        }
        Tap::LeaveOut => drop(ctx.api.update_photo(photo, &exclude(true)).await?),
        Tap::TakeBack => drop(ctx.api.update_photo(photo, &exclude(false)).await?),
        Tap::Move(place) => {
            let ids = ctx.api.photos(avatar).await?.data.iter().map(|photo| photo.id).collect();
            let photo_ids = one::moved(ids, photo, usize::from(place));
            ctx.api.order_photos(avatar, &PhotoOrder { photo_ids }).await?;
        }
        Tap::Delete => return Ok(Next::to(Place::Photos(At::Delete { avatar, photo }))),
        _ => {}
    }
    Ok(here)
}

fn gone() -> ApiError {
    ApiError::Refused(aisha_openapi::problem::ProblemCode::NotFound)
}

/// What is wrong with a photo in the first place, if anything is that matters.
fn gravest(issues: &[PhotoIssue]) -> Option<&PhotoIssue> {
    issues.iter().find(|issue| issue.severity != IssueSeverity::Info)
}

/// Whether the photo cannot be learned from.
fn is_rejected(issues: &[PhotoIssue]) -> bool {
    issues.iter().any(|issue| issue.severity == IssueSeverity::Reject)
}

/// Whether the avatar would be better without the photo, whatever the other photos are.
fn is_weak(issues: &[PhotoIssue]) -> bool {
    issues.iter().any(|issue| issue.severity == IssueSeverity::Warn && issue.code != IssueCode::NearDuplicate)
}

/// What stands before an issue.
fn sign(issue: &PhotoIssue) -> &'static str {
    match (issue.severity, issue.code) {
        (IssueSeverity::Reject, _) => "❌",
        (_, IssueCode::NearDuplicate) => "👯",
        (IssueSeverity::Warn, _) => "⚠️",
        (IssueSeverity::Info, _) => "ℹ️",
    }
}

/// What stands beside the number of a photo that something is to be said of.
fn mark(photo: &Photo) -> Option<&'static str> {
    if photo.excluded { Some("🚫") } else { gravest(&photo.issues).map(sign) }
}

/// Whether an avatar is waiting for photos.
const fn takes_photos(avatar: &Avatar) -> bool {
    matches!(avatar.status, AvatarStatus::PhotosUploading | AvatarStatus::ReadyForTraining)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::id;
    use super::*;

    #[test]
    fn back_leads_from_a_photo_to_its_avatar() {
        let (avatar, photo) = (id(1), id(2));
        let mut place = Place::Photos(At::Delete { avatar, photo });
        let way = [
            Place::Photos(At::Photo { avatar, photo }),
            Place::Photos(At::Review { avatar, page: 0 }),
            Place::Photos(At::Upload { avatar }),
            Place::Avatars(avatars::At::Avatar { avatar }),
        ];
        for next in way {
            place = place.parent();
            assert_eq!(place, next);
        }
    }
}
