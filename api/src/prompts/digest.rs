//! What is made of a transcript, all of it and not its first page: a long one is cut into parts, each is condensed, and
//! what came of them is put together until it fits into one question.

use aisha_openapi::vocabulary::DigestKind;

use super::{Chat, PromptError, words};
use crate::domain::transcript::{Transcript, parts};

/// Characters of one question: a quarter of an hour of speech, which every model of today can read at once.
const PART: usize = 12_000;
/// Each round makes a text shorter by a factor of some; a model that does not would go on for ever.
const MOST_ROUNDS: usize = 4;

/// Writes it.
pub(super) async fn write(
    chat: &Chat,
    transcript: &Transcript,
    kind: DigestKind,
    language: Option<&str>,
) -> Result<String, PromptError> {
    let mut texts = transcript.parts(PART);
    for _ in 0..MOST_ROUNDS {
        if let [text] = texts.as_slice() {
            return chat.tell(&words::digest(kind, language), text).await;
        }
        let mut notes = Vec::with_capacity(texts.len());
        for (number, text) in (1..).zip(&texts) {
            notes.push(chat.tell(&words::notes(kind, (number, texts.len()), language), text).await?);
        }
        let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
        texts = parts(&notes, PART);
    }
    Err(PromptError::Unreadable("notes that are no shorter than the text"))
}
