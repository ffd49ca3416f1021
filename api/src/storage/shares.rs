//! Shares. The word in a link is never kept, only its hash; what has ended is not found any more, and then removed.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::{AvatarId, GenerationId, ShareId, UserId};
use crate::domain::page::{Page, PageRequest, Place};
use crate::domain::share::Share;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, user_id, avatar_id, generation_id, images, with_prompt, created_at, expires_at from shares ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    avatar_id: Uuid,
    generation_id: Uuid,
    images: Json<Vec<u32>>,
    with_prompt: bool,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<Row> for Share {
    fn from(row: Row) -> Self {
        Self {
            id: ShareId(row.id),
            user_id: UserId(row.user_id),
            avatar_id: AvatarId(row.avatar_id),
            generation_id: GenerationId(row.generation_id),
            images: row.images.0,
            with_prompt: row.with_prompt,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

/// Adds a link whose word has this hash.
pub async fn add(tx: &mut Tx, share: &Share, token_sha256: &str) -> Result<(), StorageError> {
    let sql = "insert into shares (id, user_id, avatar_id, generation_id, token_sha256, images, with_prompt, \
               created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(share.id.0)
            .bind(share.user_id.0)
            .bind(share.avatar_id.0)
            .bind(share.generation_id.0)
            .bind(token_sha256)
            .bind(Json(&share.images))
            .bind(share.with_prompt)
            .bind(share.created_at)
            .bind(share.expires_at)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// The link whose word has this hash, while it is good. The word is the permission, so no owner is named.
pub async fn find_by_token(db: &Db, token_sha256: &str, now: DateTime<Utc>) -> Result<Option<Share>, StorageError> {
    let sql = select!("where token_sha256 = $1 and expires_at > $2");
    let row =
        on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(token_sha256).bind(now).fetch_optional(conn).await?);
    Ok(row.map(Share::from))
}

/// The owner's links that are good, newest first, a page at a time; of one generation, or of all.
pub async fn list(
    db: &Db,
    owner: UserId,
    generation_id: Option<GenerationId>,
    request: &PageRequest,
    now: DateTime<Utc>,
) -> Result<Page<Share>, StorageError> {
    let rows = on_db!(db, |conn| {
        let mut query = QueryBuilder::new(select!("where user_id = "));
        query.push_bind(owner.0).push(" and expires_at > ").push_bind(now);
        if let Some(id) = generation_id {
            query.push(" and generation_id = ").push_bind(id.0);
        }
        if let Some(place) = request.after {
            query.push(" and (created_at, id) < (").push_bind(place.created_at);
            query.push(", ").push_bind(place.id).push(")");
        }
        query.push(" order by created_at desc, id desc limit ").push_bind(i64::from(request.limit) + 1);
        query.build_query_as::<Row>().fetch_all(conn).await?
    });
    let shares = rows.into_iter().map(Share::from).collect();
    Ok(Page::from_surplus(shares, request, |share: &Share| Place { created_at: share.created_at, id: share.id.0 }))
}

/// Takes a good link of the owner's back, and gives it as it was.
pub async fn delete(
    tx: &mut Tx,
    owner: UserId,
    id: ShareId,
    now: DateTime<Utc>,
) -> Result<Option<Share>, StorageError> {
    let sql = "delete from shares where user_id = $1 and id = $2 and expires_at > $3 \
               returning id, user_id, avatar_id, generation_id, images, with_prompt, created_at, expires_at";
    let row = on_tx!(tx, |conn| {
        sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).bind(now).fetch_optional(conn).await?
    });
    Ok(row.map(Share::from))
}

/// Forgets the links that have ended, and tells how many they were.
pub async fn remove_ended(db: &Db, now: DateTime<Utc>) -> Result<u64, StorageError> {
    let sql = "delete from shares where expires_at <= $1";
    Ok(on_db!(db, |conn| sqlx::query(sql).bind(now).execute(conn).await?.rows_affected()))
}
