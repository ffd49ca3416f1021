//! Who likes which style. The styles themselves are no rows: see `domain::style`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::db::on_db;
use super::{Db, StorageError};
use crate::domain::ids::UserId;

/// The ids of the styles that a person likes.
pub async fn favourites(db: &Db, owner: UserId) -> Result<BTreeSet<String>, StorageError> {
    let sql = "select style_id from style_favourites where user_id = $1";
    let ids: Vec<String> = on_db!(db, |conn| sqlx::query_scalar(sql).bind(owner.0).fetch_all(conn).await?);
    Ok(ids.into_iter().collect())
}

/// Puts a style among a person's favourites; `false` if it was there.
pub async fn like(db: &Db, owner: UserId, style_id: &str, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "insert into style_favourites (user_id, style_id, created_at) values ($1, $2, $3) on conflict do nothing";
    let added =
        on_db!(db, |conn| sqlx::query(sql).bind(owner.0).bind(style_id).bind(now).execute(conn).await?.rows_affected());
    Ok(added == 1)
}

/// Takes a style out of a person's favourites; `false` if it was not there.
pub async fn unlike(db: &Db, owner: UserId, style_id: &str) -> Result<bool, StorageError> {
    let sql = "delete from style_favourites where user_id = $1 and style_id = $2";
    let removed = on_db!(db, |conn| sqlx::query(sql).bind(owner.0).bind(style_id).execute(conn).await?.rows_affected());
    Ok(removed == 1)
}
