//! Trainings: reading them here, their steps in `steps`.

mod history;
mod row;
mod steps;

use aisha_openapi::vocabulary::TrainingStatus;
use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use self::history::{add_step, list_steps};
use self::row::{Row, select};
pub use self::steps::{
    Report, add, begin_submission, cancelling, end, keep_fal_training_set, keep_training_set, let_go_of_sets,
    look_again, postpone, report, stall, submit_again, submitted, tell_progress, wait, wait_for_result,
    withdraw_submission,
};
use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::{AvatarId, TrainingId, UserId};
use crate::domain::page::{Page, PageRequest, Place};
use crate::domain::training::Training;

/// The owner's training with this id.
pub async fn find(db: &Db, owner: UserId, id: TrainingId) -> Result<Option<Training>, StorageError> {
    let sql = select!("where user_id = $1 and id = $2");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Training::from))
}

/// The avatar's training with this id. The avatar must be locked.
pub async fn find_held(tx: &mut Tx, avatar_id: AvatarId, id: TrainingId) -> Result<Option<Training>, StorageError> {
    let sql = select!("where avatar_id = $1 and id = $2");
    let row =
        on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(avatar_id.0).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Training::from))
}

/// The training a job is about. Jobs act for the service, so they name no owner.
pub async fn find_for_job(db: &Db, id: TrainingId) -> Result<Option<Training>, StorageError> {
    let sql = select!("where id = $1");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Training::from))
}

/// How often a training was submitted so that fal may have taken it.
pub async fn count_attempts(db: &Db, id: TrainingId) -> Result<i64, StorageError> {
    let sql = "select count(*) from training_attempts where training_id = $1";
    Ok(on_db!(db, |conn| sqlx::query_scalar(sql).bind(id.0).fetch_one(conn).await?))
}

/// The training whose webhook URL holds this word, now or in an earlier attempt.
pub async fn find_by_attempt_token(db: &Db, token: &str) -> Result<Option<Training>, StorageError> {
    let sql = select!(
        "where attempt_token = $1 or id = (select training_id from training_attempts where attempt_token = $1)"
    );
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(token).fetch_optional(conn).await?);
    Ok(row.map(Training::from))
}

/// The avatar's training that has not ended, of which there is at most one. The avatar must be locked.
pub async fn find_running(tx: &mut Tx, avatar_id: AvatarId) -> Result<Option<Training>, StorageError> {
    let sql = select!(
        "where avatar_id = $1 \
         and status in ('preparing', 'submitting', 'queued', 'running', 'cancelling', 'stalled')"
    );
    let row = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(avatar_id.0).fetch_optional(conn).await?);
    Ok(row.map(Training::from))
}

/// The trainings of an owner's avatar, newest first, a page at a time.
pub async fn list(
    db: &Db,
    owner: UserId,
    avatar_id: AvatarId,
    request: &PageRequest,
) -> Result<Page<Training>, StorageError> {
    let sql = select!(
        "where user_id = $1 and avatar_id = $2 and ($3 is null or (created_at, id) < ($3, $4)) \
         order by created_at desc, id desc limit $5"
    );
    let rows = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql)
            .bind(owner.0)
            .bind(avatar_id.0)
            .bind(request.after.map(|place| place.created_at))
            .bind(request.after.map(|place| place.id))
            .bind(i64::from(request.limit) + 1)
            .fetch_all(conn)
            .await?
    });
    let trainings = rows.into_iter().map(Training::from).collect();
    Ok(Page::from_surplus(trainings, request, place))
}

/// Everybody's trainings that have not ended, and those that failed at this time or later; in this status, or in each.
/// Newest first, a page at a time. For the operator, so no owner is named.
pub async fn list_watched(
    db: &Db,
    status: Option<TrainingStatus>,
    failed_since: DateTime<Utc>,
    request: &PageRequest,
) -> Result<Page<Training>, StorageError> {
    let sql = select!(
        "where (status in ('preparing', 'submitting', 'queued', 'running', 'cancelling', 'stalled') \
         or (status = 'failed' and completed_at >= $1)) and ($2 is null or status = $2) \
         and ($3 is null or (created_at, id) < ($3, $4)) order by created_at desc, id desc limit $5"
    );
    let rows = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql)
            .bind(failed_since)
            .bind(status.map(TrainingStatus::as_str))
            .bind(request.after.map(|place| place.created_at))
            .bind(request.after.map(|place| place.id))
            .bind(i64::from(request.limit) + 1)
            .fetch_all(conn)
            .await?
    });
    let trainings = rows.into_iter().map(Training::from).collect();
    Ok(Page::from_surplus(trainings, request, place))
}

/// How many trainings have not ended, by status.
pub async fn count_open(db: &Db) -> Result<Vec<(String, i64)>, StorageError> {
    let sql = "select status, count(*) from trainings \
               where status in ('preparing', 'submitting', 'queued', 'running', 'cancelling', 'stalled') \
               group by status order by status";
    Ok(on_db!(db, |conn| sqlx::query_as(sql).fetch_all(conn).await?))
}

/// Trainings that are due to be looked after, longest due first.
pub async fn list_due(db: &Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<TrainingId>, StorageError> {
    let sql = "select id from trainings where next_check_at <= $1 order by next_check_at limit $2";
    let ids: Vec<Uuid> = on_db!(db, |conn| sqlx::query_scalar(sql).bind(now).bind(limit).fetch_all(conn).await?);
    Ok(ids.into_iter().map(TrainingId).collect())
}

/// The version number of the avatar's next training. The avatar must be locked.
pub async fn next_version(tx: &mut Tx, avatar_id: AvatarId) -> Result<i32, StorageError> {
    let sql = "select coalesce(max(version), 0) + 1 from trainings where avatar_id = $1";
    Ok(on_tx!(tx, |conn| sqlx::query_scalar(sql).bind(avatar_id.0).fetch_one(conn).await?))
}

const fn place(training: &Training) -> Place {
    Place { created_at: training.created_at, id: training.id.0 }
}
