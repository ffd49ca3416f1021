//! What fal told us through its webhook, once each.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::json::keepable;
use crate::domain::run::Run;

/// A delivery as it is kept.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Delivered {
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// What it said; of an older one it was not kept.
    pub body: Option<Json<Value>>,
}

macro_rules! last {
    () => {
        "and request_id = $2 order by received_at desc, id desc limit 1"
    };
}

/// The last that was delivered about a request.
pub async fn find_last(db: &Db, run: Run, request_id: &str) -> Result<Option<Delivered>, StorageError> {
    let sql = match run {
        Run::Training(_) => concat!("select received_at, body from fal_deliveries where training_id = $1 ", last!()),
        Run::Generation(_) => {
            concat!("select received_at, body from fal_deliveries where generation_id = $1 ", last!())
        }
        Run::Transcription(_) => {
            concat!("select received_at, body from fal_deliveries where transcription_id = $1 ", last!())
        }
    };
    Ok(on_db!(db, |conn| sqlx::query_as(sql).bind(run.id()).bind(request_id).fetch_optional(conn).await?))
}

/// A delivery as it comes.
#[derive(Debug, Clone, Copy)]
pub struct NewDelivery<'a> {
    /// fal's id of the request it tells of.
    pub request_id: &'a str,
    /// By which a repetition is known, in hexadecimal.
    pub body_sha256: &'a str,
    /// The body, a JSON object.
    pub body: &'a Value,
}

macro_rules! add {
    ($run_id:literal) => {
        concat!(
            "insert into fal_deliveries (id, ",
            $run_id,
            ", request_id, body_sha256, body, received_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing"
        )
    };
}

/// Records a delivery; `false` if the same one was recorded before.
pub async fn add(
    tx: &mut Tx,
    id: Uuid,
    run: Run,
    delivery: &NewDelivery<'_>,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = match run {
        Run::Training(_) => add!("training_id"),
        Run::Generation(_) => add!("generation_id"),
        Run::Transcription(_) => add!("transcription_id"),
    };
    let added = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id)
            .bind(run.id())
            .bind(delivery.request_id)
            .bind(delivery.body_sha256)
            .bind(Json(keepable(delivery.body)))
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(added == 1)
}
