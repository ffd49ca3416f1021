//! Having something made of a text.

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::transcriptions::{Digest as DigestBody, NewDigest};
use aisha_openapi::vocabulary::{DigestStatus, Scope, TranscriptionStatus};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sent::check_language;
use super::show::show_digest;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::ids::TranscriptionId;
use crate::domain::job::Job;
use crate::domain::transcription::Digest;
use crate::http::auth::Caller;
use crate::http::extract::{Json, Path};
use crate::http::headers::IdempotencyHeader;
use crate::http::idempotency::{Claim, IdempotencyKey, Reply};
use crate::http::problem::Problem;
use crate::http::spending;
use crate::prompts::PromptEnhancer;
use crate::storage::{jobs, transcriptions};

/// The operation on digests.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create))
}

/// Have something made of a transcript
///
/// A summary, a list of what is to be done, or minutes, of the whole text however long it is. It is written by whom the
/// operator has named for prompts, and kept: the same wish again gives what is there, and begins anew only what failed.
/// Follow it with `GET /v1/transcriptions/{id}`, which has all digests, or wait for `transcription.digest_completed` in the
/// events.
#[utoipa::path(post, path = "/v1/transcriptions/{transcription_id}/digests", operation_id = "createDigest",
    tag = "transcriptions",
    params(("transcription_id" = uuid::Uuid, Path, description = "The transcription."), IdempotencyHeader),
    request_body(content = NewDigest, example = json!({"kind": "summary", "language": "en"})),
    responses((status = 202, description = "It is being written.", body = DigestBody),
        (status = 200, description = "It is there.", body = DigestBody),
        (status = 409, description = "The transcription is not completed, or nobody works on texts here.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<TranscriptionId>,
    body: Json<NewDigest>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::TranscriptionsCreate)?;
    let NewDigest { kind, language } = body.value;
    language.as_deref().map_or(Ok(()), check_language)?;
    transcriptions::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let known = transcriptions::find_digest(&app.db, me.subject, id, kind, language.as_deref()).await?;
    if known.is_none() && matches!(app.prompts, PromptEnhancer::None) {
        let detail = "Nobody works on texts here: who runs the service has named none.";
        return Err(Problem::new(ProblemCode::PromptsNotConfigured, detail));
    }
    let mut tx = match key.claim(&app, &me, &body.request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    let transcription = transcriptions::lock(&mut tx, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    if transcription.status != TranscriptionStatus::Completed {
        return Err(Refusal::TranscriptionState { status: transcription.status }.into());
    }
    let wanted = Digest {
        id: app.ids.next(),
        user_id: me.subject,
        transcription_id: id,
        kind,
        language,
        status: DigestStatus::Pending,
        text: None,
        error_code: None,
        error_message: None,
        created_at: app.now(),
        completed_at: None,
    };
    let digest = transcriptions::begin_digest(&mut tx, &wanted).await?;
    let is_pending = digest.status == DigestStatus::Pending;
    let job = Job::WriteDigest { digest_id: digest.id };
    // Who writes it has been asked already, and wants money each time.
    if is_pending && !jobs::is_pending(&mut tx, &job).await? {
        spending::open(&app, &mut tx).await?;
        app.enqueue(&mut tx, &job, app.now()).await?;
    }
    let status = if is_pending { StatusCode::ACCEPTED } else { StatusCode::OK };
    let reply = Reply::new(status, &show_digest(digest))?.at(format!("/v1/transcriptions/{id}"));
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    Ok(reply.into_response())
}
