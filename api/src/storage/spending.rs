//! What was spent, and the switch that stops it. Who counts in order to spend holds the person or the key meanwhile.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::{AvatarId, KeyId, UserId};
use crate::domain::spending::{Expense, Spent, Stop};

/// Counts the expenses of a condition. A training that ended without ever being at fal is free; one that was submitted
/// twice may be paid twice; one that is not there any more was deleted after it had been at fal.
macro_rules! spent {
    ($condition:literal) => {
        concat!(
            "select count(*) as trainings, cast(coalesce(sum(cost_microusd * case when attempts > 1 then attempts \
             else 1 end), 0) as bigint) as microusd from (select s.cost_microusd, t.status, \
             (select count(*) from training_attempts a where a.training_id = s.training_id) as attempts \
             from spending s left join trainings t on t.id = s.training_id where s.started_at >= $1 ",
            $condition,
            ") as expenses where attempts > 0 or status is null or status not in ('failed', 'cancelled')"
        )
    };
}

#[derive(FromRow)]
struct SpentRow {
    trainings: i64,
    microusd: i64,
}

#[derive(FromRow)]
struct StopRow {
    reason: Option<String>,
    stopped_at: DateTime<Utc>,
}

impl From<SpentRow> for Spent {
    fn from(row: SpentRow) -> Self {
        Self { trainings: row.trainings, microusd: row.microusd }
    }
}

impl From<StopRow> for Stop {
    fn from(row: StopRow) -> Self {
        Self { reason: row.reason, stopped_at: row.stopped_at }
    }
}

/// Writes an expense, in the transaction of its training.
pub async fn add(tx: &mut Tx, expense: &Expense) -> Result<(), StorageError> {
    let sql = "insert into spending (training_id, user_id, key_id, cost_microusd, started_at) \
               values ($1, $2, $3, $4, $5)";
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(expense.training_id.0)
            .bind(expense.user_id.0)
            .bind(expense.key_id.0)
            .bind(expense.cost_microusd)
            .bind(expense.started_at)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// What was spent for a person since this time.
pub async fn of_user(tx: &mut Tx, user_id: UserId, since: DateTime<Utc>) -> Result<Spent, StorageError> {
    let sql = spent!("and s.user_id = $2");
    let row = on_tx!(tx, |conn| sqlx::query_as::<_, SpentRow>(sql).bind(since).bind(user_id.0).fetch_one(conn).await?);
    Ok(row.into())
}

/// What was spent through a key since this time.
pub async fn of_key(tx: &mut Tx, key_id: KeyId, since: DateTime<Utc>) -> Result<Spent, StorageError> {
    let sql = spent!("and s.key_id = $2");
    let row = on_tx!(tx, |conn| sqlx::query_as::<_, SpentRow>(sql).bind(since).bind(key_id.0).fetch_one(conn).await?);
    Ok(row.into())
}

/// What everybody has spent since this time.
pub async fn of_all(db: &Db, since: DateTime<Utc>) -> Result<Spent, StorageError> {
    let sql = spent!("");
    Ok(on_db!(db, |conn| sqlx::query_as::<_, SpentRow>(sql).bind(since).fetch_one(conn).await?).into())
}

/// Strikes out what an avatar's trainings did not cost, before they are deleted with it: those of which fal has never
/// had anything.
pub async fn forgive(tx: &mut Tx, avatar_id: AvatarId) -> Result<u64, StorageError> {
    let sql = "delete from spending where training_id in (select t.id from trainings t where t.avatar_id = $1 \
               and not exists (select 1 from training_attempts a where a.training_id = t.id))";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(avatar_id.0).execute(conn).await?.rows_affected()))
}

/// Stops all spending. Doing it again only changes the reason.
pub async fn stop(db: &Db, reason: Option<&str>, now: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "insert into spending_stop (id, reason, stopped_at) values (1, $1, $2) \
               on conflict (id) do update set reason = $1";
    on_db!(db, |conn| {
        sqlx::query(sql).bind(reason).bind(now).execute(conn).await?;
    });
    Ok(())
}

/// Allows spending again; `false` if it was not stopped.
pub async fn resume(db: &Db) -> Result<bool, StorageError> {
    Ok(on_db!(db, |conn| sqlx::query("delete from spending_stop").execute(conn).await?.rows_affected()) == 1)
}

/// The stop, while there is one.
pub async fn find_stop(tx: &mut Tx) -> Result<Option<Stop>, StorageError> {
    let sql = "select reason, stopped_at from spending_stop";
    let row = on_tx!(tx, |conn| sqlx::query_as::<_, StopRow>(sql).fetch_optional(conn).await?);
    Ok(row.map(Stop::from))
}
