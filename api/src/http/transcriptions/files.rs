//! What there is of a transcription as files: the text, subtitles, and the recording.

use std::str::FromStr as _;

use aisha_openapi::vocabulary::{Scope, TranscriptFormat};
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::Refusal;
use crate::domain::ids::TranscriptionId;
use crate::http::auth::Caller;
use crate::http::extract::{Path, Query};
use crate::http::problem::Problem;
use crate::storage::transcriptions;

/// The operations on files.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(transcript)).routes(routes!(audio))
}

/// As what the text is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FormatQuery {
    /// `txt` unless you say otherwise.
    #[param(value_type = Option<TranscriptFormat>)]
    format: Option<String>,
}

/// Download a transcript
///
/// As plain text, or as subtitles for players (`srt`) or for the web (`vtt`). A piece whose end the model has not told is
/// shown until the next one begins, and for at most five seconds.
#[utoipa::path(get, path = "/v1/transcriptions/{transcription_id}/transcript", operation_id = "getTranscript",
    tag = "transcriptions",
    params(("transcription_id" = uuid::Uuid, Path, description = "The transcription."), FormatQuery),
    responses((status = 200, description = "The text.", content((String = "text/plain"),
            (String = "application/x-subrip"), (String = "text/vtt")),
            headers(("Content-Disposition" = String, description = "What to call the file."))),
        (status = 409, description = "It is not completed.", body = aisha_openapi::problem::Problem,
            content_type = "application/problem+json")))]
async fn transcript(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TranscriptionId>,
    Query(query): Query<FormatQuery>,
) -> Result<impl IntoResponse, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let format = TranscriptFormat::from_str(query.format.as_deref().unwrap_or("txt"))
        .map_err(|_| Problem::field("format", "unknown", "must be txt, srt or vtt"))?;
    let transcription = transcriptions::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let transcript = transcriptions::find_transcript(&app.db, me.subject, id).await?;
    let transcript = transcript.ok_or(Refusal::TranscriptionState { status: transcription.status })?;
    let kind = match format {
        TranscriptFormat::Txt => "text/plain; charset=utf-8",
        TranscriptFormat::Srt => "application/x-subrip; charset=utf-8",
        TranscriptFormat::Vtt => "text/vtt; charset=utf-8",
    };
    let name = format!("attachment; filename=\"transcript_{id}.{format}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, transcript.write(format)))
}

/// Get a recording's bytes
///
/// Leads to a link that works without a key for at least an hour, from the object store itself where there is one. With
/// curl, add `-L`. A HEAD is led to a link for HEAD.
#[utoipa::path(get, path = "/v1/transcriptions/{transcription_id}/audio", operation_id = "getTranscriptionAudio",
    tag = "transcriptions",
    params(("transcription_id" = uuid::Uuid, Path, description = "The transcription.")),
    responses((status = 307, description = "Where the bytes are.",
        headers(("Location" = String, description = "The link.")))))]
async fn audio(
    State(app): State<App>,
    caller: Caller,
    method: Method,
    Path(id): Path<TranscriptionId>,
) -> Result<impl IntoResponse, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let transcription = transcriptions::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let key = &transcription.audio.key;
    let link = if method == Method::HEAD { app.link_for_head(key).await? } else { app.link(key).await? };
    Ok((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, link)]))
}
