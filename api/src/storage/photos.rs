//! Photos of avatars.

use aisha_imaging::Measures;
use aisha_openapi::vocabulary::{PhotoFormat, ValidationStatus};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::db::{Word, on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::{AvatarId, PhotoId, UserId};
use crate::domain::photo::Photo;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, avatar_id, user_id, upload_order, validation_status, sha256, size_bytes, width, height, \
             format, taken_on, measures, excluded, caption, original_key, thumbnail_key, training_key, face_key, \
             version, created_at, updated_at from photos ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    avatar_id: Uuid,
    user_id: Uuid,
    upload_order: i32,
    validation_status: Word<ValidationStatus>,
    sha256: String,
    size_bytes: i64,
    width: i32,
    height: i32,
    format: Word<PhotoFormat>,
    taken_on: Option<NaiveDate>,
    measures: Option<Json<Measures>>,
    excluded: bool,
    caption: Option<String>,
    original_key: String,
    thumbnail_key: String,
    training_key: Option<String>,
    face_key: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Photo {
    fn from(row: Row) -> Self {
        Self {
            id: PhotoId(row.id),
            avatar_id: AvatarId(row.avatar_id),
            user_id: UserId(row.user_id),
            upload_order: row.upload_order,
            validation_status: row.validation_status.0,
            sha256: row.sha256,
            size_bytes: row.size_bytes,
            width: row.width,
            height: row.height,
            format: row.format.0,
            taken_on: row.taken_on,
            measures: row.measures.map(|measures| measures.0),
            excluded: row.excluded,
            caption: row.caption,
            original_key: row.original_key,
            thumbnail_key: row.thumbnail_key,
            training_key: row.training_key,
            face_key: row.face_key,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Adds a photo at the end of its avatar's order, unless the avatar has one of the same bytes; then `None`. The avatar
/// must be locked.
pub async fn add(tx: &mut Tx, photo: &Photo) -> Result<Option<Photo>, StorageError> {
    let sql = "insert into photos (id, avatar_id, user_id, upload_order, validation_status, issues, sha256, \
               size_bytes, width, height, format, excluded, caption, original_key, thumbnail_key, version, \
               created_at, updated_at, taken_on, measures, training_key, face_key) values ($1, $2, $3, \
               (select coalesce(max(upload_order), 0) + 1 from photos where avatar_id = $2), \
               $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) \
               on conflict (avatar_id, sha256) do nothing returning upload_order";
    let upload_order = on_tx!(tx, |conn| {
        sqlx::query_scalar::<_, i32>(sql)
            .bind(photo.id.0)
            .bind(photo.avatar_id.0)
            .bind(photo.user_id.0)
            .bind(photo.validation_status.as_str())
            .bind(Json(Value::Array(Vec::new())))
            .bind(&photo.sha256)
            .bind(photo.size_bytes)
            .bind(photo.width)
            .bind(photo.height)
            .bind(photo.format.as_str())
            .bind(photo.excluded)
            .bind(&photo.caption)
            .bind(&photo.original_key)
            .bind(&photo.thumbnail_key)
            .bind(photo.version)
            .bind(photo.created_at)
            .bind(photo.updated_at)
            .bind(photo.taken_on)
            .bind(photo.measures.as_ref().map(Json))
            .bind(&photo.training_key)
            .bind(&photo.face_key)
            .fetch_optional(conn)
            .await?
    });
    Ok(upload_order.map(|upload_order| Photo { upload_order, ..photo.clone() }))
}

/// The owner's photo with this id.
pub async fn find(db: &Db, owner: UserId, id: PhotoId) -> Result<Option<Photo>, StorageError> {
    let sql = select!("where user_id = $1 and id = $2");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Photo::from))
}

/// The photo of an owner's avatar with these bytes.
pub async fn find_by_sha256(
    db: &Db,
    owner: UserId,
    avatar_id: AvatarId,
    sha256: &str,
) -> Result<Option<Photo>, StorageError> {
    let sql = select!("where user_id = $1 and avatar_id = $2 and sha256 = $3");
    let row = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(avatar_id.0).bind(sha256).fetch_optional(conn).await?
    });
    Ok(row.map(Photo::from))
}

/// The photos of an owner's avatar in their order. There are at most as many as an avatar may hold.
pub async fn list(db: &Db, owner: UserId, avatar_id: AvatarId) -> Result<Vec<Photo>, StorageError> {
    let sql = select!("where user_id = $1 and avatar_id = $2 order by upload_order, id");
    let rows = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(avatar_id.0).fetch_all(conn).await?);
    Ok(rows.into_iter().map(Photo::from).collect())
}

/// The photos a training would learn from, in their order: valid and not excluded. The avatar must be locked.
pub async fn list_usable(tx: &mut Tx, avatar_id: AvatarId) -> Result<Vec<Photo>, StorageError> {
    let sql =
        select!("where avatar_id = $1 and validation_status = 'valid' and not excluded order by upload_order, id");
    let rows = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(avatar_id.0).fetch_all(conn).await?);
    Ok(rows.into_iter().map(Photo::from).collect())
}

/// All photos of an avatar in their order. The avatar must be locked.
pub async fn list_held(tx: &mut Tx, avatar_id: AvatarId) -> Result<Vec<Photo>, StorageError> {
    let sql = select!("where avatar_id = $1 order by upload_order, id");
    let rows = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(avatar_id.0).fetch_all(conn).await?);
    Ok(rows.into_iter().map(Photo::from).collect())
}

/// The newest photos of an owner's other avatars, at most `limit`.
pub async fn list_elsewhere(
    db: &Db,
    owner: UserId,
    avatar_id: AvatarId,
    limit: i64,
) -> Result<Vec<Photo>, StorageError> {
    let sql = select!("where user_id = $1 and avatar_id <> $2 order by created_at desc, id desc limit $3");
    let rows = on_db!(db, |conn| {
        sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(avatar_id.0).bind(limit).fetch_all(conn).await?
    });
    Ok(rows.into_iter().map(Photo::from).collect())
}

/// Photos that wait for somebody to look at them, of anybody, the oldest first.
pub async fn list_pending(db: &Db, limit: i64) -> Result<Vec<Photo>, StorageError> {
    let sql = select!("where validation_status = 'pending' order by created_at, id limit $1");
    let rows = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(limit).fetch_all(conn).await?);
    Ok(rows.into_iter().map(Photo::from).collect())
}

/// A photo that waits for somebody to look at it, for the job that does.
pub async fn find_pending(db: &Db, id: PhotoId) -> Result<Option<Photo>, StorageError> {
    let sql = select!("where id = $1 and validation_status = 'pending'");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Photo::from))
}

/// Writes what a worker has seen in a pending photo and the pictures it has made; `false` if it waits no longer. The
/// avatar must be locked.
pub async fn set_measures(tx: &mut Tx, photo: &Photo, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update photos set measures = $2, taken_on = $3, training_key = $4, face_key = $5, \
               validation_status = $6, updated_at = $7, version = version + 1 where id = $1 and validation_status = 'pending'";
    let updated = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(photo.id.0)
            .bind(photo.measures.as_ref().map(Json))
            .bind(photo.taken_on)
            .bind(&photo.training_key)
            .bind(&photo.face_key)
            .bind(photo.validation_status.as_str())
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(updated == 1)
}

/// Writes what the checks say of a photo now. The avatar must be locked.
pub async fn set_validation_status(
    tx: &mut Tx,
    id: PhotoId,
    status: ValidationStatus,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let sql = "update photos set validation_status = $2, updated_at = $3, version = version + 1 where id = $1";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(status.as_str()).bind(now).execute(conn).await?;
    });
    Ok(())
}

/// The ids of all photos of an avatar. The avatar must be locked.
pub async fn ids(tx: &mut Tx, avatar_id: AvatarId) -> Result<Vec<PhotoId>, StorageError> {
    let sql = "select id from photos where avatar_id = $1";
    let ids: Vec<Uuid> = on_tx!(tx, |conn| sqlx::query_scalar(sql).bind(avatar_id.0).fetch_all(conn).await?);
    Ok(ids.into_iter().map(PhotoId).collect())
}

/// Writes what a person may change of a photo, if it is still the version that was read.
pub async fn update(tx: &mut Tx, photo: &Photo, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update photos set excluded = $4, caption = $5, updated_at = $6, version = version + 1 \
               where user_id = $1 and id = $2 and version = $3";
    let updated = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(photo.user_id.0)
            .bind(photo.id.0)
            .bind(photo.version)
            .bind(photo.excluded)
            .bind(&photo.caption)
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(updated == 1)
}

/// Gives a photo its place. The avatar must be locked.
pub async fn set_order(
    tx: &mut Tx,
    avatar_id: AvatarId,
    id: PhotoId,
    upload_order: i32,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let sql = "update photos set upload_order = $3, updated_at = $4, version = version + 1 \
               where avatar_id = $1 and id = $2 and upload_order <> $3";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(avatar_id.0).bind(id.0).bind(upload_order).bind(now).execute(conn).await?;
    });
    Ok(())
}

/// Removes a photo; `false` if the owner has no such photo in that version.
pub async fn delete(tx: &mut Tx, owner: UserId, id: PhotoId, version: i64) -> Result<bool, StorageError> {
    let sql = "delete from photos where user_id = $1 and id = $2 and version = $3";
    let deleted = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(owner.0).bind(id.0).bind(version).execute(conn).await?.rows_affected()
    });
    Ok(deleted == 1)
}
