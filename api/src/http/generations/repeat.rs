//! Asking for the same pictures again, or for others of the same wish.

use aisha_openapi::generations::{Generation as GenerationBody, GenerationQuote, RepeatGeneration};
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::launch::{LaunchQuery, begin, quote};
use crate::app::App;
use crate::domain::generation::seed;
use crate::domain::ids::GenerationId;
use crate::http::auth::Caller;
use crate::http::extract::{Json, Path, Query};
use crate::http::headers::RequiredIdempotencyHeader;
use crate::http::idempotency::{Claim, IdempotencyKey};
use crate::http::problem::{Problem, internal};
use crate::http::{held, spending};
use crate::launch::Launch;
use crate::storage::{generations, trainings};

/// The repetition.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(repeat))
}

/// Repeat a generation
///
/// The same wish with the same version of the avatar, at today's price: with the same seed for the same pictures, or with
/// a fresh one for others. It costs money, so an `Idempotency-Key` is required.
#[utoipa::path(post, path = "/v1/generations/{generation_id}/repeat", operation_id = "repeatGeneration",
    tag = "generations",
    params(("generation_id" = uuid::Uuid, Path, description = "The generation."), LaunchQuery,
        RequiredIdempotencyHeader),
    request_body(content = RepeatGeneration, example = json!({"fresh_seed": true})),
    responses((status = 202, description = "The new generation, which is under way.", body = GenerationBody,
            headers(("Location" = String, description = "The new generation."),
                ("Retry-After" = u32, description = "When to look again, in seconds."))),
        (status = 200, description = "What it would cost (`dry_run=true`).", body = GenerationQuote),
        (status = 403, description = "The key does not allow this, or no day allows so much money."),
        (status = 429, description = "A cap of the day is reached; `Retry-After` says when it opens again.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json",
            headers(("Retry-After" = u32, description = "When the next day begins, in seconds.")))))]
async fn repeat(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<GenerationId>,
    Query(query): Query<LaunchQuery>,
    body: Json<RepeatGeneration>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::GenerationsCreate)?;
    let first = generations::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let training = trainings::find(&app.db, me.subject, first.training_id).await?.ok_or_else(Problem::not_found)?;
    let mut wish = first.wish.clone();
    if body.value.fresh_seed {
        wish.seed = seed().map_err(|_| internal())?;
    }
    let launch = Launch::new(&app, &training, wish).map_err(|error| spending::refused(&app, error))?.repeating(&first);
    if query.dry_run == Some(true) {
        return Ok(axum::Json(quote(&launch)).into_response());
    }
    let key = key.required()?;
    let mut tx = match key.claim(&app, &me, &body.request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    spending::hold(&app, &mut tx, &me).await?;
    let avatar = held::lock(&mut tx, &me, first.avatar_id).await?;
    begin(&app, tx, &me, &key, &avatar, launch).await
}
