//! Avatars. Counts and the newest training are read with the row, so they never drift from what they count.

use aisha_openapi::vocabulary::{AvatarStatus, AvatarType, Gender, Preset, TrainingStatus, TrainingType};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::db::{Word, on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::avatar::{Avatar, Details, LatestTraining};
use crate::domain::ids::{AvatarId, PhotoId, TrainingId, UserId};
use crate::domain::page::{Page, PageRequest, Place};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select a.id, a.user_id, a.name, a.gender, a.avatar_type, a.training_type, a.status, a.status_reason, \
             a.is_main, a.trigger_phrase, a.active_training_id, a.metadata, a.version, a.created_at, a.updated_at, \
             a.cover_photo_id, a.generations_count, \
             coalesce((select p.id from photos p where p.avatar_id = a.id and p.id = a.cover_photo_id), (select p.id from photos p where p.avatar_id = a.id \
                 order by p.upload_order, p.id limit 1)) as cover, \
             (select count(*) from photos p where p.avatar_id = a.id) as photos_count, \
             (select count(*) from photos p where p.avatar_id = a.id and p.validation_status = 'valid' \
                 and not p.excluded) as usable_photos, \
             t.id as latest_id, t.version as latest_version, t.status as latest_status, \
             t.preset as latest_preset \
             from avatars a left join trainings t on t.avatar_id = a.id \
                 and t.version = (select max(v.version) from trainings v where v.avatar_id = a.id) ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    name: Option<String>,
    gender: Option<Word<Gender>>,
    avatar_type: Option<Word<AvatarType>>,
    training_type: Option<Word<TrainingType>>,
    status: Word<AvatarStatus>,
    status_reason: Option<String>,
    is_main: bool,
    trigger_phrase: String,
    active_training_id: Option<Uuid>,
    metadata: Json<Map<String, Value>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    cover_photo_id: Option<Uuid>,
    cover: Option<Uuid>,
    photos_count: i64,
    usable_photos: i64,
    latest_id: Option<Uuid>,
    latest_version: Option<i32>,
    latest_status: Option<Word<TrainingStatus>>,
    latest_preset: Option<Word<Preset>>,
    generations_count: i64,
}

impl Row {
    fn latest_training(&self) -> Option<LatestTraining> {
        Some(LatestTraining {
            id: TrainingId(self.latest_id?),
            version: self.latest_version?,
            status: self.latest_status?.0,
            preset: self.latest_preset?.0,
        })
    }
}

impl From<Row> for Avatar {
    fn from(row: Row) -> Self {
        Self {
            latest_training: row.latest_training(),
            id: AvatarId(row.id),
            user_id: UserId(row.user_id),
            details: Details {
                name: row.name,
                gender: row.gender.map(|word| word.0),
                avatar_type: row.avatar_type.map(|word| word.0),
                training_type: row.training_type.map(|word| word.0),
                trigger_phrase: row.trigger_phrase,
                metadata: row.metadata.0,
                cover: row.cover_photo_id.map(PhotoId),
            },
            status: row.status.0,
            status_reason: row.status_reason,
            is_main: row.is_main,
            photos_count: row.photos_count,
            usable_photos: row.usable_photos,
            active_training_id: row.active_training_id.map(TrainingId),
            cover: row.cover.map(PhotoId),
            generations_count: row.generations_count,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Adds an avatar.
pub async fn add(tx: &mut Tx, avatar: &Avatar) -> Result<(), StorageError> {
    let sql = "insert into avatars (id, user_id, name, gender, avatar_type, training_type, status, status_reason, \
               is_main, trigger_phrase, metadata, version, created_at, updated_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(avatar.id.0)
            .bind(avatar.user_id.0)
            .bind(&avatar.details.name)
            .bind(avatar.details.gender.map(Gender::as_str))
            .bind(avatar.details.avatar_type.map(AvatarType::as_str))
            .bind(avatar.details.training_type.map(TrainingType::as_str))
            .bind(avatar.status.as_str())
            .bind(&avatar.status_reason)
            .bind(avatar.is_main)
            .bind(&avatar.details.trigger_phrase)
            .bind(Json(&avatar.details.metadata))
            .bind(avatar.version)
            .bind(avatar.created_at)
            .bind(avatar.updated_at)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// The owner's avatar with this id.
pub async fn find(db: &Db, owner: UserId, id: AvatarId) -> Result<Option<Avatar>, StorageError> {
    let sql = select!("where a.user_id = $1 and a.id = $2");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Avatar::from))
}

/// The owner's avatar with this id, held until the transaction ends: who changes an avatar, its photos or its
/// trainings takes it first, so that such changes come one after the other.
pub async fn lock(tx: &mut Tx, owner: UserId, id: AvatarId) -> Result<Option<Avatar>, StorageError> {
    let take = "update avatars set version = version where user_id = $1 and id = $2";
    let taken = on_tx!(tx, |conn| sqlx::query(take).bind(owner.0).bind(id.0).execute(conn).await?.rows_affected());
    if taken == 0 {
        return Ok(None);
    }
    let sql = select!("where a.user_id = $1 and a.id = $2");
    let row = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Avatar::from))
}

/// All of the owner's avatars, in the order in which they are to be held.
pub async fn ids(tx: &mut Tx, owner: UserId) -> Result<Vec<AvatarId>, StorageError> {
    let sql = "select id from avatars where user_id = $1 order by id";
    let ids: Vec<Uuid> = on_tx!(tx, |conn| sqlx::query_scalar(sql).bind(owner.0).fetch_all(conn).await?);
    Ok(ids.into_iter().map(AvatarId).collect())
}

/// The owner's avatars, newest first, a page at a time.
pub async fn list(
    db: &Db,
    owner: UserId,
    status: Option<AvatarStatus>,
    request: &PageRequest,
) -> Result<Page<Avatar>, StorageError> {
    let sql = select!(
        "where a.user_id = $1 and ($2 is null or a.status = $2) \
         and ($3 is null or (a.created_at, a.id) < ($3, $4)) order by a.created_at desc, a.id desc limit $5"
    );
    let rows = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql)
            .bind(owner.0)
            .bind(status.map(AvatarStatus::as_str))
            .bind(request.after.map(|place| place.created_at))
            .bind(request.after.map(|place| place.id))
            .bind(i64::from(request.limit) + 1)
            .fetch_all(conn)
            .await?
    });
    let avatars = rows.into_iter().map(Avatar::from).collect();
    Ok(Page::from_surplus(avatars, request, |avatar: &Avatar| Place { created_at: avatar.created_at, id: avatar.id.0 }))
}

/// Writes what may change of an avatar and counts its version up, if it is still the version that was read; `false`
/// if another change came first.
pub async fn update(tx: &mut Tx, avatar: &Avatar, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update avatars set name = $4, gender = $5, avatar_type = $6, training_type = $7, status = $8, \
               status_reason = $9, is_main = $10, trigger_phrase = $11, active_training_id = $12, metadata = $13, \
               updated_at = $14, cover_photo_id = $15, version = version + 1 where user_id = $1 and id = $2 and version = $3";
    let updated = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(avatar.user_id.0)
            .bind(avatar.id.0)
            .bind(avatar.version)
            .bind(&avatar.details.name)
            .bind(avatar.details.gender.map(Gender::as_str))
            .bind(avatar.details.avatar_type.map(AvatarType::as_str))
            .bind(avatar.details.training_type.map(TrainingType::as_str))
            .bind(avatar.status.as_str())
            .bind(&avatar.status_reason)
            .bind(avatar.is_main)
            .bind(&avatar.details.trigger_phrase)
            .bind(avatar.active_training_id.map(|id| id.0))
            .bind(Json(&avatar.details.metadata))
            .bind(now)
            .bind(avatar.details.cover.map(|id| id.0))
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(updated == 1)
}

/// Counts an avatar's version up because something that is shown with it has changed.
pub async fn touch(tx: &mut Tx, id: AvatarId, now: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "update avatars set version = version + 1, updated_at = $2 where id = $1";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(now).execute(conn).await?;
    });
    Ok(())
}

/// Takes the mark of the main avatar from whichever of the owner's avatars has it.
pub async fn clear_main(tx: &mut Tx, owner: UserId, now: DateTime<Utc>) -> Result<(), StorageError> {
    let sql = "update avatars set is_main = false, version = version + 1, updated_at = $2 \
               where user_id = $1 and is_main";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(owner.0).bind(now).execute(conn).await?;
    });
    Ok(())
}

/// Whether the owner has a main avatar.
pub async fn has_main(tx: &mut Tx, owner: UserId) -> Result<bool, StorageError> {
    let sql = "select exists (select 1 from avatars where user_id = $1 and is_main)";
    Ok(on_tx!(tx, |conn| sqlx::query_scalar::<_, bool>(sql).bind(owner.0).fetch_one(conn).await?))
}

/// Removes an avatar with its photos and trainings; `false` if the owner has no such avatar.
pub async fn delete(tx: &mut Tx, owner: UserId, id: AvatarId) -> Result<bool, StorageError> {
    let sql = "delete from avatars where user_id = $1 and id = $2";
    let deleted = on_tx!(tx, |conn| sqlx::query(sql).bind(owner.0).bind(id.0).execute(conn).await?.rows_affected());
    Ok(deleted == 1)
}
