//! How a transcription lies in its table.

use aisha_openapi::vocabulary::{AudioFormat, TranscriptionStatus};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::{TranscriptionId, UserId};
use crate::domain::transcription::{Audio, Heard, Transcription};
use crate::storage::db::Word;
use crate::storage::fal_requests::RequestRow;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select t.id, t.user_id, t.status, t.status_reason, t.title, t.audio_key, t.format, t.size_bytes, t.sha256, \
             t.language, t.endpoint, t.cost_microusd, t.languages, t.duration_millis, t.excerpt, t.error_code, \
             t.error_message, t.attempt_token, t.submitted_at, t.cancel_requested_at, t.deadline_at, \
             t.last_status_check, t.fal_ended_at, t.fal_request_id, t.fal_status_url, t.fal_response_url, \
             t.fal_cancel_url, t.created_at, t.updated_at, t.started_at, t.completed_at from transcriptions t ",
            $rest
        )
    };
}
pub(super) use select;

#[derive(FromRow)]
pub(super) struct Row {
    id: Uuid,
    user_id: Uuid,
    status: Word<TranscriptionStatus>,
    status_reason: Option<String>,
    title: Option<String>,
    language: Option<String>,
    endpoint: String,
    cost_microusd: i64,
    error_code: Option<String>,
    error_message: Option<String>,
    attempt_token: String,
    submitted_at: Option<DateTime<Utc>>,
    cancel_requested_at: Option<DateTime<Utc>>,
    deadline_at: Option<DateTime<Utc>>,
    last_status_check: Option<DateTime<Utc>>,
    fal_ended_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    #[sqlx(flatten)]
    audio: AudioRow,
    #[sqlx(flatten)]
    heard: HeardRow,
    #[sqlx(flatten)]
    request: RequestRow,
}

#[derive(FromRow)]
struct AudioRow {
    audio_key: String,
    format: Word<AudioFormat>,
    size_bytes: i64,
    sha256: String,
}

#[derive(FromRow)]
struct HeardRow {
    languages: Json<Vec<String>>,
    duration_millis: Option<i64>,
    excerpt: Option<String>,
}

impl From<Row> for Transcription {
    fn from(row: Row) -> Self {
        Self {
            id: TranscriptionId(row.id),
            user_id: UserId(row.user_id),
            status: row.status.0,
            status_reason: row.status_reason,
            title: row.title,
            audio: Audio {
                key: row.audio.audio_key,
                format: row.audio.format.0,
                size_bytes: row.audio.size_bytes,
                sha256: row.audio.sha256,
            },
            language: row.language,
            endpoint: row.endpoint,
            cost_microusd: row.cost_microusd,
            heard: Heard {
                languages: row.heard.languages.0,
                duration_millis: row.heard.duration_millis,
                excerpt: row.heard.excerpt,
            },
            error_code: row.error_code,
            error_message: row.error_message,
            attempt_token: row.attempt_token,
            submitted_at: row.submitted_at,
            cancel_requested_at: row.cancel_requested_at,
            deadline_at: row.deadline_at,
            last_status_check: row.last_status_check,
            fal_ended_at: row.fal_ended_at,
            request: row.request.into_request(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            started_at: row.started_at,
            completed_at: row.completed_at,
        }
    }
}
