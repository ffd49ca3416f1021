//! What is sent to be transcribed: a form with one file, or the recording itself as the body. It is read into the spool,
//! however long it is, and looked at there.

use std::path::Path;

use aisha_openapi::problem::ProblemCode;
use axum::extract::Request;
use axum::http::header;
use axum::http::request::Parts;
use sha2::{Digest as _, Sha256};
use tokio::task::spawn_blocking;

use crate::app::App;
use crate::domain::audio::{self, NotAudio, Recording};
use crate::domain::principal::Principal;
use crate::domain::transcription::LANGUAGES;
use crate::files::SpooledFile;
use crate::http::problem::{Problem, internal};
use crate::http::uploads::{DigestCheck, FORM_OVERHEAD_BYTES, Form, Incoming, Limit, Pace, Pieces, pace, receive};

/// Characters of a title.
const LONGEST_TITLE: usize = 200;
/// Bytes of a field that is no file; a title of four bytes a letter has fewer.
const LONGEST_FIELD: usize = 1024;

/// A recording that has come whole.
pub(super) struct Sent {
    /// The file.
    pub(super) file: SpooledFile,
    /// What it is.
    pub(super) recording: Recording,
    /// What is said of it.
    pub(super) labels: Labels,
}

/// What its sender says of a recording.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// What it is called.
    pub(super) title: Option<String>,
    /// The language in it.
    pub(super) language: Option<String>,
}

impl Sent {
    /// What makes two requests the same one.
    pub(super) fn request_sha256(&self) -> String {
        let mut hash = Sha256::new_with_prefix("POST /v1/transcriptions");
        for label in [&self.labels.title, &self.labels.language] {
            hash.update(label.as_deref().unwrap_or_default());
            hash.update([0]);
        }
        hash.update(self.file.sha256());
        hex::encode(hash.finalize())
    }
}

impl Labels {
    /// Checks both. A field that is empty is one that nobody filled in.
    fn checked(self) -> Result<Self, Problem> {
        let plain = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (title, language) = (plain(self.title), plain(self.language).map(|text| text.to_ascii_lowercase()));
        if let Some(title) = &title {
            if title.chars().count() > LONGEST_TITLE {
                return Err(Problem::field("title", "length", format!("must have at most {LONGEST_TITLE} characters")));
            }
            if title.chars().any(char::is_control) {
                return Err(Problem::field("title", "control_character", "must be text in one line"));
            }
        }
        language.as_deref().map_or(Ok(()), check_language)?;
        Ok(Self { title, language })
    }
}

/// Whether the models know a language.
pub(super) fn check_language(code: &str) -> Result<(), Problem> {
    if LANGUAGES.contains(&code) {
        return Ok(());
    }
    let detail = format!("must be one of {}; leave it out if you are not sure", LANGUAGES.join(", "));
    Err(Problem::field("language", "unknown", detail))
}

/// Reads the whole request. What a form says wins over what was said before.
pub(super) async fn read(app: &App, me: &Principal, said: Labels, request: Request) -> Result<Sent, Problem> {
    let (head, body) = request.into_parts();
    let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let kind = text(header::CONTENT_TYPE).unwrap_or("audio/*").to_ascii_lowercase();
    let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let waits_for_a_word = text(header::EXPECT).is_some();
    let limit = limit(app);
    let incoming = Incoming::new(body, limit.bytes + FORM_OVERHEAD_BYTES, DigestCheck::of(&head.headers)?);
    let most = length.unwrap_or(u64::MAX).min(limit.bytes);
    let read = read_body(app, me, &kind, head, &incoming, (limit, most), said).await;
    incoming.linger(waits_for_a_word).await;
    let (file, labels) = read?;
    let labels = labels.checked()?;
    let recording = look(file.path(), file.length()).await?;
    Ok(Sent { file, recording, labels })
}

async fn read_body(
    app: &App,
    me: &Principal,
    kind: &str,
    head: Parts,
    incoming: &Incoming,
    (limit, most): (Limit, u64),
    mut labels: Labels,
) -> Result<(SpooledFile, Labels), Problem> {
    let mut pace = pace(app);
    let file = if kind.starts_with("multipart/form-data") {
        let mut form = Form::of(head, incoming.clone()).await?;
        let mut file = None;
        while let Some(mut pieces) = form.next(&mut pace).await? {
            if !pieces.is_file() {
                read_field(&mut pieces, &mut pace, &mut labels).await?;
            } else if file.is_some() {
                return Err(Problem::field("file", "too_many", "must be one file; send each in a request of its own"));
            } else {
                let name = pieces.name().map(|name| name.chars().take(LONGEST_TITLE).collect());
                labels.title = labels.title.or(name);
                file = Some(receive(app, me.subject, &mut pieces, &mut pace, limit, most).await??);
            }
        }
        file.ok_or_else(|| Problem::new(ProblemCode::NoAudio, "Add a file: `curl -F file=@voice.ogg …`."))?
    } else if is_recording(kind) {
        receive(app, me.subject, &mut Pieces::Body(incoming.clone()), &mut pace, limit, most).await??
    } else {
        let detail = "Send a form (`curl -F file=@voice.ogg`) or the recording as the body (`curl -T voice.ogg`).";
        return Err(Problem::new(ProblemCode::UnsupportedMediaType, detail));
    };
    incoming.verify(pace).await?;
    Ok((file, labels))
}

/// Whether a body of this type may be a recording; its content tells.
fn is_recording(kind: &str) -> bool {
    ["audio/", "video/mp4", "video/webm", "application/ogg", "application/octet-stream"]
        .iter()
        .any(|known| kind.starts_with(known))
}

async fn read_field(pieces: &mut Pieces<'_>, pace: &mut Pace, labels: &mut Labels) -> Result<(), Problem> {
    let name = pieces.field().unwrap_or_default().chars().take(40).collect::<String>();
    let label = match name.as_str() {
        "title" => &mut labels.title,
        "language" => &mut labels.language,
        _ => return Err(Problem::field(&name, "unknown", "is no field of this form: file, title and language are")),
    };
    let text = pieces.text(pace, LONGEST_FIELD).await?;
    *label = Some(text.ok_or_else(|| Problem::field(&name, "length", "must be a short text"))?);
    Ok(())
}

fn limit(app: &App) -> Limit {
    Limit { bytes: app.settings.audio.max_bytes, words: ("recording", "Send it in parts, or as ogg or mp3.") }
}

/// Tells what the file is.
async fn look(path: &Path, length: u64) -> Result<Recording, Problem> {
    let path = path.to_owned();
    let looked = spawn_blocking(move || audio::look(&mut std::fs::File::open(path)?, length)).await;
    let looked = looked.map_err(std::io::Error::other).and_then(|looked| looked).map_err(|error| {
        tracing::error!(%error, "a recording could not be read from the spool");
        internal()
    })?;
    looked.map_err(|reason| match reason {
        NotAudio::Empty => Problem::new(ProblemCode::AudioEmpty, "Nothing is in the file. Record it again."),
        NotAudio::Unsupported => {
            let detail = "It is none of mp3, m4a, ogg, wav, webm and flac, whatever its name says. Convert it.";
            Problem::new(ProblemCode::UnsupportedAudio, detail)
        }
    })
}
