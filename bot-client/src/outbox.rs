//! The outbox: what is told beside the cards, each thing once. A thing is marked before it is sent; if the bot ends between
//! that and the answer, it is not sent again, and the card tells it in its place.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aisha_openapi::vocabulary::Locale;
use chrono::TimeDelta;

use crate::api::{ApiError, Person};
use crate::bot::Bot;
use crate::clock::now;
use crate::delivery::Delivery;
use crate::parcels::{self, ParcelError};
use crate::screens::{Parcel, generate, training, transcripts};
use crate::storage::{self, Due, Sent, Told};
use crate::telegram::{Card, SendError};
use crate::texts::Texts;
use crate::view::View;

/// The Bot API lets a bot send about thirty messages a second; the cards want theirs, too.
const PACE: Duration = Duration::from_millis(50);
/// How long the outbox sleeps at the most.
const LONGEST_NAP: Duration = Duration::from_secs(30);
/// The waits after a refusal, in seconds; then it is given up.
const AFTER_REFUSAL: [i64; 2] = [1, 5];
/// The wait while the service is away, in seconds.
const AFTER_ABSENCE: i64 = 5;

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

/// Has that told on the card which has not arrived, or of which nobody knows whether it has.
async fn doubt(bot: &Bot, due: &Due) -> storage::Result<()> {
    tracing::warn!(chat = due.chat, key = due.key, "this may not have arrived; the card tells it");
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
    let (person, texts) = (bot.person(due.chat, locale), Texts::of(locale));
    if let Delivery::Doubtful(doubtful) = &delivery {
        return match in_words(&person, texts, doubtful).await {
            Ok(told) => tell_on_card(bot, due, &told).await,
            Err(error) => end(bot, due, texts, Err(error.into())).await,
        };
    }
    let wrapped = match wrap(&person, texts, &delivery).await {
        Ok(wrapped) => wrapped,
        Err(error) => return end(bot, due, texts, Err(error.into())).await,
    };
    if let (Wrapped::Words(_), Some(id)) = (&wrapped, delivery.told_by_card()) {
        let chat = bot.storage.chat(due.chat).await?;
        if chat.is_some_and(|chat| chat.card.is_some() && chat.reachable && chat.shows(id)) {
            // The card is where they wait for it: sent anew it says all there is to say, and is heard.
            bot.storage.redraw(due.chat).await?;
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
    // Files push the card up.
    let is_below = outcome.is_ok() && matches!(wrapped, Wrapped::Parcel(_));
    if is_below {
        bot.storage.sent(&due.key, due.chat, Sent::Below, now()).await?;
        bot.lanes.wake(bot, due.chat);
        return Ok(());
    }
    end(bot, due, texts, outcome).await
}

/// Tells on the card what has not arrived by itself, or may not have.
async fn tell_on_card(bot: &Bot, due: &Due, told: &Told) -> storage::Result<()> {
    bot.storage.tell_above(&due.key, due.chat, told).await?;
    bot.lanes.wake(bot, due.chat);
    Ok(())
}

/// News in words; none for a file, which who has asked for it can ask for again.
async fn in_words(person: &Person, texts: &Texts, delivery: &Delivery) -> Result<Told, ApiError> {
    let (id, view) = match delivery {
        Delivery::Training(id) => (id, training::tell(person, texts, *id).await),
        Delivery::Generation(id) => (id, generate::tell_in_words(person, texts, *id).await),
        Delivery::Pack(id) => (id, generate::tell_pack_in_words(person, texts, *id).await),
        Delivery::Transcript(id) => (id, transcripts::tell(person, texts, *id).await),
        Delivery::Parcel(_) | Delivery::Doubtful(_) => return Ok(Told::default()),
    };
    match view {
        Ok(view) => Ok(Told { about: Some(*id), words: Some(view.text) }),
        Err(error) if error.is_not_found() => Ok(Told::default()),
        Err(error) => Err(error),
    }
}

/// Sends something no more: news is told on the card, and of a file only that it could not be sent.
async fn give_up(bot: &Bot, due: &Due, words: String) -> storage::Result<()> {
    match Delivery::read(&due.body) {
        Some(Delivery::Parcel(_)) => tell_on_card(bot, due, &Told { about: None, words: Some(words) }).await,
        Some(Delivery::Doubtful(_)) | None => tell_on_card(bot, due, &Told::default()).await,
        Some(_) => doubt(bot, due).await,
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
        Delivery::Generation(id) => generate::tell(person, texts, *id).await.map(wrapped),
        Delivery::Pack(id) => generate::tell_pack(person, texts, *id).await.map(wrapped),
        Delivery::Transcript(id) => transcripts::tell(person, texts, *id).await.map(Wrapped::Words),
    };
    match wrapped {
        Err(error) if error.is_not_found() => Ok(Wrapped::Nothing),
        wrapped => wrapped,
    }
}

fn wrapped(told: generate::Told) -> Wrapped {
    match told {
        generate::Told::Nothing => Wrapped::Nothing,
        generate::Told::Words(view) => Wrapped::Words(view),
        generate::Told::Pictures(parcel) => Wrapped::Parcel(parcel),
    }
}

/// Notes how an attempt ended. What is given up is told on the card: somebody waits for it.
async fn end(bot: &Bot, due: &Due, texts: &Texts, outcome: Result<(), ParcelError>) -> storage::Result<()> {
    let after = |seconds: i64| now() + TimeDelta::seconds(seconds);
    let sent = match outcome {
        Ok(()) => Sent::Arrived,
        Err(ParcelError::Service(error)) if error.passes() => Sent::Again(after(AFTER_ABSENCE)),
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
            let wait = usize::try_from(due.refusals).ok().and_then(|refusals| AFTER_REFUSAL.get(refusals));
            match wait {
                Some(seconds) if !error.is_final() => Sent::Refused(after(*seconds)),
                _ => return give_up(bot, due, error.in_words(texts)).await,
            }
        }
    };
    bot.storage.sent(&due.key, due.chat, sent, now()).await
}
