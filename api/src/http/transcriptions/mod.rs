//! Transcriptions: read, list, cancel, delete. `create` is the way to ask for one, which has `sent` read what comes;
//! `files` serves what there is of one, `digests` has something made of it, `show` says what it is.

mod create;
mod digests;
mod files;
mod sent;
mod show;

use std::str::FromStr as _;

use aisha_openapi::transcriptions::{Transcription as TranscriptionBody, TranscriptionPage};
use aisha_openapi::vocabulary::{EventType, Scope, TranscriptionStatus};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::show::show;
pub(super) use self::show::show_whole;
use super::auth::Caller;
use super::extract::{Path, Query, RequestHash};
use super::headers::{IdempotencyHeader, IfNoneMatchHeader};
use super::idempotency::{Claim, IdempotencyKey, Reply};
use super::pages::PageQuery;
use super::problem::Problem;
use super::version::tagged;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::ids::TranscriptionId;
use crate::domain::job::Job;
use crate::domain::transcription::Ending;
use crate::storage::transcriptions::{self, Filter};
use crate::storage::{objects, spending};

/// The operations on transcriptions.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(create::routes())
        .routes(routes!(list))
        .routes(routes!(get, delete))
        .routes(routes!(cancel))
        .merge(files::routes())
        .merge(digests::routes())
}

/// Which transcriptions are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HistoryFilter {
    /// Only in this state.
    #[param(value_type = Option<TranscriptionStatus>)]
    status: Option<String>,
    /// Asked for at this time or later.
    after: Option<DateTime<Utc>>,
    /// Asked for before this time.
    before: Option<DateTime<Utc>>,
}

/// List your transcriptions
///
/// Newest first, without their texts: each has how it begins.
#[utoipa::path(get, path = "/v1/transcriptions", operation_id = "listTranscriptions", tag = "transcriptions",
    params(HistoryFilter, PageQuery),
    responses((status = 200, description = "A page of transcriptions.", body = TranscriptionPage)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<HistoryFilter>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<TranscriptionPage>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let unknown = |_| Problem::field("status", "unknown", "is not a word of this list");
    let status = filter.status.as_deref().map(TranscriptionStatus::from_str).transpose().map_err(unknown)?;
    let filter = Filter { status, after: filter.after, before: filter.before };
    let filters = format!("transcriptions {filter:?}");
    let found = transcriptions::list(&app.db, me.subject, &filter, &page.request(&filters)?).await?;
    let data = found.items.into_iter().map(|transcription| show(transcription, None, Vec::new())).collect();
    Ok(axum::Json(TranscriptionPage { data, next_cursor: found.next.map(|place| place.to_cursor(&filters)) }))
}

/// Read a transcription
///
/// How far it is, and once it is completed what is said, in pieces with their times, and what was made of it.
#[utoipa::path(get, path = "/v1/transcriptions/{transcription_id}", operation_id = "getTranscription",
    tag = "transcriptions",
    params(("transcription_id" = uuid::Uuid, Path, description = "The transcription."), IfNoneMatchHeader),
    responses((status = 200, description = "The transcription.", body = TranscriptionBody,
        headers(("ETag" = String, description = "Changes with every change of the transcription."))),
        (status = 304, description = "Still the same.")))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TranscriptionId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let found = transcriptions::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let tag = found.updated_at.timestamp_micros().to_string();
    Ok(tagged(&headers, &tag, &show_whole(&app, found).await?))
}

/// Cancel a transcription
///
/// What has not reached fal yet ends at once. What has is asked to stop, and can still complete if fal was faster:
/// `cancel_requested_at` says that it was given up.
#[utoipa::path(post, path = "/v1/transcriptions/{transcription_id}/cancel", operation_id = "cancelTranscription",
    tag = "transcriptions",
    params(("transcription_id" = uuid::Uuid, Path, description = "The transcription."), IdempotencyHeader),
    responses((status = 202, description = "The transcription as it is now.", body = TranscriptionBody),
        (status = 409, description = "It has ended already.", body = aisha_openapi::problem::Problem,
            content_type = "application/problem+json")))]
async fn cancel(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    hash: RequestHash,
    Path(id): Path<TranscriptionId>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::TranscriptionsCreate)?;
    transcriptions::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let mut tx = match key.claim(&app, &me, &hash.0).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    let held = transcriptions::lock(&mut tx, me.subject, id).await?;
    let mut transcription = held.ok_or_else(Problem::not_found)?;
    if transcription.status.is_final() {
        return Err(Refusal::TranscriptionState { status: transcription.status }.into());
    }
    let now = app.now();
    if transcription.submitted_at.is_none() {
        // fal has nothing of it, so there is nobody to ask.
        transcriptions::end(&mut tx, id, transcription.status, &Ending::Cancelled, now).await?;
        transcription.status = TranscriptionStatus::Cancelled;
        transcription.completed_at = Some(now);
        app.tell(&mut tx, transcription.event(EventType::TranscriptionCancelled, Some(me.key_id))).await?;
    } else if transcriptions::cancelling(&mut tx, id, now).await? {
        transcription.cancel_requested_at = Some(now);
        app.enqueue(&mut tx, &Job::CancelTranscription { transcription_id: id }, now).await?;
    }
    let reply = Reply::new(StatusCode::ACCEPTED, &show(transcription, None, Vec::new()))?;
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    Ok(reply.into_response())
}

/// Delete a transcription
///
/// The recording, its text and what was made of it go. One that is under way is stopped at fal, and what fal makes of it
/// nevertheless is not kept.
#[utoipa::path(delete, path = "/v1/transcriptions/{transcription_id}", operation_id = "deleteTranscription",
    tag = "transcriptions", params(("transcription_id" = uuid::Uuid, Path, description = "The transcription.")),
    responses((status = 204, description = "It is gone.")))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TranscriptionId>,
) -> Result<StatusCode, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let now = app.now();
    let mut tx = app.begin().await?;
    let held = transcriptions::lock(&mut tx, me.subject, id).await?;
    let transcription = held.ok_or_else(Problem::not_found)?;
    objects::doom(&mut tx, &transcription.audio.key, now).await?;
    if !transcription.status.is_final()
        && let Some(request) = &transcription.request
    {
        let endpoint = transcription.endpoint.clone();
        app.enqueue(&mut tx, &Job::AbandonRequest { endpoint, request_id: request.id.clone() }, now).await?;
    }
    spending::forgive_transcription(&mut tx, id).await?;
    transcriptions::delete(&mut tx, me.subject, id).await?;
    app.tell(&mut tx, transcription.event(EventType::TranscriptionDeleted, Some(me.key_id))).await?;
    app.enqueue(&mut tx, &Job::ClearObjects {}, now).await?;
    app.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}
