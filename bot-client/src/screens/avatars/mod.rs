//! Avatars: the list of them, and each with what can be done with it.

mod view;

use aisha_openapi::avatars::{Avatar, AvatarPatch};
use aisha_openapi::vocabulary::{AvatarStatus, TrainingStatus};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Ctx, Next, Place, create, generate, images, training};
use crate::api::ApiError;
use crate::buttons::taps;
use crate::telegram::Said;
use crate::texts::t;
use crate::view::View;

pub(super) use view::titled;

/// Which avatars a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// All of them.
    All,
    /// Those that pictures can be made with.
    Ready,
    /// Those that are still to be made.
    Unfinished,
}

/// The places of this screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "what a place names is what it shows")]
pub enum At {
    /// The list, a page of it, counted from 0.
    List { filter: Filter, page: u8 },
    /// One avatar.
    Avatar { avatar: Uuid },
    /// A new name is awaited.
    Rename { avatar: Uuid },
    /// What there is of it, counted.
    Statistics { avatar: Uuid },
    /// The trainings to choose from.
    Versions { avatar: Uuid },
    /// Whether it shall really go.
    Delete { avatar: Uuid },
}

taps! {
    /// The buttons of this screen.
    Tap {
        /// All avatars.
        All = "all",
        /// Those that are ready.
        Ready = "ready",
        /// Those that are not.
        Unfinished = "unfinished",
        /// Another page of the list.
        Page(u8) = "page",
        /// Goes on with an unfinished one.
        Resume = "resume",
        /// Its pictures.
        Pictures = "pictures",
        /// Chooses how to train it.
        Train = "train",
        /// The versions.
        Versions = "versions",
        /// Uses this training from now on.
        Use(Uuid) = "use",
        /// The statistics.
        Statistics = "statistics",
        /// Asks for a new name.
        Rename = "rename",
        /// Makes it the main one.
        Main = "main",
        /// Asks whether it shall go.
        Delete = "delete",
        /// Lets it go.
        ReallyDelete = "really_delete",
    }
}

impl At {
    /// The list.
    #[must_use]
    pub const fn start() -> Self {
        Self::List { filter: Filter::All, page: 0 }
    }

    /// One avatar.
    #[must_use]
    pub const fn of(avatar: Uuid) -> Self {
        Self::Avatar { avatar }
    }

    /// Where `Back` leads.
    #[must_use]
    pub const fn parent(&self) -> Place {
        match self {
            Self::List { .. } => Place::Home,
            Self::Avatar { .. } => Place::Avatars(Self::start()),
            Self::Rename { avatar }
            | Self::Statistics { avatar }
            | Self::Versions { avatar }
            | Self::Delete { avatar } => Place::Avatars(Self::of(*avatar)),
        }
    }

    const fn avatar(&self) -> Option<Uuid> {
        match self {
            Self::List { .. } => None,
            Self::Avatar { avatar }
            | Self::Rename { avatar }
            | Self::Statistics { avatar }
            | Self::Versions { avatar }
            | Self::Delete { avatar } => Some(*avatar),
        }
    }
}

/// All avatars of the person, newest first.
pub(super) async fn all(ctx: &Ctx<'_>) -> Result<Vec<Avatar>, ApiError> {
    let mut all = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = ctx.api.avatars(100, cursor.as_deref()).await?;
        all.extend(page.data);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

/// Opens an avatar where it stands: one that is being made goes on, one that learns shows how far it is.
pub(super) async fn enter(ctx: &Ctx<'_>, id: Uuid) -> Result<Next, ApiError> {
    let avatar = ctx.api.avatar(id).await?;
    Ok(Next::to(match (avatar.status, &avatar.latest_training) {
        (AvatarStatus::Draft | AvatarStatus::PhotosUploading | AvatarStatus::ReadyForTraining, _) => {
            create::resume(&avatar)
        }
        (AvatarStatus::Training, Some(latest)) => Place::Training(training::At::of(latest.id)),
        _ => Place::Avatars(At::of(id)),
    }))
}

/// What a place shows.
pub(super) async fn draw(ctx: &Ctx<'_>, at: &At) -> Result<View, ApiError> {
    let texts = ctx.texts;
    Ok(match *at {
        At::List { filter, page } => view::list(texts, &all(ctx).await?, filter, page),
        At::Avatar { avatar } => {
            let counted = ctx.api.avatar_statistics(avatar).await?;
            view::avatar(texts, &ctx.api.avatar(avatar).await?, &counted)
        }
        At::Rename { avatar } => view::rename(texts, &ctx.api.avatar(avatar).await?),
        At::Statistics { avatar } => {
            let counted = ctx.api.avatar_statistics(avatar).await?;
            view::statistics(texts, &ctx.api.avatar(avatar).await?, &counted)
        }
        At::Versions { avatar } => {
            let trainings = ctx.api.trainings(avatar).await?.data;
            view::versions(texts, &ctx.api.avatar(avatar).await?, &trainings)
        }
        At::Delete { avatar } => {
            let counted = ctx.api.avatar_statistics(avatar).await?;
            view::delete(texts, &ctx.api.avatar(avatar).await?, &counted)
        }
    })
}

/// Does what a button says.
pub(super) async fn tap(ctx: &Ctx<'_>, at: &At, tap: Tap) -> Result<Next, ApiError> {
    let here = || Next::to(Place::Avatars(at.clone()));
    let list = |filter| Next::to(Place::Avatars(At::List { filter, page: 0 }));
    let Some(avatar) = at.avatar() else {
        return Ok(match (at, tap) {
            (_, Tap::All) => list(Filter::All),
            (_, Tap::Ready) => list(Filter::Ready),
            (_, Tap::Unfinished) => list(Filter::Unfinished),
            (&At::List { filter, .. }, Tap::Page(page)) => Next::to(Place::Avatars(At::List { filter, page })),
            _ => here(),
        });
    };
    let place = |at| Next::to(Place::Avatars(at));
    Ok(match tap {
        Tap::Resume => Next::to(create::resume(&ctx.api.avatar(avatar).await?)),
        Tap::Pictures => Next::to(Place::Images(images::At::of_avatar(avatar))),
        Tap::Train => Next::to(Place::Training(training::At::Presets { avatar })),
        Tap::Versions => place(At::Versions { avatar }),
        Tap::Use(training) => {
            ctx.api.use_training(avatar, training).await?;
            let used = ctx.api.training(training).await?;
            place(At::of(avatar)).saying(t!(ctx.texts, "avatars-version-used", n = used.version))
        }
        Tap::Statistics => place(At::Statistics { avatar }),
        Tap::Rename => place(At::Rename { avatar }),
        Tap::Main => {
            ctx.api.make_main(&ctx.key("main"), avatar).await?;
            place(At::of(avatar)).saying(t!(ctx.texts, "avatars-main-made"))
        }
        Tap::Delete => place(At::Delete { avatar }),
        Tap::ReallyDelete if matches!(at, At::Delete { .. }) => {
            ctx.api.delete_avatar(avatar).await?;
            place(At::start()).saying(t!(ctx.texts, "avatars-deleted"))
        }
        Tap::ReallyDelete | Tap::All | Tap::Ready | Tap::Unfinished | Tap::Page(_) => here(),
    })
}

/// Takes a new name where one is awaited; other words are a wish for a picture of the avatar that is open.
pub(super) async fn hear(ctx: &Ctx<'_>, at: &At, said: &Said) -> Result<Option<Next>, ApiError> {
    match (at, said) {
        (At::Rename { avatar }, Said::Text(words)) => rename(ctx, *avatar, words).await.map(Some),
        (_, Said::Text(words)) => match at.avatar() {
            Some(avatar) => generate::enter(ctx, Some(avatar), Some(words)).await.map(Some),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

async fn rename(ctx: &Ctx<'_>, avatar: Uuid, words: &str) -> Result<Next, ApiError> {
    let name = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if !(1..=LONGEST_NAME).contains(&name.chars().count()) {
        let words = t!(ctx.texts, "avatars-name-too-long", most = LONGEST_NAME);
        return Ok(Next::to(Place::Avatars(At::Rename { avatar })).saying(words));
    }
    let patch = AvatarPatch { name: Some(name), ..AvatarPatch::default() };
    ctx.api.update_avatar(avatar, &patch).await?;
    Ok(Next::to(Place::Avatars(At::of(avatar))).saying(t!(ctx.texts, "avatars-renamed")))
}

/// Characters of the longest name that the service takes.
const LONGEST_NAME: usize = 100;

/// Whether a training of it is under way.
fn learns(avatar: &Avatar) -> bool {
    avatar.latest_training.as_ref().is_some_and(|latest| !latest.status.is_final())
}

/// Whether its last training came to nothing.
fn has_failed(avatar: &Avatar) -> bool {
    avatar.latest_training.as_ref().is_some_and(|latest| latest.status == TrainingStatus::Failed)
}
