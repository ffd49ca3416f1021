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
    busy: Mutex<HashMap<i64, Lane>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// A chat that is being served.
#[derive(Debug, Default)]
struct Lane {
    /// More has come since it last looked.
    more: bool,
    /// It waits for somebody outside.
    held: bool,
}

impl Lanes {
    /// Says that there is something to do in a chat. Whether that will have to wait.
    pub fn wake(&self, bot: &Bot, chat: i64) -> bool {
        let mut busy = self.busy.lock().expect("nobody panics while it is held");
        if let Some(lane) = busy.get_mut(&chat) {
            lane.more = true;
            return lane.held;
        }
        if self.stop.is_cancelled() {
            return false;
        }
        busy.insert(chat, Lane::default());
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
            Some(lane) if lane.more && !self.stop.is_cancelled() => {
                lane.more = false;
                false
            }
            _ => {
                busy.remove(&chat);
                true
            }
        }
    }

    /// Notes whether a lane waits for somebody outside.
    pub fn hold(&self, chat: i64, held: bool) {
        if let Some(lane) = self.busy.lock().expect("nobody panics while it is held").get_mut(&chat) {
            lane.held = held;
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
