//! Generations: reading them here, the gallery in `gallery`, their steps in `steps` and, shared with other runs, in
//! `way`.

mod gallery;
mod row;
mod steps;
mod way;

pub use self::gallery::{Filter, find_all, list, set_favourite};
use self::row::{Row, select};
pub use self::steps::{add, delete, end, write_prompt};
pub use self::way::{
    begin_submission, cancelling, count_attempts, count_open, list_due, lose_answer, postpone, processing, reopen,
    stall, submit_again, submitted, wait, wait_for_result, withdraw_submission,
};
use super::db::{on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::generation::Generation;
use crate::domain::ids::{AvatarId, GenerationId, PackRunId, UserId};
use crate::domain::run::FalRequest;

/// The owner's generation with this id.
pub async fn find(db: &Db, owner: UserId, id: GenerationId) -> Result<Option<Generation>, StorageError> {
    let sql = select!("where g.user_id = $1 and g.id = $2");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Generation::from))
}

/// Takes the owner's generation for a change, until the transaction ends.
pub async fn lock(tx: &mut Tx, owner: UserId, id: GenerationId) -> Result<Option<Generation>, StorageError> {
    let take = "update generations set updated_at = updated_at where user_id = $1 and id = $2";
    let sql = select!("where g.user_id = $1 and g.id = $2");
    on_tx!(tx, |conn| {
        sqlx::query(take).bind(owner.0).bind(id.0).execute(conn).await?;
    });
    let row = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Generation::from))
}

/// The generation a job is about. Jobs act for the service, so they name no owner.
pub async fn find_for_job(db: &Db, id: GenerationId) -> Result<Option<Generation>, StorageError> {
    let sql = select!("where g.id = $1");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(Generation::from))
}

/// The generation whose webhook URL holds this word, now or in an earlier attempt.
pub async fn find_by_attempt_token(db: &Db, token: &str) -> Result<Option<Generation>, StorageError> {
    let sql = select!(
        "where g.attempt_token = $1 \
         or g.id = (select generation_id from generation_attempts where attempt_token = $1)"
    );
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(token).fetch_optional(conn).await?);
    Ok(row.map(Generation::from))
}

/// What fal has of an avatar's generations that have not ended: endpoints and requests.
pub async fn list_at_fal(tx: &mut Tx, avatar_id: AvatarId) -> Result<Vec<(String, FalRequest)>, StorageError> {
    let sql = select!(
        "where g.avatar_id = $1 and g.status in ('pending', 'processing') and g.fal_request_id is not null order by g.id"
    );
    let rows = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(avatar_id.0).fetch_all(conn).await?);
    let open = rows.into_iter().map(Generation::from);
    Ok(open.filter_map(|generation| Some((generation.endpoint, generation.request?))).collect())
}

/// The owner's generations of a run of a pack, in the order of the pack.
pub async fn list_of_pack(tx: &mut Tx, owner: UserId, id: PackRunId) -> Result<Vec<Generation>, StorageError> {
    let sql = select!("where g.user_id = $1 and g.pack_id = $2 order by g.created_at, g.id");
    let rows = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(owner.0).bind(id.0).fetch_all(conn).await?);
    Ok(rows.into_iter().map(Generation::from).collect())
}
