//! What is made of a transcript, all of it and not its first page: a long one is cut into parts, each is condensed, and
//! what came of them is put together until it fits into one question.

use aisha_openapi::vocabulary::DigestKind;

use super::{Chat, PromptError, words};
use crate::domain::transcript::{Transcript, parts};

/// Characters of one question: a quarter of an hour of speech, which every model of today can read at once.
const PART: usize = 12_000;
/// Each round makes a text shorter by a factor of some; a model that does not would go on for ever.
const MOST_ROUNDS: usize = 4;

/// What comes next of a digest that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Notes of the next part, to be kept and given the next time.
    Note(String),
    /// The whole, which is done.
    Whole(String),
}

/// Takes the next step, and asks one question for it. These are the notes of all steps before.
pub(super) async fn step(
    chat: &Chat,
    transcript: &Transcript,
    kind: DigestKind,
    language: Option<&str>,
    notes: &[String],
) -> Result<Step, PromptError> {
    let mut kept = notes.iter().map(String::as_str);
    let mut texts = transcript.parts(PART);
    for _ in 0..MOST_ROUNDS {
        if let [text] = texts.as_slice() {
            return Ok(Step::Whole(chat.tell(&words::digest(kind, language), text).await?));
        }
        let notes: Vec<&str> = kept.by_ref().take(texts.len()).collect();
        if let Some(text) = texts.get(notes.len()) {
            let of = (notes.len() + 1, texts.len());
            return Ok(Step::Note(chat.tell(&words::notes(kind, of, language), text).await?));
        }
        texts = parts(&notes, PART);
    }
    Err(PromptError::NotShorter)
}
