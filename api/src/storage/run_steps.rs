//! The steps that runs of more than one kind take through fal's queue, written once and made for the table of each kind.
//! Each names the states it may start from in its `where`, so of two that race one finds nothing to do; `false` tells so.

/// Makes the steps for the runs in a table, whose submissions lie in a second one and name their run
/// in a column of it.
macro_rules! run_steps {
    ($runs:literal, $attempts:literal, $run_id:literal, $Id:ident) => {
        use chrono::{DateTime, Utc};
        use uuid::Uuid;

        use crate::domain::ids::$Id;
        use crate::domain::run::FalRequest;
        use crate::storage::db::{on_db, on_tx};
        use crate::storage::{Db, StorageError, Tx};

        /// It waits before its submission, for this reason; `false` if fal may have it.
        pub async fn wait(
            tx: &mut Tx,
            id: $Id,
            reason: &str,
            next_check_at: DateTime<Utc>,
            now: DateTime<Utc>,
        ) -> Result<bool, StorageError> {
            let sql = concat!(
                "update ",
                $runs,
                " set updated_at = case when status_reason = $2 then updated_at else $4 end, ",
                "status_reason = $2, next_check_at = $3 where id = $1 and status = 'pending' and ",
                "submitted_at is null",
            );
            let waits = on_tx!(tx, |conn| {
                sqlx::query(sql)
                    .bind(id.0)
                    .bind(reason)
                    .bind(next_check_at)
                    .bind(now)
                    .execute(conn)
                    .await?
                    .rows_affected()
            });
            Ok(waits == 1)
        }

        /// From here on fal may have the run: written before the call, so that it is never made twice. One
        /// that was given
        /// up does not begin.
        pub async fn begin_submission(
            tx: &mut Tx,
            id: $Id,
            next_check_at: DateTime<Utc>,
            now: DateTime<Utc>,
        ) -> Result<bool, StorageError> {
            let sql = concat!(
                "update ",
                $runs,
                " set submitted_at = $2, next_check_at = $3, status_reason = null, updated_at = $2 where ",
                "id = $1 and status = 'pending' and submitted_at is null and cancel_requested_at is null",
            );
            let begun = on_tx!(tx, |conn| {
                sqlx::query(sql).bind(id.0).bind(now).bind(next_check_at).execute(conn).await?.rows_affected()
            });
            if begun == 1 {
                let sql = concat!(
                    "insert into ",
                    $attempts,
                    " (attempt_token, ",
                    $run_id,
                    ", submitted_at, number) select attempt_token, id, submitted_at, 1 + (select count(*) ",
                    "from ",
                    $attempts,
                    " a where a.",
                    $run_id,
                    " = ",
                    $runs,
                    ".id) from ",
                    $runs,
                    " where id = $1 on conflict do nothing",
                );
                on_tx!(tx, |conn| {
                    sqlx::query(sql).bind(id.0).execute(conn).await?;
                });
            }
            Ok(begun == 1)
        }

        /// fal has certainly not taken the submission that was begun, so it may begin again, or end without
        /// asking fal. The
        /// first time sets until when fal may go on refusing it.
        pub async fn withdraw_submission(
            tx: &mut Tx,
            id: $Id,
            next_check_at: DateTime<Utc>,
            deadline_at: DateTime<Utc>,
            now: DateTime<Utc>,
        ) -> Result<bool, StorageError> {
            let sql = concat!(
                "update ",
                $runs,
                " set submitted_at = null, next_check_at = $2, deadline_at = coalesce(deadline_at, $3), ",
                "updated_at = $4, status_reason = null where id = $1 and status = 'pending' and ",
                "fal_request_id is null",
            );
            let withdrawn = on_tx!(tx, |conn| {
                sqlx::query(sql)
                    .bind(id.0)
                    .bind(next_check_at)
                    .bind(deadline_at)
                    .bind(now)
                    .execute(conn)
                    .await?
                    .rows_affected()
            });
            if withdrawn == 1 {
                let sql = concat!(
                    "delete from ",
                    $attempts,
                    " where attempt_token = (select attempt_token from ",
                    $runs,
                    " where id = $1)",
                );
                on_tx!(tx, |conn| {
                    sqlx::query(sql).bind(id.0).execute(conn).await?;
                });
            }
            Ok(withdrawn == 1)
        }

        /// A submission whose answer was lost is opened again under another token.
        pub async fn submit_again(
            tx: &mut Tx,
            id: $Id,
            attempt_token: &str,
            now: DateTime<Utc>,
        ) -> Result<bool, StorageError> {
            let sql = concat!(
                "update ",
                $runs,
                " set submitted_at = null, attempt_token = $2, next_check_at = $3, updated_at = $3 where ",
                "id = $1 and status = 'pending' and fal_request_id is null and submitted_at is not null ",
                "and cancel_requested_at is null",
            );
            let opened = on_tx!(tx, |conn| {
                sqlx::query(sql).bind(id.0).bind(attempt_token).bind(now).execute(conn).await?.rows_affected()
            });
            Ok(opened == 1)
        }

        /// What fal could not do for a passing reason is opened again under another token.
        pub async fn reopen(
            tx: &mut Tx,
            id: $Id,
            attempt_token: &str,
            next_check_at: DateTime<Utc>,
            now: DateTime<Utc>,
        ) -> Result<bool, StorageError> {
            let sql = concat!(
                "update ",
                $runs,
                " set status = 'pending', status_reason = null, submitted_at = null, attempt_token = $2, ",
                "fal_request_id = null, fal_status_url = null, fal_response_url = null, fal_cancel_url = ",
                "null, fal_ended_at = null, started_at = null, next_check_at = $3, updated_at = $4 where ",
                "id = $1 and status = 'processing' and cancel_requested_at is null",
            );
            let opened = on_tx!(tx, |conn| {
                sqlx::query(sql)
                    .bind(id.0)
                    .bind(attempt_token)
                    .bind(next_check_at)
                    .bind(now)
                    .execute(conn)
                    .await?
                    .rows_affected()
            });
            Ok(opened == 1)
        }

        /// fal has it, and has so long to end it. A late webhook may tell so of an earlier attempt while the
        /// next one has not
        /// begun; then that counts as submitted from now on.
        pub async fn submitted(
            tx: &mut Tx,
            id: $Id,
            request: &FalRequest,
            next_check_at: DateTime<Utc>,
            deadline_at: DateTime<Utc>,
            now: DateTime<Utc>,
        ) -> Result<bool, StorageError> {
            let sql = concat!(
                "update ",
                $runs,
                " set fal_request_id = $2, fal_status_url = $3, fal_response_url = $4, fal_cancel_url = ",
                "$5, next_check_at = $6, deadline_at = $7, updated_at = $8, started_at = $8, ",
                "submitted_at = coalesce(submitted_at, $8), status = 'processing', status_reason = null ",
                "where id = $1 and status = 'pending' and fal_request_id is null",
            );
            let written = on_tx!(tx, |conn| {
                sqlx::query(sql)
                    .bind(id.0)
                    .bind(&request.id)
                    .bind(&request.status_url)
                    .bind(&request.response_url)
                    .bind(&request.cancel_url)
                    .bind(next_check_at)
                    .bind(deadline_at)
                    .bind(now)
                    .execute(conn)
                    .await?
                    .rows_affected()
            });
            Ok(written == 1)
        }

        /// fal is at it: only the time of the next question moves, and a doubt is over.
        pub async fn processing(
            tx: &mut Tx,
            id: $Id,
            next_check_at: DateTime<Utc>,
            now: DateTime<Utc>,
        ) -> Result<bool, StorageError> {
            let sql = concat!(
                "update ",
                $runs,
                " set next_check_at = $2, last_status_check = $3, updated_at = case when status_reason ",
                "is null then updated_at else $3 end, status_reason = null where id = $1 and status = ",
                "'processing'",
            );
            let written = on_tx!(tx, |conn| {
                sqlx::query(sql).bind(id.0).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
            });
            Ok(written == 1)
        }

        /// fal did not answer: only the time of the next question moves.
        pub async fn postpone(
            tx: &mut Tx,
            id: $Id,
            next_check_at: DateTime<Utc>,
            now: DateTime<Utc>,
        ) -> Result<bool, StorageError> {
            let sql = concat!(
                "update ",
                $runs,
                " set next_check_at = $2, last_status_check = $3 where id = $1 and next_check_at is not ",
                "null",
            );
            let moved = on_tx!(tx, |conn| {
                sqlx::query(sql).bind(id.0).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
            });
            Ok(moved == 1)
        }

        /// fal is done with it, and its result cannot be had yet.
        pub async fn wait_for_result(
            tx: &mut Tx,
            id: $Id,
            next_check_at: DateTime<Utc>,
            now: DateTime<Utc>,
        ) -> Result<bool, StorageError> {
            let sql = concat!(
                "update ",
                $runs,
                " set fal_ended_at = coalesce(fal_ended_at, $3), next_check_at = $2, last_status_check = ",
                "$3 where id = $1 and next_check_at is not null",
            );
            let waiting = on_tx!(tx, |conn| {
                sqlx::query(sql).bind(id.0).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
            });
            Ok(waiting == 1)
        }

        /// Whether fal has what was submitted is not known.
        pub async fn lose_answer(
            tx: &mut Tx,
            id: $Id,
            next_check_at: DateTime<Utc>,
            now: DateTime<Utc>,
        ) -> Result<bool, StorageError> {
            let sql = concat!(
                "update ",
                $runs,
                " set status_reason = 'submission_unknown', next_check_at = $2, updated_at = $3 where id ",
                "= $1 and status = 'pending' and submitted_at is not null",
            );
            let lost = on_tx!(tx, |conn| {
                sqlx::query(sql).bind(id.0).bind(next_check_at).bind(now).execute(conn).await?.rows_affected()
            });
            Ok(lost == 1)
        }

        /// How fal is getting on with it is not known for now, for this reason.
        pub async fn stall(
            tx: &mut Tx,
            id: $Id,
            reason: &str,
            next_check_at: DateTime<Utc>,
            now: DateTime<Utc>,
        ) -> Result<bool, StorageError> {
            let sql = concat!(
                "update ",
                $runs,
                " set updated_at = case when status_reason = $2 then updated_at else $4 end, ",
                "status_reason = $2, next_check_at = $3, last_status_check = $4 where id = $1 and status ",
                "= 'processing'",
            );
            let stalled = on_tx!(tx, |conn| {
                sqlx::query(sql)
                    .bind(id.0)
                    .bind(reason)
                    .bind(next_check_at)
                    .bind(now)
                    .execute(conn)
                    .await?
                    .rows_affected()
            });
            Ok(stalled == 1)
        }

        /// Its owner wants it stopped.
        pub async fn cancelling(tx: &mut Tx, id: $Id, now: DateTime<Utc>) -> Result<bool, StorageError> {
            let sql = concat!(
                "update ",
                $runs,
                " set cancel_requested_at = $2, updated_at = $2 where id = $1 and status in ('pending', ",
                "'processing') and cancel_requested_at is null",
            );
            Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(id.0).bind(now).execute(conn).await?.rows_affected()) == 1)
        }

        /// How often a run was submitted so that fal may have taken it.
        pub async fn count_attempts(db: &Db, id: $Id) -> Result<i64, StorageError> {
            let sql = concat!("select count(*) from ", $attempts, " where ", $run_id, " = $1");
            Ok(on_db!(db, |conn| sqlx::query_scalar(sql).bind(id.0).fetch_one(conn).await?))
        }

        /// Runs that are due to be looked at, longest due first.
        pub async fn list_due(db: &Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<$Id>, StorageError> {
            let sql = concat!("select id from ", $runs, " where next_check_at <= $1 order by next_check_at limit $2",);
            let ids: Vec<Uuid> =
                on_db!(db, |conn| sqlx::query_scalar(sql).bind(now).bind(limit).fetch_all(conn).await?);
            Ok(ids.into_iter().map($Id).collect())
        }

        /// How many have not ended, by status.
        pub async fn count_open(db: &Db) -> Result<Vec<(String, i64)>, StorageError> {
            let sql = concat!(
                "select status, count(*) from ",
                $runs,
                " where next_check_at is not null group by status order by status",
            );
            Ok(on_db!(db, |conn| sqlx::query_as(sql).fetch_all(conn).await?))
        }
    };
}

pub(super) use run_steps;
