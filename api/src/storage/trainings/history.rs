//! What happened to a training, step by step. A step is written in the transaction that takes it.

use aisha_openapi::vocabulary::{ToldBy, TrainingStatus};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::domain::ids::{TrainingId, UserId};
use crate::domain::training::Step;
use crate::storage::db::{Word, on_db, on_tx};
use crate::storage::{Db, StorageError, Tx};

/// Steps that are read at once: fal can put a request back into its queue as often as it likes.
const MOST: i64 = 1000;

#[derive(FromRow)]
struct Row {
    occurred_at: DateTime<Utc>,
    status: Word<TrainingStatus>,
    told_by: Word<ToldBy>,
    reason: Option<String>,
}

/// Writes a step.
pub async fn add_step(
    tx: &mut Tx,
    id: Uuid,
    training_id: TrainingId,
    step: &Step,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let sql = "insert into training_steps (id, training_id, occurred_at, status, told_by, reason) \
               values ($1, $2, $3, $4, $5, $6)";
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id)
            .bind(training_id.0)
            .bind(now)
            .bind(step.status.as_str())
            .bind(step.told_by.as_str())
            .bind(&step.reason)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// The last thousand steps of an owner's training, oldest first, each with its time.
pub async fn list_steps(
    db: &Db,
    owner: UserId,
    training_id: TrainingId,
) -> Result<Vec<(DateTime<Utc>, Step)>, StorageError> {
    let sql = "select s.occurred_at, s.status, s.told_by, s.reason from training_steps s \
               join trainings t on t.id = s.training_id \
               where t.user_id = $1 and t.id = $2 order by s.id desc limit $3";
    let rows = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(training_id.0).bind(MOST).fetch_all(conn).await?
    });
    let steps = rows.into_iter().rev().map(|row| {
        let step = Step { status: row.status.0, told_by: row.told_by.0, reason: row.reason };
        (row.occurred_at, step)
    });
    Ok(steps.collect())
}
