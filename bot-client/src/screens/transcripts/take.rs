//! Recordings, taken in from wherever one is.

use super::At;
use crate::api::ApiError;
use crate::screens::{Ctx, Next, Place};
use crate::telegram::{FileRef, MAX_FILE, SendError};
use crate::texts::t;

/// Characters of the longest title that the service takes.
const LONGEST_TITLE: usize = 200;

/// Has a recording written down.
pub(in crate::screens) async fn take(ctx: &Ctx<'_>, audio: &FileRef) -> Result<Next, ApiError> {
    let list = || Next::to(Place::Transcripts(At::start()));
    let megabytes = MAX_FILE / (1024 * 1024);
    let too_large = || list().saying(t!(ctx.texts, "transcripts-too-large", most = megabytes));
    // Telegram would refuse to give it out.
    if audio.size.is_some_and(|size| size > MAX_FILE) {
        return Ok(too_large());
    }
    let upload = match ctx.telegram.open(audio).await {
        Ok(upload) => upload,
        Err(SendError::TooLarge) => return Ok(too_large()),
        Err(error) if error.passes() => return Err(ApiError::Away(error.to_string())),
        Err(_) => return Ok(list().saying(t!(ctx.texts, "transcripts-not-opened"))),
    };
    let title = audio.name.as_deref().map(titled).filter(|title| !title.is_empty());
    let transcription = ctx.api.transcribe(&ctx.key("transcribe"), title.as_deref(), upload).await?;
    Ok(Next::to(Place::Transcripts(At::of(transcription.id))))
}

/// The name of a file as a title: one line, and no longer than the service takes.
fn titled(name: &str) -> String {
    let line: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().chars().take(LONGEST_TITLE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_of_so_many_characters() {
        assert_eq!(titled(" a\nb\u{7}.mp3 "), "a b .mp3");
        assert_eq!(titled(&"я".repeat(500)).chars().count(), LONGEST_TITLE);
    }
}
