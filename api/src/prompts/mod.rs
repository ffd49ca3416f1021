//! Work on prompts before a model is told them: a translation into the English that models understand best, with what a
//! photographer would add, and the prompt that a photo could have been made from; and work on transcripts, of which it
//! makes summaries and the like. Nobody does it unless the operator says who; [`Chat`] asks a language model that speaks the protocol of `OpenAI`. The room depends on the domain alone.

mod answer;
mod chat;
mod digest;
mod words;

use aisha_openapi::vocabulary::DigestKind;

pub use self::chat::{Chat, ChatSettings};
pub use self::digest::Step;
use crate::domain::transcript::Transcript;

/// Who works on prompts.
#[derive(Debug, Clone)]
pub enum PromptEnhancer {
    /// Nobody: prompts are as people write them.
    None,
    /// A language model.
    Chat(Chat),
}

/// Why there is no better prompt. No text in here is of a prompt, a key or an answer.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// The client cannot be built from its settings.
    #[error("the client for prompts cannot be set up")]
    Setup,
    /// It took longer than anybody is to wait for it.
    #[error("who works on prompts took too long")]
    Slow,
    /// No answer came.
    #[error("who works on prompts did not answer: {0}")]
    Unreachable(String),
    /// The answer is a refusal.
    #[error("who works on prompts refused with {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The answer is none that could be used.
    #[error("who works on prompts gave no prompt: {0}")]
    Unreadable(&'static str),
    /// Notes of a text that would be condensed for ever, and paid for each time.
    #[error("who works on prompts makes notes that are no shorter than the text")]
    NotShorter,
}

impl PromptError {
    /// Whether the same question may be answered later: in an hour, or by another whim of the model.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        self.may_pass() || matches!(self, Self::Slow | Self::Unreadable(_))
    }

    /// Whether the same question may be answered a moment later.
    const fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Refused { status: 408 | 409 | 429 | 500.. })
    }
}

impl PromptEnhancer {
    /// Whoever these settings name. No connection is opened yet.
    pub fn of(settings: Option<ChatSettings>) -> Result<Self, PromptError> {
        Ok(match settings {
            Some(settings) => Self::Chat(Chat::new(settings)?),
            None => Self::None,
        })
    }

    /// The prompt in English and with more in it, in one line of at most 2000 characters; `None` when nobody works on
    /// prompts. Where it names the avatar it does so by exactly the given trigger phrase.
    pub async fn enhance(&self, prompt: &str, trigger_phrase: Option<&str>) -> Option<Result<String, PromptError>> {
        match self {
            Self::None => None,
            Self::Chat(chat) => Some(chat.enhance(prompt, trigger_phrase).await),
        }
    }

    /// The next step of what is made of a transcript, the whole of it, in the language with this code or in its own;
    /// `None` when nobody works on prompts. There must be something in it. Each step is one question, and is told the
    /// notes of all before it, in order.
    pub async fn digest(
        &self,
        transcript: &Transcript,
        kind: DigestKind,
        language: Option<&str>,
        notes: &[String],
    ) -> Option<Result<Step, PromptError>> {
        match self {
            Self::None => None,
            Self::Chat(chat) => Some(digest::step(chat, transcript, kind, language, notes).await),
        }
    }

    /// A prompt from which a picture like this JPEG could be made, in the same way.
    pub async fn describe(&self, jpeg: &[u8], trigger_phrase: Option<&str>) -> Option<Result<String, PromptError>> {
        match self {
            Self::None => None,
            Self::Chat(chat) => Some(chat.describe(jpeg, trigger_phrase).await),
        }
    }
}
