//! Generations: read, cancel, delete. `create` and `repeat` are the ways to ask for one, which meet in `launch`, and
//! further in, with what the service asks for by itself, in the room of that name; `wish` is what is asked for; `gallery`
//! lists what came of them, `content`, `archive` and `sheet` serve it, `show` says what it is.

mod archive;
mod content;
mod create;
mod gallery;
mod launch;
mod repeat;
mod sheet;
mod show;
mod wish;

use aisha_openapi::generations::Generation as GenerationBody;
use aisha_openapi::vocabulary::{EventType, GenerationStatus, Scope};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::launch::{LaunchQuery, training_of};
use self::show::show;
pub(super) use self::show::{warnings, without_links};
use super::auth::Caller;
use super::extract::{Path, RequestHash};
use super::headers::{IdempotencyHeader, IfNoneMatchHeader};
use super::held;
use super::idempotency::{Claim, IdempotencyKey, Reply};
use super::problem::Problem;
use super::version::tagged;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::generation::{Ending, Generation};
use crate::domain::ids::GenerationId;
use crate::domain::job::Job;
use crate::domain::principal::Principal;
use crate::storage::{Tx, generations, objects, spending};

/// The operations on generations.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get, delete))
        .routes(routes!(cancel))
        .merge(create::routes())
        .merge(repeat::routes())
        .merge(gallery::routes())
        .merge(content::routes())
        .merge(archive::routes())
        .merge(sheet::routes())
}

/// Read a generation
///
/// How far it is, and once it is completed where its pictures are.
#[utoipa::path(get, path = "/v1/generations/{generation_id}", operation_id = "getGeneration", tag = "generations",
    params(("generation_id" = uuid::Uuid, Path, description = "The generation."), IfNoneMatchHeader),
    responses((status = 200, description = "The generation.", body = GenerationBody,
        headers(("ETag" = String, description = "Changes with every change of the generation."))),
        (status = 304, description = "Still the same.")))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<GenerationId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let generation = generations::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let tag = format!("{}.{}", generation.updated_at.timestamp_micros(), app.links_until().timestamp());
    Ok(tagged(&headers, &tag, &show(&app, &generation).await?))
}

/// Cancel a generation
///
/// What has not reached fal yet ends at once. What has is asked to stop, and can still complete if fal was faster:
/// `cancel_requested_at` says that it was given up.
#[utoipa::path(post, path = "/v1/generations/{generation_id}/cancel", operation_id = "cancelGeneration",
    tag = "generations",
    params(("generation_id" = uuid::Uuid, Path, description = "The generation."), IdempotencyHeader),
    responses((status = 202, description = "The generation as it is now.", body = GenerationBody),
        (status = 409, description = "It has ended already.", body = aisha_openapi::problem::Problem,
            content_type = "application/problem+json")))]
async fn cancel(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    hash: RequestHash,
    Path(id): Path<GenerationId>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::GenerationsCreate)?;
    let found = generations::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let mut tx = match key.claim(&app, &me, &hash.0).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    held::lock(&mut tx, &me, found.avatar_id).await?;
    let generation = generations::lock(&mut tx, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    if generation.status.is_final() {
        return Err(Refusal::GenerationState { status: generation.status }.into());
    }
    let generation = give_up(&app, &mut tx, &me, generation).await?;
    let reply = Reply::new(StatusCode::ACCEPTED, &show(&app, &generation).await?)?;
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    Ok(reply.into_response())
}

/// Delete a generation
///
/// Its pictures go with it. One that is under way is stopped at fal, and what fal makes of it nevertheless is not kept.
#[utoipa::path(delete, path = "/v1/generations/{generation_id}", operation_id = "deleteGeneration",
    tag = "generations", params(("generation_id" = uuid::Uuid, Path, description = "The generation.")),
    responses((status = 204, description = "It is gone.")))]
async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<GenerationId>) -> Result<StatusCode, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let found = generations::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let mut tx = app.begin().await?;
    held::lock(&mut tx, &me, found.avatar_id).await?;
    remove(&app, &mut tx, &me, id).await?;
    app.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives up a generation that has not ended and that this transaction holds, and gives it as it is now. Its avatar must be
/// held, too.
pub(super) async fn give_up(
    app: &App,
    tx: &mut Tx,
    me: &Principal,
    mut generation: Generation,
) -> Result<Generation, Problem> {
    let (id, now) = (generation.id, app.now());
    if generation.submitted_at.is_none() {
        // fal has nothing of it, so there is nobody to ask.
        generations::end(tx, id, generation.status, &Ending::Cancelled, now).await?;
        generation.status = GenerationStatus::Cancelled;
        generation.completed_at = Some(now);
        app.tell(tx, generation.event(EventType::GenerationCancelled, Some(me.key_id))).await?;
        app.end_pack(tx, generation.pack_id).await?;
    } else if generations::cancelling(tx, id, now).await? {
        generation.cancel_requested_at = Some(now);
        app.enqueue(tx, &Job::CancelGeneration { generation_id: id }, now).await?;
    }
    Ok(generation)
}

/// Removes a generation with everything of it. Its avatar must be locked.
pub(super) async fn remove(app: &App, tx: &mut Tx, me: &Principal, id: GenerationId) -> Result<(), Problem> {
    let generation = generations::lock(tx, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let now = app.now();
    for key in generation.keys() {
        objects::doom(tx, key, now).await?;
    }
    if !generation.status.is_final()
        && let Some(request) = &generation.request
    {
        let abandon = Job::AbandonRequest { endpoint: generation.endpoint.clone(), request_id: request.id.clone() };
        app.enqueue(tx, &abandon, now).await?;
    }
    spending::forgive_generation(tx, id).await?;
    generations::delete(tx, me.subject, generation.avatar_id, id).await?;
    app.tell(tx, generation.event(EventType::GenerationDeleted, Some(me.key_id))).await?;
    app.end_pack(tx, generation.pack_id).await?;
    app.enqueue(tx, &Job::ClearObjects {}, now).await?;
    Ok(())
}
