//! Everything that the bot's parts share.

use std::sync::Arc;

use aisha_openapi::vocabulary::Locale;

use tokio::sync::Notify;

use crate::api::{Api, Person};
use crate::lanes::Lanes;
use crate::storage::Storage;
use crate::telegram::Telegram;

/// The bot.
#[derive(Clone)]
pub struct Bot {
    /// The service.
    pub api: Api,
    /// Telegram.
    pub telegram: Telegram,
    /// What is remembered.
    pub storage: Storage,
    /// Where the chats are served.
    pub lanes: Arc<Lanes>,
    /// Rings when something is put into the outbox.
    pub news: Arc<Notify>,
}

impl Bot {
    /// The service, for the person of a private chat.
    #[must_use]
    pub fn person(&self, chat: i64, locale: Locale) -> Person {
        self.api.person(chat, locale)
    }
}
