//! Asking for a text.
//!
//! The order of the steps is what makes it safe to be killed between any two: the recording is announced, written, and
//! claimed by the row that needs it. What was announced and never claimed is swept away.

use aisha_openapi::transcriptions::{Transcription as TranscriptionBody, TranscriptionQuote};
use aisha_openapi::vocabulary::{EventType, Scope, TranscriptionStatus};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sent::{self, Labels, Sent};
use super::show::show;
use crate::app::App;
use crate::domain::audio::audio_key;
use crate::domain::ids::TranscriptionId;
use crate::domain::job::Job;
use crate::domain::principal::Principal;
use crate::domain::run::{Run, attempt_token};
use crate::domain::transcription::{Audio, Heard, Transcription};
use crate::files::{FilesError, Key};
use crate::http::auth::Caller;
use crate::http::extract::Query;
use crate::http::headers::{ContentDigestHeader, RequiredIdempotencyHeader};
use crate::http::idempotency::{Claim, IdempotencyKey, Reply};
use crate::http::problem::{Problem, internal, unavailable};
use crate::http::spending::{self, usd};
use crate::storage::objects::{self, NewObject};
use crate::storage::transcriptions;

/// Should its job be lost, the sweep finds it after so long.
const FIRST_LOOK: TimeDelta = TimeDelta::minutes(10);

/// The wish, which has a body limit of its own.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create)).layer(DefaultBodyLimit::disable())
}

/// What is said of the recording where it is the body itself, and how to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WishQuery {
    /// The language in it, by its code, such as `en`; the model tells it if you do not.
    #[param(min_length = 2, max_length = 3)]
    language: Option<String>,
    /// What to call it; the name of the file if you call it nothing.
    #[param(max_length = 200)]
    title: Option<String>,
    /// `true` makes nothing, keeps nothing, and tells what it would cost.
    #[param(default = false)]
    dry_run: Option<bool>,
}

/// One recording as a form, described for the document.
#[derive(utoipa::ToSchema)]
#[schema(as = RecordingForm)]
#[expect(dead_code, reason = "describes the form that `create` reads as a stream")]
struct Form {
    /// The recording.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The language in it, by its code, such as `en`; the model tells it if you do not.
    language: Option<String>,
    /// What to call it; the name of the file if you call it nothing.
    title: Option<String>,
}

/// Transcribe a recording
///
/// A form with one file, or the recording as the body (`curl -T`): mp3, m4a, ogg with Opus or Vorbis, wav, webm or flac, up
/// to 100 MB, told by content. Send at 16 KB a second or faster. It costs money, so an `Idempotency-Key` is required: the
/// same key makes it once. The price is for begun minutes: as many as the file tells, else as many as a file of its length
/// and kind plays at most, which is mostly fewer. Follow it with `GET /v1/transcriptions/{id}`, or wait for
/// `transcription.completed` in the events.
#[utoipa::path(post, path = "/v1/transcriptions", operation_id = "createTranscription", tag = "transcriptions",
    params(WishQuery, RequiredIdempotencyHeader, ContentDigestHeader),
    request_body(content((Form = "multipart/form-data"), (Vec<u8> = "audio/mpeg"), (Vec<u8> = "audio/mp4"),
        (Vec<u8> = "audio/ogg"), (Vec<u8> = "audio/wav"), (Vec<u8> = "audio/webm"), (Vec<u8> = "audio/flac")),
        description = "The recording, told by content."),
    responses((status = 202, description = "It is under way.", body = TranscriptionBody,
            headers(("Location" = String, description = "The transcription."),
                ("Retry-After" = u32, description = "When to look again, in seconds."))),
        (status = 200, description = "What it would cost (`dry_run=true`).", body = TranscriptionQuote),
        (status = 403, description = "The key does not allow this, or no day allows so much money."),
        (status = 429, description = "A cap of the day is reached; `Retry-After` says when it opens again.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json",
            headers(("Retry-After" = u32, description = "When the next day begins, in seconds.")))))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Query(query): Query<WishQuery>,
    request: Request,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::TranscriptionsCreate)?;
    let said = Labels { title: query.title, language: query.language };
    if query.dry_run == Some(true) {
        let sent = sent::read(&app, &me, said, request).await?;
        return Ok(axum::Json(quote(&app, &sent)).into_response());
    }
    let key = key.required()?;
    let sent = sent::read(&app, &me, said, request).await?;
    let request_sha256 = sent.request_sha256();
    if let Some(answer) = key.kept(&app, &me, &request_sha256).await? {
        return Ok(answer);
    }
    let transcription = transcription(&app, &me, &sent)?;
    store(&app, &transcription, &sent).await?;
    let begun = begin(&app, &me, &key, &request_sha256, &transcription).await;
    let is_undone = match &begun {
        Ok(Begun::New(_)) => false,
        Ok(Begun::Before(_)) => true,
        // Of a failure of our own nobody knows whether it came before the row was there or after it; the sweep does.
        Err(problem) => !problem.is_ours(),
    };
    if is_undone {
        give_up(&app, &transcription).await?;
    }
    match begun? {
        Begun::New(response) | Begun::Before(response) => Ok(response),
    }
}

/// What it would cost.
fn quote(app: &App, sent: &Sent) -> TranscriptionQuote {
    let seconds = sent.recording.seconds(sent.file.length());
    TranscriptionQuote {
        endpoint: app.settings.transcriber.transcriber.endpoint().to_owned(),
        format: sent.recording.format,
        size_bytes: size(sent),
        estimated_seconds: seconds,
        cost_estimate_usd: usd(app.settings.transcriber.price(seconds)),
    }
}

fn size(sent: &Sent) -> i64 {
    i64::try_from(sent.file.length()).unwrap_or(i64::MAX)
}

fn transcription(app: &App, me: &Principal, sent: &Sent) -> Result<Transcription, Problem> {
    let (id, now): (TranscriptionId, _) = (app.ids.next(), app.now());
    let transcriber = &app.settings.transcriber;
    Ok(Transcription {
        id,
        user_id: me.subject,
        status: TranscriptionStatus::Pending,
        status_reason: None,
        title: sent.labels.title.clone(),
        audio: Audio {
            key: audio_key(me.subject, id, sent.recording.format),
            format: sent.recording.format,
            size_bytes: size(sent),
            sha256: hex::encode(sent.file.sha256()),
        },
        language: sent.labels.language.clone(),
        endpoint: transcriber.transcriber.endpoint().to_owned(),
        cost_microusd: transcriber.price(sent.recording.seconds(sent.file.length())),
        heard: Heard::default(),
        error_code: None,
        error_message: None,
        attempt_token: attempt_token().map_err(|_| internal())?,
        submitted_at: None,
        cancel_requested_at: None,
        deadline_at: None,
        last_status_check: None,
        fal_ended_at: None,
        request: None,
        created_at: now,
        updated_at: now,
        started_at: None,
        completed_at: None,
    })
}

/// Announces the recording and writes it.
async fn store(app: &App, transcription: &Transcription, sent: &Sent) -> Result<(), Problem> {
    let Audio { key, size_bytes, .. } = &transcription.audio;
    let object = NewObject { key, user_id: transcription.user_id, avatar_id: None, size_bytes: *size_bytes };
    let mut tx = app.begin().await?;
    objects::announce(&mut tx, &[object], app.now()).await?;
    tx.commit().await?;
    let key = Key::parse(key.as_str()).map_err(FilesError::from)?;
    app.files.settle(sent.file.path()).await?;
    app.files.adopt(&key, sent.file.path()).await?;
    Ok(())
}

/// How a wish ended.
enum Begun {
    /// It was done.
    New(Response),
    /// It had been answered before.
    Before(Response),
}

/// Writes the row that needs the recording, with its event, its job and the answer, if it may be paid.
async fn begin(
    app: &App,
    me: &Principal,
    key: &IdempotencyKey,
    request_sha256: &str,
    transcription: &Transcription,
) -> Result<Begun, Problem> {
    let (id, now) = (transcription.id, app.now());
    let mut tx = match key.claim(app, me, request_sha256).await? {
        Claim::Replay(response) => return Ok(Begun::Before(response)),
        Claim::Fresh(tx) => tx,
    };
    spending::hold(app, &mut tx, me).await?;
    spending::pass(app, &mut tx, me, Run::Transcription(id), transcription.cost_microusd).await?;
    transcriptions::add(&mut tx, transcription, now + FIRST_LOOK).await?;
    if !objects::claim(&mut tx, &transcription.audio.key, now).await? {
        // The sweep took it away: this upload was stuck for longer than any should be.
        return Err(unavailable());
    }
    app.tell(&mut tx, transcription.event(EventType::TranscriptionCreated, Some(me.key_id))).await?;
    app.enqueue(&mut tx, &Job::SubmitTranscription { transcription_id: id }, now).await?;
    let body = show(transcription.clone(), None, Vec::new());
    let reply = Reply::new(StatusCode::ACCEPTED, &body)?.at(format!("/v1/transcriptions/{id}"));
    key.keep(&mut tx, me, &reply).await?;
    app.commit(tx).await?;
    let mut response = reply.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    Ok(Begun::New(response))
}

/// Has a recording that nothing needs deleted again.
async fn give_up(app: &App, transcription: &Transcription) -> Result<(), Problem> {
    let now = app.now();
    let mut tx = app.begin().await?;
    objects::doom(&mut tx, &transcription.audio.key, now).await?;
    app.enqueue(&mut tx, &Job::ClearObjects {}, now).await?;
    app.commit(tx).await?;
    Ok(())
}
