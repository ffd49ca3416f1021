//! The steps that are a transcription's own: its beginning and its end.

use aisha_openapi::vocabulary::TranscriptionStatus;
use chrono::{DateTime, Utc};
use sqlx::types::Json;

use crate::domain::ids::{TranscriptionId, UserId};
use crate::domain::json::keepable;
use crate::domain::transcript::{Segment, Transcript};
use crate::domain::transcription::{Ending, Transcription};
use crate::storage::db::on_tx;
use crate::storage::{StorageError, Tx};

/// Adds a transcription.
pub async fn add(tx: &mut Tx, transcription: &Transcription, next_check_at: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "insert into transcriptions (id, user_id, status, title, audio_key, format, size_bytes, sha256, language, \
               endpoint, cost_microusd, languages, attempt_token, next_check_at, created_at, updated_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let audio = &transcription.audio;
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(transcription.id.0)
            .bind(transcription.user_id.0)
            .bind(transcription.status.as_str())
            .bind(&transcription.title)
            .bind(&audio.key)
            .bind(audio.format.as_str())
            .bind(audio.size_bytes)
            .bind(&audio.sha256)
            .bind(&transcription.language)
            .bind(&transcription.endpoint)
            .bind(transcription.cost_microusd)
            .bind(Json(&transcription.heard.languages))
            .bind(&transcription.attempt_token)
            .bind(next_check_at)
            .bind(transcription.created_at)
            .bind(transcription.updated_at)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Deletes the owner's transcription with its text; `false` if it is not there.
pub async fn delete(tx: &mut Tx, owner: UserId, id: TranscriptionId) -> Result<bool, StorageError> {
    let sql = "delete from transcriptions where user_id = $1 and id = $2";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(owner.0).bind(id.0).execute(conn).await?.rows_affected()) == 1)
}

/// Ends a transcription, once: of all that come to tell its end only the first finds it open. Who has seen it in another
/// state knows too little by now. None is completed that was not at fal.
pub async fn end(
    tx: &mut Tx,
    id: TranscriptionId,
    seen: TranscriptionStatus,
    ending: &Ending,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update transcriptions set status = $2, status_reason = null, next_check_at = null, deadline_at = null, \
               error_code = $3, error_message = $4, fal_response_data = $5, languages = $6, duration_millis = $7, \
               excerpt = $8, completed_at = $9, updated_at = $9 \
               where id = $1 and status = $10 and next_check_at is not null and (status = 'processing' or $11)";
    let nothing = Transcript::default();
    let (failure, languages, transcript) = match ending {
        Ending::Heard { languages, transcript } => (None, languages.as_slice(), transcript),
        Ending::Failed { code, message, response } => (Some((code, message, response)), &[][..], &nothing),
        Ending::Cancelled => (None, &[][..], &nothing),
    };
    let is_heard = matches!(ending, Ending::Heard { .. });
    let transcript = without_nul(transcript);
    let ended = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id.0)
            .bind(ending.status().as_str())
            .bind(failure.map(|(code, ..)| code))
            .bind(failure.map(|(_, message, _)| message.replace('\0', "")))
            .bind(failure.and_then(|(.., response)| response.as_ref()).map(|response| Json(keepable(response))))
            .bind(Json(languages))
            .bind(transcript.end_millis().and_then(|millis| i64::try_from(millis).ok()))
            .bind(is_heard.then(|| transcript.excerpt()))
            .bind(now)
            .bind(seen.as_str())
            .bind(!is_heard)
            .execute(conn)
            .await?
            .rows_affected()
    });
    if ended == 1 && is_heard {
        let sql = "insert into transcripts (transcription_id, content, segments) values ($1, $2, $3)";
        on_tx!(tx, |conn| {
            sqlx::query(sql).bind(id.0).bind(&transcript.text).bind(Json(&transcript.segments)).execute(conn).await?;
        });
    }
    Ok(ended == 1)
}

/// Postgres keeps no U+0000.
fn without_nul(transcript: &Transcript) -> Transcript {
    let clean = |text: &str| text.replace('\0', "");
    let segments = transcript.segments.iter();
    Transcript {
        text: clean(&transcript.text),
        segments: segments.map(|segment| Segment { text: clean(&segment.text), ..segment.clone() }).collect(),
    }
}
