//! A screen.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Ctx, Next, Place};
use crate::api::ApiError;
use crate::buttons::{Argument as _, taps};
use crate::telegram::Said;
use crate::view::View;

/// The places of this screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    Generation { generation: Uuid },
}

taps! {
    /// The buttons of this screen.
    Tap {
        /// Nothing yet.
        Nothing = "nothing",
    }
}

impl At {
    pub const fn of(generation: Uuid) -> Self {
        Self::Generation { generation }
    }
    pub const fn of_pack(generation: Uuid) -> Self {
        Self::Generation { generation }
    }
    pub const fn parent(&self) -> Place {
        Place::Home
    }
}

pub(super) async fn draw(ctx: &Ctx<'_>, at: &At) -> Result<View, ApiError> {
    Ok(View::new(format!("{at:?}")).back(ctx.texts))
}

pub(super) async fn tap(_ctx: &Ctx<'_>, at: &At, tap: Tap) -> Result<Next, ApiError> {
    match tap {
        Tap::Nothing => Ok(Next::to(Place::Generate(at.clone()))),
    }
}

pub(super) async fn hear(_ctx: &Ctx<'_>, _at: &At, _said: &Said) -> Result<Option<Next>, ApiError> {
    Ok(None)
}
pub(super) async fn enter(_ctx: &Ctx<'_>, _avatar: Option<Uuid>, _prompt: Option<&str>) -> Result<Next, ApiError> {
    Ok(Next::to(Place::Home))
}

pub enum Told {
    Words(View),
    Pictures(super::Parcel),
}
pub async fn tell(_person: &crate::api::Person, texts: &crate::texts::Texts, _id: Uuid) -> Result<Told, ApiError> {
    Ok(Told::Words(View::new("x").back(texts)))
}
pub async fn tell_pack(_person: &crate::api::Person, texts: &crate::texts::Texts, _id: Uuid) -> Result<Told, ApiError> {
    Ok(Told::Pictures(super::Parcel::Export))
}
