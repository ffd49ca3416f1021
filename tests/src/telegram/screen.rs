//! A chat as a person sees it.

use std::fmt;

use serde_json::Value;

use super::chats::{Posted, State, Toast};
use super::files::Kind;
use super::html;

/// What is visible in a chat.
#[derive(Debug, Clone, Default)]
pub struct Screen {
    /// The messages, the oldest first.
    pub messages: Vec<Message>,
    /// What answers to taps showed, the oldest first.
    pub toasts: Vec<Toast>,
    /// What the bot was shown doing, such as `typing`, the oldest first.
    pub actions: Vec<String>,
}

/// A message as a person sees it.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its number.
    pub id: i64,
    /// Whether it is the bot's.
    pub by_bot: bool,
    /// What it says, as plain text: its text or its caption.
    pub text: String,
    /// The same with its formatting, in Telegram's HTML.
    pub html: String,
    /// The file in it.
    pub media: Option<Media>,
    /// The buttons below it, row by row.
    pub keyboard: Vec<Vec<Button>>,
    /// The album it belongs to.
    pub album: Option<String>,
    /// Whether it was edited.
    pub edited: bool,
    /// The whole `Message` object.
    pub object: Value,
}

/// A file in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// The field of the message that has it, such as `photo`.
    pub kind: &'static str,
    /// Its identifier; of a photo, that of its largest size.
    pub file_id: String,
    /// What it is called, if it has a name.
    pub name: Option<String>,
}

/// A button below a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What stands on it.
    pub label: String,
    /// What the bot is told when it is tapped.
    pub data: Option<String>,
    /// Where it leads.
    pub url: Option<String>,
}

impl Screen {
    pub(super) fn of(state: &State) -> Self {
        let messages = state.messages.iter().map(|(id, posted)| Message::of(*id, posted)).collect();
        Self { messages, toasts: state.toasts.clone(), actions: state.actions.clone() }
    }

    /// The bot's messages.
    pub fn from_bot(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter().filter(|message| message.by_bot)
    }

    /// The bot's newest message.
    pub fn last(&self) -> Option<&Message> {
        self.from_bot().next_back()
    }

    /// The bot's newest message with buttons.
    pub fn card(&self) -> Option<&Message> {
        self.from_bot().rfind(|message| !message.keyboard.is_empty())
    }

    /// A message by its number.
    pub fn message(&self, id: i64) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id)
    }

    /// Whether one of the bot's messages has these words.
    pub fn says(&self, words: &str) -> bool {
        self.from_bot().any(|message| message.text.contains(words))
    }

    /// Whether there is such a button on any of the bot's messages, by its label or its data.
    pub fn has_button(&self, button: &str) -> bool {
        self.from_bot().any(|message| message.button(button).is_some())
    }
}

impl Message {
    fn of(id: i64, posted: &Posted) -> Self {
        let object = &posted.object;
        let (text, entities) =
            if object["text"].is_string() { ("text", "entities") } else { ("caption", "caption_entities") };
        let text = object[text].as_str().unwrap_or_default();
        let entities = object[entities].as_array().map(Vec::as_slice).unwrap_or_default();
        let rows = object["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten();
        let keyboard = rows.map(|row| row.as_array().into_iter().flatten().map(Button::of).collect()).collect();
        Self {
            id,
            by_bot: posted.by_bot,
            text: text.to_owned(),
            html: html::render(text, entities),
            media: Media::of(object),
            keyboard,
            album: object["media_group_id"].as_str().map(str::to_owned),
            edited: !object["edit_date"].is_null(),
            object: object.clone(),
        }
    }

    /// Its buttons, in reading order.
    pub fn buttons(&self) -> impl Iterator<Item = &Button> {
        self.keyboard.iter().flatten()
    }

    /// A button by its whole label, by its data, or by words in its label, whichever is found first.
    pub fn button(&self, wanted: &str) -> Option<&Button> {
        let exact = |button: &&Button| button.label == wanted || button.data.as_deref() == Some(wanted);
        self.buttons().find(exact).or_else(|| self.buttons().find(|button| button.label.contains(wanted)))
    }
}

impl Media {
    fn of(object: &Value) -> Option<Self> {
        let kinds = [Kind::Photo, Kind::Document, Kind::Audio, Kind::Voice, Kind::Video, Kind::Sticker];
        let kind = kinds.into_iter().map(Kind::field).find(|kind| !object[kind].is_null())?;
        let file = object[kind].as_array().and_then(|sizes| sizes.last()).unwrap_or(&object[kind]);
        let word = |name: &str| file[name].as_str().map(str::to_owned);
        Some(Self { kind, file_id: word("file_id")?, name: word("file_name") })
    }
}

impl Button {
    fn of(button: &Value) -> Self {
        let word = |name: &str| button[name].as_str().map(str::to_owned);
        Self { label: word("text").unwrap_or_default(), data: word("callback_data"), url: word("url") }
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for message in &self.messages {
            write!(f, "{message}")?;
        }
        for toast in &self.toasts {
            writeln!(f, "  toast: {}", toast.text)?;
        }
        Ok(())
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = if self.by_bot { "bot" } else { "person" };
        let media = self.media.as_ref().map_or(String::new(), |media| format!("<{}> ", media.kind));
        writeln!(f, "#{} {who}: {media}{}", self.id, self.text)?;
        for row in &self.keyboard {
            let labels: Vec<_> = row.iter().map(|button| format!("[{}]", button.label)).collect();
            writeln!(f, "    {}", labels.join(" "))?;
        }
        Ok(())
    }
}
