//! The answers to requests that must not be done twice, kept in the transaction of what they answer.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::UserId;

/// An answer that was given before.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct KeptAnswer {
    /// SHA-256 of the request it answered, in hex.
    pub request_sha256: String,
    /// Its HTTP status.
    pub status: i32,
    /// Its `Location`.
    pub location: Option<String>,
    /// Its body, JSON.
    pub body: String,
}

/// The answer under this key.
pub async fn find(db: &Db, principal: &str, key: &str) -> Result<Option<KeptAnswer>, StorageError> {
    let sql = "select request_sha256, status, location, body from idempotency_keys \
               where principal = $1 and idempotency_key = $2";
    Ok(on_db!(db, |conn| sqlx::query_as(sql).bind(principal).bind(key).fetch_optional(conn).await?))
}

/// Takes the key for the answer that this transaction will give; `false` if it is taken. While another transaction
/// holds the same key, this waits for its end.
pub async fn claim(
    tx: &mut Tx,
    principal: &str,
    key: &str,
    request_sha256: &str,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "insert into idempotency_keys (principal, idempotency_key, request_sha256, status, body, created_at) \
               values ($1, $2, $3, 0, '', $4) on conflict do nothing";
    let claimed = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(principal).bind(key).bind(request_sha256).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(claimed == 1)
}

/// Keeps the answer under the key that was claimed.
pub async fn keep(
    tx: &mut Tx,
    principal: &str,
    key: &str,
    status: u16,
    location: Option<&str>,
    body: &str,
) -> Result<(), StorageError> {
    let sql = "update idempotency_keys set status = $3, location = $4, body = $5 \
               where principal = $1 and idempotency_key = $2";
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(principal)
            .bind(key)
            .bind(i32::from(status))
            .bind(location)
            .bind(body)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Forgets the answers that were given to a person, or to others for them.
pub async fn forget(tx: &mut Tx, subject: UserId) -> Result<(), StorageError> {
    let sql = "delete from idempotency_keys where principal like $1";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(format!("%:{subject}")).execute(conn).await?;
    });
    Ok(())
}

/// Forgets answers older than this.
pub async fn purge(db: &Db, before: DateTime<Utc>) -> Result<u64, StorageError> {
    let sql = "delete from idempotency_keys where created_at < $1";
    Ok(on_db!(db, |conn| sqlx::query(sql).bind(before).execute(conn).await?.rows_affected()))
}
