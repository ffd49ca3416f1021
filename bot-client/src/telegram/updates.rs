//! Updates as they stand on the wire, and what the bot tells Telegram about itself.

use std::time::Duration;

use aisha_openapi::vocabulary::Locale;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use teloxide::payloads::setters::*;
use teloxide::prelude::Requester as _;
use teloxide::types::BotCommand;

use super::{SendError, Telegram};
use crate::texts::{Texts, t};

/// Seconds that Telegram holds the line when there is nothing new.
const WAIT: u64 = 25;

/// An update, unread.
#[derive(Debug, Clone)]
pub struct RawUpdate {
    /// Telegram's number of it.
    pub id: i64,
    /// Its JSON.
    pub text: String,
}

#[derive(Deserialize)]
struct Answer<'a> {
    ok: bool,
    #[serde(borrow)]
    result: Option<Vec<&'a RawValue>>,
    error_code: Option<u16>,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

#[derive(Deserialize)]
struct Numbered {
    update_id: i64,
}

impl Telegram {
    /// The updates from this number on; those before it are thereby done with for ever. Waits for some if there are none.
    pub async fn updates(&self, offset: i64) -> Result<Vec<RawUpdate>, SendError> {
        let url = format!("{}/bot{}/GetUpdates", self.base.as_str().trim_end_matches('/'), self.token.expose());
        let kinds = ["message", "callback_query", "my_chat_member"];
        let request = self.updates.post(url).timeout(Duration::from_secs(WAIT + 10));
        let request = request.json(&json!({"offset": offset, "timeout": WAIT, "limit": 100, "allowed_updates": kinds}));
        let unknown = |error: reqwest::Error| SendError::Unknown(error.without_url().to_string());
        let body = request.send().await.map_err(unknown)?.bytes().await.map_err(unknown)?;
        let answer: Answer<'_> =
            serde_json::from_slice(&body).map_err(|error| SendError::Unknown(error.to_string()))?;
        match answer {
            Answer { ok: true, result: Some(updates), .. } => Ok(updates.into_iter().filter_map(numbered).collect()),
            Answer { parameters: Some(Parameters { retry_after: Some(seconds) }), .. } => {
                Err(SendError::Wait(Duration::from_secs(seconds)))
            }
            Answer { error_code, .. } => Err(SendError::Refused(format!("error {}", error_code.unwrap_or_default()))),
        }
    }

    /// Whether the token opens anything: the bot's own id and name.
    pub async fn who_am_i(&self) -> Result<(u64, String), SendError> {
        let me = self.bot.get_me().await?;
        Ok((me.id.0, me.username().to_owned()))
    }

    /// Makes sure that updates come to us, and tells Telegram the commands in both languages.
    pub async fn introduce(&self) -> Result<(), SendError> {
        self.bot.delete_webhook().await?;
        for locale in [Locale::En, Locale::Ru] {
            let set = self.bot.set_my_commands(commands(Texts::of(locale)));
            // English is for everybody who has no list of their own.
            match locale {
                Locale::En => set.await?,
                Locale::Ru => set.language_code("ru").await?,
            };
        }
        Ok(())
    }
}

fn numbered(raw: &RawValue) -> Option<RawUpdate> {
    let Numbered { update_id } = serde_json::from_str(raw.get()).ok()?;
    Some(RawUpdate { id: update_id, text: raw.get().to_owned() })
}

/// The commands, as the menu of a chat shows them.
fn commands(texts: &Texts) -> Vec<BotCommand> {
    vec![
        BotCommand::new("start", t!(texts, "command-start")),
        BotCommand::new("new", t!(texts, "command-new")),
        BotCommand::new("avatars", t!(texts, "command-avatars")),
        BotCommand::new("generate", t!(texts, "command-generate")),
        BotCommand::new("images", t!(texts, "command-images")),
        BotCommand::new("transcripts", t!(texts, "command-transcripts")),
        BotCommand::new("settings", t!(texts, "command-settings")),
        BotCommand::new("language", t!(texts, "command-language")),
        BotCommand::new("help", t!(texts, "command-help")),
    ]
}
