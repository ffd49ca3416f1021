//! Receipts of deletions. A receipt lists what there was before it is deleted, in the same transaction; the store's
//! confirmations are written to it one by one.

use std::time::Duration;

use aisha_openapi::vocabulary::{DeletedKind, DeletedPlace, DeletionSubject};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::db::{Word, on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::deletion::{Deletion, Subject, Thing};
use crate::domain::ids::{AvatarId, DeletionId, UserId};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select d.id, d.user_id, d.subject_type, d.subject_id, d.requested_at, (select count(*) from objects o \
             where o.avatar_id = d.subject_id or o.user_id = d.subject_id) as objects_left from deletions d ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    subject_type: Word<DeletionSubject>,
    subject_id: Uuid,
    requested_at: DateTime<Utc>,
    objects_left: i64,
}

#[derive(FromRow)]
struct ThingRow {
    place: Word<DeletedPlace>,
    kind: Word<DeletedKind>,
    name: String,
    gone_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
}

/// What a training left at fal.
#[derive(FromRow)]
struct LeftRow {
    set_url: Option<String>,
    lora_url: Option<String>,
    config_url: Option<String>,
    request_id: Option<String>,
    submitted_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

impl From<ThingRow> for Thing {
    fn from(row: ThingRow) -> Self {
        Self { place: row.place.0, kind: row.kind.0, name: row.name, gone_at: row.gone_at, expires_at: row.expires_at }
    }
}

/// Begins a receipt with every object that the ledger has of the subject.
pub async fn add(
    tx: &mut Tx,
    id: DeletionId,
    owner: UserId,
    subject: Subject,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let receipt = "insert into deletions (id, user_id, subject_type, subject_id, requested_at) \
                   values ($1, $2, $3, $4, $5)";
    let objects = "insert into deleted_things (deletion_id, place, kind, name) \
                   select $1, 'store', 'object', object_key from objects where avatar_id = $2 or user_id = $2";
    let (kind, subject_id) = subject.parts();
    on_tx!(tx, |conn| {
        sqlx::query(receipt)
            .bind(id.0)
            .bind(owner.0)
            .bind(kind.as_str())
            .bind(subject_id)
            .bind(now)
            .execute(&mut *conn)
            .await?;
        sqlx::query(objects).bind(id.0).bind(subject_id).execute(conn).await?;
    });
    Ok(())
}

/// Lists what an avatar's trainings left at fal, where a photo set is kept for so long after its upload.
pub async fn add_left_at_fal(
    tx: &mut Tx,
    id: DeletionId,
    avatar_id: AvatarId,
    set_kept: Duration,
) -> Result<(), StorageError> {
    let sql = "select fal_training_set_url as set_url, diffusers_lora_file_url as lora_url, \
               config_file_url as config_url, fal_request_id as request_id, submitted_at, updated_at \
               from trainings where avatar_id = $1 order by version";
    let left = on_tx!(tx, |conn| sqlx::query_as::<_, LeftRow>(sql).bind(avatar_id.0).fetch_all(conn).await?);
    for row in left {
        // It was uploaded before it was submitted, so it is gone by then at the latest.
        let set_expires = Some(row.submitted_at.unwrap_or(row.updated_at) + set_kept);
        let things = [
            (DeletedKind::TrainingSet, row.set_url, set_expires),
            (DeletedKind::ResultFile, row.lora_url, None),
            (DeletedKind::ResultFile, row.config_url, None),
            (DeletedKind::Request, row.request_id, None),
        ];
        let sql = "insert into deleted_things (deletion_id, place, kind, name, expires_at) \
                   values ($1, 'fal', $2, $3, $4) on conflict do nothing";
        for (kind, name, expires_at) in things {
            let Some(name) = name else { continue };
            on_tx!(tx, |conn| {
                sqlx::query(sql).bind(id.0).bind(kind.as_str()).bind(name).bind(expires_at).execute(conn).await?;
            });
        }
    }
    Ok(())
}

/// Writes that the store has deleted an object, to every receipt that it belongs to. The ledger still has it.
pub async fn confirm(db: &Db, key: &str, now: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "insert into deleted_things (deletion_id, place, kind, name, gone_at) \
               select d.id, 'store', 'object', o.object_key, $2 from objects o \
               join deletions d on d.subject_id in (o.avatar_id, o.user_id) where o.object_key = $1 \
               on conflict (deletion_id, place, name) do update set gone_at = $2 \
               where deleted_things.gone_at is null";
    on_db!(db, |conn| {
        sqlx::query(sql).bind(key).bind(now).execute(conn).await?;
    });
    Ok(())
}

/// Lets whoever has the word with this hash read a receipt without a key.
pub async fn add_link(tx: &mut Tx, id: DeletionId, link_sha256: &str) -> Result<(), StorageError> {
    let sql = "update deletions set link_sha256 = $2 where id = $1";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(link_sha256).execute(conn).await?;
    });
    Ok(())
}

/// The owner's receipt with this id.
pub async fn find(db: &Db, owner: UserId, id: DeletionId) -> Result<Option<Deletion>, StorageError> {
    let sql = select!("where d.user_id = $1 and d.id = $2");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_optional(conn).await?);
    with_things(db, row).await
}

/// The receipt with this id whose link has this hash.
pub async fn find_by_link(db: &Db, id: DeletionId, link_sha256: &str) -> Result<Option<Deletion>, StorageError> {
    let sql = select!("where d.link_sha256 = $1 and d.id = $2");
    let row =
        on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(link_sha256).bind(id.0).fetch_optional(conn).await?);
    with_things(db, row).await
}

/// Forgets receipts of deletions that were asked for before then.
pub async fn purge(db: &Db, before: DateTime<Utc>) -> Result<u64, StorageError> {
    let sql = "delete from deletions where requested_at < $1";
    Ok(on_db!(db, |conn| sqlx::query(sql).bind(before).execute(conn).await?.rows_affected()))
}

async fn with_things(db: &Db, row: Option<Row>) -> Result<Option<Deletion>, StorageError> {
    let sql = "select place, kind, name, gone_at, expires_at from deleted_things where deletion_id = $1 \
               order by place desc, kind, name";
    let Some(row) = row else { return Ok(None) };
    let things = on_db!(db, |conn| sqlx::query_as::<_, ThingRow>(sql).bind(row.id).fetch_all(conn).await?);
    Ok(Some(Deletion {
        id: DeletionId(row.id),
        user_id: UserId(row.user_id),
        subject: Subject::of(row.subject_type.0, row.subject_id),
        requested_at: row.requested_at,
        objects_left: row.objects_left,
        things: things.into_iter().map(Thing::from).collect(),
    }))
}
