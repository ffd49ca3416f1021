//! Events: written with the change they tell of, numbered once they are committed, read by their numbers.

use aisha_openapi::vocabulary::{EventType, ResourceType};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::db::{Word, on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::event::{Audience, Event, EventFilter, NewEvent};
use crate::domain::ids::{AvatarId, EventId, KeyId, UserId};
use crate::domain::page::{Page, PageRequest, Place};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select e.id, e.seq, e.type, e.occurred_at, e.user_id, e.actor_id, e.avatar_id, e.resource_type, \
             e.resource_id, e.state, e.details, e.issuer, u.external_id from events e left join users u on u.id = e.user_id ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    seq: Option<i64>,
    #[sqlx(rename = "type")]
    kind: Word<EventType>,
    occurred_at: DateTime<Utc>,
    user_id: Uuid,
    actor_id: Option<Uuid>,
    avatar_id: Option<Uuid>,
    resource_type: Word<ResourceType>,
    resource_id: Uuid,
    state: Option<String>,
    details: Json<Map<String, Value>>,
    issuer: Option<String>,
    external_id: Option<String>,
}

impl From<Row> for Event {
    fn from(row: Row) -> Self {
        Self {
            id: EventId(row.id),
            seq: row.seq,
            kind: row.kind.0,
            occurred_at: row.occurred_at,
            user_id: UserId(row.user_id),
            issuer: row.issuer,
            external_id: row.external_id,
            actor: row.actor_id.map(KeyId),
            avatar_id: row.avatar_id.map(AvatarId),
            resource: (row.resource_type.0, row.resource_id),
            state: row.state,
            details: row.details.0,
        }
    }
}

/// Writes an event in the transaction of the change it tells of.
pub async fn add(tx: &mut Tx, id: EventId, event: &NewEvent, now: DateTime<Utc>) -> Result<(), StorageError> {
    add_for(tx, id, event, None, now).await
}

/// Writes an event of which an issuer is to hear, whose users the thing serves; the issuer of its owner if none is named.
pub async fn add_for(
    tx: &mut Tx,
    id: EventId,
    event: &NewEvent,
    issuer: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let sql = "insert into events (id, type, occurred_at, user_id, issuer, actor_id, avatar_id, resource_type, \
               resource_id, state, details) values ($1, $2, $3, $4, coalesce($11, (select issuer from users where id = $4)), $5, $6, \
               $7, $8, $9, $10)";
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(id.0)
            .bind(event.kind.as_str())
            .bind(now)
            .bind(event.user_id.0)
            .bind(event.actor.map(|key| key.0))
            .bind(event.avatar_id.map(|avatar| avatar.0))
            .bind(event.resource.0.as_str())
            .bind(event.resource.1)
            .bind(event.state)
            .bind(Json(&event.details))
            .bind(issuer)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Numbers the committed events that have no number yet and returns the last number given so far.
///
/// The row of `event_sequence` is locked first, so there is one sequencer at a time, in however many processes: a
/// number is only ever given above all numbers that readers can already see. A plain serial column would number rows
/// when they are written, and a reader would step over those committed late.
pub async fn number(db: &Db) -> Result<i64, StorageError> {
    let waiting = "select exists (select 1 from events where seq is null)";
    let last = "select last_seq from event_sequence where id = 1";
    let idle = on_db!(db, |conn| !sqlx::query_scalar::<_, bool>(waiting).fetch_one(conn).await?);
    if idle {
        return Ok(on_db!(db, |conn| sqlx::query_scalar(last).fetch_one(conn).await?));
    }
    let take = "update event_sequence set last_seq = last_seq where id = 1 returning last_seq";
    let give = "update events set seq = $1 + n.place from (select id, row_number() over (order by id) as place \
                from events where seq is null) as n where events.id = n.id";
    let keep = "update event_sequence set last_seq = $1 where id = 1";
    let mut tx = db.begin().await?;
    let before: i64 = on_tx!(&mut tx, |conn| sqlx::query_scalar(take).fetch_one(conn).await?);
    let given = on_tx!(&mut tx, |conn| sqlx::query(give).bind(before).execute(conn).await?.rows_affected());
    let after = before + i64::try_from(given).unwrap_or(0);
    on_tx!(&mut tx, |conn| {
        sqlx::query(keep).bind(after).execute(conn).await?;
    });
    tx.commit().await?;
    Ok(after)
}

/// The events of an audience after a number that pass the filter, oldest first.
pub async fn list_after(
    db: &Db,
    audience: &Audience,
    after: i64,
    filter: &EventFilter,
    limit: i64,
) -> Result<Vec<Event>, StorageError> {
    let rows = on_db!(db, |conn| {
        let mut query = QueryBuilder::new(select!("where "));
        match audience {
            Audience::User(user) => query.push("e.user_id = ").push_bind(user.0),
            Audience::Issuer(issuer) => query.push("e.issuer = ").push_bind(issuer),
        };
        if let Some(avatar) = filter.avatar_id {
            query.push(" and e.avatar_id = ").push_bind(avatar.0);
        }
        if let Some(resource) = filter.resource_id {
            query.push(" and e.resource_id = ").push_bind(resource);
        }
        query.push(" and e.seq > ").push_bind(after);
        push_kinds(&mut query, &filter.kinds);
        query.push(" order by e.seq limit ").push_bind(limit);
        query.build_query_as::<Row>().fetch_all(conn).await?
    });
    Ok(rows.into_iter().map(Event::from).collect())
}

/// The events of everybody after a number, oldest first.
pub async fn list_numbered(db: &Db, after: i64, limit: i64) -> Result<Vec<Event>, StorageError> {
    let rows = on_db!(db, |conn| {
        let mut query = QueryBuilder::new(select!("where e.seq > "));
        query.push_bind(after);
        push_kinds(&mut query, &[]);
        query.push(" order by e.seq limit ").push_bind(limit);
        query.build_query_as::<Row>().fetch_all(conn).await?
    });
    Ok(rows.into_iter().map(Event::from).collect())
}

/// The events with these ids, in no order, as far as they are there and of a kind that is known.
pub async fn list_by_id(db: &Db, ids: &[EventId]) -> Result<Vec<Event>, StorageError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = on_db!(db, |conn| {
        let mut query = QueryBuilder::new(select!("where e.id in ("));
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.0);
        }
        query.push(")");
        push_kinds(&mut query, &[]);
        query.build_query_as::<Row>().fetch_all(conn).await?
    });
    Ok(rows.into_iter().map(Event::from).collect())
}

/// Of these kinds, or of all: a newer version beside this one may write kinds that this one cannot name.
fn push_kinds<DB: Database>(query: &mut QueryBuilder<DB>, kinds: &[EventType])
where
    &'static str: Encode<'static, DB> + Type<DB>,
{
    query.push(" and e.type in (");
    let mut list = query.separated(", ");
    for kind in if kinds.is_empty() { EventType::ALL } else { kinds } {
        list.push_bind(kind.as_str());
    }
    query.push(")");
}

/// The last number given.
pub async fn last_number(tx: &mut Tx) -> Result<i64, StorageError> {
    let sql = "select last_seq from event_sequence where id = 1";
    Ok(on_tx!(tx, |conn| sqlx::query_scalar(sql).fetch_one(conn).await?))
}

/// The number up to which events are not kept any more; 0 if all are.
pub async fn removed(db: &Db) -> Result<i64, StorageError> {
    let sql = "select removed_seq from event_sequence where id = 1";
    Ok(on_db!(db, |conn| sqlx::query_scalar(sql).fetch_one(conn).await?))
}

/// Removes the oldest events, as far as they are from before this time, and tells how many they were. Numbers are removed
/// without a gap, so that one number tells what is not kept any more.
pub async fn remove_old(db: &Db, before: DateTime<Utc>, limit: i64) -> Result<u64, StorageError> {
    let oldest = "select max(seq) from (select seq, occurred_at from events where seq is not null \
                  order by seq limit $2) as oldest where occurred_at < $1";
    let old: Option<i64> =
        on_db!(db, |conn| sqlx::query_scalar(oldest).bind(before).bind(limit).fetch_one(conn).await?);
    let Some(old) = old else { return Ok(0) };
    let note = "update event_sequence set removed_seq = $1 where id = 1 and removed_seq < $1";
    let remove = "delete from events where seq <= $1";
    let mut tx = db.begin().await?;
    on_tx!(&mut tx, |conn| {
        sqlx::query(note).bind(old).execute(conn).await?;
    });
    let removed = on_tx!(&mut tx, |conn| sqlx::query(remove).bind(old).execute(conn).await?.rows_affected());
    tx.commit().await?;
    Ok(removed)
}

/// What happened to an owner's avatar, newest first, a page at a time. How far a training has come is no step of its
/// own there.
pub async fn timeline(
    db: &Db,
    owner: UserId,
    avatar_id: AvatarId,
    request: &PageRequest,
) -> Result<Page<Event>, StorageError> {
    let sql = select!(
        "where e.user_id = $1 and e.avatar_id = $2 and e.type <> 'training.progress' and ($3 is null or (e.occurred_at, e.id) < ($3, $4)) \
         order by e.occurred_at desc, e.id desc limit $5"
    );
    let rows = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql)
            .bind(owner.0)
            .bind(avatar_id.0)
            .bind(request.after.map(|place| place.created_at))
            .bind(request.after.map(|place| place.id))
            .bind(i64::from(request.limit) + 1)
            .fetch_all(conn)
            .await?
    });
    let events = rows.into_iter().map(Event::from).collect();
    Ok(Page::from_surplus(events, request, |event: &Event| Place { created_at: event.occurred_at, id: event.id.0 }))
}

/// Forgets all that was told of a person.
pub async fn forget(tx: &mut Tx, user_id: UserId) -> Result<(), StorageError> {
    let sql = "delete from events where user_id = $1";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(user_id.0).execute(conn).await?;
    });
    Ok(())
}
