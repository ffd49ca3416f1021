//! Transcriptions: a recording that fal listens to, from the file in our store to the text in our database.

use aisha_openapi::vocabulary::{AudioFormat, DigestKind, DigestStatus, EventType, ResourceType, TranscriptionStatus};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::event::NewEvent;
use super::ids::{DigestId, KeyId, TranscriptionId, UserId};
use super::run::FalRequest;
use super::transcript::Transcript;

/// How long fal may take. An hour of speech takes it minutes, but its queues can be long.
pub const PATIENCE: TimeDelta = TimeDelta::hours(1);
/// How long is tried to make something of a text.
pub const DIGEST_PATIENCE: TimeDelta = TimeDelta::minutes(30);

/// The languages that the models know, by their codes.
pub const LANGUAGES: [&str; 99] = [
    "af", "am", "ar", "as", "az", "ba", "be", "bg", "bn", "bo", "br", "bs", "ca", "cs", "cy", "da", "de", "el", "en",
    "es", "et", "eu", "fa", "fi", "fo", "fr", "gl", "gu", "ha", "haw", "he", "hi", "hr", "ht", "hu", "hy", "id", "is",
    "it", "ja", "jw", "ka", "kk", "km", "kn", "ko", "la", "lb", "ln", "lo", "lt", "lv", "mg", "mi", "mk", "ml", "mn",
    "mr", "ms", "mt", "my", "ne", "nl", "nn", "no", "oc", "pa", "pl", "ps", "pt", "ro", "ru", "sa", "sd", "si", "sk",
    "sl", "sn", "so", "sq", "sr", "su", "sv", "sw", "ta", "te", "tg", "th", "tk", "tl", "tr", "tt", "uk", "ur", "uz",
    "vi", "yi", "yo", "zh",
];

/// A transcription as it is kept, but for the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcription {
    /// Our id.
    pub id: TranscriptionId,
    /// Its owner.
    pub user_id: UserId,
    /// Where it stands.
    pub status: TranscriptionStatus,
    /// Why, where the state alone does not tell.
    pub status_reason: Option<String>,
    /// What its owner calls it.
    pub title: Option<String>,
    /// The recording.
    pub audio: Audio,
    /// The language it is said to be in; `None` leaves it to the model to tell.
    pub language: Option<String>,
    /// The endpoint at fal.
    pub endpoint: String,
    /// What it costs, in millionths of a US dollar.
    pub cost_microusd: i64,
    /// What is known of the text.
    pub heard: Heard,
    /// The code of its failure.
    pub error_code: Option<String>,
    /// The failure in words.
    pub error_message: Option<String>,
    /// The unguessable word in its webhook URL.
    pub attempt_token: String,
    /// When the submission to fal was begun; empty again if fal has certainly not taken it.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When its owner gave it up.
    pub cancel_requested_at: Option<DateTime<Utc>>,
    /// When it is given up if fal has not ended it.
    pub deadline_at: Option<DateTime<Utc>>,
    /// When fal was last asked.
    pub last_status_check: Option<DateTime<Utc>>,
    /// When fal was first known to be done with it, if its result could not be had at once.
    pub fal_ended_at: Option<DateTime<Utc>>,
    /// Its request at fal, once fal has answered the submission.
    pub request: Option<FalRequest>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When fal took it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended, however it ended.
    pub completed_at: Option<DateTime<Utc>>,
}

/// A recording in our store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audio {
    /// Where it lies.
    pub key: String,
    /// What it is.
    pub format: AudioFormat,
    /// How long the file is.
    pub size_bytes: i64,
    /// SHA-256 of it, in hex.
    pub sha256: String,
}

/// What is known of a text without reading it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// The languages in it.
    pub languages: Vec<String>,
    /// When the last word ends, in milliseconds.
    pub duration_millis: Option<i64>,
    /// How it begins; `None` until there is a text.
    pub excerpt: Option<String>,
}

/// How a transcription ended, to be written once.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// fal has told what is said.
    Heard {
        /// In these languages.
        languages: Vec<String>,
        /// This.
        transcript: Transcript,
    },
    /// It could not be done.
    Failed {
        /// A stable word, such as `unsupported_audio_format`.
        code: String,
        /// The failure in words.
        message: String,
        /// What fal answered, as it came.
        response: Option<Value>,
    },
    /// Its owner gave it up, and fal stopped or never began.
    Cancelled,
}

/// Something that is made of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// Our id.
    pub id: DigestId,
    /// Whose it is.
    pub user_id: UserId,
    /// Of what.
    pub transcription_id: TranscriptionId,
    /// What it is.
    pub kind: DigestKind,
    /// The language it is written in; `None` is that of the text.
    pub language: Option<String>,
    /// Where it stands.
    pub status: DigestStatus,
    /// The text, once there is one.
    pub text: Option<String>,
    /// The code of its failure.
    pub error_code: Option<String>,
    /// The failure in words.
    pub error_message: Option<String>,
    /// When it was asked for, the last time.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
}

impl Transcription {
    /// An event about it, by this key or by the service itself.
    #[must_use]
    pub fn event(&self, kind: EventType, actor: Option<KeyId>) -> NewEvent {
        NewEvent {
            kind,
            user_id: self.user_id,
            actor,
            avatar_id: None,
            resource: (ResourceType::Transcription, self.id.0),
            state: Some(self.status.as_str()),
            details: Map::new(),
        }
    }

    /// The event of its end.
    #[must_use]
    pub fn end_event(&self, ending: &Ending) -> NewEvent {
        let (kind, details) = match ending {
            Ending::Heard { languages, transcript } => {
                let characters = transcript.text.chars().count();
                (EventType::TranscriptionCompleted, json!({ "languages": languages, "characters": characters }))
            }
            Ending::Failed { code, message, .. } => {
                (EventType::TranscriptionFailed, json!({ "error": code, "message": message }))
            }
            Ending::Cancelled => (EventType::TranscriptionCancelled, json!({})),
        };
        NewEvent {
            state: Some(ending.status().as_str()),
            details: if let Value::Object(details) = details { details } else { Map::new() },
            ..self.event(kind, None)
        }
    }
}

impl Ending {
    /// The final state this leads to.
    #[must_use]
    pub const fn status(&self) -> TranscriptionStatus {
        match self {
            Self::Heard { .. } => TranscriptionStatus::Completed,
            Self::Failed { .. } => TranscriptionStatus::Failed,
            Self::Cancelled => TranscriptionStatus::Cancelled,
        }
    }
}

impl Digest {
    /// The event of its end, as it is now.
    #[must_use]
    pub fn event(&self) -> NewEvent {
        let kind = match self.status {
            DigestStatus::Failed => EventType::TranscriptionDigestFailed,
            _ => EventType::TranscriptionDigestCompleted,
        };
        let details = [
            ("digest_id", json!(self.id.0)),
            ("kind", json!(self.kind)),
            ("language", json!(self.language)),
            ("error", json!(self.error_code)),
        ];
        NewEvent {
            kind,
            user_id: self.user_id,
            actor: None,
            avatar_id: None,
            resource: (ResourceType::Transcription, self.transcription_id.0),
            state: Some(self.status.as_str()),
            details: details.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        }
    }
}
