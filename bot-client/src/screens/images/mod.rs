//! The pictures that were made, one a card.
//!
//! A place remembers the generation it shows and where on which page of the list it stood. Lists are read by cursors,
//! which stand between pictures and not on them, so that one that is deleted makes way for the next.

mod position;
mod view;

use aisha_openapi::generations::Generation;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::position::{Found, found};
use super::{Ctx, Next, Place, avatars, generate};
use crate::api::ApiError;
use crate::buttons::taps;
use crate::texts::t;
use crate::view::View;

pub use position::{Filter, Position};

/// The places of this screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "what a place names is what it shows")]
pub enum At {
    /// One picture after the other.
    Browse(Position),
    /// The words of a generation, at full length.
    Words { position: Position, generation: Uuid },
    /// Whether its pictures shall really go.
    Delete { position: Position, generation: Uuid },
}

taps! {
    /// The buttons of this screen. Those that do something to a picture name its generation: what a card shows may have
    /// changed since it was drawn.
    Tap {
        /// The picture before.
        Newer = "newer",
        /// The picture after.
        Older = "older",
        /// All pictures.
        All = "all",
        /// The favourites.
        Favourites = "favourites",
        /// Those of this avatar.
        Avatar(Uuid) = "avatar",
        /// Puts it among the favourites.
        Like(Uuid) = "like",
        /// Takes it out.
        Unlike(Uuid) = "unlike",
        /// The same words, other pictures.
        Repeat(Uuid) = "repeat",
        /// Sends the picture as it was made.
        Original(Uuid) = "original",
        /// Shows the words.
        Words(Uuid) = "words",
        /// Asks whether the pictures shall go.
        Delete(Uuid) = "delete",
        /// Lets them go.
        ReallyDelete = "really_delete",
    }
}

impl At {
    /// All pictures, from the newest on.
    #[must_use]
    pub const fn start() -> Self {
        Self::Browse(Position::of(Filter::All))
    }

    /// Those of an avatar.
    #[must_use]
    pub const fn of_avatar(avatar: Uuid) -> Self {
        Self::Browse(Position::of(Filter::Avatar(avatar)))
    }

    /// Those of a run of a pack.
    #[must_use]
    pub const fn of_pack(run: Uuid) -> Self {
        Self::Browse(Position::of(Filter::Pack(run)))
    }

    /// Where `Back` leads.
    #[must_use]
    pub fn parent(&self) -> Place {
        match self {
            Self::Browse(position) => match position.filter {
                Filter::All => Place::Home,
                Filter::Favourites => Place::Images(Self::start()),
                Filter::Avatar(avatar) => Place::Avatars(avatars::At::of(avatar)),
                Filter::Pack(run) => Place::Generate(generate::At::of_pack(run)),
            },
            Self::Words { position, .. } | Self::Delete { position, .. } => {
                Place::Images(Self::Browse(position.clone()))
            }
        }
    }

    const fn position(&self) -> &Position {
        match self {
            Self::Browse(position) | Self::Words { position, .. } | Self::Delete { position, .. } => position,
        }
    }
}

/// What a place shows.
pub(super) async fn draw(ctx: &Ctx<'_>, at: &At) -> Result<View, ApiError> {
    let texts = ctx.texts;
    Ok(match at {
        At::Browse(position) => match found(ctx, position).await? {
            Some(found) => {
                let avatar = ctx.api.avatar(found.generation().avatar_id).await?;
                view::picture(texts, position.filter, &found, &avatar)
            }
            None => view::none(texts, position.filter),
        },
        At::Words { generation, .. } => {
            let generation = ctx.api.generation(*generation).await?;
            let avatar = ctx.api.avatar(generation.avatar_id).await?;
            let style = generate::style_of(ctx, &generation).await?;
            generate::words(texts, &generation, &avatar, style.as_deref()).back(texts)
        }
        At::Delete { generation, .. } => view::delete(texts, &ctx.api.generation(*generation).await?),
    })
}

/// Does what a button says.
pub(super) async fn tap(ctx: &Ctx<'_>, at: &At, tap: Tap) -> Result<Next, ApiError> {
    let position = at.position();
    let to = |at| Next::to(Place::Images(at));
    let here = || to(at.clone());
    Ok(match tap {
        Tap::Newer | Tap::Older => {
            let Some(found) = found(ctx, position).await? else { return Ok(here()) };
            to(At::Browse(if tap == Tap::Newer { found.newer() } else { found.older() }))
        }
        Tap::All => to(At::start()),
        Tap::Favourites => to(At::Browse(Position::of(Filter::Favourites))),
        Tap::Avatar(avatar) => to(At::of_avatar(avatar)),
        Tap::Like(id) | Tap::Unlike(id) => {
            ctx.api.like_generation(id, matches!(tap, Tap::Like(_))).await?;
            here()
        }
        Tap::Repeat(id) => {
            let repeated = ctx.api.repeat_generation(&ctx.key("repeat"), id, true).await?;
            Next::to(Place::Generate(generate::At::of(repeated.id)))
        }
        Tap::Original(id) => {
            let generation = ctx.api.generation(id).await?;
            match generate::original(&generation, position.number_in(&generation)) {
                Some(parcel) => here().sending(parcel),
                None => here().saying(t!(ctx.texts, "common-gone")),
            }
        }
        Tap::Words(generation) => to(At::Words { position: position.clone(), generation }),
        Tap::Delete(generation) => to(At::Delete { position: position.clone(), generation }),
        Tap::ReallyDelete => match at {
            At::Delete { position, generation } => {
                ctx.api.delete_generation(*generation).await?;
                to(At::Browse(position.clone().without(*generation))).saying(t!(ctx.texts, "generate-deleted"))
            }
            At::Browse(_) | At::Words { .. } => here(),
        },
    })
}

/// The numbers of the pictures that there is something to see of.
fn numbers(generation: &Generation) -> Vec<i32> {
    generate::pictures(generation).into_iter().map(|image| image.number).collect()
}
