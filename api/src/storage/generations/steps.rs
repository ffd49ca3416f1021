//! The steps that are a generation's own: its beginning, its prompt and its end. Like the others, in `run_steps`, each
//! names the states it may start from in its `where`; `false` tells that there was nothing to do.

use aisha_openapi::vocabulary::{GenerationStatus, WarningCode};
use chrono::{DateTime, Utc};
use sqlx::types::Json;

use crate::domain::generation::{Ending, Generation, Image};
use crate::domain::ids::{AvatarId, GenerationId, UserId};
use crate::domain::json::keepable;
use crate::storage::db::on_tx;
use crate::storage::{StorageError, Tx};

/// Adds a generation and counts it with its avatar.
pub async fn add(tx: &mut Tx, generation: &Generation, next_check_at: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "insert into generations (id, user_id, avatar_id, training_id, pack_id, repeat_of, status, prompt, \
               final_prompt, negative_prompt, style_id, aspect_ratio, width, height, num_images, seed, endpoint, \
               warnings, is_favourite, cost_microusd, attempt_token, next_check_at, images, created_at, updated_at, \
               styled_prompt) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
               $22, $23, $24, $25, $26)";
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
            .bind(&wish.styled_prompt)
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

/// What fal will be told, and what of the wish that leaves out. The first that is written stands.
pub async fn write_prompt(
    tx: &mut Tx,
    id: GenerationId,
    final_prompt: &str,
    warnings: &[WarningCode],
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set final_prompt = $2, warnings = $3, updated_at = $4 \
               where id = $1 and status = 'pending' and submitted_at is null and final_prompt is null";
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
