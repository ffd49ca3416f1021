//! `fal-ai/wizper`: Whisper v3, made fast. Its schema names mp3, mp4, mpeg, mpga, m4a, wav and webm; whether it takes Ogg
//! and FLAC, too, is not said, and a refusal is told as what it is.

use serde_json::{Value, json};

use super::{Recorded, Transcriber};

pub(super) static TRANSCRIBER: Transcriber =
    Transcriber { endpoint: "fal-ai/wizper", microusd_per_minute: 500, languages: "languages", input };

/// What could be left to fal's defaults is said all the same. Without a language English would be taken for granted; null
/// leaves it to the model.
fn input(recorded: &Recorded) -> Value {
    json!({
        "audio_url": recorded.audio_url,
        "task": "transcribe",
        "language": recorded.language,
        "chunk_level": "segment",
        "max_segment_len": 29,
        "merge_chunks": true,
        "version": "3",
    })
}
