//! The card: the one live message of a chat. It is changed in place, and sent anew when something was written below it or
//! when it cannot be changed.

use std::time::Duration;

use bytes::Bytes;

use crate::api::ApiError;
use crate::bot::Bot;
use crate::buttons::{Button, Door};
use crate::clock::now;
use crate::screens::{self, Ctx, Place};
use crate::storage::{Chat, DrawnCard};
use crate::telegram::{Card, SendError};
use crate::texts::{Texts, t};
use crate::view::{View, door, key};

/// Why a card is not shown.
#[derive(Debug)]
pub enum Show {
    /// The service did not tell what to show.
    Service(ApiError),
    /// Telegram wants it later.
    Later(Duration),
    /// Telegram did not answer.
    Unanswered,
    /// Nobody is there to see it.
    Unreachable,
    /// Telegram does not take it, now or later.
    Never(String),
    /// The message to be changed is gone.
    Gone,
}

/// Shows where a chat is.
pub async fn draw(bot: &Bot, chat: &Chat) -> Result<DrawnCard, Show> {
    match draw_on(bot, chat).await {
        Err(Show::Gone) => draw_on(bot, &Chat { card: None, card_picture: None, ..chat.clone() }).await,
        outcome => outcome,
    }
}

async fn draw_on(bot: &Bot, chat: &Chat) -> Result<DrawnCard, Show> {
    let texts = Texts::of(chat.locale);
    let person = bot.person(chat.chat, chat.locale);
    let ctx = Ctx {
        api: &person,
        telegram: &bot.telegram,
        texts,
        first_name: &chat.first_name,
        intent: format!("tg:{}:draw", chat.chat),
        now: now(),
    };
    let (place, view) = match screens::draw(&ctx, &chat.place).await {
        Ok(view) => (chat.place.clone(), view),
        Err(error) if error.passes() => return Err(Show::Service(error)),
        Err(error) => {
            if !error.is_not_found() {
                tracing::error!(chat = chat.chat, %error, "a place could not be drawn");
            }
            let words = if error.is_not_found() { t!(texts, "common-gone") } else { t!(texts, "common-failed") };
            let menu = match screens::draw(&ctx, &Place::Home).await {
                Ok(menu) => menu.headed(&words),
                Err(error) if error.passes() => return Err(Show::Service(error)),
                // Nothing is left to show but the way to try again.
                Err(error) => {
                    tracing::error!(chat = chat.chat, %error, "the menu could not be drawn");
                    View::new(words).row([door(t!(texts, "button-menu"), Door::Home)])
                }
            };
            (Place::Home, menu)
        }
    };
    let above: Vec<&str> = [&chat.told, &chat.words].into_iter().flatten().map(String::as_str).collect();
    let view = view.below(&above);
    let same_picture = view.picture.as_ref().map(|picture| &picture.id) == chat.card_picture.as_ref();
    let in_place = chat.card.filter(|_| !chat.below);
    let picture = match &view.picture {
        Some(picture) if !(same_picture && in_place.is_some()) => fetch(&person, &picture.url).await?,
        _ => None,
    };
    // A picture that is gone meanwhile is left out.
    let kept = same_picture && in_place.is_some();
    let view = if picture.is_none() && !kept { View { picture: None, ..view } } else { view };
    let card = Card { view: &view, picture, revision: chat.revision };
    let message = show(bot, chat, &card, same_picture).await?;
    let picture = view.picture.as_ref().map(|picture| picture.id.clone());
    Ok(DrawnCard { message, picture, place, away: false })
}

/// Shows that the service is away and that nothing is lost by it.
pub async fn away(bot: &Bot, chat: &Chat) -> Result<DrawnCard, Show> {
    let texts = Texts::of(chat.locale);
    let view = View::new(t!(texts, "common-away")).row([key(t!(texts, "button-refresh"), Button::Refresh)]);
    // A picture cannot be taken away from a card, and a card that a tap waits for must stay the card.
    let kept = chat.card_picture.clone().filter(|_| chat.card.is_some() && !chat.below);
    let view = match &kept {
        Some(id) => view.with_picture(id.clone(), ""),
        None => view,
    };
    let card = Card { view: &view, picture: None, revision: chat.revision };
    let message = show(bot, chat, &card, kept.is_some()).await?;
    Ok(DrawnCard { message, picture: kept, place: chat.place.clone(), away: true })
}

/// Changes the card in place if that is possible; else sends a new one and takes the old one away. The card's message.
async fn show(bot: &Bot, chat: &Chat, card: &Card<'_>, same_picture: bool) -> Result<i32, Show> {
    // A picture can be put above a text, but not be taken away from one.
    let in_place = chat.card.filter(|_| !chat.below && (chat.card_picture.is_none() || card.view.picture.is_some()));
    if let Some(message) = in_place {
        match bot.telegram.edit(chat.chat, message, card, same_picture).await {
            Ok(()) => return Ok(message),
            // With its picture left where it was, the card is not whole: it is to be drawn anew.
            Err(SendError::Lost) if card.view.picture.is_some() && card.picture.is_none() => return Err(Show::Gone),
            Err(SendError::Lost) => {}
            Err(error) => return Err(show_later(error)),
        }
    }
    let message = bot.telegram.send(chat.chat, card).await.map_err(show_later)?;
    if let Some(old) = chat.card.filter(|old| *old != message) {
        // An old card that stays costs nothing but order: its buttons lead here.
        if let Err(error) = bot.telegram.delete(chat.chat, old).await {
            tracing::debug!(chat = chat.chat, %error, "an old card stays");
        }
    }
    Ok(message)
}

fn show_later(error: SendError) -> Show {
    match error {
        SendError::Wait(wait) => Show::Later(wait),
        SendError::Unknown(_) => Show::Unanswered,
        SendError::Unreachable => Show::Unreachable,
        SendError::Lost => Show::Gone,
        error => Show::Never(error.to_string()),
    }
}

/// The bytes of a picture; none if it is gone.
async fn fetch(person: &crate::api::Person, url: &str) -> Result<Option<Bytes>, Show> {
    match person.picture(url).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.passes() => Err(Show::Service(error)),
        Err(error) => {
            tracing::warn!(%error, "a card is shown without its picture");
            Ok(None)
        }
    }
}
