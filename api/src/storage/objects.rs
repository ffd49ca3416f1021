//! The ledger of everything in the object store.
//!
//! A row is `pending` before its object is written, `live` in the transaction that begins to need it, and `doomed` in
//! the one that stops needing it. Whatever stays pending too long was left by a process that died in between, so a
//! killed upload leaves neither a row without an object nor an object without a row.

use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;

use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::{AvatarId, UserId};

/// An object that is about to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewObject<'a> {
    /// Where.
    pub key: &'a str,
    /// Whose.
    pub user_id: UserId,
    /// Of which avatar, if of any.
    pub avatar_id: Option<AvatarId>,
    /// How long, in bytes.
    pub size_bytes: i64,
}

/// Announces objects. Announcing one again, as a repeated job does, begins its time anew. What is doomed stays so: it may
/// be on its way out of the store at this moment, and who announced it finds at the claim that it must begin again.
pub async fn announce(tx: &mut Tx, objects: &[NewObject<'_>], now: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "insert into objects (object_key, user_id, avatar_id, size_bytes, state, updated_at) \
               values ($1, $2, $3, $4, 'pending', $5) \
               on conflict (object_key) do update set state = 'pending', size_bytes = $4, updated_at = $5 \
               where objects.state = 'pending'";
    for object in objects {
        on_tx!(tx, |conn| {
            sqlx::query(sql)
                .bind(object.key)
                .bind(object.user_id.0)
                .bind(object.avatar_id.map(|id| id.0))
                .bind(object.size_bytes)
                .bind(now)
                .execute(conn)
                .await?;
        });
    }
    Ok(())
}

/// Claims an announced object for a row that needs it from now on; `false` if the sweep has taken it already.
pub async fn claim(tx: &mut Tx, key: &str, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql =
        "update objects set state = 'live', updated_at = $2 where object_key = $1 and state in ('pending', 'live')";
    let claimed = on_tx!(tx, |conn| sqlx::query(sql).bind(key).bind(now).execute(conn).await?.rows_affected());
    Ok(claimed == 1)
}

/// Gives an object up.
pub async fn doom(tx: &mut Tx, key: &str, now: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "update objects set state = 'doomed', updated_at = $2 where object_key = $1";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(key).bind(now).execute(conn).await?;
    });
    Ok(())
}

/// Gives up everything of an avatar, and tells how many objects that were. What is announced and perhaps being written
/// at this moment stays in the ledger: whoever announced it will find the avatar gone, and the sweep takes the rest. If
/// the ledger forgot it now, the bytes could arrive afterwards and would never be found.
pub async fn doom_avatar(tx: &mut Tx, avatar_id: AvatarId, now: DateTime<Utc>) -> Result<u64, StorageError> {
    let sql = "update objects set state = 'doomed', updated_at = $2 where avatar_id = $1 and state = 'live'";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(avatar_id.0).bind(now).execute(conn).await?.rows_affected()))
}

/// Gives up everything of a person, in the same way.
pub async fn doom_user(tx: &mut Tx, user_id: UserId, now: DateTime<Utc>) -> Result<u64, StorageError> {
    let sql = "update objects set state = 'doomed', updated_at = $2 where user_id = $1 and state = 'live'";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(user_id.0).bind(now).execute(conn).await?.rows_affected()))
}

/// Gives up what was announced before this time and never claimed.
pub async fn doom_unclaimed(tx: &mut Tx, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64, StorageError> {
    let sql = "update objects set state = 'doomed', updated_at = $2 where state = 'pending' and updated_at < $1";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(before).bind(now).execute(conn).await?.rows_affected()))
}

/// Keys of objects to delete.
pub async fn list_doomed(db: &Db, limit: i64) -> Result<Vec<String>, StorageError> {
    let sql = "select object_key from objects where state = 'doomed' order by updated_at limit $1";
    Ok(on_db!(db, |conn| sqlx::query_scalar(sql).bind(limit).fetch_all(conn).await?))
}

/// Forgets an object that is deleted from the store.
pub async fn forget(db: &Db, key: &str) -> Result<(), StorageError> {
    let sql = "delete from objects where object_key = $1 and state = 'doomed'";
    on_db!(db, |conn| {
        sqlx::query(sql).bind(key).execute(conn).await?;
    });
    Ok(())
}

/// Which of these keys the ledger has, each with its state. At most some hundred keys at once.
pub async fn find_all(db: &Db, keys: &[&str]) -> Result<Vec<(String, String)>, StorageError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let places = (1..=keys.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
    let sql = sqlx::AssertSqlSafe(format!("select object_key, state from objects where object_key in ({places})"));
    Ok(on_db!(db, |conn| {
        let query = keys.iter().fold(sqlx::query_as(sql), |query, key| query.bind(*key));
        query.fetch_all(conn).await?
    }))
}

/// The lengths of these objects of an owner that rows need, in bytes. At most some hundred keys at once.
pub async fn sizes(db: &Db, owner: UserId, keys: &[&str]) -> Result<Vec<(String, i64)>, StorageError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on_db!(db, |conn| {
        let mut query =
            QueryBuilder::new("select object_key, size_bytes from objects where state = 'live' and user_id = ");
        query.push_bind(owner.0).push(" and object_key in (");
        let mut list = query.separated(", ");
        for key in keys {
            list.push_bind(*key);
        }
        query.push(")");
        query.build_query_as().fetch_all(conn).await?
    }))
}

/// So many keys that rows need and that come after this one, in the database's own order; the empty key is before all.
pub async fn list_live_after(db: &Db, after: &str, limit: i64) -> Result<Vec<String>, StorageError> {
    let sql = "select object_key from objects where object_key > $1 and state = 'live' order by object_key limit $2";
    Ok(on_db!(db, |conn| sqlx::query_scalar(sql).bind(after).bind(limit).fetch_all(conn).await?))
}

/// Every key in the ledger with its state, for comparing it with the store.
pub async fn list(db: &Db) -> Result<Vec<(String, String)>, StorageError> {
    let sql = "select object_key, state from objects order by object_key";
    Ok(on_db!(db, |conn| sqlx::query_as(sql).fetch_all(conn).await?))
}
