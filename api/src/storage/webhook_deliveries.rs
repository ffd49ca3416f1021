//! Deliveries of outgoing webhooks: one for each endpoint and each event that it is told of.

use aisha_openapi::vocabulary::DeliveryStatus;
use aisha_openapi::webhooks::WebhookAttempt;
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::db::{Word, on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::{EventId, WebhookEndpointId};
use crate::domain::page::{Page, PageRequest, Place};
use crate::domain::webhook::WebhookDelivery;

macro_rules! columns {
    () => {
        "event_id, status, tries, attempts, next_attempt_at, created_at"
    };
}

#[derive(FromRow)]
struct Row {
    event_id: Uuid,
    status: Word<DeliveryStatus>,
    tries: i32,
    attempts: Json<Vec<WebhookAttempt>>,
    next_attempt_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<Row> for WebhookDelivery {
    fn from(row: Row) -> Self {
        Self {
            event_id: EventId(row.event_id),
            status: row.status.0,
            tries: row.tries,
            attempts: row.attempts.0,
            next_attempt_at: row.next_attempt_at,
            created_at: row.created_at,
        }
    }
}

/// Begins a delivery of each event that has got its number, to each endpoint that is told of it: of the owner's events,
/// of those of the issuer's users, and of its own test events. At most `limit` numbers at once; `false` when all are done.
///
/// The place in the events moves in the same transaction, so none is left out and none is begun twice, in however many
/// processes.
pub async fn begin(db: &Db, limit: i64, now: DateTime<Utc>) -> Result<bool, StorageError> {
    // What is older than every endpoint is for none of them.
    let look = "select d.seq, s.last_seq, (select min(from_seq) from webhook_endpoints) from webhook_dispatch d, \
                event_sequence s where d.id = 1 and s.id = 1";
    let (done, last, oldest): (i64, i64, Option<i64>) = on_db!(db, |conn| sqlx::query_as(look).fetch_one(conn).await?);
    let Some(after) = oldest.map(|oldest| oldest.max(done)).filter(|after| *after < last) else { return Ok(false) };
    let through = last.min(after + limit);
    let mut tx = db.begin().await?;
    let step = "update webhook_dispatch set seq = $2 where id = 1 and seq = $1";
    let ours =
        on_tx!(&mut tx, |conn| sqlx::query(step).bind(done).bind(through).execute(conn).await?.rows_affected()) == 1;
    // Another process has done it meanwhile.
    if !ours {
        return Ok(true);
    }
    let kinds = "e.type <> 'webhook_endpoint.ping' \
                 and (w.event_types = '' or (' ' || w.event_types || ' ') like ('% ' || e.type || ' %'))";
    let joins = [
        ("w.user_id = e.user_id and w.issuer = ''", kinds),
        ("w.issuer = e.issuer and w.issuer <> ''", kinds),
        ("w.id = e.resource_id", "e.type = 'webhook_endpoint.ping'"),
    ];
    for (join, condition) in joins {
        let sql = format!(
            "insert into webhook_deliveries (endpoint_id, event_id, status, tries, attempts, next_attempt_at, created_at, \
             updated_at) select w.id, e.id, 'pending', 0, $4, case when w.enabled then $3 end, $3, $3 from events e \
             join webhook_endpoints w on {join} where e.seq > $1 and e.seq <= $2 and e.seq > w.from_seq and {condition} \
             on conflict do nothing"
        );
        on_tx!(&mut tx, |conn| {
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(after)
                .bind(through)
                .bind(now)
                .bind(Json(Vec::<WebhookAttempt>::new()))
                .execute(conn)
                .await?;
        });
    }
    tx.commit().await?;
    Ok(through < last)
}

/// The endpoints that something is due for, each with whether it is failing; those that wait longest first.
pub async fn due(db: &Db, limit: i64, now: DateTime<Utc>) -> Result<Vec<(WebhookEndpointId, bool)>, StorageError> {
    let sql = "select w.id, w.failing_since is not null from webhook_endpoints w join (select endpoint_id, \
               min(next_attempt_at) as since from webhook_deliveries where next_attempt_at <= $1 group by endpoint_id) d \
               on d.endpoint_id = w.id where w.enabled order by d.since limit $2";
    let rows: Vec<(Uuid, bool)> = on_db!(db, |conn| sqlx::query_as(sql).bind(now).bind(limit).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(id, is_failing)| (WebhookEndpointId(id), is_failing)).collect())
}

/// Takes deliveries of an endpoint that are due. Whoever takes them has until `lease_until` to write down how they ended;
/// then they are due again.
pub async fn claim(
    db: &Db,
    endpoint: WebhookEndpointId,
    limit: i64,
    lease: (Uuid, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<Vec<WebhookDelivery>, StorageError> {
    let mut tx = db.begin().await?;
    let sql = format!(
        "with due as materialized (select event_id from webhook_deliveries where endpoint_id = $1 \
             and next_attempt_at <= $2 order by next_attempt_at, event_id limit $3{}) \
         update webhook_deliveries set lease_id = $4, next_attempt_at = $5 \
         where endpoint_id = $1 and event_id in (select event_id from due) returning {}",
        tx.skip_locked(),
        columns!()
    );
    let rows = on_tx!(&mut tx, |conn| {
        sqlx::query_as::<_, Row>(sqlx::AssertSqlSafe(sql))
            .bind(endpoint.0)
            .bind(now)
            .bind(limit)
            .bind(lease.0)
            .bind(lease.1)
            .fetch_all(conn)
            .await?
    });
    tx.commit().await?;
    Ok(rows.into_iter().map(WebhookDelivery::from).collect())
}

/// Writes down how an attempt ended; `false` if the delivery is not held with this lease any more.
pub async fn settle(
    tx: &mut Tx,
    endpoint: WebhookEndpointId,
    delivery: &WebhookDelivery,
    lease_id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update webhook_deliveries set status = $4, tries = $5, attempts = $6, next_attempt_at = $7, \
               lease_id = null, updated_at = $8 where endpoint_id = $1 and event_id = $2 and lease_id = $3";
    let settled = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(endpoint.0)
            .bind(delivery.event_id.0)
            .bind(lease_id)
            .bind(delivery.status.as_str())
            .bind(delivery.tries)
            .bind(Json(&delivery.attempts))
            .bind(delivery.next_attempt_at)
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(settled == 1)
}

/// What waits at an endpoint waits until it is enabled again.
pub async fn pause(tx: &mut Tx, endpoint: WebhookEndpointId) -> Result<(), StorageError> {
    let sql = "update webhook_deliveries set next_attempt_at = null, lease_id = null \
               where endpoint_id = $1 and next_attempt_at is not null";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(endpoint.0).execute(conn).await?;
    });
    Ok(())
}

/// What has waited at an endpoint is due now.
pub async fn resume(tx: &mut Tx, endpoint: WebhookEndpointId, now: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "update webhook_deliveries set tries = 0, next_attempt_at = $2, updated_at = $2 \
               where endpoint_id = $1 and status = 'pending'";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(endpoint.0).bind(now).execute(conn).await?;
    });
    Ok(())
}

/// Begins a delivery that has ended anew, at once or when its endpoint is enabled; gives it as it is now.
pub async fn replay(
    tx: &mut Tx,
    endpoint: WebhookEndpointId,
    event_id: EventId,
    run_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Option<WebhookDelivery>, StorageError> {
    let again = "update webhook_deliveries set status = 'pending', tries = 0, next_attempt_at = $3, updated_at = $4 \
                 where endpoint_id = $1 and event_id = $2 and status <> 'pending'";
    let sql = concat!("select ", columns!(), " from webhook_deliveries where endpoint_id = $1 and event_id = $2");
    on_tx!(tx, |conn| {
        sqlx::query(again).bind(endpoint.0).bind(event_id.0).bind(run_at).bind(now).execute(conn).await?;
    });
    let row = on_tx!(tx, |conn| {
        sqlx::query_as::<_, Row>(sql).bind(endpoint.0).bind(event_id.0).fetch_optional(conn).await?
    });
    Ok(row.map(WebhookDelivery::from))
}

/// Begins all deliveries that failed and were first begun at this time or later anew; tells how many they are.
pub async fn replay_failed(
    tx: &mut Tx,
    endpoint: WebhookEndpointId,
    since: DateTime<Utc>,
    run_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<u64, StorageError> {
    let sql = "update webhook_deliveries set status = 'pending', tries = 0, next_attempt_at = $3, updated_at = $4 \
               where endpoint_id = $1 and status = 'failed' and created_at >= $2";
    Ok(on_tx!(tx, |conn| {
        sqlx::query(sql).bind(endpoint.0).bind(since).bind(run_at).bind(now).execute(conn).await?.rows_affected()
    }))
}

/// The deliveries to an endpoint, newest first, a page at a time; those in one status, or all.
pub async fn list(
    db: &Db,
    endpoint: WebhookEndpointId,
    status: Option<DeliveryStatus>,
    request: &PageRequest,
) -> Result<Page<WebhookDelivery>, StorageError> {
    let sql = concat!(
        "select ",
        columns!(),
        " from webhook_deliveries where endpoint_id = $1 and ($2 is null or status = $2) \
         and ($3 is null or (created_at, event_id) < ($3, $4)) order by created_at desc, event_id desc limit $5"
    );
    let rows = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql)
            .bind(endpoint.0)
            .bind(status.map(DeliveryStatus::as_str))
            .bind(request.after.map(|place| place.created_at))
            .bind(request.after.map(|place| place.id))
            .bind(i64::from(request.limit) + 1)
            .fetch_all(conn)
            .await?
    });
    let deliveries = rows.into_iter().map(WebhookDelivery::from).collect();
    let place = |delivery: &WebhookDelivery| Place { created_at: delivery.created_at, id: delivery.event_id.0 };
    Ok(Page::from_surplus(deliveries, request, place))
}
