//! Shares: making, listing and revoking links to pictures. `public` is where such a link leads.

mod public;

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::shares::{NewShare, Share as ShareBody, SharePage};
use aisha_openapi::vocabulary::{EventType, ResourceType, Scope};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Map, json};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::auth::Caller;
use super::extract::{Json, Path, Query};
use super::headers::IdempotencyHeader;
use super::idempotency::{Claim, IdempotencyKey, Reply};
use super::pages::PageQuery;
use super::problem::{Problem, internal};
use crate::app::App;
use crate::domain::event::NewEvent;
use crate::domain::generation::Generation;
use crate::domain::ids::{GenerationId, ShareId};
use crate::domain::principal::Principal;
use crate::domain::secret::Secret;
use crate::domain::share::{LONGEST, SHORTEST, Share, pictures};
use crate::storage::{generations, shares};

/// The operations on shares.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(list)).routes(routes!(revoke)).merge(public::routes())
}

/// Make a link to pictures
///
/// Whoever has the link sees the pictures, without a key, until it ends or is revoked, or the generation is deleted. It
/// stands in this answer alone, for only its hash is kept: a repeat with the same `Idempotency-Key` makes no second one and
/// tells all but the link. One that was lost is revoked by its id.
#[utoipa::path(post, path = "/v1/generations/{generation_id}/shares", operation_id = "shareGeneration",
    tag = "generations",
    params(("generation_id" = uuid::Uuid, Path, description = "The generation."), IdempotencyHeader),
    request_body(content = NewShare, example = json!({"expires_in_seconds": 86400})),
    responses((status = 201, description = "The link.", body = ShareBody),
        (status = 409, description = "The generation has no picture.", body = aisha_openapi::problem::Problem,
            content_type = "application/problem+json")))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<GenerationId>,
    body: Json<NewShare>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let new = body.value;
    let lifetime = TimeDelta::try_seconds(new.expires_in_seconds).filter(|time| (SHORTEST..=LONGEST).contains(time));
    let lifetime = lifetime.ok_or_else(|| {
        let bounds = format!("must be from {} to {}", SHORTEST.num_seconds(), LONGEST.num_seconds());
        Problem::field("/expires_in_seconds", "out_of_range", bounds)
    })?;
    let token = Secret::random().map_err(|_| internal())?;
    let now = app.now();
    let mut tx = match key.claim(&app, &me, &body.request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    let generation = generations::lock(&mut tx, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let share = Share {
        id: app.ids.next(),
        user_id: me.subject,
        avatar_id: generation.avatar_id,
        generation_id: id,
        images: chosen(&generation, new.images)?,
        with_prompt: new.with_prompt,
        created_at: now,
        expires_at: now + lifetime,
    };
    shares::add(&mut tx, &share, &token.sha256()).await?;
    app.tell(&mut tx, event(EventType::GenerationShared, &me, &share)).await?;
    let mut body = show(share);
    // What is kept for repeats lies in the database, where no secret belongs.
    key.keep(&mut tx, &me, &Reply::new(StatusCode::CREATED, &body)?).await?;
    app.commit(tx).await?;
    body.url = Some(format!("{}v1/shared/{}", app.settings.public_url, token.expose()));
    Ok((StatusCode::CREATED, axum::Json(body)).into_response())
}

/// Which links are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ShareFilter {
    /// Only to pictures of this generation.
    generation_id: Option<Uuid>,
}

/// List your links to pictures
///
/// Those that still show something, newest first.
#[utoipa::path(get, path = "/v1/shares", operation_id = "listShares", tag = "generations",
    params(ShareFilter, PageQuery),
    responses((status = 200, description = "A page of links.", body = SharePage)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<ShareFilter>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<SharePage>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let filters = format!("shares {filter:?}");
    let request = page.request(&filters)?;
    let of = filter.generation_id.map(GenerationId);
    let found = shares::list(&app.db, me.subject, of, &request, app.now()).await?;
    let data = found.items.into_iter().map(show).collect();
    Ok(axum::Json(SharePage { data, next_cursor: found.next.map(|place| place.to_cursor(&filters)) }))
}

/// Revoke a link to pictures
///
/// It shows nothing any more from this answer on.
#[utoipa::path(delete, path = "/v1/shares/{share_id}", operation_id = "revokeShare", tag = "generations",
    params(("share_id" = uuid::Uuid, Path, description = "The link's id.")),
    responses((status = 204, description = "It is revoked.")))]
async fn revoke(State(app): State<App>, caller: Caller, Path(id): Path<ShareId>) -> Result<StatusCode, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let mut tx = app.begin().await?;
    let share = shares::delete(&mut tx, me.subject, id, app.now()).await?.ok_or_else(Problem::not_found)?;
    app.tell(&mut tx, event(EventType::GenerationUnshared, &me, &share)).await?;
    app.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The numbers of the pictures that are to be shown; without a wish all that are there.
fn chosen(generation: &Generation, wanted: Option<Vec<u32>>) -> Result<Vec<u32>, Problem> {
    let there: Vec<u32> = pictures(generation).map(|(number, _)| number).collect();
    if there.is_empty() {
        let detail = "The generation has no picture to show; wait until it is completed.";
        return Err(Problem::new(ProblemCode::NoPictures, detail));
    }
    let Some(mut wanted) = wanted else { return Ok(there) };
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.is_empty() || !wanted.iter().all(|number| there.contains(number)) {
        return Err(Problem::field("/images", "unknown", format!("may hold {there:?}, and at least one of them")));
    }
    Ok(wanted)
}

/// A link as it stands in answers.
pub(super) fn show(share: Share) -> ShareBody {
    ShareBody {
        id: share.id.0,
        generation_id: share.generation_id.0,
        images: share.images,
        with_prompt: share.with_prompt,
        url: None,
        created_at: share.created_at,
        expires_at: share.expires_at,
    }
}

fn event(kind: EventType, me: &Principal, share: &Share) -> NewEvent {
    let details = [("share_id".to_owned(), json!(share.id)), ("expires_at".to_owned(), json!(share.expires_at))];
    NewEvent {
        kind,
        user_id: share.user_id,
        actor: Some(me.key_id),
        avatar_id: Some(share.avatar_id),
        resource: (ResourceType::Generation, share.generation_id.0),
        state: None,
        details: Map::from_iter(details),
    }
}
