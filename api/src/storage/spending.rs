//! What was spent, and the switch that stops it. Who counts in order to spend holds the person or the key meanwhile.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::{AvatarId, GenerationId, KeyId, TranscriptionId, UserId};
use crate::domain::run::Run;
use crate::domain::spending::{Expense, Spent, Stop};

/// Counts the expenses of a condition. A run that ended without ever being at fal is free; one that was submitted twice
/// may be paid twice; one that is not there any more was deleted after it had been at fal.
macro_rules! spent {
    ($condition:literal) => {
        concat!(
            "select count(case when kind = 'training' then 1 end) as trainings, \
             count(case when kind = 'generation' then 1 end) as generations, \
             count(case when kind = 'transcription' then 1 end) as transcriptions, \
             cast(coalesce(sum(cost_microusd * case when attempts > 1 then attempts else 1 end), 0) as bigint) \
             as microusd from (select s.kind, s.cost_microusd, coalesce(t.status, g.status, v.status) as status, \
             (select count(*) from training_attempts a where a.training_id = s.run_id) \
             + (select count(*) from generation_attempts a where a.generation_id = s.run_id) \
             + (select count(*) from transcription_attempts a where a.transcription_id = s.run_id) as attempts \
             from spending s left join trainings t on t.id = s.run_id left join generations g on g.id = s.run_id \
             left join transcriptions v on v.id = s.run_id \
             where s.started_at >= $1 ",
            $condition,
            ") as expenses where attempts > 0 or status is null or status not in ('failed', 'cancelled')"
        )
    };
}

#[derive(FromRow)]
struct SpentRow {
    trainings: i64,
    generations: i64,
    transcriptions: i64,
    microusd: i64,
}

#[derive(FromRow)]
struct StopRow {
    reason: Option<String>,
    stopped_at: DateTime<Utc>,
}

impl From<SpentRow> for Spent {
    fn from(row: SpentRow) -> Self {
        Self {
            trainings: row.trainings,
            generations: row.generations,
            transcriptions: row.transcriptions,
            microusd: row.microusd,
        }
    }
}

impl From<StopRow> for Stop {
    fn from(row: StopRow) -> Self {
        Self { reason: row.reason, stopped_at: row.stopped_at }
    }
}

/// Writes an expense, in the transaction of its run.
pub async fn add(tx: &mut Tx, expense: &Expense) -> Result<(), StorageError> {
    let sql = "insert into spending (run_id, kind, user_id, key_id, cost_microusd, started_at) \
               values ($1, $2, $3, $4, $5, $6)";
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(expense.run.id())
            .bind(expense.run.kind())
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

/// Through which key a run was begun.
pub async fn key_of(tx: &mut Tx, run: Run) -> Result<Option<KeyId>, StorageError> {
    let sql = "select key_id from spending where run_id = $1 and key_id is not null";
    let key: Option<Uuid> = on_tx!(tx, |conn| sqlx::query_scalar(sql).bind(run.id()).fetch_optional(conn).await?);
    Ok(key.map(KeyId))
}

/// Strikes out what an avatar's runs did not cost, before they are deleted with it: those of which fal has never had
/// anything.
pub async fn forgive(tx: &mut Tx, avatar_id: AvatarId) -> Result<u64, StorageError> {
    let sql = "delete from spending where run_id in (select t.id from trainings t where t.avatar_id = $1 \
               and not exists (select 1 from training_attempts a where a.training_id = t.id)) \
               or run_id in (select g.id from generations g where g.avatar_id = $1 \
               and not exists (select 1 from generation_attempts a where a.generation_id = g.id))";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(avatar_id.0).execute(conn).await?.rows_affected()))
}

/// Strikes out what a generation did not cost, before it is deleted: fal has never had anything of it.
pub async fn forgive_generation(tx: &mut Tx, id: GenerationId) -> Result<u64, StorageError> {
    let sql = "delete from spending where run_id = $1 \
               and not exists (select 1 from generation_attempts a where a.generation_id = $1)";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(id.0).execute(conn).await?.rows_affected()))
}

/// The same of one transcription.
pub async fn forgive_transcription(tx: &mut Tx, id: TranscriptionId) -> Result<u64, StorageError> {
    let sql = "delete from spending where run_id = $1 \
               and not exists (select 1 from transcription_attempts a where a.transcription_id = $1)";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(id.0).execute(conn).await?.rows_affected()))
}

/// The same of all transcriptions of a person.
pub async fn forgive_transcriptions(tx: &mut Tx, owner: UserId) -> Result<u64, StorageError> {
    let sql = "delete from spending where run_id in (select t.id from transcriptions t where t.user_id = $1 \
               and not exists (select 1 from transcription_attempts a where a.transcription_id = t.id))";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(owner.0).execute(conn).await?.rows_affected()))
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
