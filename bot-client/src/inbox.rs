//! The ear: updates are asked for, kept, and only then is Telegram told that they are taken.

use std::time::Duration;

use crate::bot::Bot;
use crate::clock::now;
use crate::telegram::{Heard, SendError, read};
use crate::texts::{Texts, t};

/// Listens until the bot stops.
pub async fn run(bot: Bot) -> anyhow::Result<()> {
    for chat in bot.storage.restless_chats().await? {
        bot.lanes.wake(&bot, chat);
    }
    // Whatever was not taken for certain comes again.
    let mut offset = 0;
    loop {
        let updates = tokio::select! {
            () = bot.lanes.stopped() => return Ok(()),
            updates = bot.telegram.updates(offset) => updates,
        };
        let wait = match updates {
            Ok(updates) => {
                if let Some(last) = updates.last() {
                    let next = last.id + 1;
                    let heard: Vec<_> =
                        updates.into_iter().filter_map(|update| Some((read(&update.text)?, update))).collect();
                    let kept: Vec<_> = heard.iter().map(|(heard, update)| (heard.chat(), update.clone())).collect();
                    bot.storage.hear(&kept, now()).await?;
                    offset = next;
                    for (heard, _) in heard {
                        wake(&bot, heard);
                    }
                }
                Duration::ZERO
            }
            Err(SendError::Wait(wait)) => wait,
            Err(error) => {
                tracing::warn!(%error, "Telegram cannot be asked for updates (error 409: another bot runs with this token)");
                Duration::from_secs(3)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = bot.lanes.stopped() => return Ok(()),
        }
    }
}

/// Has a chat served. A button in a chat that waits for the service stops turning now: its turn may be long in coming.
fn wake(bot: &Bot, heard: Heard) {
    let held = bot.lanes.wake(bot, heard.chat());
    if let (true, Heard::Tap { query_id, who, .. }) = (held, heard) {
        let bot = bot.clone();
        tokio::spawn(async move {
            let words = t!(Texts::of(Texts::spoken(who.language_code.as_deref())), "common-working");
            bot.telegram.answer(&query_id, Some(&words)).await;
        });
    }
}
