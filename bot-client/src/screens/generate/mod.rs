//! Making pictures: the wish, the styles and packs to choose from, what comes of it.

mod choose;
mod made;
mod pack;
mod tap;
mod tell;
mod wish;

use aisha_openapi::avatars::Avatar;
use aisha_openapi::generations::Generation;
use aisha_openapi::problem::ProblemCode;
use aisha_openapi::styles::StyleCatalogue;
use aisha_openapi::vocabulary::{AspectRatio, AvatarStatus};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Ctx, Next, Place, avatars, create, images, settings};
use crate::api::ApiError;
use crate::buttons::{Slug, taps};
use crate::telegram::Said;
use crate::texts::t;
use crate::view::View;

pub(super) use made::{content, day_and_words, original, pictures, words};
pub(super) use tap::tap;
pub use tell::{Told, tell, tell_in_words, tell_pack, tell_pack_in_words};
pub use wish::Wish;

/// Characters of the longest prompt that the service takes.
const LONGEST_PROMPT: usize = 2000;

/// The places of this screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "what a place names is what it shows")]
pub enum At {
    /// What is wished for, before it is asked for.
    Wish(Wish),
    /// The avatars that can be pictured.
    Whom(Wish),
    /// What styles are sorted into.
    Categories(Wish),
    /// The styles of one category, or with none those that are liked.
    Styles { wish: Wish, category: Option<String>, page: u8 },
    /// The packs.
    Packs { wish: Wish, page: u8 },
    /// One of them, before it is asked for.
    Set { wish: Wish, pack: String },
    /// A generation, on its way or with its pictures.
    Generation { generation: Uuid },
    /// The words of a generation, at full length.
    Words { generation: Uuid },
    /// Whether its pictures shall really go.
    Delete { generation: Uuid },
    /// A run of a pack.
    Pack { run: Uuid },
    /// Whether it shall really stop.
    Stop { run: Uuid },
}

taps! {
    /// The buttons of this screen.
    Tap {
        /// Shows the avatars that can be pictured.
        Whom = "whom",
        /// This one.
        Avatar(Uuid) = "av",
        /// The shape of the pictures.
        Ratio(AspectRatio) = "ratio",
        /// How many pictures.
        Count(u8) = "count",
        /// Forgets the words.
        NoWords = "no_words",
        /// Has the words worked on.
        Improve = "improve",
        /// Back to the words as they were written.
        OwnWords = "own_words",
        /// Shows what styles are sorted into.
        Categories = "categories",
        /// The styles of one category.
        Category(Slug) = "c",
        /// The styles that are liked.
        Liked = "liked",
        /// This style.
        Style(Slug) = "s",
        /// No style.
        NoStyle = "no_style",
        /// Puts the style among the favourites.
        LikeStyle = "like_style",
        /// Takes it out.
        UnlikeStyle = "unlike_style",
        /// The packs.
        Packs = "packs",
        /// This pack.
        Set(Slug) = "k",
        /// Another page of styles or packs.
        Page(u8) = "page",
        /// Asks for what is wished for.
        Create = "create",
        /// Gives a generation or a run up.
        Cancel = "cancel",
        /// Gives a run up for good.
        ReallyCancel = "really_cancel",
        /// Puts the generation among the favourites.
        Like = "like",
        /// Takes it out.
        Unlike = "unlike",
        /// The same words, other pictures.
        Repeat = "repeat",
        /// The same wish again, to change it.
        Change = "change",
        /// Sends a picture as it was made.
        Original(u8) = "original",
        /// Shows the words.
        Words = "words",
        /// Sends the pictures once more.
        Album = "album",
        /// Asks whether the pictures shall go.
        Delete = "delete",
        /// Lets them go.
        ReallyDelete = "really_delete",
        /// The pictures of a run.
        Pictures = "pictures",
        /// The wish for another pack.
        Another = "another",
    }
}

impl At {
    /// A generation.
    #[must_use]
    pub const fn of(generation: Uuid) -> Self {
        Self::Generation { generation }
    }

    /// A run of a pack.
    #[must_use]
    pub const fn of_pack(run: Uuid) -> Self {
        Self::Pack { run }
    }

    /// Where `Back` leads.
    #[must_use]
    pub fn parent(&self) -> Place {
        let place = Place::Generate;
        match self {
            Self::Wish(_) => Place::Home,
            Self::Whom(wish) | Self::Categories(wish) | Self::Packs { wish, .. } => place(Self::Wish(wish.clone())),
            Self::Styles { wish, .. } => place(Self::Categories(wish.clone())),
            Self::Set { wish, .. } => place(Self::Packs { wish: wish.clone(), page: 0 }),
            Self::Generation { .. } | Self::Pack { .. } => Place::Images(images::At::start()),
            Self::Words { generation } | Self::Delete { generation } => place(Self::of(*generation)),
            Self::Stop { run } => place(Self::of_pack(*run)),
        }
    }

    /// What is wished for, where that is still open.
    const fn wish(&self) -> Option<&Wish> {
        match self {
            Self::Wish(wish)
            | Self::Whom(wish)
            | Self::Categories(wish)
            | Self::Styles { wish, .. }
            | Self::Packs { wish, .. }
            | Self::Set { wish, .. } => Some(wish),
            _ => None,
        }
    }
}

/// A new wish: with the avatar that is named or the main one, in the words that are given or none.
pub(super) async fn enter(ctx: &Ctx<'_>, avatar: Option<Uuid>, prompt: Option<&str>) -> Result<Next, ApiError> {
    let all = avatars::all(ctx).await?;
    let usable = |found: &&Avatar| found.active_training_id.is_some();
    let chosen = match avatar {
        Some(id) => all.iter().find(|found| found.id == id).filter(usable),
        None => all.iter().filter(usable).max_by_key(|found| (found.is_main, found.updated_at)),
    };
    let Some(chosen) = chosen else { return not_yet(ctx, avatar, &all).await };
    let (ratio, count) = settings::defaults(&ctx.api.me().await?);
    let wish = Wish { ratio, count, ..Wish::of(chosen.id) };
    Ok(match prompt {
        Some(prompt) => told(ctx, wish, prompt),
        None => Next::to(Place::Generate(At::Wish(wish))),
    })
}

/// Where to go as long as no picture can be made: to the avatar that is named, or the one that was worked on last.
async fn not_yet(ctx: &Ctx<'_>, named: Option<Uuid>, all: &[Avatar]) -> Result<Next, ApiError> {
    let is_named = |found: &&Avatar| named == Some(found.id);
    let last = all.iter().filter(|found| found.status != AvatarStatus::Cancelled).max_by_key(|found| found.updated_at);
    Ok(match all.iter().find(is_named).or(last) {
        Some(avatar) => avatars::enter(ctx, avatar.id).await?.saying(t!(ctx.texts, "generate-not-trained")),
        None => Next::to(Place::Create(create::At::start())).saying(t!(ctx.texts, "generate-no-avatar")),
    })
}

/// The wish in these words.
fn told(ctx: &Ctx<'_>, wish: Wish, words: &str) -> Next {
    let words = words.trim();
    if words.chars().count() > LONGEST_PROMPT {
        let said = t!(ctx.texts, "generate-too-long", most = LONGEST_PROMPT);
        return Next::to(Place::Generate(At::Wish(wish))).saying(said);
    }
    let prompt = Some(words.to_owned()).filter(|words| !words.is_empty());
    Next::to(Place::Generate(At::Wish(Wish { prompt, own: None, ..wish })))
}

/// Takes words as what is to be seen. Where pictures are shown, they begin a new wish with the same avatar.
pub(super) async fn hear(ctx: &Ctx<'_>, at: &At, said: &Said) -> Result<Option<Next>, ApiError> {
    let Said::Text(words) = said else { return Ok(None) };
    let avatar = match at {
        At::Generation { generation } | At::Words { generation } | At::Delete { generation } => {
            ctx.api.generation(*generation).await.map(|found| found.avatar_id)
        }
        At::Pack { run } | At::Stop { run } => ctx.api.pack(*run).await.map(|found| found.avatar_id),
        _ => return Ok(at.wish().map(|wish| told(ctx, wish.clone(), words))),
    };
    match avatar {
        Ok(avatar) => enter(ctx, Some(avatar), Some(words)).await.map(Some),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a place shows.
pub(super) async fn draw(ctx: &Ctx<'_>, at: &At) -> Result<View, ApiError> {
    let texts = ctx.texts;
    Ok(match at {
        At::Wish(wish) => {
            let usable = usable(ctx).await?;
            let avatar = find(&usable, |avatar| avatar.id == wish.avatar)?;
            let styles = if wish.style.is_some() { ctx.api.styles().await?.styles } else { Vec::new() };
            let style = styles.iter().find(|style| Some(&style.id) == wish.style.as_ref());
            let price = price(ctx.api.quote_generation(wish.avatar, &wish.to_price()).await)?;
            wish::card(texts, wish, avatar, usable.len() > 1, style, price.map(|quote| quote.cost_estimate_usd))
        }
        At::Whom(wish) => wish::whom(texts, wish, &usable(ctx).await?),
        At::Categories(wish) => choose::categories(texts, wish, &ctx.api.styles().await?),
        At::Styles { wish, category, page } => {
            choose::styles(texts, wish, &ctx.api.styles().await?, category.as_deref(), *page)
        }
        At::Packs { wish, page } => {
            let avatar = ctx.api.avatar(wish.avatar).await?;
            choose::packs(texts, &avatar, &ctx.api.styles().await?, *page)
        }
        At::Set { wish, pack } => {
            let catalogue = ctx.api.styles().await?;
            let avatar = ctx.api.avatar(wish.avatar).await?;
            let pack = find(&catalogue.packs, |found| &found.id == pack)?;
            let quote = price(ctx.api.quote_pack(wish.avatar, &wish::run_of(&pack.id)).await)?;
            choose::set(texts, &avatar, pack, quote.map(|quote| quote.cost_estimate_usd))
        }
        At::Generation { generation } => {
            let (generation, avatar) = shown(ctx, *generation).await?;
            made::generation(texts, &generation, &avatar)
        }
        At::Words { generation } => {
            let (generation, avatar) = shown(ctx, *generation).await?;
            let style = style_of(ctx, &generation).await?;
            made::words(texts, &generation, &avatar, style.as_deref()).back(texts)
        }
        At::Delete { generation } => made::delete(texts, &ctx.api.generation(*generation).await?),
        At::Pack { run } => {
            let run = ctx.api.pack(*run).await?;
            let avatar = ctx.api.avatar(run.avatar_id).await?;
            pack::run(texts, &run, &avatar, name_of_pack(&ctx.api.styles().await?, run.pack_id.as_deref()))
        }
        At::Stop { run } => pack::stop(texts, &ctx.api.pack(*run).await?),
    })
}

/// The avatars that can be pictured.
async fn usable(ctx: &Ctx<'_>) -> Result<Vec<Avatar>, ApiError> {
    let mut all = avatars::all(ctx).await?;
    all.retain(|avatar| avatar.active_training_id.is_some());
    Ok(all)
}

/// One of a list; gone like everything else that is not there.
fn find<T>(list: &[T], is_it: impl Fn(&T) -> bool) -> Result<&T, ApiError> {
    list.iter().find(|one| is_it(one)).ok_or(ApiError::Refused(ProblemCode::NotFound))
}

/// A price, if the service tells one. What it would say no to is told when it is asked for, not while it is thought about.
fn price<T>(quote: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match quote {
        Err(ApiError::Refused(code)) if code != ProblemCode::NotFound => Ok(None),
        outcome => outcome.map(Some),
    }
}

async fn shown(ctx: &Ctx<'_>, generation: Uuid) -> Result<(Generation, Avatar), ApiError> {
    let generation = ctx.api.generation(generation).await?;
    let avatar = ctx.api.avatar(generation.avatar_id).await?;
    Ok((generation, avatar))
}

/// What people call the style of a generation, if it has one that is still offered.
pub(super) async fn style_of(ctx: &Ctx<'_>, generation: &Generation) -> Result<Option<String>, ApiError> {
    let Some(id) = &generation.style_id else { return Ok(None) };
    let styles = ctx.api.styles().await?.styles;
    Ok(styles.into_iter().find(|style| &style.id == id).map(|style| style.name))
}

fn name_of_pack<'a>(catalogue: &'a StyleCatalogue, id: Option<&str>) -> Option<&'a str> {
    catalogue.packs.iter().find(|pack| Some(pack.id.as_str()) == id).map(|pack| pack.name.as_str())
}
