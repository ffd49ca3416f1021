//! Transcriptions: reading them here, what is made of them in `digests`, their steps in `steps` and, shared with other
//! runs, in `way`.

mod digests;
mod row;
mod steps;
mod way;

use aisha_openapi::vocabulary::TranscriptionStatus;
use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{FromRow, QueryBuilder};

pub use self::digests::{
    begin_digest, end_digest, find_digest, find_digest_for_job, keep_note, list_digests, list_notes,
};
use self::row::{Row, select};
pub use self::steps::{add, delete, end};
pub use self::way::{
    begin_submission, cancelling, count_attempts, count_open, list_due, lose_answer, postpone, processing, reopen,
    stall, submit_again, submitted, wait, wait_for_result, withdraw_submission,
};
use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::{TranscriptionId, UserId};
use crate::domain::page::{Page, PageRequest, Place};
use crate::domain::run::FalRequest;
use crate::domain::transcript::{Segment, Transcript};
use crate::domain::transcription::Transcription;

/// Which transcriptions are wanted; what is `None` is not asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state.
    pub status: Option<TranscriptionStatus>,
    /// Asked for at this time or later.
    pub after: Option<DateTime<Utc>>,
    /// Asked for before this time.
    pub before: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct TranscriptRow {
    content: String,
    segments: Json<Vec<Segment>>,
}

/// The owner's transcription with this id.
pub async fn find(db: &Db, owner: UserId, id: TranscriptionId) -> Result<Option<Transcription>, StorageError> {
    let sql = select!("where t.user_id = $1 and t.id = $2");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Transcription::from))
}

/// Takes the owner's transcription for a change, until the transaction ends.
pub async fn lock(tx: &mut Tx, owner: UserId, id: TranscriptionId) -> Result<Option<Transcription>, StorageError> {
    let take = "update transcriptions set updated_at = updated_at where user_id = $1 and id = $2";
    let sql = select!("where t.user_id = $1 and t.id = $2");
    on_tx!(tx, |conn| {
        sqlx::query(take).bind(owner.0).bind(id.0).execute(conn).await?;
    });
    let row = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Transcription::from))
}

/// The transcription a job is about. Jobs act for the service, so they name no owner.
pub async fn find_for_job(db: &Db, id: TranscriptionId) -> Result<Option<Transcription>, StorageError> {
    let sql = select!("where t.id = $1");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Transcription::from))
}

/// The transcription whose webhook URL holds this word, now or in an earlier attempt.
pub async fn find_by_attempt_token(db: &Db, token: &str) -> Result<Option<Transcription>, StorageError> {
    let sql = select!(
        "where t.attempt_token = $1 \
         or t.id = (select transcription_id from transcription_attempts where attempt_token = $1)"
    );
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(token).fetch_optional(conn).await?);
    Ok(row.map(Transcription::from))
}

/// The text of the owner's transcription, once there is one.
pub async fn find_transcript(db: &Db, owner: UserId, id: TranscriptionId) -> Result<Option<Transcript>, StorageError> {
    let sql = "select s.content, s.segments from transcripts s join transcriptions t on t.id = s.transcription_id \
               where t.user_id = $1 and t.id = $2";
    let row = on_db!(db, |conn| sqlx::query_as::<_, TranscriptRow>(sql)
        .bind(owner.0)
        .bind(id.0)
        .fetch_optional(conn)
        .await?);
    Ok(row.map(|row| Transcript { text: row.content, segments: row.segments.0 }))
}

/// The transcriptions of an owner, newest first, a page at a time.
pub async fn list(
    db: &Db,
    owner: UserId,
    filter: &Filter,
    request: &PageRequest,
) -> Result<Page<Transcription>, StorageError> {
    let rows = on_db!(db, |conn| {
        let mut query = QueryBuilder::new(select!("where t.user_id = "));
        query.push_bind(owner.0);
        if let Some(status) = filter.status {
            query.push(" and t.status = ").push_bind(status.as_str());
        }
        if let Some(time) = filter.after {
            query.push(" and t.created_at >= ").push_bind(time);
        }
        if let Some(time) = filter.before {
            query.push(" and t.created_at < ").push_bind(time);
        }
        if let Some(place) = request.after {
            query.push(" and (t.created_at, t.id) < (").push_bind(place.created_at);
            query.push(", ").push_bind(place.id).push(")");
        }
        query.push(" order by t.created_at desc, t.id desc limit ").push_bind(i64::from(request.limit) + 1);
        query.build_query_as::<Row>().fetch_all(conn).await?
    });
    let transcriptions = rows.into_iter().map(Transcription::from).collect();
    Ok(Page::from_surplus(transcriptions, request, |transcription: &Transcription| Place {
        created_at: transcription.created_at,
        id: transcription.id.0,
    }))
}

/// What fal has of an owner's transcriptions that have not ended: endpoints and requests.
pub async fn list_at_fal(tx: &mut Tx, owner: UserId) -> Result<Vec<(String, FalRequest)>, StorageError> {
    let sql = select!(
        "where t.user_id = $1 and t.status in ('pending', 'processing') and t.fal_request_id is not null order by t.id"
    );
    let rows = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).fetch_all(conn).await?);
    let open = rows.into_iter().map(Transcription::from);
    Ok(open.filter_map(|transcription| Some((transcription.endpoint, transcription.request?))).collect())
}
