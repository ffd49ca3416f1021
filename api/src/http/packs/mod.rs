//! Runs of packs: read, list, cancel, delete. `start` is the way to ask for one, `sheet` shows one as
//! a picture. Their pictures are generations like any
//! other.

mod sheet;
mod start;

use aisha_openapi::packs::{PackProgress, PackRun as PackRunBody, PackRunPage};
use aisha_openapi::vocabulary::{EventType, Scope};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::auth::Caller;
use super::extract::{Path, Query, RequestHash};
use super::generations as pictures;
use super::headers::{IdempotencyHeader, IfNoneMatchHeader};
use super::held;
use super::idempotency::{Claim, IdempotencyKey, Reply};
use super::pages::PageQuery;
use super::problem::{Problem, internal};
use super::spending::usd;
use super::version::tagged;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::ids::{AvatarId, PackRunId};
use crate::domain::pack::PackRun;
use crate::storage::generations;
use crate::storage::packs::{self, Filter};

/// The operations on runs of packs.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get, delete))
        .routes(routes!(cancel))
        .merge(start::routes())
        .merge(sheet::routes())
}

/// Which runs are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PackFilter {
    /// Only of this avatar.
    avatar_id: Option<Uuid>,
    /// `true` for those that the service made by itself, `false` for the others.
    is_preview: Option<bool>,
}

/// List your runs of packs
///
/// Newest first.
#[utoipa::path(get, path = "/v1/packs", operation_id = "listPackRuns", tag = "styles", params(PackFilter, PageQuery),
    responses((status = 200, description = "A page of runs.", body = PackRunPage)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<PackFilter>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<PackRunPage>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let filter = Filter { avatar_id: filter.avatar_id.map(AvatarId), is_preview: filter.is_preview };
    let filters = format!("packs {filter:?}");
    let found = packs::list(&app.db, me.subject, &filter, &page.request(&filters)?).await?;
    Ok(axum::Json(PackRunPage {
        data: found.items.iter().map(show).collect(),
        next_cursor: found.next.map(|place| place.to_cursor(&filters)),
    }))
}

/// Read a run of a pack
///
/// How far it is. Its pictures are listed by `GET /v1/generations?pack_id=` with its id.
#[utoipa::path(get, path = "/v1/packs/{pack_run_id}", operation_id = "getPackRun", tag = "styles",
    params(("pack_run_id" = uuid::Uuid, Path, description = "The run."), IfNoneMatchHeader),
    responses((status = 200, description = "The run.", body = PackRunBody,
        headers(("ETag" = String, description = "Changes with every change of the run."))),
        (status = 304, description = "Still the same.")))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PackRunId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let run = show(&packs::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?);
    let bytes = serde_json::to_vec(&run).map_err(|_| internal())?;
    Ok(tagged(&headers, &hex::encode(&Sha256::digest(bytes)[..8]), &run))
}

/// Cancel a run of a pack
///
/// Gives up each of its generations that has not ended: what has not reached fal yet ends at once, what has is asked to
/// stop, and can still complete if fal was faster.
#[utoipa::path(post, path = "/v1/packs/{pack_run_id}/cancel", operation_id = "cancelPackRun", tag = "styles",
    params(("pack_run_id" = uuid::Uuid, Path, description = "The run."), IdempotencyHeader),
    responses((status = 202, description = "The run as it is now.", body = PackRunBody),
        (status = 409, description = "It has ended already.", body = aisha_openapi::problem::Problem,
            content_type = "application/problem+json")))]
async fn cancel(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    hash: RequestHash,
    Path(id): Path<PackRunId>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::GenerationsCreate)?;
    let found = packs::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let mut tx = match key.claim(&app, &me, &hash.0).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    held::lock(&mut tx, &me, found.avatar_id).await?;
    let run = packs::lock(&mut tx, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    if run.completed_at.is_some() {
        return Err(Refusal::PackState { status: run.status() }.into());
    }
    packs::cancelling(&mut tx, id, app.now()).await?;
    for generation in generations::list_of_pack(&mut tx, me.subject, id).await? {
        if !generation.status.is_final() {
            let generation = generations::lock(&mut tx, me.subject, generation.id).await?;
            pictures::give_up(&app, &mut tx, &me, generation.ok_or_else(Problem::not_found)?).await?;
        }
    }
    let run = packs::lock(&mut tx, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let reply = Reply::new(StatusCode::ACCEPTED, &show(&run))?;
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    Ok(reply.into_response())
}

/// Delete a run of a pack
///
/// Its generations go with it, and their pictures. What is under way is stopped at fal.
#[utoipa::path(delete, path = "/v1/packs/{pack_run_id}", operation_id = "deletePackRun", tag = "styles",
    params(("pack_run_id" = uuid::Uuid, Path, description = "The run.")),
    responses((status = 204, description = "It is gone.")))]
async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<PackRunId>) -> Result<StatusCode, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let found = packs::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let mut tx = app.begin().await?;
    held::lock(&mut tx, &me, found.avatar_id).await?;
    let run = packs::lock(&mut tx, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    // First, so that it does not end with the last of its generations.
    packs::delete(&mut tx, me.subject, id).await?;
    for generation in generations::list_of_pack(&mut tx, me.subject, id).await? {
        pictures::remove(&app, &mut tx, &me, generation.id).await?;
    }
    app.tell(&mut tx, run.event(EventType::PackDeleted, Some(me.key_id))).await?;
    app.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A run as it stands in answers.
pub(super) fn show(run: &PackRun) -> PackRunBody {
    let progress = &run.progress;
    PackRunBody {
        id: run.id.0,
        avatar_id: run.avatar_id.0,
        training_id: run.training_id.0,
        pack_id: run.pack_id.clone(),
        is_preview: run.is_preview,
        status: run.status(),
        progress: PackProgress {
            total: progress.total(),
            pending: progress.pending,
            processing: progress.processing,
            completed: progress.completed,
            failed: progress.failed,
            cancelled: progress.cancelled,
            moderated: progress.moderated,
        },
        cost_estimate_usd: usd(run.cost_microusd),
        cancel_requested_at: run.cancel_requested_at,
        created_at: run.created_at,
        completed_at: run.completed_at,
    }
}
