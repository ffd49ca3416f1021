//! What a person may choose: language, time zone, defaults of pictures. And what is theirs: counted, taken along, deleted.

mod defaults;
mod leave;
mod menu;
mod statistics;
mod zones;

use aisha_openapi::users::MePatch;
use aisha_openapi::vocabulary::{AspectRatio, Locale};
use serde::{Deserialize, Serialize};

pub(super) use self::defaults::defaults;
use super::{Ctx, Next, Parcel, Place};
use crate::api::ApiError;
use crate::buttons::taps;
use crate::telegram::Said;
use crate::texts::{Texts, t};
use crate::view::{View, escape};

/// The places of this screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// All settings.
    Menu,
    /// The choice of the language.
    Language,
    /// The choice of the time zone.
    Timezone {
        /// Of the zones, from 0.
        page: u8,
    },
    /// What pictures are like unless one says otherwise.
    Defaults,
    /// What there is and what came of it.
    Statistics,
    /// The question whether to delete everything.
    Delete,
    /// The same question once more.
    DeleteSurely,
    /// Everything is deleted.
    Farewell,
}

taps! {
    /// The buttons of this screen.
    Tap {
        /// Shows the languages.
        Languages = "languages",
        /// This language from now on.
        Language(Locale) = "language",
        /// Shows the time zones.
        Zones = "zones",
        /// This page of them.
        ZonePage(u8) = "zone_page",
        /// This time zone from now on, by its place in the list.
        Zone(u8) = "zone",
        /// Shows the defaults of pictures.
        Defaults = "defaults",
        /// This shape from now on.
        Ratio(AspectRatio) = "ratio",
        /// No shape from now on: that of the style.
        AnyRatio = "any_ratio",
        /// So many pictures from now on.
        Count(u8) = "count",
        /// Shows what there is, counted.
        Statistics = "statistics",
        /// Sends everything.
        Export = "export",
        /// Asks whether to delete everything.
        Delete = "delete",
        /// Asks once more.
        DeleteSurely = "delete_surely",
        /// Deletes everything.
        DeleteNow = "delete_now",
    }
}

impl At {
    /// All settings.
    #[must_use]
    pub const fn start() -> Self {
        Self::Menu
    }

    /// The choice of the language.
    #[must_use]
    pub const fn language() -> Self {
        Self::Language
    }

    /// Where `Back` leads.
    #[must_use]
    pub const fn parent(&self) -> Place {
        match self {
            Self::Menu | Self::Farewell => Place::Home,
            Self::Language
            | Self::Timezone { .. }
            | Self::Defaults
            | Self::Statistics
            | Self::Delete
            | Self::DeleteSurely => Place::Settings(Self::Menu),
        }
    }
}

/// Reads what the place shows.
pub(super) async fn draw(ctx: &Ctx<'_>, at: &At) -> Result<View, ApiError> {
    let texts = ctx.texts;
    Ok(match at {
        At::Menu => menu::view(texts, &ctx.api.me().await?),
        At::Language => menu::languages(texts),
        At::Timezone { page } => zones::view(texts, ctx.api.me().await?.timezone.as_deref(), *page, ctx.now),
        At::Defaults => defaults::view(texts, &ctx.api.me().await?),
        At::Statistics => statistics::view(texts, &ctx.api.my_statistics().await?),
        At::Delete => leave::question(texts, &ctx.api.my_statistics().await?),
        At::DeleteSurely => leave::last_question(texts),
        At::Farewell => leave::farewell(texts),
    })
}

/// Does what a button says.
pub(super) async fn tap(ctx: &Ctx<'_>, at: &At, tap: Tap) -> Result<Next, ApiError> {
    let to = |at: At| Next::to(Place::Settings(at));
    match (at, tap) {
        (At::Menu, Tap::Languages) => Ok(to(At::Language)),
        (At::Menu, Tap::Zones) => {
            let page = zones::page_of(ctx.texts.locale, ctx.api.me().await?.timezone.as_deref());
            Ok(to(At::Timezone { page }))
        }
        (At::Menu, Tap::Defaults) => Ok(to(At::Defaults)),
        (At::Menu, Tap::Statistics) => Ok(to(At::Statistics)),
        (At::Menu | At::Delete, Tap::Export) => {
            Ok(to(at.clone()).saying(t!(ctx.texts, "settings-export-sent")).sending(Parcel::Export))
        }
        (At::Menu, Tap::Delete) => Ok(to(At::Delete)),
        (At::Language, Tap::Language(locale)) => speak(ctx, locale).await,
        (At::Timezone { .. }, Tap::ZonePage(page)) => Ok(to(At::Timezone { page })),
        (At::Timezone { .. }, Tap::Zone(place)) => match zones::listed(place) {
            Some(zone) => live_in(ctx, zone.name()).await,
            None => Ok(to(at.clone())),
        },
        (At::Defaults, Tap::Ratio(_) | Tap::AnyRatio | Tap::Count(_)) => {
            let settings = Some(defaults::changed(&ctx.api.me().await?, tap));
            ctx.api.update_me(&MePatch { settings, ..MePatch::default() }).await?;
            Ok(to(At::Defaults))
        }
        (At::Delete, Tap::DeleteSurely) => Ok(to(At::DeleteSurely)),
        (At::DeleteSurely, Tap::DeleteNow) => {
            // Done again, it deletes somebody who has come to be by asking and has nothing.
            ctx.api.delete_me().await?;
            Ok(Next { gone: true, ..to(At::Farewell) })
        }
        _ => Ok(to(at.clone())),
    }
}

/// Takes a time zone in words.
pub(super) async fn hear(ctx: &Ctx<'_>, at: &At, said: &Said) -> Result<Option<Next>, ApiError> {
    Ok(match (at, said) {
        (At::Timezone { .. }, Said::Text(text)) => Some(match zones::told(text) {
            Some(zone) => live_in(ctx, zone.name()).await?,
            None => Next::to(Place::Settings(at.clone())).saying(t!(ctx.texts, "settings-zone-unknown")),
        }),
        _ => None,
    })
}

/// Speaks another language from now on, and says so in it.
async fn speak(ctx: &Ctx<'_>, locale: Locale) -> Result<Next, ApiError> {
    ctx.api.update_me(&MePatch { locale: Some(locale), ..MePatch::default() }).await?;
    let words = t!(Texts::of(locale), "settings-language-set");
    Ok(Next { locale: Some(locale), ..Next::to(Place::Settings(At::Menu)).saying(words) })
}

/// Keeps a time zone.
async fn live_in(ctx: &Ctx<'_>, zone: &str) -> Result<Next, ApiError> {
    ctx.api.update_me(&MePatch { timezone: Some(zone.to_owned()), ..MePatch::default() }).await?;
    let words = t!(ctx.texts, "settings-zone-set", zone = escape(&zones::name(ctx.texts, zone)));
    Ok(Next::to(Place::Settings(At::Menu)).saying(words))
}
