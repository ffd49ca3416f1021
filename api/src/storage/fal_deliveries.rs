//! What fal told us through its webhook, once each.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::TrainingId;

/// Whether anything was delivered since then.
pub async fn has_any_since(db: &Db, training_id: TrainingId, since: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "select exists (select 1 from fal_deliveries where training_id = $1 and received_at >= $2)";
    Ok(on_db!(db, |conn| sqlx::query_scalar(sql).bind(training_id.0).bind(since).fetch_one(conn).await?))
}

/// Records a delivery; `false` if the same one was recorded before.
pub async fn add(
    tx: &mut Tx,
    id: Uuid,
    training_id: TrainingId,
    request_id: &str,
    body_sha256: &str,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "insert into fal_deliveries (id, training_id, request_id, body_sha256, received_at) \
               values ($1, $2, $3, $4, $5) on conflict do nothing";
    let added = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id)
            .bind(training_id.0)
            .bind(request_id)
            .bind(body_sha256)
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(added == 1)
}
