//! Transcriptions: what is said in a recording, as text.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vocabulary::{AudioFormat, DigestKind, DigestStatus, TranscriptionStatus};

/// What is said in a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Transcription {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub status: TranscriptionStatus,
    /// Why, where the status alone does not tell.
    pub status_reason: Option<String>,
    /// What its owner calls it, or the name of the file that was sent.
    #[schema(example = "Call with the printer's")]
    pub title: Option<String>,
    /// What the recording is, told by its content.
    pub format: AudioFormat,
    /// How long the file is, in bytes.
    #[schema(example = 481_280)]
    pub size_bytes: i64,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    /// The language that it was said to be in; null leaves it to the model to tell.
    #[schema(example = "en")]
    pub language: Option<String>,
    /// The model at fal.
    #[schema(example = "fal-ai/wizper")]
    pub endpoint: String,
    /// What it should cost, in US dollars.
    #[schema(example = 0.01)]
    pub cost_estimate_usd: f64,
    /// The languages the model has heard; empty until completed.
    #[schema(example = json!(["en"]))]
    pub languages: Vec<String>,
    /// When the last word ends, in seconds from the beginning; null until completed, and where the model has not told it.
    #[schema(example = 62.5)]
    pub duration_seconds: Option<f64>,
    /// The first 200 characters of the text; null until completed.
    pub excerpt: Option<String>,
    /// What is said; null until completed, and in lists, which have the excerpt alone.
    pub transcript: Option<Transcript>,
    /// What was made of the text; empty in lists.
    pub digests: Vec<Digest>,
    /// What went wrong; null unless it failed.
    pub error: Option<TranscriptionError>,
    /// fal's id of the run.
    pub fal_request_id: Option<String>,
    /// When it was given up; it may still complete if fal was faster.
    pub cancel_requested_at: Option<DateTime<Utc>>,
    /// When it is given up if fal has not ended it; null once it has ended, and before fal was asked.
    pub deadline_at: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When fal took it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended, however it ended.
    pub completed_at: Option<DateTime<Utc>>,
}

/// The text of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Transcript {
    /// All of it; empty where nobody speaks.
    pub text: String,
    /// The same in pieces, in order; empty where the model gives none.
    pub segments: Vec<Segment>,
}

/// A piece of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Segment {
    /// When it begins, in seconds from the beginning of the recording.
    #[schema(minimum = 0, example = 12.48)]
    pub start_seconds: f64,
    /// When it ends; null where the model has not told it.
    #[schema(minimum = 0, example = 17.9)]
    pub end_seconds: Option<f64>,
    /// What is said in it.
    pub text: String,
}

/// Why a transcription failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TranscriptionError {
    /// A stable word.
    #[schema(example = "unsupported_audio_format")]
    pub code: String,
    /// The same for people.
    pub message: String,
}

/// A page of transcriptions, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TranscriptionPage {
    /// The transcriptions.
    pub data: Vec<Transcription>,
    /// Give it as `cursor` to get the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// What a transcription would cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TranscriptionQuote {
    /// The model at fal.
    #[schema(example = "fal-ai/wizper")]
    pub endpoint: String,
    /// What the recording is.
    pub format: AudioFormat,
    /// How long the file is, in bytes.
    pub size_bytes: i64,
    /// How long it plays, in seconds: told by the file where it says so at its beginning, else estimated from its size
    /// and format.
    #[schema(example = 60)]
    pub estimated_seconds: i64,
    /// In US dollars.
    #[schema(example = 0.01)]
    pub cost_estimate_usd: f64,
}

/// Something to be made of a text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDigest {
    /// What.
    pub kind: DigestKind,
    /// The language to write it in, by its code; that of the text if you name none.
    #[serde(default)]
    #[schema(min_length = 2, max_length = 8, pattern = "^[a-z]{2,3}(-[A-Za-z]{2,4})?$", example = "en")]
    pub language: Option<String>,
}

/// Something that was made of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Digest {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub kind: DigestKind,
    /// The language it was asked for in; null is that of the text.
    pub language: Option<String>,
    /// Where it stands.
    pub status: DigestStatus,
    /// The text; null until completed.
    pub text: Option<String>,
    /// What went wrong; null unless it failed.
    pub error: Option<TranscriptionError>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended, however it ended.
    pub completed_at: Option<DateTime<Utc>>,
}
