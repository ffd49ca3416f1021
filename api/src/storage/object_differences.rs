//! Where the object store and the ledger were found to differ, and since when.

use chrono::{DateTime, Utc};

use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::object::Difference;

/// Notes what a comparison has found, each with its kind. What was found before in the same way keeps its time.
pub async fn note(tx: &mut Tx, kind: Difference, keys: &[String], now: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "insert into object_differences (object_key, kind, found_at, last_seen_at) values ($1, $2, $3, $3) \
               on conflict (object_key) do update set last_seen_at = $3, kind = $2, \
               found_at = case when object_differences.kind = $2 then object_differences.found_at else $3 end";
    for key in keys {
        on_tx!(tx, |conn| {
            sqlx::query(sql).bind(key).bind(kind.as_str()).bind(now).execute(conn).await?;
        });
    }
    Ok(())
}

/// Forgets what a comparison that began then has not found any more.
pub async fn forget_before(tx: &mut Tx, begun_at: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "delete from object_differences where last_seen_at < $1";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(begun_at).execute(conn).await?;
    });
    Ok(())
}

/// Strays that were found before then, for the first time.
pub async fn list_strays(db: &Db, found_before: DateTime<Utc>, limit: i64) -> Result<Vec<String>, StorageError> {
    let sql = "select object_key from object_differences where kind = 'stray' and found_at < $1 \
               order by found_at, object_key limit $2";
    Ok(on_db!(db, |conn| sqlx::query_scalar(sql).bind(found_before).bind(limit).fetch_all(conn).await?))
}

/// Forgets a difference that is none any more.
pub async fn forget(db: &Db, key: &str) -> Result<(), StorageError> {
    let sql = "delete from object_differences where object_key = $1";
    on_db!(db, |conn| {
        sqlx::query(sql).bind(key).execute(conn).await?;
    });
    Ok(())
}

/// How many there are of this kind.
pub async fn count(db: &Db, kind: Difference) -> Result<i64, StorageError> {
    let sql = "select count(*) from object_differences where kind = $1";
    Ok(on_db!(db, |conn| sqlx::query_scalar(sql).bind(kind.as_str()).fetch_one(conn).await?))
}
