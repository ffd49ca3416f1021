//! One effect a key: the answer to a request is kept in the transaction of its effect, and given again to its repeats.

use std::time::Duration;

use aisha_openapi::problem::ProblemCode;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::Problem;
use crate::app::App;
use crate::domain::principal::Principal;
use crate::storage::idempotency::KeptAnswer;
use crate::storage::{Tx, idempotency};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// How long a repeat waits for the first of its kind that is still being worked on.
const PATIENCE: Duration = Duration::from_secs(5);

/// The `Idempotency-Key` of a request, if it has one.
pub(super) struct IdempotencyKey(Option<String>);

/// What a POST answers when it has done something.
pub(super) struct Reply {
    status: StatusCode,
    location: Option<String>,
    body: String,
}

/// Whether a request is new.
pub(super) enum Claim {
    /// It is, and the transaction holds its key.
    Fresh(Tx),
    /// It was answered before, so.
    Replay(Response),
}

impl Reply {
    /// An answer with a JSON body.
    pub(super) fn new(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(body).map_err(|error| {
            tracing::error!(%error, "an answer could not be written");
            super::problem::internal()
        })?;
        Ok(Self { status, location: None, body })
    }

    /// Names where the thing is found.
    pub(super) fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/json")], self.body).into_response();
        if let Some(location) = self.location.and_then(|text| HeaderValue::try_from(text).ok()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let key = value.to_str().ok().filter(|key| is_acceptable(key)).ok_or_else(|| {
            let detail = "`Idempotency-Key` must be 1 to 64 letters, digits or . _ : -";
            Problem::new(ProblemCode::BadRequest, detail)
        })?;
        Ok(Self(Some(key.to_owned())))
    }
}

impl IdempotencyKey {
    /// For what costs money: without a key a repeat could not be told from a second wish.
    pub(super) fn required(self) -> Result<Self, Problem> {
        if self.0.is_some() {
            return Ok(self);
        }
        let detail = "This costs money: send an `Idempotency-Key` of your own, so that a repeat is not paid twice.";
        Err(Problem::new(ProblemCode::IdempotencyKeyRequired, detail))
    }

    /// Begins the transaction of a request and takes its key. A repeat that comes while the first is still being worked
    /// on waits for it, because the first holds the row.
    pub(super) async fn claim(&self, app: &App, caller: &Principal, sha256: &str) -> Result<Claim, Problem> {
        let Some(key) = &self.0 else { return Ok(Claim::Fresh(app.begin().await?)) };
        let scope = caller.idempotency_scope();
        let claim = async {
            let mut tx = app.begin().await?;
            let fresh = idempotency::claim(&mut tx, &scope, key, sha256, app.now()).await?;
            Ok::<_, crate::storage::StorageError>(fresh.then_some(tx))
        };
        match tokio::time::timeout(PATIENCE, claim).await {
            Ok(claimed) => match claimed? {
                Some(tx) => Ok(Claim::Fresh(tx)),
                None => self.kept(app, caller, sha256).await?.map(Claim::Replay).ok_or_else(still_running),
            },
            Err(_) => Err(still_running()),
        }
    }

    /// The answer that was given to this key before.
    pub(super) async fn kept(&self, app: &App, caller: &Principal, sha256: &str) -> Result<Option<Response>, Problem> {
        let Some(key) = &self.0 else { return Ok(None) };
        let kept = idempotency::find(&app.db, &caller.idempotency_scope(), key).await?;
        kept.map(|kept| replay(kept, sha256)).transpose()
    }

    /// Whether this key was answered before, whatever the request was.
    pub(super) async fn is_used(&self, app: &App, caller: &Principal) -> Result<bool, Problem> {
        let Some(key) = &self.0 else { return Ok(false) };
        Ok(idempotency::find(&app.db, &caller.idempotency_scope(), key).await?.is_some())
    }

    /// Keeps the answer, in the transaction of what it tells.
    pub(super) async fn keep(&self, tx: &mut Tx, caller: &Principal, reply: &Reply) -> Result<(), Problem> {
        let Some(key) = &self.0 else { return Ok(()) };
        let (status, location) = (reply.status.as_u16(), reply.location.as_deref());
        idempotency::keep(tx, &caller.idempotency_scope(), key, status, location, &reply.body).await?;
        Ok(())
    }
}

fn replay(kept: KeptAnswer, sha256: &str) -> Result<Response, Problem> {
    if kept.request_sha256 != sha256 {
        let detail = "This `Idempotency-Key` was used for another request. Take a new one for a new request.";
        return Err(Problem::new(ProblemCode::IdempotencyKeyReused, detail));
    }
    let status = u16::try_from(kept.status).ok().and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.unwrap_or(StatusCode::OK);
    let mut response = Reply { status, location: kept.location, body: kept.body }.into_response();
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

fn still_running() -> Problem {
    let detail = "The first request with this `Idempotency-Key` is still being worked on.";
    Problem::new(ProblemCode::StillRunning, detail).retry_after(1)
}

fn is_acceptable(key: &str) -> bool {
    (1..=64).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-'))
}
