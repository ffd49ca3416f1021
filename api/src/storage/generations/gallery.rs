//! The gallery: a person's generations, newest first, each way through it a walk along one index.

use aisha_openapi::vocabulary::{AspectRatio, GenerationStatus};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::row::{Row, select};
use crate::domain::generation::Generation;
use crate::domain::ids::{AvatarId, GenerationId, UserId};
use crate::domain::page::{Page, PageRequest, Place};
use crate::storage::db::{on_db, on_tx};
use crate::storage::{Db, StorageError, Tx};

/// Which generations are wanted; what is `None` is not asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this avatar.
    pub avatar_id: Option<AvatarId>,
    /// Favourites, or the others.
    pub is_favourite: Option<bool>,
    /// In this style.
    pub style_id: Option<String>,
    /// Of this shape.
    pub aspect_ratio: Option<AspectRatio>,
    /// In this state.
    pub status: Option<GenerationStatus>,
    /// Of this pack.
    pub pack_id: Option<Uuid>,
    /// Asked for at this time or later.
    pub after: Option<DateTime<Utc>>,
    /// Asked for before this time.
    pub before: Option<DateTime<Utc>>,
}

/// The generations of an owner, newest first, a page at a time.
pub async fn list(
    db: &Db,
    owner: UserId,
    filter: &Filter,
    request: &PageRequest,
) -> Result<Page<Generation>, StorageError> {
    // Conditions are only written where they are asked for, so that the database can begin each page at its place in an
    // index: a page far down costs what the first one does.
    let rows = on_db!(db, |conn| {
        let mut query = QueryBuilder::new(select!("where g.user_id = "));
        query.push_bind(owner.0);
        if let Some(id) = filter.avatar_id {
            query.push(" and g.avatar_id = ").push_bind(id.0);
        }
        match filter.is_favourite {
            Some(true) => drop(query.push(" and g.is_favourite")),
            Some(false) => drop(query.push(" and not g.is_favourite")),
            None => {}
        }
        if let Some(style) = &filter.style_id {
            query.push(" and g.style_id = ").push_bind(style);
        }
        if let Some(ratio) = filter.aspect_ratio {
            query.push(" and g.aspect_ratio = ").push_bind(ratio.as_str());
        }
        if let Some(status) = filter.status {
            query.push(" and g.status = ").push_bind(status.as_str());
        }
        if let Some(id) = filter.pack_id {
            query.push(" and g.pack_id = ").push_bind(id);
        }
        if let Some(time) = filter.after {
            query.push(" and g.created_at >= ").push_bind(time);
        }
        if let Some(time) = filter.before {
            query.push(" and g.created_at < ").push_bind(time);
        }
        if let Some(place) = request.after {
            query.push(" and (g.created_at, g.id) < (").push_bind(place.created_at);
            query.push(", ").push_bind(place.id).push(")");
        }
        query.push(" order by g.created_at desc, g.id desc limit ").push_bind(i64::from(request.limit) + 1);
        query.build_query_as::<Row>().fetch_all(conn).await?
    });
    let generations = rows.into_iter().map(Generation::from).collect();
    Ok(Page::from_surplus(generations, request, |generation: &Generation| Place {
        created_at: generation.created_at,
        id: generation.id.0,
    }))
}

/// Those of these generations that are the owner's, newest first.
pub async fn find_all(db: &Db, owner: UserId, ids: &[GenerationId]) -> Result<Vec<Generation>, StorageError> {
    let rows = on_db!(db, |conn| {
        let mut query = QueryBuilder::new(select!("where g.user_id = "));
        query.push_bind(owner.0).push(" and g.id in (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.0);
        }
        query.push(") order by g.created_at desc, g.id desc");
        query.build_query_as::<Row>().fetch_all(conn).await?
    });
    Ok(rows.into_iter().map(Generation::from).collect())
}

/// Puts a generation among the favourites, or takes it out; `false` if it was so already. The generation must be locked.
pub async fn set_favourite(
    tx: &mut Tx,
    id: GenerationId,
    is_favourite: bool,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let sql = "update generations set is_favourite = $2, updated_at = $3 where id = $1 and is_favourite <> $2";
    let changed = on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).bind(is_favourite).bind(now).execute(conn).await?.rows_affected()
    });
    Ok(changed == 1)
}
