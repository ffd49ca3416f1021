//! Uploads: a form with files, or one picture as the body.
//!
//! The same upload with the same `Idempotency-Key` gets the same answer; without one, the same bytes are duplicates.

use aisha_openapi::photos::{UploadReport, UploadResult};
use aisha_openapi::vocabulary::{Scope, UploadOutcome};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::batch::Batch;
use crate::app::App;
use crate::domain::avatar;
use crate::domain::ids::AvatarId;
use crate::http::auth::Caller;
use crate::http::extract::Path;
use crate::http::headers::{ContentDigestHeader, IdempotencyHeader, LanguageHeader};
use crate::http::idempotency::{Claim, IdempotencyKey, Reply};
use crate::http::language::AcceptLanguage;
use crate::http::problem::Problem;
use crate::storage::avatars;

/// The upload, which has a body limit of its own.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(upload)).layer(DefaultBodyLimit::disable())
}

/// Several pictures as a form, described for the document.
#[derive(utoipa::ToSchema)]
#[schema(as = PhotoForm)]
#[expect(dead_code, reason = "describes the form that `upload` reads as a stream")]
struct Form {
    /// 1 to 50 pictures. The name of the field does not matter.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
}

/// Send photos
///
/// A form with up to 50 files, or one picture as the body (`curl -T`). Each file has an entry in the answer, in the
/// order they were sent; one bad file does not spoil the others. The same bytes again give the photo that is there, so
/// sending an album twice is safe. Send at 16 KB a second or faster.
#[utoipa::path(post, path = "/v1/avatars/{avatar_id}/photos", operation_id = "uploadPhotos", tag = "photos",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), IdempotencyHeader,
        ContentDigestHeader, LanguageHeader),
    request_body(content((Form = "multipart/form-data"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"),
        (Vec<u8> = "image/webp")), description = "JPEG, PNG or WebP, told by content."),
    responses((status = 201, description = "At least one photo is new.", body = UploadReport),
        (status = 200, description = "All photos were there already.", body = UploadReport),
        (status = 422, description = "None was taken; the entries say why.", body = UploadReport),
        (status = 409, description = "The avatar takes no photos.", body = aisha_openapi::problem::Problem,
            content_type = "application/problem+json")))]
async fn upload(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    language: AcceptLanguage,
    Path(avatar_id): Path<AvatarId>,
    request: Request,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let language = language.or_chosen_by(&app, &me).await?;
    let avatar = avatars::find(&app.db, me.subject, avatar_id).await?.ok_or_else(Problem::not_found)?;
    avatar::accept_photos(avatar.status)?;
    // A key that was answered before only wants its answer: the files are read to compare them, and not taken in.
    let is_repeat = key.is_used(&app, &me).await?;
    let mut batch = Batch::new(&app, &me, avatar_id, is_repeat, language);
    batch.read(request).await?;
    let (results, request_sha256) = batch.finish().await?;
    if let Some(answer) = key.kept(&app, &me, &request_sha256).await? {
        return Ok(answer);
    }
    let reply = Reply::new(status_of(&results), &UploadReport { results })?;
    let mut tx = match key.claim(&app, &me, &request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    Ok(reply.into_response())
}

fn status_of(results: &[UploadResult]) -> StatusCode {
    if results.iter().any(|result| result.outcome == UploadOutcome::Created) {
        StatusCode::CREATED
    } else if results.iter().any(|result| result.outcome == UploadOutcome::Duplicate) {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}
