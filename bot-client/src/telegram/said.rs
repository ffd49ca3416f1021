//! What an update of Telegram means to us.

use teloxide::types::{ChatId, ChatMemberKind, MaybeInaccessibleMessage, Message, Update, UpdateKind, User};

/// Somebody who writes to the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Their id at Telegram; that of their private chat, too.
    pub id: i64,
    /// What they call themselves.
    pub first_name: String,
    /// The language of their Telegram, an IETF tag.
    pub language_code: Option<String>,
}

/// A file that was sent, still at Telegram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// What Telegram gives the file out for.
    pub id: String,
    /// How long it is, if Telegram has told it.
    pub size: Option<u64>,
    /// What its sender says it is.
    pub mime: Option<String>,
    /// What its sender calls it.
    pub name: Option<String>,
    /// The message it came with.
    pub message_id: i32,
}

/// What a person sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Words.
    Text(String),
    /// A photo, as Telegram has re-encoded it: the largest of its sizes.
    Photo(FileRef),
    /// A file as it is.
    Document(FileRef),
    /// A voice message, a recording, or the sound of a round video.
    Audio(FileRef),
    /// Something that nobody here can do anything with.
    Other,
}

/// What an update means to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A message in a private chat.
    Said {
        /// Who.
        who: Who,
        /// Its number in the chat.
        message_id: i32,
        /// Whether it is one of an album.
        in_album: bool,
        /// What.
        said: Said,
    },
    /// `/command payload` in a private chat.
    Command {
        /// Who.
        who: Who,
        /// Its number in the chat.
        message_id: i32,
        /// Without the slash, lower case.
        command: String,
        /// What follows it.
        payload: String,
    },
    /// A button was pressed.
    Tap {
        /// Who.
        who: Who,
        /// What to answer.
        query_id: String,
        /// The message the button stands on.
        message_id: i32,
        /// What stands behind the button.
        data: String,
    },
    /// The person has blocked the bot.
    Blocked(i64),
    /// The person has let the bot in again.
    Unblocked(i64),
    /// Somebody wrote to the bot where others read along.
    InPublic(i64),
}

impl Heard {
    /// The chat whose turn it is.
    #[must_use]
    pub const fn chat(&self) -> i64 {
        match self {
            Self::Said { who, .. } | Self::Command { who, .. } | Self::Tap { who, .. } => who.id,
            Self::Blocked(chat) | Self::Unblocked(chat) | Self::InPublic(chat) => *chat,
        }
    }

    /// Whether it is a file that may be taken in beside others.
    #[must_use]
    pub const fn is_photo(&self) -> bool {
        matches!(self, Self::Said { said: Said::Photo(_) | Said::Document(_), .. })
    }
}

/// Reads an update as it stands on the wire; `None` for what is nothing to us, such as an edit of an old message.
#[must_use]
pub fn read(raw: &str) -> Option<Heard> {
    // From a `Value` a teloxide update silently becomes an error: read the text itself.
    let update: Update = serde_json::from_str(raw).ok()?;
    match update.kind {
        UpdateKind::Message(message) => message_heard(&message),
        UpdateKind::CallbackQuery(query) => {
            let message = query.message?;
            let (chat, id) = match &message {
                MaybeInaccessibleMessage::Regular(message) => (message.chat.id, message.id),
                MaybeInaccessibleMessage::Inaccessible(message) => (message.chat.id, message.message_id),
            };
            let who = who(&query.from);
            // A button of ours stands in a private chat.
            (chat == ChatId(who.id)).then(|| Heard::Tap {
                who,
                query_id: query.id.0,
                message_id: id.0,
                data: query.data.unwrap_or_default(),
            })
        }
        UpdateKind::MyChatMember(change) if change.chat.is_private() => Some(match change.new_chat_member.kind {
            ChatMemberKind::Banned(_) | ChatMemberKind::Left => Heard::Blocked(change.chat.id.0),
            _ => Heard::Unblocked(change.chat.id.0),
        }),
        _ => None,
    }
}

fn who(user: &User) -> Who {
    Who {
        id: user.id.0.try_into().unwrap_or_default(),
        first_name: user.first_name.clone(),
        language_code: user.language_code.clone(),
    }
}

fn message_heard(message: &Message) -> Option<Heard> {
    if !message.chat.is_private() {
        // In a group only a command is meant for us.
        return message.text()?.starts_with('/').then_some(Heard::InPublic(message.chat.id.0));
    }
    let who = who(message.from.as_ref()?);
    let message_id = message.id.0;
    if let Some(command) = message.text().and_then(|text| text.strip_prefix('/')) {
        let (command, payload) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let command = command.split('@').next().unwrap_or_default().to_lowercase();
        return Some(Heard::Command { who, message_id, command, payload: payload.trim().to_owned() });
    }
    let said = said(message, message_id)?;
    Some(Heard::Said { who, message_id, in_album: message.media_group_id().is_some(), said })
}

fn said(message: &Message, message_id: i32) -> Option<Said> {
    let file = |file: &teloxide::types::FileMeta, mime: Option<String>, name: Option<String>| FileRef {
        id: file.id.0.clone(),
        size: Some(u64::from(file.size)).filter(|size| *size > 0),
        mime,
        name,
        message_id,
    };
    if let Some(text) = message.text() {
        return Some(Said::Text(text.to_owned()));
    }
    if let Some(sizes) = message.photo() {
        let largest = sizes.iter().max_by_key(|size| u64::from(size.width) * u64::from(size.height))?;
        return Some(Said::Photo(file(&largest.file, Some("image/jpeg".to_owned()), None)));
    }
    if let Some(voice) = message.voice() {
        let mime = voice.mime_type.as_ref().map_or("audio/ogg".to_owned(), ToString::to_string);
        return Some(Said::Audio(file(&voice.file, Some(mime), None)));
    }
    if let Some(audio) = message.audio() {
        let mime = audio.mime_type.as_ref().map(ToString::to_string);
        let name = audio.title.clone().or_else(|| audio.file_name.clone());
        return Some(Said::Audio(file(&audio.file, mime, name)));
    }
    if let Some(note) = message.video_note() {
        return Some(Said::Audio(file(&note.file, Some("video/mp4".to_owned()), None)));
    }
    if let Some(document) = message.document() {
        let mime = document.mime_type.as_ref().map(ToString::to_string);
        let audio = mime.as_deref().is_some_and(|mime| mime.starts_with("audio/") || mime == "application/ogg");
        let document = file(&document.file, mime, document.file_name.clone());
        return Some(if audio { Said::Audio(document) } else { Said::Document(document) });
    }
    // What a chat says of itself, such as a pinned message, is nobody's word.
    matches!(message.kind, teloxide::types::MessageKind::Common(_)).then_some(Said::Other)
}
