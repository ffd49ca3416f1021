//! Lanes: each chat is served in its order and at its own pace. A lane is there as long as there is something to do in its
//! chat, so a chat that waits for the service, or for Telegram, delays no other.

use std::collections::HashMap;
use std::sync::Mutex;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bot::Bot;
use crate::turn;

/// The chats that are being served.
#[derive(Debug, Default)]
pub struct Lanes {
    /// Whether more has come since the lane last looked.
    busy: Mutex<HashMap<i64, bool>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Lanes {
    /// Says that there is something to do in a chat. Whether it is being served already.
    pub fn wake(&self, bot: &Bot, chat: i64) -> bool {
        let mut busy = self.busy.lock().expect("nobody panics while it is held");
        if let Some(more) = busy.get_mut(&chat) {
            *more = true;
            return true;
        }
        if self.stop.is_cancelled() {
            return false;
        }
        busy.insert(chat, false);
        let bot = bot.clone();
        self.tasks.spawn(async move {
            loop {
                turn::serve(&bot, chat).await;
                if bot.lanes.rest(chat) {
                    return;
                }
            }
        });
        false
    }

    /// Ends a lane unless more has come.
    fn rest(&self, chat: i64) -> bool {
        let mut busy = self.busy.lock().expect("nobody panics while it is held");
        match busy.get_mut(&chat) {
            Some(more) if *more && !self.stop.is_cancelled() => {
                *more = false;
                false
            }
            _ => {
                busy.remove(&chat);
                true
            }
        }
    }

    /// Ends when the bot is to stop. What a lane waits for is no reason to stay.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Whether the bot is to stop.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Lets every lane finish what it has in hand, and begins nothing new.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
