//! The pictures of a selection as one file.

use std::collections::BTreeSet;

use aisha_openapi::generations::NewArchive;
use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::Scope;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::TryStreamExt as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::generation::Generation;
use crate::domain::ids::GenerationId;
use crate::domain::photo::extension;
use crate::domain::share::pictures;
use crate::files::{FilesError, Key, Packed};
use crate::http::auth::Caller;
use crate::http::extract::Json;
use crate::http::problem::Problem;
use crate::storage::generations;

/// Generations in one archive.
const MOST: usize = 200;

/// The operation.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(archive))
}

/// Download pictures as one ZIP
///
/// The pictures of 1 to 200 generations as fal made them, each called by its day, its generation and its number, such as
/// `2026-11-21_018f3c5e-7d1a-7cc3-9d5c-3b1c5e8f0a12_1.jpg`. What has no pictures adds none. The archive is made while it is
/// sent, so its length is not known before; one that breaks off was not whole. This changes nothing, so it may be
/// repeated at will.
#[utoipa::path(post, path = "/v1/generations/archive", operation_id = "archiveGenerations", tag = "generations",
    request_body(content = NewArchive, example = json!({"ids": ["018f3c5e-7d1a-7cc3-9d5c-3b1c5e8f0a12"]})),
    responses((status = 200, description = "The archive.", body = Vec<u8>, content_type = "application/zip",
            headers(("Content-Disposition" = String, description = "What to call the file."))),
        (status = 404, description = "One of them does not exist, or is not yours.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json"),
        (status = 409, description = "None of them has a picture.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn archive(State(app): State<App>, caller: Caller, body: Json<NewArchive>) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let ids: BTreeSet<GenerationId> = body.value.ids.into_iter().map(GenerationId).collect();
    if !(1..=MOST).contains(&ids.len()) {
        return Err(Problem::field("/ids", "out_of_range", format!("must name 1 to {MOST} generations")));
    }
    let ids: Vec<GenerationId> = ids.into_iter().collect();
    let found = generations::find_all(&app.db, me.subject, &ids).await?;
    if found.len() < ids.len() {
        return Err(Problem::not_found());
    }
    let mut pictures = Vec::new();
    for generation in &found {
        pictures.extend(packed(generation)?);
    }
    if pictures.is_empty() {
        let detail = "None of these generations has a picture; wait until one is completed.";
        return Err(Problem::new(ProblemCode::NoPictures, detail));
    }
    let pieces = app.files.archive(pictures).inspect_err(|error| tracing::error!(%error, "an archive broke off"));
    let name = format!("attachment; filename=\"aisha-{}.zip\"", app.now().format("%Y-%m-%d"));
    let headers = [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// The pictures of a generation as they lie in an archive.
fn packed(generation: &Generation) -> Result<Vec<Packed>, FilesError> {
    let packed = pictures(generation).map(|(number, image)| {
        let (day, extension) = (generation.created_at.format("%Y-%m-%d"), extension(image.format));
        Ok(Packed {
            name: format!("{day}_{}_{number}.{extension}", generation.id),
            key: Key::parse(image.original_key.as_str())?,
            made_at: generation.completed_at.unwrap_or(generation.created_at),
        })
    });
    packed.collect()
}
