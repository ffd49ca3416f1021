//! Runs of packs. How far one is is counted in its generations each time; only that it has ended is written, once.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::{AvatarId, PackRunId, TrainingId, UserId};
use crate::domain::pack::{PackRun, Progress};
use crate::domain::page::{Page, PageRequest, Place};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select p.id, p.user_id, p.avatar_id, p.training_id, p.pack_id, p.is_preview, p.cost_microusd, \
             p.cancel_requested_at, p.created_at, p.completed_at, ",
            select!(count "pending"), ", ", select!(count "processing"), ", ", select!(count "completed"), ", ",
            select!(count "failed"), ", ", select!(count "cancelled"), ", ", select!(count "moderated"),
            " from pack_runs p ",
            $rest
        )
    };
    (count $status:literal) => {
        concat!("(select count(*) from generations g where g.pack_id = p.id and g.status = '", $status, "') as ", $status)
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    avatar_id: Uuid,
    training_id: Uuid,
    pack_id: Option<String>,
    is_preview: bool,
    cost_microusd: i64,
    cancel_requested_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    pending: i64,
    processing: i64,
    completed: i64,
    failed: i64,
    cancelled: i64,
    moderated: i64,
}

impl From<Row> for PackRun {
    fn from(row: Row) -> Self {
        Self {
            id: PackRunId(row.id),
            user_id: UserId(row.user_id),
            avatar_id: AvatarId(row.avatar_id),
            training_id: TrainingId(row.training_id),
            pack_id: row.pack_id,
            is_preview: row.is_preview,
            cost_microusd: row.cost_microusd,
            cancel_requested_at: row.cancel_requested_at,
            created_at: row.created_at,
            completed_at: row.completed_at,
            progress: Progress {
                pending: row.pending,
                processing: row.processing,
                completed: row.completed,
                failed: row.failed,
                cancelled: row.cancelled,
                moderated: row.moderated,
            },
        }
    }
}

/// Which runs are wanted; what is `None` is not asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this avatar.
    pub avatar_id: Option<AvatarId>,
    /// Made by the service itself, or the others.
    pub is_preview: Option<bool>,
}

/// Adds a run, whose generations are added in the same transaction.
pub async fn add(tx: &mut Tx, run: &PackRun) -> Result<(), StorageError> {
    let sql = "insert into pack_runs (id, user_id, avatar_id, training_id, pack_id, is_preview, cost_microusd, \
               created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
    on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(run.id.0)
            .bind(run.user_id.0)
            .bind(run.avatar_id.0)
            .bind(run.training_id.0)
            .bind(&run.pack_id)
            .bind(run.is_preview)
            .bind(run.cost_microusd)
            .bind(run.created_at)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// The owner's run with this id.
pub async fn find(db: &Db, owner: UserId, id: PackRunId) -> Result<Option<PackRun>, StorageError> {
    let sql = select!("where p.user_id = $1 and p.id = $2");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(PackRun::from))
}

/// Takes the owner's run for a change, until the transaction ends. Its avatar is taken before.
pub async fn lock(tx: &mut Tx, owner: UserId, id: PackRunId) -> Result<Option<PackRun>, StorageError> {
    let take = "update pack_runs set updated_at = updated_at where user_id = $1 and id = $2";
    let sql = select!("where p.user_id = $1 and p.id = $2");
    on_tx!(tx, |conn| {
        sqlx::query(take).bind(owner.0).bind(id.0).execute(conn).await?;
    });
    let row = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(PackRun::from))
}

/// The runs of an owner, newest first, a page at a time.
pub async fn list(
    db: &Db,
    owner: UserId,
    filter: &Filter,
    request: &PageRequest,
) -> Result<Page<PackRun>, StorageError> {
    let rows = on_db!(db, |conn| {
        let mut query = QueryBuilder::new(select!("where p.user_id = "));
        query.push_bind(owner.0);
        if let Some(id) = filter.avatar_id {
            query.push(" and p.avatar_id = ").push_bind(id.0);
        }
        match filter.is_preview {
            Some(true) => drop(query.push(" and p.is_preview")),
            Some(false) => drop(query.push(" and not p.is_preview")),
            None => {}
        }
        if let Some(place) = request.after {
            query.push(" and (p.created_at, p.id) < (").push_bind(place.created_at);
            query.push(", ").push_bind(place.id).push(")");
        }
        query.push(" order by p.created_at desc, p.id desc limit ").push_bind(i64::from(request.limit) + 1);
        query.build_query_as::<Row>().fetch_all(conn).await?
    });
    let runs = rows.into_iter().map(PackRun::from).collect();
    Ok(Page::from_surplus(runs, request, |run: &PackRun| Place { created_at: run.created_at, id: run.id.0 }))
}

/// Its owner wants it stopped; `false` if they have said so before, or it has ended.
pub async fn cancelling(tx: &mut Tx, id: PackRunId, now: DateTime<Utc>) -> Result<bool, StorageError> {
    let sql = "update pack_runs set cancel_requested_at = $2, updated_at = $2 \
               where id = $1 and completed_at is null and cancel_requested_at is null";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(id.0).bind(now).execute(conn).await?.rows_affected()) == 1)
}

/// Ends a run of which no generation is open any more, once: of all that end a generation of it only the last finds this
/// so. Gives the run if it has ended now.
pub async fn end_if_done(tx: &mut Tx, id: PackRunId, now: DateTime<Utc>) -> Result<Option<PackRun>, StorageError> {
    // Taken first, so that who looks for open generations sees those that ended while it waited.
    let take = "update pack_runs set updated_at = updated_at where id = $1 and completed_at is null";
    let end = "update pack_runs set completed_at = $2, updated_at = $2 where id = $1 and completed_at is null \
               and not exists (select 1 from generations g where g.pack_id = $1 and g.status in ('pending', 'processing'))";
    let sql = select!("where p.id = $1");
    let is_open = on_tx!(tx, |conn| sqlx::query(take).bind(id.0).execute(conn).await?.rows_affected()) == 1;
    if !is_open || on_tx!(tx, |conn| sqlx::query(end).bind(id.0).bind(now).execute(conn).await?.rows_affected()) == 0 {
        return Ok(None);
    }
    let row = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(PackRun::from))
}

/// Deletes the owner's run; `false` if it is not there. Its generations are deleted in the same transaction.
pub async fn delete(tx: &mut Tx, owner: UserId, id: PackRunId) -> Result<bool, StorageError> {
    let sql = "delete from pack_runs where user_id = $1 and id = $2";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(owner.0).bind(id.0).execute(conn).await?.rows_affected()) == 1)
}
