//! Telegram: what people send is read here, and cards, files and toasts leave from here.

mod files;
mod outgoing;
mod said;
mod updates;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use teloxide::Bot;
use teloxide::net::default_reqwest_settings;
use url::Url;

use crate::config::BotToken;

pub use files::MAX_FILE;
pub use outgoing::{Card, SendError};
pub use said::{FileRef, Heard, Said, Who, read};
pub use updates::RawUpdate;

/// How long a message may take on its way.
const MESSAGE: Duration = Duration::from_secs(20);
/// How long a file may.
const FILE: Duration = Duration::from_mins(5);

/// The Bot API.
#[derive(Clone)]
pub struct Telegram {
    /// For words.
    bot: Bot,
    /// For files, which take longer.
    files: Bot,
    /// Where updates are asked for, as they stand on the wire.
    updates: reqwest::Client,
    base: Url,
    token: BotToken,
    /// Taps that were answered.
    answered: Arc<Mutex<HashSet<String>>>,
}

impl Telegram {
    /// A client for the Bot API at this address.
    pub fn new(token: BotToken, base: Url) -> anyhow::Result<Self> {
        let bot = |limit: Duration| -> anyhow::Result<Bot> {
            let client = default_reqwest_settings().timeout(limit).build()?;
            Ok(Bot::with_client(token.expose(), client).set_api_url(base.clone()))
        };
        let updates = reqwest::Client::builder().connect_timeout(Duration::from_secs(5)).build()?;
        Ok(Self { bot: bot(MESSAGE)?, files: bot(FILE)?, updates, base, token, answered: Arc::default() })
    }
}
