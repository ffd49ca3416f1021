//! The steps of a training. Each names the states it may start from in its `where`, so of two that race one finds
//! nothing to do; `false` tells so.

use aisha_openapi::vocabulary::{ProgressSource, TrainingStatus};
use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::TrainingId;
use crate::domain::json::keepable;
use crate::domain::run::FalRequest;
use crate::domain::training::{Ending, LOOK_AFTER, Training, Weights};
use crate::storage::db::on_tx;
use crate::storage::{StorageError, Tx};

/// What fal said of a training under way.
#[derive(Debug, Clone)]
pub struct Report {
    /// `queued` or `running`.
    pub status: TrainingStatus,
    /// 0 to 100; a lower figure than before is not written.
    pub progress: i32,
    /// Where the figure comes from.
    pub progress_source: ProgressSource,
    /// Requests before ours.
    pub queue_position: Option<i32>,
    /// The last lines of the trainer's log.
    pub logs: Option<String>,
    /// When to ask again.
    pub next_check_at: DateTime<Utc>,
}

/// Adds a training, to be looked after like every one that has not ended. A second one of the same avatar under way is a
/// unique violation.
pub async fn add(tx: &mut Tx, training: &Training) -> Result<(), StorageError> {
    let sql = "insert into trainings (id, avatar_id, user_id, version, status, progress, progress_source, preset, \
               endpoint, photos, cost_microusd, expected_seconds, attempt_token, training_type, fal_priority, \
               learning_rate, trigger_phrase, steps, multiresolution_training, subject_crop, create_masks, captioning, \
               finetune_type, finetune_comment, created_at, updated_at, retry_of, compare_with, next_check_at) values ($1, $2, $3, $4, \
               $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, \
               $27, $28, $29)";
    let settings = &training.settings;
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(training.id.0)
            .bind(training.avatar_id.0)
            .bind(training.user_id.0)
            .bind(training.version)
            .bind(training.status.as_str())
            .bind(training.progress)
            .bind(training.progress_source.as_str())
            .bind(training.preset.as_str())
            .bind(&settings.endpoint)
            .bind(Json(&training.photos))
            .bind(training.cost_microusd)
            .bind(training.expected_seconds)
            .bind(&training.attempt_token)
            .bind(settings.training_type.as_str())
            .bind(settings.priority.as_str())
            .bind(settings.learning_rate)
            .bind(&settings.trigger_phrase)
            .bind(settings.steps)
            .bind(settings.multiresolution_training)
            .bind(settings.subject_crop)
            .bind(settings.create_masks)
            .bind(settings.captioning)
            .bind(settings.finetune_type.as_str())
            .bind(&settings.finetune_comment)
            .bind(training.created_at)
            .bind(training.updated_at)
            .bind(training.origin.retry_of.map(|id| id.0))
            .bind(training.origin.compare_with.map(|id| id.0))
            .bind(training.created_at + LOOK_AFTER)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// The packed set is stored.
pub async fn keep_training_set(
    tx: &mut Tx,
    id: TrainingId,
    key: &str,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update trainings set training_set_key = $2, updated_at = $3 where id = $1 and status = 'preparing'";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(id.0).bind(key).bind(now).execute(conn).await?.rows_affected()) == 1)
}

/// Lets go of the packed sets of trainings that ended before then, so many at the most, and gives their keys.
pub async fn let_go_of_sets(tx: &mut Tx, ended_before: DateTime<Utc>, limit: i64) -> Result<Vec<String>, StorageError> {
    let find = "select id, training_set_key from trainings \
                where training_set_key is not null and completed_at < $1 order by completed_at limit $2";
    let forget = "update trainings set training_set_key = null where id = $1";
    let found: Vec<(Uuid, String)> =
        on_tx!(tx, |conn| sqlx::query_as(find).bind(ended_before).bind(limit).fetch_all(conn).await?);
    for (id, _) in &found {
        on_tx!(tx, |conn| {
            sqlx::query(forget).bind(id).execute(conn).await?;
        });
    }
    Ok(found.into_iter().map(|(_, key)| key).collect())
}

/// The packed set lies at fal.
pub async fn keep_fal_training_set(
    tx: &mut Tx,
    id: TrainingId,
    url: &str,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update trainings set fal_training_set_url = $2, updated_at = $3 where id = $1 and status = 'preparing'";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(id.0).bind(url).bind(now).execute(conn).await?.rows_affected()) == 1)
}

/// It waits before its submission, for this reason; `false` if that is known already, or fal may have it.
pub async fn wait(tx: &mut Tx, id: TrainingId, reason: &str, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update trainings set status_reason = $2, updated_at = $3 where id = $1 and submitted_at is null \
               and status in ('preparing', 'submitting') and (status_reason is null or status_reason <> $2)";
    let waits =
        on_tx!(tx, |conn| sqlx::query(sql).bind(id.0).bind(reason).bind(now).execute(conn).await?.rows_affected());
    Ok(waits == 1)
}

/// When to look after a training again of which fal has nothing yet.
pub async fn look_again(tx: &mut Tx, id: TrainingId, next_check_at: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update trainings set next_check_at = $2 \
               where id = $1 and submitted_at is null and status in ('preparing', 'submitting')";
    let moved = on_tx!(tx, |conn| sqlx::query(sql).bind(id.0).bind(next_check_at).execute(conn).await?.rows_affected());
    Ok(moved == 1)
}

/// From here on fal may have the training: written before the call, so that it is never made twice. A submission that
/// was withdrawn may begin again.
pub async fn begin_submission(
    tx: &mut Tx,
    id: TrainingId,
    webhook_url: &str,
    next_check_at: DateTime<Utc>,
    deadline_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update trainings set status = 'submitting', webhook_url = $2, submitted_at = $3, next_check_at = $4, \
               deadline_at = $5, status_reason = null, updated_at = $3 where id = $1 \
               and (status = 'preparing' or (status = 'submitting' and submitted_at is null))";
    let begun = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id.0)
            .bind(webhook_url)
            .bind(now)
            .bind(next_check_at)
            .bind(deadline_at)
            .execute(conn)
            .await?
            .rows_affected()
    });
    if begun == 1 {
        let sql = "insert into training_attempts (attempt_token, training_id, submitted_at, number) \
                   select attempt_token, id, submitted_at, \
                   1 + (select count(*) from training_attempts a where a.training_id = trainings.id) \
                   from trainings where id = $1 on conflict do nothing";
        on_tx!(tx, |conn| {
            sqlx::query(sql).bind(id.0).execute(conn).await?;
        });
    }
    Ok(begun == 1)
}

/// fal has certainly not taken the submission that was begun, so it may begin again, or be cancelled without asking
/// fal. Only who began it may say so, even if another worker has taken it for lost meanwhile.
pub async fn withdraw_submission(
    tx: &mut Tx,
    id: TrainingId,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update trainings set submitted_at = null, next_check_at = $2, updated_at = $3, status_reason = null, \
               status = case when status = 'cancelling' then 'cancelling' else 'submitting' end \
               where id = $1 and fal_request_id is null and status in ('submitting', 'stalled', 'cancelling')";
    let withdrawn = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
    });
    if withdrawn == 1 {
        // What fal has certainly not taken is no attempt.
        let sql = "delete from training_attempts \
                   where attempt_token = (select attempt_token from trainings where id = $1)";
        on_tx!(tx, |conn| {
            sqlx::query(sql).bind(id.0).execute(conn).await?;
        });
    }
    Ok(withdrawn == 1)
}

/// A submission whose answer was lost is opened again under another token.
pub async fn submit_again(
    tx: &mut Tx,
    id: TrainingId,
    attempt_token: &str,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update trainings set status = 'submitting', status_reason = null, submitted_at = null, \
               attempt_token = $2, next_check_at = $3, updated_at = $3 \
               where id = $1 and fal_request_id is null and submitted_at is not null \
               and status in ('submitting', 'stalled')";
    let opened = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(attempt_token).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(opened == 1)
}

/// Whether progress may be told now: it was not told after `before`.
pub async fn tell_progress(
    tx: &mut Tx,
    id: TrainingId,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update trainings set progress_told_at = $3 \
               where id = $1 and (progress_told_at is null or progress_told_at <= $2)";
    let told =
        on_tx!(tx, |conn| sqlx::query(sql).bind(id.0).bind(before).bind(now).execute(conn).await?.rows_affected());
    Ok(told == 1)
}

/// fal has it. A training that is being cancelled meanwhile goes on being cancelled.
pub async fn submitted(
    tx: &mut Tx,
    id: TrainingId,
    request: &FalRequest,
    queue_position: Option<i32>,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update trainings set fal_request_id = $2, fal_status_url = $3, fal_response_url = $4, \
               fal_cancel_url = $5, queue_position = $6, next_check_at = $7, updated_at = $8, status_reason = null, \
               status = case when status = 'cancelling' then 'cancelling' else 'queued' end \
               where id = $1 and fal_request_id is null and status in ('submitting', 'stalled', 'cancelling')";
    let written = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id.0)
            .bind(&request.id)
            .bind(&request.status_url)
            .bind(&request.response_url)
            .bind(&request.cancel_url)
            .bind(queue_position)
            .bind(next_check_at)
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(written == 1)
}

/// fal says how it goes. Progress never falls; while cancelling only the next check is set.
pub async fn report(tx: &mut Tx, id: TrainingId, report: &Report, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update trainings set \
               status = case when status = 'cancelling' then status else $2 end, \
               status_reason = case when status = 'stalled' then null else status_reason end, \
               progress_source = case when $3 >= progress then $4 else progress_source end, \
               progress = case when $3 > progress then $3 else progress end, \
               queue_position = $5, training_logs = coalesce($6, training_logs), next_check_at = $7, \
               started_at = case when $2 = 'running' then coalesce(started_at, $8) else started_at end, \
               last_status_check = $8, updated_at = $8 \
               where id = $1 and status in ('queued', 'running', 'stalled', 'cancelling')";
    let written = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id.0)
            .bind(report.status.as_str())
            .bind(report.progress)
            .bind(report.progress_source.as_str())
            .bind(report.queue_position)
            .bind(&report.logs)
            .bind(report.next_check_at)
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(written == 1)
}

/// fal did not answer: only the time of the next question moves.
pub async fn postpone(
    tx: &mut Tx,
    id: TrainingId,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update trainings set next_check_at = $2, last_status_check = $3 \
               where id = $1 and fal_request_id is not null and next_check_at is not null";
    let moved = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(moved == 1)
}

/// fal is done with it, and its result cannot be had yet.
pub async fn wait_for_result(
    tx: &mut Tx,
    id: TrainingId,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update trainings set fal_ended_at = coalesce(fal_ended_at, $3), next_check_at = $2, \
               last_status_check = $3 \
               where id = $1 and fal_request_id is not null and next_check_at is not null";
    let waiting = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(waiting == 1)
}

/// The true state is not known for now, for this reason. Of a training without a submission it is known.
pub async fn stall(
    tx: &mut Tx,
    id: TrainingId,
    reason: &str,
    next_check_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update trainings set status = 'stalled', status_reason = $2, next_check_at = $3, updated_at = $4 \
               where id = $1 and submitted_at is not null \
               and status in ('submitting', 'queued', 'running', 'stalled')";
    let stalled = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(reason).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(stalled == 1)
}

/// Its owner wants it stopped.
pub async fn cancelling(tx: &mut Tx, id: TrainingId, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update trainings set status = 'cancelling', updated_at = $2 \
               where id = $1 and status in ('submitting', 'queued', 'running', 'stalled')";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(id.0).bind(now).execute(conn).await?.rows_affected()) == 1)
}

/// Ends a training, once: of all that come to tell its end only the first finds it open. None completes that was not
/// at fal.
pub async fn end(tx: &mut Tx, id: TrainingId, ending: &Ending, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update trainings set status = $2, status_reason = null, next_check_at = null, queue_position = null, \
               progress = case when $2 = 'completed' then 100 else progress end, \
               error_code = $3, training_error = $4, fal_response_data = $5, lora_key = $6, config_key = $7, \
               diffusers_lora_file_url = $8, config_file_url = $9, completed_at = $10, updated_at = $10 \
               where id = $1 and status not in ('completed', 'failed', 'cancelled') \
               and ($2 <> 'completed' or status in ('queued', 'running', 'stalled', 'cancelling'))";
    let (error, response, weights): (Option<(&str, &str)>, _, Option<&Weights>) = match ending {
        Ending::Completed(weights) => (None, Some(&weights.response), Some(weights)),
        Ending::Failed { code, message, response } => (Some((code, message)), response.as_ref(), None),
        Ending::Cancelled => (None, None, None),
    };
    let response = response.map(keepable);
    let ended = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id.0)
            .bind(ending.status().as_str())
            .bind(error.map(|(code, _)| code))
            .bind(error.map(|(_, message)| message.replace('\0', "")))
            .bind(response.map(Json))
            .bind(weights.map(|weights| &weights.lora_key))
            .bind(weights.and_then(|weights| weights.config_key.as_ref()))
            .bind(weights.map(|weights| &weights.lora_url))
            .bind(weights.and_then(|weights| weights.config_url.as_ref()))
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(ended == 1)
}
