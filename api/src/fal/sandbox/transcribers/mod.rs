//! What fal's runners do with a recording: check the input, fetch the file and look at it, and write down what is said.
//! Only the listening is missing: what stands there follows from the file, so the same file always says the same.
//!
//! fal's schema names fewer kinds of files than are taken here; see `fal::transcribers`.

mod speech;

use std::io::{Result, Seek as _, SeekFrom, Write as _};

use serde_json::{Value, json};

use super::fields::{self, Field, Kind, ModelError, field};
use super::house::House;
use super::requests::Request;
use super::{clock, fetch};
use crate::domain::audio;
use crate::domain::transcription::LANGUAGES;

/// What fal takes at most, in bytes.
const LARGEST: u64 = 1024 * 1024 * 1024;
const USUAL_LANGUAGE: &str = "en";

/// A model that listens.
pub(in crate::fal::sandbox) struct Model {
    endpoint: &'static str,
    fields: &'static [Field],
    /// Where it tells the languages it has heard.
    languages: &'static str,
    /// The language it takes for granted where the input has none.
    usual_language: Option<&'static str>,
    /// What else it tells.
    more: fn() -> Value,
}

const AUDIO: Field = field("audio_url", Kind::Required);
const TASK: Field = field("task", Kind::OneOf(&["transcribe", "translate"]));
const LANGUAGE: Field = field("language", Kind::TextOrNull);
const VERSION: Field = field("version", Kind::OneOf(&["3"]));

static WIZPER: Model = Model {
    endpoint: "fal-ai/wizper",
    fields: &[
        AUDIO,
        TASK,
        LANGUAGE,
        field("chunk_level", Kind::OneOf(&["segment"])),
        field("max_segment_len", Kind::Integer(10, 29)),
        field("merge_chunks", Kind::Bool),
        VERSION,
    ],
    languages: "languages",
    usual_language: Some(USUAL_LANGUAGE),
    more: || json!({}),
};

static WHISPER: Model = Model {
    endpoint: "fal-ai/whisper",
    fields: &[
        AUDIO,
        TASK,
        LANGUAGE,
        field("diarize", Kind::Bool),
        field("chunk_level", Kind::OneOf(&["none", "segment", "word"])),
        VERSION,
        field("batch_size", Kind::Integer(1, 64)),
        field("prompt", Kind::Text),
        field("num_speakers", Kind::IntegerOrNull),
    ],
    languages: "inferred_languages",
    usual_language: None,
    more: || json!({ "diarization_segments": [] }),
};

static MODELS: [&Model; 2] = [&WIZPER, &WHISPER];

/// The model behind an endpoint; `None` when it is none that listens.
pub(super) fn find(endpoint: &str) -> Option<&'static Model> {
    MODELS.into_iter().find(|model| model.endpoint == endpoint)
}

/// Listens, and gives what the model answers: its output, or its list of errors.
pub(super) async fn run(
    house: &House,
    request: &Request,
    model: &Model,
) -> Result<std::result::Result<Value, Vec<ModelError>>> {
    let errors = check(model, &request.input);
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let (digest, seconds) = match listen(house, &request.input["audio_url"]).await? {
        Ok(heard) => heard,
        Err(error) => return Ok(Err(vec![error])),
    };
    clock::sleep_until(request.ends_at).await;
    let named = match request.input.get("language") {
        None => model.usual_language,
        Some(language) => language.as_str(),
    };
    let language = named.unwrap_or(USUAL_LANGUAGE);
    let mut output = (model.more)();
    let (text, chunks) = speech::of(&digest, seconds, language);
    (output["text"], output["chunks"]) = (json!(text), chunks);
    output[model.languages] = json!([language]);
    Ok(Ok(output))
}

fn check(model: &Model, input: &Value) -> Vec<ModelError> {
    let body = json!(["body"]);
    let mut errors = fields::check(model.fields, input, &body);
    if let Some(language) = input.get("language").filter(|language| language.is_string())
        && !language.as_str().is_some_and(|language| LANGUAGES.contains(&language))
    {
        errors.push(fields::not_one_of(&fields::inside(&body, "language"), &LANGUAGES, language));
    }
    errors
}

/// Fetches the recording, and gives its SHA-256 in hexadecimal digits and how long it plays, in seconds.
async fn listen(house: &House, url: &Value) -> Result<std::result::Result<(String, i64), ModelError>> {
    let (place, address) = (json!(["body", "audio_url"]), url.as_str().unwrap_or_default());
    let mut file = tempfile::tempfile_in(&house.folder)?;
    let (mut length, mut written) = (0, Ok(()));
    let take = |piece: &[u8]| {
        length += piece.len() as u64;
        written = file.write_all(piece);
        written.is_ok()
    };
    let fetched = fetch::fetch(house, address, LARGEST, take).await;
    written?;
    let Some(digest) = fetched else { return Ok(Err(fetch::failed(&place, address))) };
    file.seek(SeekFrom::Start(0))?;
    let looked = tokio::task::spawn_blocking(move || audio::look(&mut file, length)).await;
    let recording = looked.map_err(std::io::Error::other)??;
    Ok(recording
        .map(|recording| (digest, recording.seconds(length)))
        .map_err(|_| fields::wrong(&place, "unsupported_audio_format", "Unsupported audio format", url, &json!({}))))
}
