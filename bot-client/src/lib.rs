//! The Telegram client of Aisha: a thin one, that speaks to the service over HTTP only and knows no rule of its own.
//!
//! What a person sends is kept (`inbox`) before Telegram is told that it is taken. Each chat is served in its own lane
//! (`lanes`, `turn`): an update is read (`telegram`), handed to the screen the chat is at (`handle`, `screens`), and all
//! that comes of it is noted in one transaction (`storage`). Then the one live card of the chat is drawn (`card`), from
//! what the service says at that moment (`api`). What happens without anybody's doing, such as the end of a training, comes
//! as an event (`events`) and is told once (`outbox`). The words are in `texts`, the buttons in `buttons`, what a card
//! looks like in `view`.
#![allow(clippy::missing_panics_doc, reason = "each `expect` in here says why it cannot happen")]

pub mod api;
pub mod bot;
pub mod buttons;
pub mod card;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod events;
pub mod handle;
pub mod inbox;
pub mod lanes;
pub mod outbox;
pub mod parcels;
pub mod screens;
pub mod storage;
pub mod telegram;
pub mod texts;
pub mod turn;
pub mod view;

use std::sync::Arc;
use std::time::Duration;

use crate::api::{Api, KeyCheck};
use crate::bot::Bot;
use crate::config::Config;
use crate::lanes::Lanes;
use crate::storage::Storage;
use crate::telegram::{SendError, Telegram};

/// How often what is long done is forgotten.
const HOUSEKEEPING: Duration = Duration::from_hours(1);

/// Why the bot does not start: something outside is not as it must be.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The service is not there.
    #[error("AISHA_API_URL: there is no Aisha at {address} ({why}). Is it running?")]
    NoService {
        /// Where it was looked for.
        address: String,
        /// What happened.
        why: String,
    },
    /// The service does not know the key.
    #[error(
        "AISHA_API_KEY: the service refuses this key. Make one with `aisha-api keys create --user bot --act-as telegram:{0}`."
    )]
    KeyRefused(String),
    /// The key is a person's own.
    #[error(
        "AISHA_API_KEY: this key may not act for others. Make one with `aisha-api keys create --user bot --act-as telegram:{0}`."
    )]
    KeyPersonal(String),
    /// Telegram does not know the token.
    #[error("TELEGRAM_BOT_TOKEN: Telegram does not know this token ({0}). @BotFather shows the right one.")]
    TokenRefused(String),
    /// Telegram is not there.
    #[error("TELEGRAM_API_URL: Telegram cannot be reached ({0}).")]
    NoTelegram(String),
}

/// Runs the bot until `shutdown` ends.
pub async fn run(config: Config, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
    // Two TLS stacks would be one too many; a second installation in a process is refused and does no harm.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let bot = start(&config).await?;
    let parts = [
        tokio::spawn(inbox::run(bot.clone())),
        tokio::spawn(events::run(bot.clone())),
        tokio::spawn(outbox::run(bot.clone())),
        tokio::spawn(keep_house(bot.clone())),
    ];
    let watch = bot.clone();
    // A part that ends before it was asked to takes the bot with it: half a bot would look well and serve nobody.
    let ended = async {
        let (ended, _, _) = futures_util::future::select_all(parts).await;
        anyhow::Ok(ended??)
    };
    let outcome = tokio::select! {
        () = shutdown => {
            watch.lanes.stop().await;
            Ok(())
        }
        ended = ended => ended,
    };
    bot.lanes.stop().await;
    outcome
}

/// Opens everything and looks whether it is what it should be.
async fn start(config: &Config) -> anyhow::Result<Bot> {
    let telegram = Telegram::new(config.token.clone(), config.telegram_url.clone())?;
    let api = Api::new(config.api_url.clone(), &config.api_key)?;
    let bot_id = config.token.bot_id().to_owned();
    match api.check_key().await {
        Ok(KeyCheck::ActsForOthers) => {}
        Ok(KeyCheck::Personal) => return Err(StartError::KeyPersonal(bot_id).into()),
        Ok(KeyCheck::Unknown) => return Err(StartError::KeyRefused(bot_id).into()),
        Err(error) => {
            let address = config.api_url.to_string();
            return Err(StartError::NoService { address, why: error.to_string() }.into());
        }
    }
    let name = match telegram.who_am_i().await {
        Ok((_, name)) => name,
        Err(SendError::Refused(why)) => return Err(StartError::TokenRefused(why).into()),
        Err(error) => return Err(StartError::NoTelegram(error.to_string()).into()),
    };
    let storage = Storage::open(&config.data_dir).await?;
    telegram.introduce().await.map_err(|error| StartError::NoTelegram(error.to_string()))?;
    tracing::info!(bot = name, "the bot is ready");
    Ok(Bot { api, telegram, storage, lanes: Arc::new(Lanes::default()), news: Arc::default() })
}

/// Forgets what is long done.
async fn keep_house(bot: Bot) -> anyhow::Result<()> {
    loop {
        bot.storage.forget(clock::now()).await?;
        tokio::select! {
            () = tokio::time::sleep(HOUSEKEEPING) => {}
            () = bot.lanes.stopped() => return Ok(()),
        }
    }
}
