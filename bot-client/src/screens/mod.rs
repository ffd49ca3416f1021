//! The screens: each file is one, with the places one can be at, the buttons that stand there, and a pure `view` of each
//! place. `draw` reads what a place shows, `tap` does what a button says, `hear` takes what a person sends. A place is all
//! that is remembered of a chat: drawn again after any interruption, it shows things as they stand then.

pub mod avatars;
pub mod create;
#[cfg(test)]
mod fixtures;
pub mod generate;
pub mod home;
pub mod images;
pub mod photos;
pub mod settings;
pub mod training;
pub mod transcripts;

use aisha_openapi::vocabulary::Locale;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, Person};
use crate::buttons::{Button, Door};
use crate::telegram::{Said, Telegram};
use crate::texts::Texts;
use crate::view::View;

/// Where a chat is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is a place of its screen")]
pub enum Place {
    /// The menu.
    Home,
    /// What the bot can do.
    Help,
    Create(create::At),
    Photos(photos::At),
    Training(training::At),
    Avatars(avatars::At),
    Generate(generate::At),
    Images(images::At),
    Transcripts(transcripts::At),
    Settings(settings::At),
}

impl Place {
    /// Where `Back` leads.
    #[must_use]
    pub fn parent(&self) -> Self {
        match self {
            Self::Home | Self::Help => Self::Home,
            Self::Create(at) => at.parent(),
            Self::Photos(at) => at.parent(),
            Self::Training(at) => at.parent(),
            Self::Avatars(at) => at.parent(),
            Self::Generate(at) => at.parent(),
            Self::Images(at) => at.parent(),
            Self::Transcripts(at) => at.parent(),
            Self::Settings(at) => at.parent(),
        }
    }
}

/// What a screen needs to do its work for one person, once.
pub struct Ctx<'a> {
    /// The service, for this person.
    pub api: &'a Person,
    /// Telegram, for the files that people send.
    pub telegram: &'a Telegram,
    /// The words of their language.
    pub texts: &'a Texts,
    /// What they call themselves. Not escaped.
    pub first_name: &'a str,
    /// What this is about, the same whenever it is tried again: the root of idempotency keys.
    pub intent: String,
    /// Now.
    pub now: DateTime<Utc>,
}

impl Ctx<'_> {
    /// An idempotency key for one operation of this intent; `op` is a short word.
    #[must_use]
    pub fn key(&self, op: &str) -> String {
        format!("{}:{op}", self.intent)
    }
}

/// What comes of a tap or a message.
#[derive(Debug)]
pub struct Next {
    /// Where the chat is from now on.
    pub place: Place,
    /// What to say above the card, this time only: Telegram's HTML.
    pub words: Option<String>,
    /// Files to send beside the card.
    pub parcels: Vec<Parcel>,
    /// The language from now on, if it has changed.
    pub locale: Option<Locale>,
    /// A photo that was taken in.
    pub taken: Option<photos::Taken>,
    /// Whether the person is gone from the service: whoever writes next is somebody new.
    pub gone: bool,
}

/// A file to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parcel {
    /// A file of the service, as it is: a path or a signed link.
    Document {
        /// What the file is called.
        name: String,
        /// Where it is.
        url: String,
    },
    /// A text as a file.
    Text {
        /// What the file is called.
        name: String,
        /// What stands in it.
        text: String,
    },
    /// Pictures of the service, shown together: 1 to 10.
    Album {
        /// Paths or signed links.
        urls: Vec<String>,
        /// Under the first: Telegram's HTML, up to 1024 characters.
        caption: String,
    },
    /// Everything of the person, in as many files as it takes.
    Export,
}

impl Next {
    /// On to a place.
    #[must_use]
    pub const fn to(place: Place) -> Self {
        Self { place, words: None, parcels: Vec::new(), locale: None, taken: None, gone: false }
    }

    /// Says something above the card.
    #[must_use]
    pub fn saying(mut self, words: impl Into<String>) -> Self {
        self.words = Some(words.into());
        self
    }

    /// Sends a file beside the card.
    #[must_use]
    pub fn sending(mut self, parcel: Parcel) -> Self {
        self.parcels.push(parcel);
        self
    }
}

/// What a place shows now.
pub async fn draw(ctx: &Ctx<'_>, place: &Place) -> Result<View, ApiError> {
    match place {
        Place::Home => home::draw(ctx).await,
        Place::Help => Ok(home::help(ctx.texts)),
        Place::Create(at) => create::draw(ctx, at).await,
        Place::Photos(at) => photos::draw(ctx, at).await,
        Place::Training(at) => training::draw(ctx, at).await,
        Place::Avatars(at) => avatars::draw(ctx, at).await,
        Place::Generate(at) => generate::draw(ctx, at).await,
        Place::Images(at) => images::draw(ctx, at).await,
        Place::Transcripts(at) => transcripts::draw(ctx, at).await,
        Place::Settings(at) => settings::draw(ctx, at).await,
    }
}

/// Does what a button says. A button that does not belong to the place does nothing but draw the card again.
pub async fn tap(ctx: &Ctx<'_>, place: &Place, button: Button) -> Result<Next, ApiError> {
    match (place, button) {
        (_, Button::Door(door)) => enter(ctx, door).await,
        (_, Button::Back) => Ok(Next::to(place.parent())),
        (Place::Create(at), Button::Create(tap)) => create::tap(ctx, at, tap).await,
        (Place::Photos(at), Button::Photos(tap)) => photos::tap(ctx, at, tap).await,
        (Place::Training(at), Button::Training(tap)) => training::tap(ctx, at, tap).await,
        (Place::Avatars(at), Button::Avatars(tap)) => avatars::tap(ctx, at, tap).await,
        (Place::Generate(at), Button::Generate(tap)) => generate::tap(ctx, at, tap).await,
        (Place::Images(at), Button::Images(tap)) => images::tap(ctx, at, tap).await,
        (Place::Transcripts(at), Button::Transcripts(tap)) => transcripts::tap(ctx, at, tap).await,
        (Place::Settings(at), Button::Settings(tap)) => settings::tap(ctx, at, tap).await,
        _ => Ok(Next::to(place.clone())),
    }
}

/// Opens a screen by one of its doors.
pub async fn enter(ctx: &Ctx<'_>, door: Door) -> Result<Next, ApiError> {
    Ok(Next::to(match door {
        Door::Home => Place::Home,
        Door::Help => Place::Help,
        Door::New => Place::Create(create::At::start()),
        Door::Avatars => Place::Avatars(avatars::At::start()),
        Door::Avatar(id) => return avatars::enter(ctx, id).await,
        Door::Photos(id) => Place::Photos(photos::At::of(id)),
        Door::Training(id) => Place::Training(training::At::of(id)),
        Door::Generate(id) => return generate::enter(ctx, Some(id), None).await,
        Door::GenerateMain => return generate::enter(ctx, None, None).await,
        Door::Images => Place::Images(images::At::start()),
        Door::Generation(id) => Place::Generate(generate::At::of(id)),
        Door::Pack(id) => Place::Generate(generate::At::of_pack(id)),
        Door::Transcripts => Place::Transcripts(transcripts::At::start()),
        Door::Transcript(id) => Place::Transcripts(transcripts::At::of(id)),
        Door::Settings => Place::Settings(settings::At::start()),
        Door::Language => Place::Settings(settings::At::language()),
    }))
}

/// Takes what a person sends. A voice message is written down wherever it comes; everything else is first offered to
/// the place one is at, then to whatever can do something with it.
pub async fn hear(ctx: &Ctx<'_>, place: &Place, said: &Said) -> Result<Next, ApiError> {
    let heard = match place {
        Place::Create(at) => create::hear(ctx, at, said).await?,
        Place::Photos(at) => photos::hear(ctx, at, said).await?,
        Place::Avatars(at) => avatars::hear(ctx, at, said).await?,
        Place::Generate(at) => generate::hear(ctx, at, said).await?,
        Place::Settings(at) => settings::hear(ctx, at, said).await?,
        _ => None,
    };
    match (heard, said) {
        (Some(next), _) => Ok(next),
        (None, Said::Audio(audio)) => transcripts::take(ctx, audio).await,
        (None, Said::Text(words)) => generate::enter(ctx, None, Some(words)).await,
        (None, Said::Photo(_) | Said::Document(_)) => photos::take(ctx, place, said).await,
        (None, Said::Other) => Ok(Next::to(place.clone()).saying(crate::texts::t!(ctx.texts, "home-not-understood"))),
    }
}
