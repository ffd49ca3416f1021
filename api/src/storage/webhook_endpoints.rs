//! Endpoints of outgoing webhooks.

use aisha_openapi::vocabulary::{DisabledReason, EventType};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::db::{Word, on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::event::Subscriber;
use crate::domain::ids::{UserId, WebhookEndpointId};
use crate::domain::page::{Page, PageRequest, Place};
use crate::domain::secret::Secret;
use crate::domain::signing_keys::SigningKeys;
use crate::domain::webhook::WebhookEndpoint;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, user_id, issuer, url, description, event_types, disabled_reason, secret, private_key, \
             old_secret, old_private_key, old_until, from_seq, failing_since, version, created_at, updated_at \
             from webhook_endpoints ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    issuer: String,
    url: String,
    description: String,
    event_types: String,
    disabled_reason: Option<Word<DisabledReason>>,
    secret: String,
    private_key: String,
    old_secret: Option<String>,
    old_private_key: Option<String>,
    old_until: Option<DateTime<Utc>>,
    from_seq: i64,
    failing_since: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for WebhookEndpoint {
    fn from(row: Row) -> Self {
        let keys = |secret: String, private_key: String| SigningKeys {
            secret: Secret::new(secret),
            private_key: Secret::new(private_key),
        };
        let old = row.old_secret.zip(row.old_private_key).zip(row.old_until);
        Self {
            id: WebhookEndpointId(row.id),
            owner: Subscriber {
                user_id: UserId(row.user_id),
                issuer: Some(row.issuer).filter(|issuer| !issuer.is_empty()),
            },
            url: row.url,
            description: row.description,
            // A kind that this version does not know is one that it does not tell of.
            event_types: row.event_types.split_whitespace().filter_map(|word| word.parse().ok()).collect(),
            disabled: row.disabled_reason.map(|word| word.0),
            keys: keys(row.secret, row.private_key),
            old_keys: old.map(|((secret, private_key), until)| (keys(secret, private_key), until)),
            from_seq: row.from_seq,
            failing_since: row.failing_since,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn words(kinds: &[EventType]) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ")
}

/// Adds an endpoint.
pub async fn add(tx: &mut Tx, endpoint: &WebhookEndpoint) -> Result<(), StorageError> {
    let sql = "insert into webhook_endpoints (id, user_id, issuer, url, description, event_types, enabled, secret, \
               private_key, from_seq, version, created_at, updated_at) \
               values ($1, $2, $3, $4, $5, $6, true, $7, $8, $9, $10, $11, $12)";
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(endpoint.id.0)
            .bind(endpoint.owner.user_id.0)
            .bind(endpoint.owner.issuer.as_deref().unwrap_or_default())
            .bind(&endpoint.url)
            .bind(&endpoint.description)
            .bind(words(&endpoint.event_types))
            .bind(endpoint.keys.secret.expose())
            .bind(endpoint.keys.private_key.expose())
            .bind(endpoint.from_seq)
            .bind(endpoint.version)
            .bind(endpoint.created_at)
            .bind(endpoint.updated_at)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// The owner's endpoint with this id.
pub async fn find(db: &Db, owner: &Subscriber, id: WebhookEndpointId) -> Result<Option<WebhookEndpoint>, StorageError> {
    let sql = select!("where user_id = $1 and issuer = $2 and id = $3");
    let issuer = owner.issuer.as_deref().unwrap_or_default();
    let row = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql).bind(owner.user_id.0).bind(issuer).bind(id.0).fetch_optional(conn).await?
    });
    Ok(row.map(WebhookEndpoint::from))
}

/// The endpoint with this id, whoever owns it, for those who send.
pub async fn load(db: &Db, id: WebhookEndpointId) -> Result<Option<WebhookEndpoint>, StorageError> {
    let sql = select!("where id = $1");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(WebhookEndpoint::from))
}

/// Holds the endpoint with this id until the transaction ends, and gives it as it is; taken before its deliveries.
pub async fn lock(tx: &mut Tx, id: WebhookEndpointId) -> Result<Option<WebhookEndpoint>, StorageError> {
    let hold = "update webhook_endpoints set version = version where id = $1";
    let sql = select!("where id = $1");
    on_tx!(tx, |conn| {
        sqlx::query(hold).bind(id.0).execute(conn).await?;
    });
    let row = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(WebhookEndpoint::from))
}

/// The endpoints of an owner, newest first, a page at a time.
pub async fn list(db: &Db, owner: &Subscriber, request: &PageRequest) -> Result<Page<WebhookEndpoint>, StorageError> {
    let sql = select!(
        "where user_id = $1 and issuer = $2 and ($3 is null or (created_at, id) < ($3, $4)) \
         order by created_at desc, id desc limit $5"
    );
    let rows = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql)
            .bind(owner.user_id.0)
            .bind(owner.issuer.as_deref().unwrap_or_default())
            .bind(request.after.map(|place| place.created_at))
            .bind(request.after.map(|place| place.id))
            .bind(i64::from(request.limit) + 1)
            .fetch_all(conn)
            .await?
    });
    let endpoints = rows.into_iter().map(WebhookEndpoint::from).collect();
    let place = |endpoint: &WebhookEndpoint| Place { created_at: endpoint.created_at, id: endpoint.id.0 };
    Ok(Page::from_surplus(endpoints, request, place))
}

/// How many endpoints an owner has.
pub async fn count(tx: &mut Tx, owner: &Subscriber) -> Result<i64, StorageError> {
    let sql = "select count(*) from webhook_endpoints where user_id = $1 and issuer = $2";
    let issuer = owner.issuer.as_deref().unwrap_or_default();
    Ok(on_tx!(tx, |conn| sqlx::query_scalar(sql).bind(owner.user_id.0).bind(issuer).fetch_one(conn).await?))
}

/// Writes all that can change of an endpoint that this transaction holds.
pub async fn update(tx: &mut Tx, endpoint: &WebhookEndpoint, now: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "update webhook_endpoints set url = $2, description = $3, event_types = $4, enabled = $5, \
               disabled_reason = $6, secret = $7, private_key = $8, old_secret = $9, old_private_key = $10, \
               old_until = $11, failing_since = $12, version = version + 1, updated_at = $13 where id = $1";
    let old = endpoint.old_keys.as_ref();
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(endpoint.id.0)
            .bind(&endpoint.url)
            .bind(&endpoint.description)
            .bind(words(&endpoint.event_types))
            .bind(endpoint.disabled.is_none())
            .bind(endpoint.disabled.map(DisabledReason::as_str))
            .bind(endpoint.keys.secret.expose())
            .bind(endpoint.keys.private_key.expose())
            .bind(old.map(|(keys, _)| keys.secret.expose()))
            .bind(old.map(|(keys, _)| keys.private_key.expose()))
            .bind(old.map(|(_, until)| *until))
            .bind(endpoint.failing_since)
            .bind(now)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Notes since when nothing succeeds at an endpoint, or that it does again. No change of its own: its version stays.
pub async fn set_failing_since(
    tx: &mut Tx,
    id: WebhookEndpointId,
    since: Option<DateTime<Utc>>,
) -> Result<(), StorageError> {
    let sql = "update webhook_endpoints set failing_since = $2 where id = $1";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(since).execute(conn).await?;
    });
    Ok(())
}

/// Removes an endpoint with its deliveries; `false` if the owner has none with this id.
pub async fn delete(tx: &mut Tx, owner: &Subscriber, id: WebhookEndpointId) -> Result<bool, StorageError> {
    let sql = "delete from webhook_endpoints where user_id = $1 and issuer = $2 and id = $3";
    let issuer = owner.issuer.as_deref().unwrap_or_default();
    let deleted = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(owner.user_id.0).bind(issuer).bind(id.0).execute(conn).await?.rows_affected()
    });
    Ok(deleted == 1)
}
