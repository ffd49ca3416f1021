//! Consumers: how far each named reader of events has acknowledged.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::event::{Consumer, Subscriber};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select name, acknowledged_seq, created_at, updated_at from consumers where user_id = $1 and issuer = $2 ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    name: String,
    acknowledged_seq: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Consumer {
    fn from(row: Row) -> Self {
        Self {
            name: row.name,
            acknowledged_seq: row.acknowledged_seq,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Notes how far a reader has acknowledged, and gives it as it is now; one that is not known yet is made. An older number
/// changes nothing, because acknowledgements may overtake each other, unless it is to be set back.
pub async fn acknowledge(
    tx: &mut Tx,
    owner: &Subscriber,
    name: &str,
    seq: i64,
    reset: bool,
    now: DateTime<Utc>,
) -> Result<Consumer, StorageError> {
    let sql = "insert into consumers (user_id, issuer, name, acknowledged_seq, created_at, updated_at) \
               values ($1, $2, $3, $4, $6, $6) on conflict (user_id, issuer, name) do update set \
               acknowledged_seq = case when $5 or excluded.acknowledged_seq > consumers.acknowledged_seq \
                   then excluded.acknowledged_seq else consumers.acknowledged_seq end, updated_at = excluded.updated_at \
               returning name, acknowledged_seq, created_at, updated_at";
    let row = on_tx!(tx, |conn| {
        sqlx::query_as::<_, Row>(sql)
            .bind(owner.user_id.0)
            .bind(owner.issuer.as_deref().unwrap_or_default())
            .bind(name)
            .bind(seq)
            .bind(reset)
            .bind(now)
            .fetch_one(conn)
            .await?
    });
    Ok(row.into())
}

/// The owner's consumer of this name.
pub async fn find(db: &Db, owner: &Subscriber, name: &str) -> Result<Option<Consumer>, StorageError> {
    let sql = select!("and name = $3");
    let issuer = owner.issuer.as_deref().unwrap_or_default();
    let row = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql).bind(owner.user_id.0).bind(issuer).bind(name).fetch_optional(conn).await?
    });
    Ok(row.map(Consumer::from))
}

/// All consumers of an owner, newest first.
pub async fn list(db: &Db, owner: &Subscriber) -> Result<Vec<Consumer>, StorageError> {
    let sql = select!("order by created_at desc, name");
    let issuer = owner.issuer.as_deref().unwrap_or_default();
    let rows =
        on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.user_id.0).bind(issuer).fetch_all(conn).await?);
    Ok(rows.into_iter().map(Consumer::from).collect())
}

/// How many other consumers an owner has.
pub async fn count_others(tx: &mut Tx, owner: &Subscriber, name: &str) -> Result<i64, StorageError> {
    let sql = "select count(*) from consumers where user_id = $1 and issuer = $2 and name <> $3";
    let issuer = owner.issuer.as_deref().unwrap_or_default();
    Ok(on_tx!(tx, |conn| {
        sqlx::query_scalar(sql).bind(owner.user_id.0).bind(issuer).bind(name).fetch_one(conn).await?
    }))
}

/// Forgets a consumer; `false` if there is none of this name.
pub async fn delete(tx: &mut Tx, owner: &Subscriber, name: &str) -> Result<bool, StorageError> {
    let sql = "delete from consumers where user_id = $1 and issuer = $2 and name = $3";
    let issuer = owner.issuer.as_deref().unwrap_or_default();
    let deleted = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(owner.user_id.0).bind(issuer).bind(name).execute(conn).await?.rows_affected()
    });
    Ok(deleted == 1)
}
