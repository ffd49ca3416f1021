//! Serving a chat: what was heard is done in its order, all that comes of it is noted in one transaction, and then the
//! card is drawn. Killed at any line, the same is done again with the same keys, so that the service does it once.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::{FutureExt as _, StreamExt as _};

use crate::api::ApiError;
use crate::bot::Bot;
use crate::card::{self, Show};
use crate::clock::now;
use crate::handle::{self, Outcome};
use crate::screens::photos::{Taken, put_in_order};
use crate::storage::{self, Chat, Waiting};
use crate::telegram::{Heard, read};
use crate::texts::{Texts, t};

/// Files of one chat that are taken in at once.
const FILES_AT_ONCE: usize = 4;
/// How long a chat must be quiet after a photo of an album before it gets its one answer.
const QUIET: Duration = Duration::from_millis(400);
/// How long something is tried before the person is told that it will not be.
const LONGEST: TimeDelta = TimeDelta::hours(24);
/// The waits between attempts while somebody is away, in seconds.
const WAITS: [u64; 5] = [1, 2, 4, 8, 15];

/// Does everything that is to be done in a chat.
pub async fn serve(bot: &Bot, chat: i64) {
    let mut attempt = 0;
    let mut album = Vec::new();
    while !bot.lanes.is_stopping() {
        let step = AssertUnwindSafe(step(bot, chat, attempt, &mut album)).catch_unwind().await;
        let wait = match step {
            Ok(Ok(Step::Idle)) => return,
            Ok(Ok(Step::Done)) => {
                attempt = 0;
                continue;
            }
            Ok(Ok(Step::Wait(wait))) => wait,
            Ok(Err(error)) => {
                tracing::error!(chat, %error, "the bot's own file cannot be used");
                Duration::from_secs(5)
            }
            Err(_) => {
                tracing::error!(chat, "a step in a chat has panicked");
                if let Err(error) = give_up_first(bot, chat).await {
                    tracing::error!(chat, %error, "the bot's own file cannot be used");
                }
                Duration::from_secs(1)
            }
        };
        attempt += 1;
        bot.lanes.hold(chat, true);
        answer_taps(bot, chat).await;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = bot.lanes.stopped() => {}
        }
        bot.lanes.hold(chat, false);
    }
}

/// Has the buttons stop turning whose turn may be long in coming.
async fn answer_taps(bot: &Bot, chat: i64) {
    for waiting in bot.storage.waiting(chat).await.unwrap_or_default() {
        if let Some(Heard::Tap { query_id, who, .. }) = read(&waiting.body) {
            let words = t!(Texts::of(Texts::spoken(who.language_code.as_deref())), "common-working");
            bot.telegram.answer(&query_id, Some(&words)).await;
        }
    }
}

enum Step {
    /// Nothing is left to do.
    Idle,
    /// Something was done; there may be more.
    Done,
    /// The same again after a while.
    Wait(Duration),
}

/// Does what comes next. Photos of an album that were taken in so far are remembered from step to step.
async fn step(bot: &Bot, chat: i64, attempt: usize, album: &mut Vec<(i32, Taken)>) -> storage::Result<Step> {
    let waiting = bot.storage.waiting(chat).await?;
    let Some(first) = waiting.first() else { return draw(bot, chat, attempt).await };
    let heard: Vec<(&Waiting, Heard)> =
        waiting.iter().map_while(|update| Some((update, read(&update.body)?))).collect();
    let Some((_, next)) = heard.first() else {
        // It read when it was taken in; a newer bot may read it otherwise.
        bot.storage.drop_updates(&[first.update_id], now()).await?;
        return Ok(Step::Done);
    };
    // Photos in a row are taken in beside each other; everything else one by one.
    let together = if next.is_photo() { heard.iter().take_while(|(_, heard)| heard.is_photo()).count() } else { 1 };
    let batch = &heard[..together.min(2 * FILES_AT_ONCE)];

    let before = bot.storage.chat(chat).await?;
    let known = before.unwrap_or_else(|| handle::stranger(next));
    let outcome = work(bot, known.clone(), batch).await;
    match outcome {
        Ok(outcome) => {
            let ids: Vec<i64> = batch.iter().map(|(update, _)| update.update_id).collect();
            bot.storage.done(&ids, &outcome.chat, &outcome.parcels, now()).await?;
            if !outcome.parcels.is_empty() {
                bot.news.notify_one();
            }
            let in_album = batch.iter().any(|(_, heard)| matches!(heard, Heard::Said { in_album: true, .. }));
            // What waits already needs no waiting for.
            if in_album && bot.storage.waiting(chat).await?.is_empty() {
                tokio::time::sleep(QUIET).await;
            }
            album.extend(outcome.taken);
            if !in_album || bot.storage.waiting(chat).await?.is_empty() {
                sort(bot, &outcome.chat, &std::mem::take(album)).await;
            }
            Ok(Step::Done)
        }
        Err(error) => {
            let since = now() - first.heard_at;
            if since > LONGEST {
                give_up_first(bot, chat).await?;
                return Ok(Step::Done);
            }
            Ok(Step::Wait(wait_for_service(bot, known, &error, attempt).await?))
        }
    }
}

/// Does a batch: one update, or photos beside each other.
async fn work(bot: &Bot, mut chat: Chat, batch: &[(&Waiting, Heard)]) -> Result<Outcome, ApiError> {
    handle::register(bot, &mut chat, &batch[0].1).await?;
    if let [(update, heard)] = batch {
        return handle::one(bot, chat, update.update_id, heard).await;
    }
    let place = chat.clone();
    let photos: Vec<_> =
        batch.iter().map(|(update, heard)| handle::one(bot, place.clone(), update.update_id, heard)).collect();
    let mut outcomes = futures_util::stream::iter(photos).buffered(FILES_AT_ONCE);
    let mut all: Option<Outcome> = None;
    while let Some(outcome) = outcomes.next().await {
        let outcome = outcome?;
        all = Some(match all {
            None => outcome,
            Some(all) => all.and(outcome),
        });
    }
    Ok(all.expect("a batch holds something"))
}

/// Has the photos of an album come in the order they were sent in. In another they are still all there: this is worth one
/// attempt.
async fn sort(bot: &Bot, chat: &Chat, album: &[(i32, Taken)]) {
    if album.len() < 2 {
        return;
    }
    if let Err(error) = put_in_order(&bot.person(chat.chat, chat.locale), album).await {
        tracing::info!(chat = chat.chat, %error, "photos are not in the order they were sent in");
    }
}

/// Draws the card if there is a reason to.
async fn draw(bot: &Bot, chat: i64, attempt: usize) -> storage::Result<Step> {
    let Some(chat) = bot.storage.chat(chat).await?.filter(|chat| chat.stale > 0 && chat.reachable) else {
        return Ok(Step::Idle);
    };
    match card::draw(bot, &chat).await {
        Ok(card) => {
            bot.storage.drawn(&chat, &card, now()).await?;
            Ok(Step::Done)
        }
        Err(Show::Service(error)) => Ok(Step::Wait(wait_for_service(bot, chat, &error, attempt).await?)),
        Err(Show::Later(wait)) => Ok(Step::Wait(wait)),
        // It may have arrived all the same: each attempt may leave a card behind.
        Err(Show::Unanswered) => Ok(Step::Wait(pause(attempt))),
        Err(Show::Unreachable) => {
            bot.storage.not_drawn(&chat, false).await?;
            Ok(Step::Done)
        }
        Err(Show::Gone) => Ok(Step::Wait(Duration::from_secs(1))),
        Err(Show::Never(why)) => {
            tracing::error!(chat = chat.chat, why, "a card cannot be shown");
            bot.storage.not_drawn(&chat, true).await?;
            Ok(Step::Done)
        }
    }
}

/// How long to wait for the service; the person is told once that it is away.
async fn wait_for_service(bot: &Bot, chat: Chat, error: &ApiError, attempt: usize) -> storage::Result<Duration> {
    let wait = match error {
        ApiError::Busy(wait) => (*wait).clamp(Duration::from_millis(100), Duration::from_mins(1)),
        _ => pause(attempt),
    };
    tracing::warn!(chat = chat.chat, %error, wait_s = wait.as_secs(), "waiting for the service");
    // A single lost answer is no news.
    if attempt >= 1 && !chat.away && chat.reachable && matches!(error, ApiError::Away(_)) {
        // Who has written looks below; who has tapped looks at the card, which stays the one that was tapped.
        let below = chat.below || !is_tapped(bot, &chat).await?;
        bot.storage.done(&[], &Chat { below, ..chat.clone() }, &[], now()).await?;
        let chat = bot.storage.chat(chat.chat).await?.unwrap_or(chat);
        if let Ok(card) = card::away(bot, &chat).await {
            bot.storage.drawn(&chat, &card, now()).await?;
        }
    }
    Ok(wait)
}

/// Whether a tap on the card of a chat waits.
async fn is_tapped(bot: &Bot, chat: &Chat) -> storage::Result<bool> {
    let waiting = bot.storage.waiting(chat.chat).await?;
    Ok(waiting.iter().filter_map(|update| read(&update.body)).any(|heard| match heard {
        Heard::Tap { message_id, .. } => chat.card == Some(message_id),
        _ => false,
    }))
}

/// How long to wait after so many attempts.
fn pause(attempt: usize) -> Duration {
    Duration::from_secs(WAITS[attempt.min(WAITS.len() - 1)])
}

/// Lets go of the first thing that waits, and says so.
async fn give_up_first(bot: &Bot, chat: i64) -> storage::Result<()> {
    let Some(first) = bot.storage.waiting(chat).await?.into_iter().next() else {
        // It was the drawing: begin at the menu.
        if let Some(mut chat) = bot.storage.chat(chat).await? {
            chat.place = crate::screens::Place::Home;
            bot.storage.done(&[], &chat, &[], now()).await?;
        }
        return Ok(());
    };
    match bot.storage.chat(chat).await? {
        Some(mut chat) => {
            let texts = Texts::of(chat.locale);
            let late = now() - first.heard_at > LONGEST;
            chat.words = Some(if late { t!(texts, "common-given-up") } else { t!(texts, "common-failed") });
            bot.storage.done(&[first.update_id], &chat, &[], now()).await
        }
        None => bot.storage.drop_updates(&[first.update_id], now()).await,
    }
}
