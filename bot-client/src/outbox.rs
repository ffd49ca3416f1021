//! The outbox: what is told beside the cards, each thing once. A thing is marked before it is sent; if the bot ends between
//! that and the answer, it is not sent again, and the card tells it in its place.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aisha_openapi::vocabulary::Locale;
use chrono::TimeDelta;
use uuid::Uuid;

use crate::api::{ApiError, Person};
use crate::bot::Bot;
use crate::clock::now;
use crate::delivery::Delivery;
use crate::parcels::{self, ParcelError};
use crate::screens::{Parcel, generate, training, transcripts};
use crate::storage::{self, Due, Sent};
use crate::telegram::{Card, SendError};
use crate::texts::Texts;
use crate::view::View;

/// The Bot API lets a bot send about thirty messages a second; the cards want theirs, too.
const PACE: Duration = Duration::from_millis(50);
/// How long the outbox sleeps at the most.
const LONGEST_NAP: Duration = Duration::from_secs(30);
/// How often something that is refused is tried.
const ATTEMPTS: i64 = 5;

/// Sends what is due until the bot stops.
pub async fn run(bot: Bot) -> anyhow::Result<()> {
    recover(&bot).await?;
    let sending: Arc<Mutex<HashSet<i64>>> = Arc::default();
    let tasks = tokio_util::task::TaskTracker::new();
    while !bot.lanes.is_stopping() {
        for due in bot.storage.due(now()).await? {
            if !sending.lock().expect("nobody panics while it is held").insert(due.chat) {
                continue;
            }
            let (bot, sending) = (bot.clone(), sending.clone());
            tasks.spawn(async move {
                if let Err(error) = deliver(&bot, &due).await {
                    tracing::error!(chat = due.chat, %error, "the bot's own file cannot be used");
                }
                sending.lock().expect("nobody panics while it is held").remove(&due.chat);
                bot.news.notify_one();
            });
            tokio::time::sleep(PACE).await;
        }
        let nap = match bot.storage.next_due().await? {
            Some(due) => (due - now()).to_std().unwrap_or(PACE).clamp(PACE, LONGEST_NAP),
            None => LONGEST_NAP,
        };
        tokio::select! {
            () = tokio::time::sleep(nap) => {}
            () = bot.news.notified() => {}
            () = bot.lanes.stopped() => {}
        }
    }
    tasks.close();
    tasks.wait().await;
    Ok(())
}

/// What was being sent when the bot ended may or may not have arrived: the card tells it.
async fn recover(bot: &Bot) -> anyhow::Result<()> {
    for due in bot.storage.interrupted().await? {
        doubt(bot, &due).await?;
    }
    Ok(())
}

/// Has that told on the card of which nobody knows whether it has arrived.
async fn doubt(bot: &Bot, due: &Due) -> storage::Result<()> {
    tracing::warn!(chat = due.chat, key = due.key, "nobody knows whether this has arrived; the card tells it");
    match Delivery::read(&due.body) {
        Some(delivery) => bot.storage.doubt(&due.key, &Delivery::Doubtful(Box::new(delivery)).write(), now()).await,
        None => bot.storage.sent(&due.key, due.chat, Sent::Dropped, now()).await,
    }
}

/// Sends one thing and notes how that ended.
async fn deliver(bot: &Bot, due: &Due) -> storage::Result<()> {
    let Some(delivery) = Delivery::read(&due.body) else {
        tracing::error!(key = due.key, "nobody knows what this is");
        return bot.storage.sent(&due.key, due.chat, Sent::Dropped, now()).await;
    };
    let locale = match bot.storage.locale(due.chat).await? {
        Some(locale) => locale,
        // The bot's own file was lost, the service knows the person.
        None => bot.person(due.chat, Locale::En).me().await.ok().and_then(|me| me.locale).unwrap_or(Locale::En),
    };
    let person = bot.person(due.chat, locale);
    if let Delivery::Doubtful(doubtful) = &delivery {
        return tell_on_card(bot, due, in_words(&person, Texts::of(locale), doubtful).await).await;
    }
    let wrapped = match wrap(&person, Texts::of(locale), &delivery).await {
        Ok(wrapped) => wrapped,
        Err(error) => return end(bot, due, Err(error.into())).await,
    };
    if let (Wrapped::Words(_), Some(id)) = (&wrapped, delivery.told_by_card()) {
        let chat = bot.storage.chat(due.chat).await?;
        if chat.is_some_and(|chat| chat.card.is_some() && chat.reachable && chat.shows(id)) {
            // The card is where they wait for it: sent anew it says all there is to say, and is heard.
            bot.storage.redraw(due.chat, true).await?;
            bot.lanes.wake(bot, due.chat);
            return bot.storage.sent(&due.key, due.chat, Sent::Arrived, now()).await;
        }
    }
    if !matches!(wrapped, Wrapped::Nothing) {
        bot.storage.sending(&due.key).await?;
    }
    let outcome = match &wrapped {
        Wrapped::Words(view) => {
            let card = Card { view, picture: None, revision: 0 };
            bot.telegram.send(due.chat, &card).await.map(drop).map_err(ParcelError::from)
        }
        Wrapped::Parcel(parcel) => parcels::send(&person, &bot.telegram, due.chat, parcel).await,
        Wrapped::Nothing => Ok(()),
    };
    let arrived = outcome.is_ok();
    end(bot, due, outcome).await?;
    // Files push the card up: it goes below them.
    if arrived && matches!(wrapped, Wrapped::Parcel(_)) {
        bot.storage.redraw(due.chat, true).await?;
        bot.lanes.wake(bot, due.chat);
    }
    Ok(())
}

/// Tells on the card what may not have arrived by itself.
async fn tell_on_card(bot: &Bot, due: &Due, told: Result<Option<(Uuid, View)>, ApiError>) -> storage::Result<()> {
    let told = match told {
        Ok(told) => told,
        Err(error) if error.passes() => return end(bot, due, Err(error.into())).await,
        Err(error) => {
            tracing::error!(chat = due.chat, key = due.key, %error, "this could not be told");
            None
        }
    };
    let words = told.as_ref().map(|(id, view)| (*id, view.text.as_str()));
    bot.storage.tell_above(&due.key, due.chat, words).await?;
    bot.lanes.wake(bot, due.chat);
    Ok(())
}

/// News in words, and what they are about; none for a file, which who has asked for it can ask for again.
async fn in_words(person: &Person, texts: &Texts, delivery: &Delivery) -> Result<Option<(Uuid, View)>, ApiError> {
    let told = match delivery {
        Delivery::Training(id) => training::tell(person, texts, *id).await.map(|view| (*id, view)),
        Delivery::Generation(id) => generate::tell_in_words(person, texts, *id).await.map(|view| (*id, view)),
        Delivery::Pack(id) => generate::tell_pack_in_words(person, texts, *id).await.map(|view| (*id, view)),
        Delivery::Transcript(id) => transcripts::tell(person, texts, *id).await.map(|view| (*id, view)),
        Delivery::Parcel(_) | Delivery::Doubtful(_) => return Ok(None),
    };
    match told {
        Err(error) if error.is_not_found() => Ok(None),
        told => told.map(Some),
    }
}

/// What a delivery looks like, read from the service as things stand now.
enum Wrapped {
    Words(View),
    Parcel(Parcel),
    /// There is nothing to tell any more.
    Nothing,
}

async fn wrap(person: &Person, texts: &Texts, delivery: &Delivery) -> Result<Wrapped, ApiError> {
    let wrapped = match delivery {
        Delivery::Parcel(parcel) => Ok(Wrapped::Parcel(parcel.clone())),
        Delivery::Doubtful(_) => Ok(Wrapped::Nothing),
        Delivery::Training(id) => training::tell(person, texts, *id).await.map(Wrapped::Words),
        Delivery::Generation(id) => generate::tell(person, texts, *id).await.map(told),
        Delivery::Pack(id) => generate::tell_pack(person, texts, *id).await.map(told),
        Delivery::Transcript(id) => transcripts::tell(person, texts, *id).await.map(Wrapped::Words),
    };
    match wrapped {
        Err(error) if error.is_not_found() => Ok(Wrapped::Nothing),
        wrapped => wrapped,
    }
}

fn told(told: generate::Told) -> Wrapped {
    match told {
        generate::Told::Nothing => Wrapped::Nothing,
        generate::Told::Words(view) => Wrapped::Words(view),
        generate::Told::Pictures(parcel) => Wrapped::Parcel(parcel),
    }
}

/// Notes how an attempt ended.
async fn end(bot: &Bot, due: &Due, outcome: Result<(), ParcelError>) -> storage::Result<()> {
    let later = |seconds: i64| Sent::Again(now() + TimeDelta::seconds(seconds));
    let again = if due.attempts + 1 < ATTEMPTS { later(5) } else { Sent::Dropped };
    let sent = match outcome {
        Ok(()) => Sent::Arrived,
        Err(ParcelError::Service(error)) if error.passes() => later(5),
        Err(ParcelError::Telegram(SendError::Wait(wait))) => {
            Sent::Again(now() + TimeDelta::from_std(wait).unwrap_or_default())
        }
        Err(ParcelError::Telegram(SendError::Unreachable)) => Sent::Dropped,
        Err(ParcelError::Telegram(SendError::Unknown(why))) => {
            tracing::warn!(chat = due.chat, key = due.key, why, "no answer to what was sent");
            return doubt(bot, due).await;
        }
        Err(error) => {
            tracing::error!(chat = due.chat, key = due.key, ?error, "this could not be sent");
            again
        }
    };
    bot.storage.sent(&due.key, due.chat, sent, now()).await
}
