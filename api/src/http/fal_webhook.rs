//! fal's webhook. It checks, records and leaves a job; what became of the run is then asked of fal itself, on the
//! same path that the sweep uses.

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::{ToldBy, TrainingStatus};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::extract::Path;
use super::problem::{Problem, unavailable};
use crate::app::App;
use crate::domain::generation::{self, Generation};
use crate::domain::job::Job;
use crate::domain::run::{FalRequest, Run};
use crate::domain::training::{Step, Training};
use crate::domain::transcription::{self, Transcription};
use crate::fal::{DeliveryStatus, WebhookError};
use crate::storage::fal_deliveries::NewDelivery;
use crate::storage::{StorageError, Tx, fal_deliveries, generations, trainings, transcriptions};

/// The webhook.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(receive))
}

/// Receive fal's word that a run has ended
///
/// For fal alone: signed with fal's key, for our own account, about a run that was submitted with this token.
#[utoipa::path(post, path = "/v1/webhooks/fal/{token}", operation_id = "receiveFalWebhook", tag = "webhooks",
    params(("token" = String, Path, description = "The word that was given to fal with the submission.")),
    request_body(content = Object, description = "fal's webhook body.", example = json!({
        "request_id": "019aa1d2-5f0c-7c1f-8d57-1f7c4a4a6d10", "gateway_request_id": "019aa1d2-5f0c-7c1f-8d57-1f7c4a4a6d10",
        "status": "OK", "payload": {"diffusers_lora_file": {"url": "https://v3.fal.media/files/a/weights.safetensors"}}})),
    responses((status = 200, description = "Recorded, now or before.")),
    security(()))]
async fn receive(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let now = app.now();
    let count = |outcome| app.metrics.fal_webhooks.get_or_create(&[("outcome", outcome)]).inc();
    let delivery = app.webhooks.verify(&headers, &body, now).await.map_err(|error| {
        count("refused");
        refused(&error)
    })?;
    let run = Told::find(&app, &token).await?;
    let known = run.request_id();
    if known.is_some_and(|known| known != delivery.request_id) {
        return run.surplus(&token, &delivery.request_id);
    }
    if known.is_none() && token != run.attempt_token() && delivery.status == DeliveryStatus::Error {
        // An attempt that has come to nothing, and another one is made in its place.
        count("surplus");
        return Ok(StatusCode::OK);
    }
    let is_news = known.is_none();
    let whole: Value = serde_json::from_slice(&body).map_err(|_| refused(&WebhookError::Unreadable))?;
    let mut tx = app.begin().await?;
    let body_sha256 = hex::encode(Sha256::digest(&body));
    let id: Uuid = app.ids.next();
    let delivered = NewDelivery { request_id: &delivery.request_id, body_sha256: &body_sha256, body: &whole };
    if !fal_deliveries::add(&mut tx, id, run.run(), &delivered, now).await? {
        count("repeated");
        return Ok(StatusCode::OK);
    }
    if is_news {
        // fal was faster than our own note of its answer, or the answer was lost: the signed delivery tells the id.
        run.submitted(&app, &mut tx, &FalRequest::by_id(&delivery.request_id)).await?;
    }
    app.enqueue(&mut tx, &run.job(), now).await?;
    app.commit(tx).await?;
    count("recorded");
    tracing::info!(run.kind = run.run().kind(), run.id = %run.run().id(), "fal told that a run has ended");
    Ok(StatusCode::OK)
}

/// Without fal's keys nothing can be checked, and fal is asked to come again.
fn refused(error: &WebhookError) -> Problem {
    tracing::warn!(%error, "a webhook was refused");
    if *error == WebhookError::NoKeys {
        return unavailable();
    }
    Problem::new(ProblemCode::InvalidSignature, "This was not signed by fal for this account within five minutes.")
}

/// What a delivery tells of.
enum Told {
    Training(Training),
    Generation(Generation),
    Transcription(Transcription),
}

impl Told {
    /// The run that was submitted with this token.
    async fn find(app: &App, token: &str) -> Result<Self, Problem> {
        if let Some(generation) = generations::find_by_attempt_token(&app.db, token).await? {
            return Ok(Self::Generation(generation));
        }
        if let Some(transcription) = transcriptions::find_by_attempt_token(&app.db, token).await? {
            return Ok(Self::Transcription(transcription));
        }
        let training = trainings::find_by_attempt_token(&app.db, token).await?;
        training.map(Self::Training).ok_or_else(Problem::not_found)
    }

    const fn run(&self) -> Run {
        match self {
            Self::Training(training) => Run::Training(training.id),
            Self::Generation(generation) => Run::Generation(generation.id),
            Self::Transcription(transcription) => Run::Transcription(transcription.id),
        }
    }

    fn request_id(&self) -> Option<&str> {
        let request = match self {
            Self::Training(training) => &training.request,
            Self::Generation(generation) => &generation.request,
            Self::Transcription(transcription) => &transcription.request,
        };
        request.as_ref().map(|request| request.id.as_str())
    }

    fn attempt_token(&self) -> &str {
        match self {
            Self::Training(training) => &training.attempt_token,
            Self::Generation(generation) => &generation.attempt_token,
            Self::Transcription(transcription) => &transcription.attempt_token,
        }
    }

    /// The job that takes over what came of it.
    const fn job(&self) -> Job {
        match self {
            Self::Training(training) => Job::ApplyFalResult { training_id: training.id },
            Self::Generation(generation) => Job::CollectGeneration { generation_id: generation.id },
            Self::Transcription(transcription) => Job::CollectTranscription { transcription_id: transcription.id },
        }
    }

    /// Writes which request it is at fal.
    async fn submitted(&self, app: &App, tx: &mut Tx, request: &FalRequest) -> Result<(), StorageError> {
        let now = app.now();
        match self {
            Self::Training(training) => {
                if trainings::submitted(tx, training.id, request, None, now, now).await? {
                    app.note(tx, training.id, &Step::new(TrainingStatus::Queued, ToldBy::Webhook)).await?;
                }
            }
            Self::Generation(generation) => {
                let deadline = now + generation::PATIENCE;
                generations::submitted(tx, generation.id, request, now, deadline, now).await?;
            }
            Self::Transcription(transcription) => {
                let deadline = now + transcription::PATIENCE;
                transcriptions::submitted(tx, transcription.id, request, now, deadline, now).await?;
            }
        }
        Ok(())
    }

    /// A request of the same run that is not the one that counts: its answer was lost, and another one was made in its
    /// place. It has ended and was paid, so all there is to do is to know of it.
    fn surplus(&self, token: &str, request_id: &str) -> Result<StatusCode, Problem> {
        if token == self.attempt_token() {
            return Err(Problem::not_found());
        }
        let run = self.run();
        tracing::warn!(run.kind = run.kind(), run.id = %run.id(), fal.request_id = request_id, "fal has done a run twice");
        Ok(StatusCode::OK)
    }
}
