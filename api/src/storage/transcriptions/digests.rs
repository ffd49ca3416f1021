//! What is made of texts: one row a wish, however often it is wished.

use aisha_openapi::vocabulary::{DigestKind, DigestStatus};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::domain::ids::{DigestId, TranscriptionId, UserId};
use crate::domain::transcription::Digest;
use crate::storage::db::{Word, on_db, on_tx};
use crate::storage::{Db, StorageError, Tx};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select d.id, d.user_id, d.transcription_id, d.kind, d.language, d.status, d.content, d.error_code, \
             d.error_message, d.created_at, d.completed_at from transcription_digests d ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    transcription_id: Uuid,
    kind: Word<DigestKind>,
    language: String,
    status: Word<DigestStatus>,
    content: Option<String>,
    error_code: Option<String>,
    error_message: Option<String>,
    created_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
}

impl From<Row> for Digest {
    fn from(row: Row) -> Self {
        Self {
            id: DigestId(row.id),
            user_id: UserId(row.user_id),
            transcription_id: TranscriptionId(row.transcription_id),
            kind: row.kind.0,
            language: Some(row.language).filter(|language| !language.is_empty()),
            status: row.status.0,
            text: row.content,
            error_code: row.error_code,
            error_message: row.error_message,
            created_at: row.created_at,
            completed_at: row.completed_at,
        }
    }
}

/// Begins a digest, and gives it as it is now: one that was wished for before is only begun again if it failed. The
/// transcription must be locked.
pub async fn begin_digest(tx: &mut Tx, digest: &Digest) -> Result<Digest, StorageError> {
    let insert = "insert into transcription_digests (id, user_id, transcription_id, kind, language, status, created_at) \
                  values ($1, $2, $3, $4, $5, 'pending', $6) on conflict (transcription_id, kind, language) do update \
                  set status = 'pending', error_code = null, error_message = null, created_at = $6, completed_at = null \
                  where transcription_digests.status = 'failed'";
    let touch = "update transcriptions set updated_at = $2 where id = $1";
    let sql = select!("where d.transcription_id = $1 and d.kind = $2 and d.language = $3");
    let language = digest.language.as_deref().unwrap_or_default();
    let (id, kind) = (digest.transcription_id.0, digest.kind.as_str());
    let begun = on_tx!(tx, |conn| {
        sqlx::query(insert)
            .bind(digest.id.0)
            .bind(digest.user_id.0)
            .bind(id)
            .bind(kind)
            .bind(language)
            .bind(digest.created_at)
            .execute(conn)
            .await?
            .rows_affected()
    });
    if begun == 1 {
        on_tx!(tx, |conn| {
            sqlx::query(touch).bind(id).bind(digest.created_at).execute(conn).await?;
        });
    }
    let row =
        on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(id).bind(kind).bind(language).fetch_one(conn).await?);
    Ok(row.into())
}

/// The owner's digest of this kind, in this language.
pub async fn find_digest(
    db: &Db,
    owner: UserId,
    id: TranscriptionId,
    kind: DigestKind,
    language: Option<&str>,
) -> Result<Option<Digest>, StorageError> {
    let sql = select!("where d.user_id = $1 and d.transcription_id = $2 and d.kind = $3 and d.language = $4");
    let row = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql)
            .bind(owner.0)
            .bind(id.0)
            .bind(kind.as_str())
            .bind(language.unwrap_or_default())
            .fetch_optional(conn)
            .await?
    });
    Ok(row.map(Digest::from))
}

/// The digest a job is about. Jobs act for the service, so they name no owner.
pub async fn find_digest_for_job(db: &Db, id: DigestId) -> Result<Option<Digest>, StorageError> {
    let sql = select!("where d.id = $1");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Digest::from))
}

/// All digests of the owner's transcription, the oldest first.
pub async fn list_digests(db: &Db, owner: UserId, id: TranscriptionId) -> Result<Vec<Digest>, StorageError> {
    let sql = select!("where d.user_id = $1 and d.transcription_id = $2 order by d.created_at, d.id");
    let rows = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_all(conn).await?);
    Ok(rows.into_iter().map(Digest::from).collect())
}

/// What was said of the parts of a text so far, in order.
pub async fn list_notes(db: &Db, id: DigestId) -> Result<Vec<String>, StorageError> {
    let sql = "select content from digest_notes where digest_id = $1 order by number";
    Ok(on_db!(db, |conn| sqlx::query_scalar(sql).bind(id.0).fetch_all(conn).await?))
}

/// Keeps what was said of the next part, while the digest is being written. What is kept under this number stays.
pub async fn keep_note(db: &Db, id: DigestId, number: i64, note: &str) -> Result<(), StorageError> {
    let sql = "insert into digest_notes (digest_id, number, content) select $1, $2, $3 \
               where exists (select 1 from transcription_digests where id = $1 and status = 'pending') \
               on conflict (digest_id, number) do nothing";
    on_db!(db, |conn| {
        sqlx::query(sql).bind(id.0).bind(number).bind(note.replace('\0', "")).execute(conn).await?;
    });
    Ok(())
}

/// Forgets what was said of the parts.
async fn drop_notes(tx: &mut Tx, id: DigestId) -> Result<(), StorageError> {
    on_tx!(tx, |conn| {
        sqlx::query("delete from digest_notes where digest_id = $1").bind(id.0).execute(conn).await?;
    });
    Ok(())
}

/// Ends a digest as it is given, once; `false` if it has ended or is gone. Its notes go.
pub async fn end_digest(tx: &mut Tx, digest: &Digest, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update transcription_digests set status = $2, content = $3, error_code = $4, error_message = $5, \
               completed_at = $6 where id = $1 and status = 'pending'";
    let touch = "update transcriptions set updated_at = $2 where id = $1";
    let clean = |text: &Option<String>| text.as_ref().map(|text| text.replace('\0', ""));
    // First what everybody takes first.
    on_tx!(tx, |conn| {
        sqlx::query(touch).bind(digest.transcription_id.0).bind(now).execute(conn).await?;
    });
    let ended = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(digest.id.0)
            .bind(digest.status.as_str())
            .bind(clean(&digest.text))
            .bind(&digest.error_code)
            .bind(clean(&digest.error_message))
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected()
    });
    drop_notes(tx, digest.id).await?;
    Ok(ended == 1)
}
