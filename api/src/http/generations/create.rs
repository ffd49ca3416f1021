//! Asking for pictures.

use aisha_openapi::generations::{Generation as GenerationBody, GenerationQuote, NewGeneration};
use aisha_openapi::problem::FieldError;
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::launch::{Launch, LaunchQuery, training_of};
use crate::app::App;
use crate::domain::generation::{Wish, seed};
use crate::domain::ids::AvatarId;
use crate::http::auth::Caller;
use crate::http::extract::{Json, Path, Query};
use crate::http::headers::RequiredIdempotencyHeader;
use crate::http::idempotency::{Claim, IdempotencyKey};
use crate::http::problem::{Problem, internal};
use crate::http::{held, spending};
use crate::storage::{avatars, trainings};

const MAX_PROMPT: usize = 2000;

/// The wish.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create))
}

/// Make pictures
///
/// With the avatar's active training, or the one that is named. It costs money, so an `Idempotency-Key` is required: the
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
    let wish = wish(body.value)?;
    let no_such_training = || Problem::field("/training_id", "unknown", "must be a training of this avatar");
    if query.dry_run == Some(true) {
        let avatar = avatars::find(&app.db, me.subject, avatar_id).await?.ok_or_else(Problem::not_found)?;
        let found = trainings::find(&app.db, me.subject, training_of(&avatar, named)?).await?;
        let training = found.filter(|training| training.avatar_id == avatar_id).ok_or_else(no_such_training)?;
        return Ok(axum::Json(Launch::new(&app, &training, wish)?.quote()).into_response());
    }
    let key = key.required()?;
    let mut tx = match key.claim(&app, &me, &body.request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    spending::hold(&app, &mut tx, &me).await?;
    let avatar = held::lock(&mut tx, &me, avatar_id).await?;
    let found = trainings::find_held(&mut tx, avatar_id, training_of(&avatar, named)?).await?;
    let launch = Launch::new(&app, &found.ok_or_else(no_such_training)?, wish)?;
    launch.begin(&app, tx, &me, &key, &avatar).await
}

fn wish(new: NewGeneration) -> Result<Wish, Problem> {
    let mut errors = Vec::new();
    let prompt = new.prompt.trim().to_owned();
    check_text("/prompt", &prompt, 1, &mut errors);
    let negative_prompt = new.negative_prompt.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    check_text("/negative_prompt", negative_prompt.as_deref().unwrap_or_default(), 0, &mut errors);
    if !(1..=4).contains(&new.num_images) {
        errors.push(error("/num_images", "out_of_range", "must be from 1 to 4".to_owned()));
    }
    if new.seed.is_some_and(|seed| seed < 0) {
        errors.push(error("/seed", "out_of_range", format!("must be from 0 to {}", i64::MAX)));
    }
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    Ok(Wish {
        prompt,
        negative_prompt,
        style_id: None,
        aspect_ratio: new.aspect_ratio,
        num_images: new.num_images,
        seed: match new.seed {
            Some(seed) => seed,
            None => seed().map_err(|_| internal())?,
        },
    })
}

fn check_text(pointer: &str, text: &str, least: usize, errors: &mut Vec<FieldError>) {
    if !(least..=MAX_PROMPT).contains(&text.chars().count()) {
        errors.push(error(pointer, "length", format!("must have {least} to {MAX_PROMPT} characters")));
    } else if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
        errors.push(error(pointer, "control_character", "must be text".to_owned()));
    }
}

fn error(pointer: &str, code: &str, detail: String) -> FieldError {
    FieldError { pointer: pointer.to_owned(), code: code.to_owned(), detail }
}
