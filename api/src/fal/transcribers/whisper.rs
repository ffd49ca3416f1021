//! `fal-ai/whisper`: the same model as it came, slower and with other field names.

use serde_json::{Value, json};

use super::{Recorded, Transcriber};

pub(super) static TRANSCRIBER: Transcriber =
    Transcriber { endpoint: "fal-ai/whisper", microusd_per_minute: 1000, languages: "inferred_languages", input };

fn input(recorded: &Recorded) -> Value {
    json!({
        "audio_url": recorded.audio_url,
        "task": "transcribe",
        "language": recorded.language,
        "diarize": false,
        "chunk_level": "segment",
        "version": "3",
        "batch_size": 64,
    })
}
