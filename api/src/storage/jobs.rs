//! Jobs: enqueued with the change that needs them, claimed with a lease, repeated until they are done.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::JobId;
use crate::domain::job::{Job, Lane};

/// A job that this process holds for the time of its lease.
#[derive(Debug, Clone)]
pub struct ClaimedJob {
    /// Its id.
    pub id: JobId,
    /// What to do; `None` if this version does not know the kind.
    pub job: Option<Job>,
    /// The name of its kind.
    pub kind: String,
    /// How often it was begun, this time included.
    pub attempts: i32,
    /// Proves that the lease is ours: a late end by a worker that lost it is not written.
    pub lease_id: Uuid,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    payload: Json<Value>,
    attempts: i32,
}

/// Enqueues a job for this time. If the same work waits already, only its time is brought forward.
pub async fn enqueue(
    tx: &mut Tx,
    id: JobId,
    job: &Job,
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let sql = "insert into jobs (id, kind, payload, unique_key, status, attempts, run_at, created_at) \
               values ($1, $2, $3, $4, 'waiting', 0, $5, $6) \
               on conflict (kind, unique_key) where status = 'waiting' \
               do update set run_at = case when excluded.run_at < jobs.run_at then excluded.run_at \
                                           else jobs.run_at end";
    let whole = serde_json::to_value(job).unwrap_or_default();
    let payload = whole.get("payload").cloned().unwrap_or_else(|| json!({}));
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id.0)
            .bind(job.kind())
            .bind(Json(&payload))
            .bind(job.unique_key())
            .bind(run_at)
            .bind(now)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Whether this work waits or is being done.
pub async fn is_pending(tx: &mut Tx, job: &Job) -> Result<bool, StorageError> {
    let sql = "select exists (select 1 from jobs \
               where kind = $1 and unique_key = $2 and status in ('waiting', 'running'))";
    Ok(on_tx!(tx, |conn| sqlx::query_scalar(sql).bind(job.kind()).bind(job.unique_key()).fetch_one(conn).await?))
}

/// Takes the job that is due longest, or whose worker let its lease run out; none of the lane that is full.
pub async fn claim(
    db: &Db,
    full: Option<Lane>,
    lease_id: Uuid,
    lease_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<ClaimedJob>, StorageError> {
    let mut tx = db.begin().await?;
    // The pick is materialized: Postgres might otherwise run it again for each row and take more than one.
    let sql = format!(
        "with due as materialized (select id from jobs where ((status = 'waiting' and run_at <= $1) \
             or (status = 'running' and lease_until < $1)){} order by run_at, id limit 1{}) \
         update jobs set status = 'running', attempts = attempts + 1, lease_id = $2, lease_until = $3 \
         where id in (select id from due) returning id, kind, payload, attempts",
        but(full),
        tx.skip_locked()
    );
    let row = on_tx!(&mut tx, |conn| {
        sqlx::query_as::<_, Row>(sqlx::AssertSqlSafe(sql))
            .bind(now)
            .bind(lease_id)
            .bind(lease_until)
            .fetch_optional(conn)
            .await?
    });
    tx.commit().await?;
    Ok(row.map(|row| ClaimedJob {
        id: JobId(row.id),
        job: serde_json::from_value(json!({ "kind": row.kind, "payload": row.payload.0 })).ok(),
        kind: row.kind,
        attempts: row.attempts,
        lease_id,
    }))
}

/// Whether any job is due that is not of the lane that is full. A read, so that idle workers take no write lock.
pub async fn is_any_due(db: &Db, full: Option<Lane>, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = format!(
        "select exists (select 1 from jobs where ((status = 'waiting' and run_at <= $1) \
         or (status = 'running' and lease_until < $1)){})",
        but(full)
    );
    let sql = sqlx::AssertSqlSafe(sql);
    Ok(on_db!(db, |conn| sqlx::query_scalar(sql).bind(now).fetch_one(conn).await?))
}

/// Passes a lane over. The words are our own.
fn but(lane: Option<Lane>) -> String {
    lane.map_or_else(String::new, |lane| format!(" and kind not in ('{}')", lane.kinds().join("', '")))
}

/// Holds a job for longer; `false` if the lease was lost.
pub async fn extend(db: &Db, job: &ClaimedJob, lease_until: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update jobs set lease_until = $3 where id = $1 and lease_id = $2 and status = 'running'";
    let extended = on_db!(db, |conn| {
        sqlx::query(sql).bind(job.id.0).bind(job.lease_id).bind(lease_until).execute(conn).await?.rows_affected()
    });
    Ok(extended == 1)
}

/// The job is done, and its row goes.
pub async fn finish(db: &Db, job: &ClaimedJob) -> Result<bool, StorageError> {
    let sql = "delete from jobs where id = $1 and lease_id = $2 and status = 'running'";
    let finished =
        on_db!(db, |conn| sqlx::query(sql).bind(job.id.0).bind(job.lease_id).execute(conn).await?.rows_affected());
    Ok(finished == 1)
}

/// The job is to run again at this time. If the same work waits already, that one stands for both.
pub async fn retry(db: &Db, job: &ClaimedJob, run_at: DateTime<Utc>, error: &str) -> Result<(), StorageError> {
    let merge = "delete from jobs where id = $1 and lease_id = $2 and exists (select 1 from jobs twin \
                 where twin.status = 'waiting' and twin.kind = jobs.kind and twin.unique_key = jobs.unique_key)";
    let wait = "update jobs set status = 'waiting', run_at = $3, last_error = $4, lease_id = null, lease_until = null \
                where id = $1 and lease_id = $2";
    let mut tx = db.begin().await?;
    let merged = on_tx!(&mut tx, |conn| sqlx::query(merge)
        .bind(job.id.0)
        .bind(job.lease_id)
        .execute(conn)
        .await?
        .rows_affected());
    if merged == 0 {
        on_tx!(&mut tx, |conn| {
            sqlx::query(wait).bind(job.id.0).bind(job.lease_id).bind(run_at).bind(error).execute(conn).await?;
        });
    }
    tx.commit().await
}

/// The job cannot be done; its row stays to be looked at, in place of an earlier failure of the same work.
pub async fn fail(db: &Db, job: &ClaimedJob, error: &str) -> Result<(), StorageError> {
    let earlier = "delete from jobs where status = 'failed' and (kind, unique_key) in \
                   (select kind, unique_key from jobs where id = $1 and lease_id = $2)";
    let sql = "update jobs set status = 'failed', last_error = $3, lease_id = null, lease_until = null \
               where id = $1 and lease_id = $2";
    let mut tx = db.begin().await?;
    on_tx!(&mut tx, |conn| {
        sqlx::query(earlier).bind(job.id.0).bind(job.lease_id).execute(conn).await?;
    });
    on_tx!(&mut tx, |conn| {
        sqlx::query(sql).bind(job.id.0).bind(job.lease_id).bind(error).execute(conn).await?;
    });
    tx.commit().await
}

/// How many jobs there are in each state: `waiting`, `running`, `failed`.
pub async fn count(db: &Db) -> Result<Vec<(String, i64)>, StorageError> {
    let sql = "select status, count(*) from jobs group by status order by status";
    Ok(on_db!(db, |conn| sqlx::query_as(sql).fetch_all(conn).await?))
}
