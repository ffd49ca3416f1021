//! A transcription as it stands in answers.

use aisha_openapi::transcriptions::{
    Digest as DigestBody, Segment as SegmentBody, Transcript as TranscriptBody, Transcription as TranscriptionBody,
    TranscriptionError,
};

use crate::app::App;
use crate::domain::transcript::{Segment, Transcript};
use crate::domain::transcription::{Digest, Transcription};
use crate::http::spending::usd;
use crate::storage::{StorageError, transcriptions};

/// The transcription with its text and what was made of it.
pub(in crate::http) async fn show_whole(
    app: &App,
    transcription: Transcription,
) -> Result<TranscriptionBody, StorageError> {
    let (owner, id) = (transcription.user_id, transcription.id);
    let transcript = transcriptions::find_transcript(&app.db, owner, id).await?;
    let digests = transcriptions::list_digests(&app.db, owner, id).await?;
    Ok(show(transcription, transcript, digests))
}

/// The transcription with these parts.
pub(super) fn show(
    transcription: Transcription,
    transcript: Option<Transcript>,
    digests: Vec<Digest>,
) -> TranscriptionBody {
    let Transcription { audio, heard, .. } = transcription;
    TranscriptionBody {
        id: transcription.id.0,
        status: transcription.status,
        status_reason: transcription.status_reason,
        title: transcription.title,
        format: audio.format,
        size_bytes: audio.size_bytes,
        sha256: audio.sha256,
        language: transcription.language,
        endpoint: transcription.endpoint,
        cost_estimate_usd: usd(transcription.cost_microusd),
        languages: heard.languages,
        duration_seconds: heard.duration_millis.and_then(|millis| millis.try_into().ok()).map(seconds),
        excerpt: heard.excerpt,
        transcript: transcript.map(|transcript| TranscriptBody {
            text: transcript.text,
            segments: transcript.segments.into_iter().map(show_segment).collect(),
        }),
        digests: digests.into_iter().map(show_digest).collect(),
        error: error(transcription.error_code, transcription.error_message),
        fal_request_id: transcription.request.map(|request| request.id),
        cancel_requested_at: transcription.cancel_requested_at,
        deadline_at: transcription.deadline_at,
        created_at: transcription.created_at,
        started_at: transcription.started_at,
        completed_at: transcription.completed_at,
    }
}

/// A digest.
pub(super) fn show_digest(digest: Digest) -> DigestBody {
    DigestBody {
        id: digest.id.0,
        kind: digest.kind,
        language: digest.language,
        status: digest.status,
        text: digest.text,
        error: error(digest.error_code, digest.error_message),
        created_at: digest.created_at,
        completed_at: digest.completed_at,
    }
}

fn show_segment(segment: Segment) -> SegmentBody {
    SegmentBody {
        start_seconds: seconds(segment.start_millis),
        end_seconds: segment.end_millis.map(seconds),
        text: segment.text,
    }
}

fn error(code: Option<String>, message: Option<String>) -> Option<TranscriptionError> {
    code.map(|code| TranscriptionError { code, message: message.unwrap_or_default() })
}

#[expect(clippy::cast_precision_loss, reason = "no recording plays for 2^52 milliseconds")]
fn seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}
