//! What leaves for Telegram: cards, files, toasts.

use std::collections::HashSet;
use std::sync::MutexGuard;
use std::time::Duration;

use bytes::Bytes;
use teloxide::payloads::setters::*;
use teloxide::prelude::Requester as _;
use teloxide::types::{
    CallbackQueryId, ChatAction, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, InputMedia,
    InputMediaPhoto, LinkPreviewOptions, MessageId, ParseMode,
};
use teloxide::{ApiError, RequestError};
use tokio::io::AsyncRead;

use super::Telegram;
use crate::buttons::Revision;
use crate::view::View;

/// Why something could not be shown.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SendError {
    /// Telegram wants to be left alone for this time.
    #[error("Telegram asks to wait {0:?}")]
    Wait(Duration),
    /// The person has blocked the bot, or is gone: nobody can be reached there.
    #[error("the chat cannot be reached")]
    Unreachable,
    /// The message to be changed is gone or too old.
    #[error("the message cannot be changed")]
    Lost,
    /// The file is larger than Telegram gives to a bot, or takes from one.
    #[error("the file is too large for the Bot API")]
    TooLarge,
    /// Telegram did not do it, for certain.
    #[error("Telegram refuses: {0}")]
    Refused(String),
    /// Nobody knows whether Telegram has done it.
    #[error("no answer of Telegram: {0}")]
    Unknown(String),
}

/// How refusals begin that come with a status of 500 and above, of which nothing else is left to see.
const UNWELL: [&str; 4] = ["Internal Server Error", "Bad Gateway", "Service Unavailable", "Gateway Timeout"];

impl From<RequestError> for SendError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::RetryAfter(seconds) => Self::Wait(seconds.duration()),
            RequestError::Api(
                ApiError::BotBlocked
                | ApiError::UserDeactivated
                | ApiError::ChatNotFound
                | ApiError::CantInitiateConversation
                | ApiError::CantTalkWithBots
                | ApiError::BotKicked,
            )
            | RequestError::MigrateToChatId(_) => Self::Unreachable,
            RequestError::Api(
                ApiError::MessageToEditNotFound
                | ApiError::MessageCantBeEdited
                | ApiError::MessageToDeleteNotFound
                | ApiError::MessageCantBeDeleted
                | ApiError::MessageIdInvalid,
            ) => Self::Lost,
            RequestError::Api(ApiError::RequestEntityTooLarge) => Self::TooLarge,
            RequestError::Api(ApiError::Unknown(text)) if text.contains("file is too big") => Self::TooLarge,
            // A server that is not well does not say whether it has done it.
            RequestError::Api(ApiError::Unknown(text)) if UNWELL.iter().any(|word| text.starts_with(word)) => {
                Self::Unknown(text)
            }
            RequestError::Api(error) => Self::Refused(error.to_string()),
            // The text of an answer that is none may hold anything; what kind of error it was is enough.
            RequestError::InvalidJson { source, .. } => Self::Unknown(source.to_string()),
            RequestError::Network(error) => Self::Unknown(kind_of(&error)),
            RequestError::Io(error) => Self::Unknown(error.to_string()),
        }
    }
}

/// What went wrong on the way, without the address, which holds the token.
fn kind_of<E: std::error::Error>(error: &E) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

impl SendError {
    /// Whether the same may succeed later by itself.
    #[must_use]
    pub const fn passes(&self) -> bool {
        matches!(self, Self::Wait(_) | Self::Unknown(_))
    }
}

/// A card to be shown: a view with the bytes of its picture.
pub struct Card<'a> {
    /// What it shows.
    pub view: &'a View,
    /// Its picture's bytes.
    pub picture: Option<Bytes>,
    /// What its buttons are drawn with.
    pub revision: Revision,
}

impl Card<'_> {
    fn keyboard(&self) -> InlineKeyboardMarkup {
        InlineKeyboardMarkup::new(self.view.buttons.iter().map(|row| {
            row.iter().map(|key| InlineKeyboardButton::callback(key.label.clone(), key.button.encode(self.revision)))
        }))
    }

    fn file(&self) -> Option<InputFile> {
        self.picture.clone().map(|bytes| InputFile::memory(bytes).file_name("picture.jpg"))
    }
}

/// Taps whose answers are remembered. A second answer does no harm; many of them would be noise.
const MOST_ANSWERED: usize = 10_000;

const NO_PREVIEW: LinkPreviewOptions = LinkPreviewOptions {
    is_disabled: true,
    url: None,
    prefer_small_media: false,
    prefer_large_media: false,
    show_above_text: false,
};

impl Telegram {
    /// Shows a new message; its number in the chat.
    pub async fn send(&self, chat: i64, card: &Card<'_>) -> Result<i32, SendError> {
        let (chat, text, keyboard) = (ChatId(chat), card.view.text.clone(), card.keyboard());
        let sent = if let Some(file) = card.file() {
            let send = self.files.send_photo(chat, file).caption(text).parse_mode(ParseMode::Html);
            send.reply_markup(keyboard).await?
        } else {
            let send = self.bot.send_message(chat, text).parse_mode(ParseMode::Html);
            send.link_preview_options(NO_PREVIEW).reply_markup(keyboard).await?
        };
        Ok(sent.id.0)
    }

    /// Changes a message of ours into what the card shows. `same_picture` leaves the picture as it is.
    pub async fn edit(&self, chat: i64, message: i32, card: &Card<'_>, same_picture: bool) -> Result<(), SendError> {
        let (chat, message) = (ChatId(chat), MessageId(message));
        let (text, keyboard) = (card.view.text.clone(), card.keyboard());
        let edited = match card.file() {
            Some(file) if !same_picture => {
                let media = InputMediaPhoto::new(file).caption(text).parse_mode(ParseMode::Html);
                let edit = self.files.edit_message_media(chat, message, InputMedia::Photo(media));
                edit.reply_markup(keyboard).await.map(drop)
            }
            _ if card.view.picture.is_some() => {
                let edit = self.bot.edit_message_caption(chat, message).caption(text).parse_mode(ParseMode::Html);
                edit.reply_markup(keyboard).await.map(drop)
            }
            _ => {
                let edit = self.bot.edit_message_text(chat, message, text).parse_mode(ParseMode::Html);
                edit.link_preview_options(NO_PREVIEW).reply_markup(keyboard).await.map(drop)
            }
        };
        match edited {
            Err(RequestError::Api(ApiError::MessageNotModified)) => Ok(()),
            outcome => outcome.map_err(SendError::from),
        }
    }

    /// Takes a message of ours away; one that is gone already is fine.
    pub async fn delete(&self, chat: i64, message: i32) -> Result<(), SendError> {
        match self.bot.delete_message(ChatId(chat), MessageId(message)).await {
            Ok(_) | Err(RequestError::Api(ApiError::MessageToDeleteNotFound | ApiError::MessageIdInvalid)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes the buttons of a message away.
    pub async fn strip(&self, chat: i64, message: i32) -> Result<(), SendError> {
        let strip = self.bot.edit_message_reply_markup(ChatId(chat), MessageId(message)).await;
        match strip {
            Ok(_) | Err(RequestError::Api(ApiError::MessageNotModified)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Plain words, without a button.
    pub async fn say(&self, chat: i64, text: &str) -> Result<(), SendError> {
        self.bot.send_message(ChatId(chat), text).parse_mode(ParseMode::Html).await?;
        Ok(())
    }

    /// Sends a file as it is read.
    pub async fn send_document(
        &self,
        chat: i64,
        name: &str,
        bytes: impl AsyncRead + Send + Unpin + 'static,
    ) -> Result<(), SendError> {
        let file = InputFile::read(bytes).file_name(name.to_owned());
        self.files.send_document(ChatId(chat), file).await?;
        Ok(())
    }

    /// Sends pictures together, the caption under the first; Telegram takes up to 10.
    pub async fn send_album(&self, chat: i64, pictures: Vec<Bytes>, caption: &str) -> Result<(), SendError> {
        let mut media = pictures.into_iter().enumerate().map(|(place, bytes)| {
            let media = InputMediaPhoto::new(InputFile::memory(bytes).file_name(format!("{}.jpg", place + 1)));
            if place == 0 { media.caption(caption).parse_mode(ParseMode::Html) } else { media }
        });
        if media.len() == 1 {
            let InputMediaPhoto { media: file, caption, .. } = media.next().expect("there is one");
            let send = self.files.send_photo(ChatId(chat), file).parse_mode(ParseMode::Html);
            send.caption(caption.unwrap_or_default()).await?;
        } else {
            self.files.send_media_group(ChatId(chat), media.map(InputMedia::Photo)).await?;
        }
        Ok(())
    }

    /// Shows that something is on its way; a hint that may be lost.
    pub async fn uploading(&self, chat: i64) {
        let _ = self.bot.send_chat_action(ChatId(chat), ChatAction::UploadPhoto).await;
    }

    /// Answers a tap, so that its button stops turning; with a few words or none. It is answered once, however often this
    /// is asked for, and one that is too old needs no answer.
    pub async fn answer(&self, query_id: &str, words: Option<&str>) {
        if !self.is_first_answer(query_id) {
            return;
        }
        let answer = self.bot.answer_callback_query(CallbackQueryId(query_id.to_owned()));
        let answered = match words {
            Some(words) => answer.text(words).await,
            None => answer.await,
        };
        if answered.is_err_and(|error| SendError::from(error).passes()) {
            self.answered().remove(query_id);
        }
    }

    fn is_first_answer(&self, query_id: &str) -> bool {
        let mut answered = self.answered();
        if answered.len() == MOST_ANSWERED {
            answered.clear();
        }
        answered.insert(query_id.to_owned())
    }

    fn answered(&self) -> MutexGuard<'_, HashSet<String>> {
        self.answered.lock().expect("nobody panics while it is held")
    }
}
