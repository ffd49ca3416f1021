//! API keys. Only hashes of secrets are kept.

use std::str::FromStr as _;

use aisha_openapi::vocabulary::Scope;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::api_key::ApiKey;
use crate::domain::ids::{KeyId, UserId};
use crate::domain::page::{Page, PageRequest, Place};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, user_id, name, secret_sha256, scopes, issuer, created_at, expires_at, last_used_at, revoked_at \
             from api_keys ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    name: String,
    secret_sha256: String,
    scopes: String,
    issuer: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<Row> for ApiKey {
    fn from(row: Row) -> Self {
        Self {
            id: KeyId(row.id),
            user_id: UserId(row.user_id),
            name: row.name,
            secret_sha256: row.secret_sha256,
            // A scope this version does not know gives nothing.
            scopes: row.scopes.split(' ').filter_map(|word| Scope::from_str(word).ok()).collect(),
            issuer: row.issuer,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// Adds a key.
pub async fn add(tx: &mut Tx, key: &ApiKey) -> Result<(), StorageError> {
    let sql = "insert into api_keys (id, user_id, name, secret_sha256, scopes, issuer, created_at, expires_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let scopes = key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(key.id.0)
            .bind(key.user_id.0)
            .bind(&key.name)
            .bind(&key.secret_sha256)
            .bind(scopes)
            .bind(&key.issuer)
            .bind(key.created_at)
            .bind(key.expires_at)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// The key with this id, live or not.
pub async fn find(db: &Db, id: KeyId) -> Result<Option<ApiKey>, StorageError> {
    let sql = select!("where id = $1");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(ApiKey::from))
}

/// The keys of a person, newest first, a page at a time.
pub async fn list(db: &Db, user_id: UserId, request: &PageRequest) -> Result<Page<ApiKey>, StorageError> {
    let sql = select!(
        "where user_id = $1 and ($2 is null or (created_at, id) < ($2, $3)) order by created_at desc, id desc limit $4"
    );
    let rows = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql)
            .bind(user_id.0)
            .bind(request.after.map(|place| place.created_at))
            .bind(request.after.map(|place| place.id))
            .bind(i64::from(request.limit) + 1)
            .fetch_all(conn)
            .await?
    });
    let keys = rows.into_iter().map(ApiKey::from).collect();
    Ok(Page::from_surplus(keys, request, |key: &ApiKey| Place { created_at: key.created_at, id: key.id.0 }))
}

/// Takes a key back; `false` if this person has no such key or it was taken back before.
pub async fn revoke(tx: &mut Tx, user_id: UserId, id: KeyId, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update api_keys set revoked_at = $3 where user_id = $1 and id = $2 and revoked_at is null";
    let revoked = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(user_id.0).bind(id.0).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(revoked == 1)
}

/// Holds a key until the transaction ends, for what is counted for all who use it.
pub async fn lock(tx: &mut Tx, id: KeyId) -> Result<(), StorageError> {
    let sql = "update api_keys set created_at = created_at where id = $1";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).execute(conn).await?;
    });
    Ok(())
}

/// Notes that a key was shown. At most once a minute, so that reading costs no write.
pub async fn touch(db: &Db, key: &ApiKey, now: DateTime<Utc>) -> Result<(), StorageError> {
    if key.last_used_at.is_some_and(|last| now - last < TimeDelta::minutes(1)) {
        return Ok(());
    }
    let sql = "update api_keys set last_used_at = $2 where id = $1";
    on_db!(db, |conn| {
        sqlx::query(sql).bind(key.id.0).bind(now).execute(conn).await?;
    });
    Ok(())
}
