//! Asking for pictures.

use aisha_openapi::generations::{Generation as GenerationBody, GenerationQuote, NewGeneration};
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::launch::{LaunchQuery, begin, quote, training_of};
use super::wish;
use crate::app::App;
use crate::domain::generation::Wish;
use crate::domain::ids::AvatarId;
use crate::domain::training::Training;
use crate::http::auth::Caller;
use crate::http::extract::{Json, Path, Query};
use crate::http::headers::RequiredIdempotencyHeader;
use crate::http::idempotency::{Claim, IdempotencyKey};
use crate::http::problem::Problem;
use crate::http::{held, spending};
use crate::launch::Launch;
use crate::storage::{avatars, trainings};

/// The wish.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create))
}

/// Make pictures
///
/// With the avatar's active training, or the one that is named, from a prompt, a style, or both. It costs money, so an `Idempotency-Key` is required: the
/// same key makes them once. Follow it with `GET /v1/generations/{id}`, or wait for `generation.completed` in the events.
#[utoipa::path(post, path = "/v1/avatars/{avatar_id}/generations", operation_id = "createGeneration",
    tag = "generations",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), LaunchQuery, RequiredIdempotencyHeader),
    request_body(content = NewGeneration,
        example = json!({"prompt": "portrait in a sunlit garden, 85mm photo", "aspect_ratio": "3:4"})),
    responses((status = 202, description = "It is under way.", body = GenerationBody,
            headers(("Location" = String, description = "The generation."),
                ("Retry-After" = u32, description = "When to look again, in seconds."))),
        (status = 200, description = "What it would cost (`dry_run=true`).", body = GenerationQuote),
        (status = 409, description = "The avatar has no trained model.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key does not allow this, or no day allows so much money."),
        (status = 429, description = "A cap of the day is reached; `Retry-After` says when it opens again.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json",
            headers(("Retry-After" = u32, description = "When the next day begins, in seconds.")))))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Path(avatar_id): Path<AvatarId>,
    Query(query): Query<LaunchQuery>,
    body: Json<NewGeneration>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::GenerationsCreate)?;
    let named = body.value.training_id;
    let order = wish::read(&app, body.value)?;
    let no_such_training = || Problem::field("/training_id", "unknown", "must be a training of this avatar");
    if query.dry_run == Some(true) {
        let avatar = avatars::find(&app.db, me.subject, avatar_id).await?.ok_or_else(Problem::not_found)?;
        let found = trainings::find(&app.db, me.subject, training_of(&avatar, named)?).await?;
        let training = found.filter(|training| training.avatar_id == avatar_id).ok_or_else(no_such_training)?;
        return Ok(axum::Json(quote(&launch(&app, &training, order.wish(&avatar, &training))?)).into_response());
    }
    let key = key.required()?;
    let mut tx = match key.claim(&app, &me, &body.request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    spending::hold(&app, &mut tx, &me).await?;
    let avatar = held::lock(&mut tx, &me, avatar_id).await?;
    let found = trainings::find_held(&mut tx, avatar_id, training_of(&avatar, named)?).await?;
    let training = found.ok_or_else(no_such_training)?;
    let launch = launch(&app, &training, order.wish(&avatar, &training))?;
    begin(&app, tx, &me, &key, &avatar, launch).await
}

fn launch(app: &App, training: &Training, wish: Wish) -> Result<Launch, Problem> {
    Launch::new(app, training, wish).map_err(|error| spending::refused(app, error))
}
