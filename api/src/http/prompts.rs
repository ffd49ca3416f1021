//! Prompts before anything is made of them: how one would be enhanced, and one from a photo.

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::prompts::{DraftPrompt, FinalPrompt};
use aisha_openapi::vocabulary::Scope;
use axum::extract::{DefaultBodyLimit, Request, State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::auth::Caller;
use super::extract::{Json, Query};
use super::headers::{ContentDigestHeader, LanguageHeader};
use super::language::AcceptLanguage;
use super::photos;
use super::problem::{Problem, unavailable};
use super::spending;
use crate::app::App;
use crate::domain::generation::weave;
use crate::domain::ids::AvatarId;
use crate::domain::principal::Principal;
use crate::prompts::{PromptEnhancer, PromptError};
use crate::storage::{avatars, trainings};

const MAX_PROMPT: usize = 2000;

/// The operations on prompts. A photo has a body limit of its own.
pub(super) fn routes() -> OpenApiRouter<App> {
    let photo = OpenApiRouter::new().routes(routes!(from_photo)).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new().routes(routes!(enhance)).merge(photo)
}

/// See what becomes of a prompt
///
/// Translates it into English and adds what a photographer would, as is done for each generation that has words in it.
/// Nothing is made and nothing is kept; what comes out can differ from time to time. Only where the operator has named who
/// works on prompts.
#[utoipa::path(post, path = "/v1/prompts/enhance", operation_id = "enhancePrompt", tag = "prompts",
    request_body(content = DraftPrompt, example = json!({"prompt": "на балконе осенним утром"})),
    responses((status = 200, description = "What a model would be told.", body = FinalPrompt),
        (status = 409, description = "Nobody works on prompts here.", body = aisha_openapi::problem::Problem,
            content_type = "application/problem+json")))]
async fn enhance(
    State(app): State<App>,
    caller: Caller,
    body: Json<DraftPrompt>,
) -> Result<axum::Json<FinalPrompt>, Problem> {
    let me = caller.with(Scope::GenerationsCreate)?;
    let prompt = body.value.prompt.trim();
    if !(1..=MAX_PROMPT).contains(&prompt.chars().count()) {
        return Err(Problem::field("/prompt", "length", format!("must have 1 to {MAX_PROMPT} characters")));
    }
    let trigger = trigger(&app, &me, body.value.avatar_id, "/avatar_id").await?;
    open(&app).await?;
    answer(app.prompts.enhance(prompt, trigger.as_deref()).await, trigger.as_deref())
}

/// Whom a prompt is to be about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Subject {
    /// The avatar that is to be in the place of whoever the photo shows.
    avatar_id: Option<Uuid>,
}

/// One picture as a form, described for the document.
#[derive(utoipa::ToSchema)]
#[schema(as = OnePhotoForm)]
#[expect(dead_code, reason = "describes the form that `from_photo` reads as a stream")]
struct Form {
    /// The picture. The name of the field does not matter.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Get a prompt from a photo
///
/// Tells what a model would have to be told for a picture like this one: pose, clothes, setting, light. Send the photo as
/// the body (`curl -T`) or as the only file of a form, by the rules of photos for training. It is not kept; a copy without
/// its metadata goes to who works on prompts, which must be a model that sees.
#[utoipa::path(post, path = "/v1/prompts/from-photo", operation_id = "getPromptFromPhoto", tag = "prompts",
    params(Subject, ContentDigestHeader, LanguageHeader),
    request_body(content((Form = "multipart/form-data"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"),
        (Vec<u8> = "image/webp")), description = "JPEG, PNG or WebP, told by content."),
    responses((status = 200, description = "The prompt.", body = FinalPrompt),
        (status = 409, description = "Nobody works on prompts here.", body = aisha_openapi::problem::Problem,
            content_type = "application/problem+json")))]
async fn from_photo(
    State(app): State<App>,
    caller: Caller,
    language: AcceptLanguage,
    Query(subject): Query<Subject>,
    request: Request,
) -> Result<axum::Json<FinalPrompt>, Problem> {
    let me = caller.with(Scope::GenerationsCreate)?;
    let language = language.or_chosen_by(&app, &me).await?;
    if matches!(app.prompts, PromptEnhancer::None) {
        return Err(not_configured());
    }
    let trigger = trigger(&app, &me, subject.avatar_id, "avatar_id").await?;
    open(&app).await?;
    let picture = photos::look_at_one(&app, &me, request, language).await?;
    answer(app.prompts.describe(&picture.renderings.training, trigger.as_deref()).await, trigger.as_deref())
}

/// Whether money may be spent: who works on prompts wants some.
async fn open(app: &App) -> Result<(), Problem> {
    spending::open(app, &mut app.begin().await?).await
}

/// The word that stands for the caller's avatar, as its weights have learned it.
async fn trigger(app: &App, me: &Principal, id: Option<Uuid>, field: &str) -> Result<Option<String>, Problem> {
    let Some(id) = id else { return Ok(None) };
    let unknown = || Problem::field(field, "unknown", "must be an avatar of yours");
    let avatar = avatars::find(&app.db, me.subject, AvatarId(id)).await?.ok_or_else(unknown)?;
    let training = match avatar.active_training_id {
        Some(id) => trainings::find(&app.db, me.subject, id).await?,
        None => None,
    };
    Ok(Some(training.map_or(avatar.details.trigger_phrase, |training| training.settings.trigger_phrase)))
}

fn answer(
    worked: Option<Result<String, PromptError>>,
    trigger: Option<&str>,
) -> Result<axum::Json<FinalPrompt>, Problem> {
    let prompt = worked.ok_or_else(not_configured)?.map_err(|error| {
        tracing::warn!(%error, "a prompt could not be worked on");
        unavailable()
    })?;
    Ok(axum::Json(FinalPrompt { final_prompt: trigger.map_or(prompt.clone(), |word| weave(word, &prompt)) }))
}

fn not_configured() -> Problem {
    let detail =
        "Nobody works on prompts here: who runs the service has named none. Write the prompt in English yourself.";
    Problem::new(ProblemCode::PromptsNotConfigured, detail)
}
