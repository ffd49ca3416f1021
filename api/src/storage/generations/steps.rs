//! The steps of a generation. Each names the states it may start from in its `where`, so of two that race one finds
//! nothing to do; `false` tells so.

use aisha_openapi::vocabulary::{GenerationStatus, WarningCode};
use chrono::{DateTime, Utc};
use sqlx::types::Json;

use crate::domain::generation::{Ending, Generation, Image};
use crate::domain::ids::{AvatarId, GenerationId, UserId};
use crate::domain::json::keepable;
use crate::domain::run::FalRequest;
use crate::storage::db::on_tx;
use crate::storage::{StorageError, Tx};

/// Adds a generation and counts it with its avatar.
pub async fn add(tx: &mut Tx, generation: &Generation, next_check_at: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "insert into generations (id, user_id, avatar_id, training_id, pack_id, repeat_of, status, prompt, \
               final_prompt, negative_prompt, style_id, aspect_ratio, width, height, num_images, seed, endpoint, \
               warnings, is_favourite, cost_microusd, attempt_token, next_check_at, images, created_at, updated_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
               $22, $23, $24, $25)";
    let wish = &generation.wish;
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(generation.id.0)
            .bind(generation.user_id.0)
            .bind(generation.avatar_id.0)
            .bind(generation.training_id.0)
            .bind(generation.pack_id)
            .bind(generation.repeat_of.map(|id| id.0))
            .bind(generation.status.as_str())
            .bind(&wish.prompt)
            .bind(&generation.final_prompt)
            .bind(&wish.negative_prompt)
            .bind(&wish.style_id)
            .bind(wish.aspect_ratio.as_str())
            .bind(generation.size.0)
            .bind(generation.size.1)
            .bind(wish.num_images)
            .bind(wish.seed)
            .bind(&generation.endpoint)
            .bind(Json(&generation.warnings))
            .bind(generation.is_favourite)
            .bind(generation.cost_microusd)
            .bind(&generation.attempt_token)
            .bind(next_check_at)
            .bind(Json(&generation.images))
            .bind(generation.created_at)
            .bind(generation.updated_at)
            .execute(conn)
            .await?;
    });
    count(tx, generation.avatar_id, 1).await
}

/// Deletes the owner's generation and takes it out of its avatar's count; `false` if it is not there.
pub async fn delete(tx: &mut Tx, owner: UserId, avatar_id: AvatarId, id: GenerationId) -> Result<bool, StorageError> {
    let sql = "delete from generations where user_id = $1 and avatar_id = $2 and id = $3";
    let deleted = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(owner.0).bind(avatar_id.0).bind(id.0).execute(conn).await?.rows_affected()
    });
    if deleted == 1 {
        count(tx, avatar_id, -1).await?;
    }
    Ok(deleted == 1)
}

async fn count(tx: &mut Tx, avatar_id: AvatarId, more: i64) -> Result<(), StorageError> {
    let sql = "update avatars set generations_count = generations_count + $2 where id = $1";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(avatar_id.0).bind(more).execute(conn).await?;
    });
    Ok(())
}

/// What fal will be told, and what of the wish that leaves out. Once fal may have it, it stands.
pub async fn write_prompt(
    tx: &mut Tx,
    id: GenerationId,
    final_prompt: &str,
    warnings: &[WarningCode],
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set final_prompt = $2, warnings = $3, updated_at = $4 \
               where id = $1 and status = 'pending' and submitted_at is null";
    let written = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id.0)
            .bind(final_prompt)
            .bind(Json(warnings))
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(written == 1)
}

/// It waits before its submission, for this reason; `false` if fal may have it.
pub async fn wait(
    tx: &mut Tx,
    id: GenerationId,
    reason: &str,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set updated_at = case when status_reason = $2 then updated_at else $4 end, \
               status_reason = $2, next_check_at = $3 where id = $1 and status = 'pending' and submitted_at is null";
    let waits = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(reason).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(waits == 1)
}

/// From here on fal may have the generation: written before the call, so that it is never made twice. One that was given
/// up does not begin.
pub async fn begin_submission(
    tx: &mut Tx,
    id: GenerationId,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set submitted_at = $2, next_check_at = $3, status_reason = null, updated_at = $2 \
               where id = $1 and status = 'pending' and submitted_at is null and cancel_requested_at is null";
    let begun = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(now).bind(next_check_at).execute(conn).await?.rows_affected()
    });
    if begun == 1 {
        let sql = "insert into generation_attempts (attempt_token, generation_id, submitted_at, number) \
                   select attempt_token, id, submitted_at, \
                   1 + (select count(*) from generation_attempts a where a.generation_id = generations.id) \
                   from generations where id = $1 on conflict do nothing";
        on_tx!(tx, |conn| {
            sqlx::query(sql).bind(id.0).execute(conn).await?;
        });
    }
    Ok(begun == 1)
}

/// fal has certainly not taken the submission that was begun, so it may begin again, or end without asking fal. The
/// first time sets until when fal may go on refusing it.
pub async fn withdraw_submission(
    tx: &mut Tx,
    id: GenerationId,
    next_check_at: DateTime<Utc>,
    deadline_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set submitted_at = null, next_check_at = $2, \
               deadline_at = coalesce(deadline_at, $3), updated_at = $4, status_reason = null \
               where id = $1 and status = 'pending' and fal_request_id is null";
    let withdrawn = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(next_check_at).bind(deadline_at).bind(now).execute(conn).await?.rows_affected()
    });
    if withdrawn == 1 {
        let sql = "delete from generation_attempts \
                   where attempt_token = (select attempt_token from generations where id = $1)";
        on_tx!(tx, |conn| {
            sqlx::query(sql).bind(id.0).execute(conn).await?;
        });
    }
    Ok(withdrawn == 1)
}

/// A submission whose answer was lost is opened again under another token.
pub async fn submit_again(
    tx: &mut Tx,
    id: GenerationId,
    attempt_token: &str,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set submitted_at = null, attempt_token = $2, next_check_at = $3, updated_at = $3 \
               where id = $1 and status = 'pending' and fal_request_id is null and submitted_at is not null \
               and cancel_requested_at is null";
    let opened = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(attempt_token).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(opened == 1)
}

/// What fal could not do for a passing reason is opened again under another token.
pub async fn reopen(
    tx: &mut Tx,
    id: GenerationId,
    attempt_token: &str,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set status = 'pending', status_reason = null, submitted_at = null, attempt_token = $2, \
               fal_request_id = null, fal_status_url = null, fal_response_url = null, fal_cancel_url = null, \
               fal_ended_at = null, started_at = null, next_check_at = $3, updated_at = $4 \
               where id = $1 and status = 'processing' and cancel_requested_at is null";
    let opened = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id.0)
            .bind(attempt_token)
            .bind(next_check_at)
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(opened == 1)
}

/// fal has it, and has so long to end it. A late webhook may tell so of an earlier attempt while the next one has not
/// begun; then that counts as submitted from now on.
pub async fn submitted(
    tx: &mut Tx,
    id: GenerationId,
    request: &FalRequest,
    next_check_at: DateTime<Utc>,
    deadline_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set fal_request_id = $2, fal_status_url = $3, fal_response_url = $4, \
               fal_cancel_url = $5, next_check_at = $6, deadline_at = $7, updated_at = $8, started_at = $8, \
               submitted_at = coalesce(submitted_at, $8), status = 'processing', status_reason = null \
               where id = $1 and status = 'pending' and fal_request_id is null";
    let written = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id.0)
            .bind(&request.id)
            .bind(&request.status_url)
            .bind(&request.response_url)
            .bind(&request.cancel_url)
            .bind(next_check_at)
            .bind(deadline_at)
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(written == 1)
}

/// fal is at it: only the time of the next question moves, and a doubt is over.
pub async fn processing(
    tx: &mut Tx,
    id: GenerationId,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set next_check_at = $2, last_status_check = $3, \
               updated_at = case when status_reason is null then updated_at else $3 end, status_reason = null \
               where id = $1 and status = 'processing'";
    let written = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(written == 1)
}

/// fal did not answer: only the time of the next question moves.
pub async fn postpone(
    tx: &mut Tx,
    id: GenerationId,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set next_check_at = $2, last_status_check = $3 \
               where id = $1 and next_check_at is not null";
    let moved = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(moved == 1)
}

/// fal is done with it, and its result cannot be had yet.
pub async fn wait_for_result(
    tx: &mut Tx,
    id: GenerationId,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set fal_ended_at = coalesce(fal_ended_at, $3), next_check_at = $2, \
               last_status_check = $3 where id = $1 and next_check_at is not null";
    let waiting = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(waiting == 1)
}

/// Whether fal has what was submitted is not known.
pub async fn lose_answer(
    tx: &mut Tx,
    id: GenerationId,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set status_reason = 'submission_unknown', next_check_at = $2, updated_at = $3 \
               where id = $1 and status = 'pending' and submitted_at is not null";
    let lost = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(lost == 1)
}

/// How fal is getting on with it is not known for now, for this reason.
pub async fn stall(
    tx: &mut Tx,
    id: GenerationId,
    reason: &str,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set updated_at = case when status_reason = $2 then updated_at else $4 end, \
               status_reason = $2, next_check_at = $3, last_status_check = $4 \
               where id = $1 and status = 'processing'";
    let stalled = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(reason).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(stalled == 1)
}

/// Its owner wants it stopped.
pub async fn cancelling(tx: &mut Tx, id: GenerationId, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update generations set cancel_requested_at = $2, updated_at = $2 \
               where id = $1 and status in ('pending', 'processing') and cancel_requested_at is null";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(id.0).bind(now).execute(conn).await?.rows_affected()) == 1)
}

/// Ends a generation, once: of all that come to tell its end only the first finds it open. Who has seen it in another
/// state knows too little by now: while it was being given up, fal's webhook may have told of it. None is completed that
/// was not at fal.
pub async fn end(
    tx: &mut Tx,
    id: GenerationId,
    seen: GenerationStatus,
    ending: &Ending,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    const NONE: &[Option<Image>] = &[];
    let sql = "update generations set status = $2, status_reason = null, next_check_at = null, deadline_at = null, \
               error_code = $3, error_message = $4, fal_response_data = $5, images = $6, completed_at = $7, \
               updated_at = $7, pictures = $10 where id = $1 and status = $8 and next_check_at is not null \
               and (status = 'processing' or $9)";
    let (code, message, response, images) = match ending {
        Ending::Made { images, response } => (None, None, Some(response), images.as_slice()),
        Ending::Failed { code, message, response } => (Some(code), Some(message), response.as_ref(), NONE),
        Ending::Cancelled => (None, None, None, NONE),
    };
    let status = ending.status();
    let needs_no_request = matches!(status, GenerationStatus::Failed | GenerationStatus::Cancelled);
    let ended = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id.0)
            .bind(status.as_str())
            .bind(code)
            .bind(message.map(|message| message.replace('\0', "")))
            .bind(response.map(|response| Json(keepable(response))))
            .bind(Json(images))
            .bind(now)
            .bind(seen.as_str())
            .bind(needs_no_request)
            .bind(i32::try_from(images.iter().flatten().count()).unwrap_or(i32::MAX))
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(ended == 1)
}
