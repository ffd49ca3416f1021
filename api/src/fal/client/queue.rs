//! The four calls of fal's queue.

use reqwest::StatusCode;
use reqwest::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::super::address::{app_of, under};
use super::super::error::FalError;
use super::super::wire::{self, CancelAnswer, Handle, Outcome, Status, Submitted};
use super::{Answer, Fal};

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

impl Fal {
    /// Submits a request, once. fal has no idempotency key and bills every accepted submit, so nothing in here repeats
    /// it: on an error, [`FalError::is_uncertain`] tells whether fal may have accepted it all the same.
    ///
    /// `input` is the model's own input. fal does not check it here: a wrong input is accepted and fails later.
    pub async fn submit(
        &self,
        endpoint: &str,
        input: &Value,
        webhook: &Url,
        traceparent: Option<&str>,
    ) -> Result<Submitted, FalError> {
        let mut address = under(&self.inner.settings.queue_url, endpoint.split('/'));
        address.query_pairs_mut().append_pair("fal_webhook", webhook.as_str());
        let mut request = self.inner.calls.post(address).json(input);
        if let Some(traceparent) = traceparent.and_then(|text| HeaderValue::from_str(text).ok()) {
            request = request.header(TRACEPARENT.clone(), traceparent);
        }
        let answer = self.call(request).await?;
        if !answer.status.is_success() {
            return Err(answer.into_error());
        }
        self.submitted(endpoint, &answer)
    }

    /// Where the request stands, with its log.
    pub async fn status(&self, request: &Handle) -> Result<Status, FalError> {
        let mut address = self.address(request, &request.status_url, &["status"])?;
        address.set_query(Some("logs=1"));
        let answer = self.call(self.inner.calls.get(address)).await?;
        match answer.status {
            StatusCode::OK | StatusCode::ACCEPTED => wire::read_status(&answer.body),
            StatusCode::NOT_FOUND => Ok(Status::NotFound),
            _ => Err(answer.into_error()),
        }
    }

    /// What became of the request. fal replays the model's own answer here, its status included, so an error status is
    /// the outcome of the request and not of this call, unless it came from the gateway.
    pub async fn result(&self, request: &Handle) -> Result<Outcome, FalError> {
        let address = self.address(request, &request.response_url, &[])?;
        let answer = self.call(self.inner.calls.get(address)).await?;
        outcome(answer)
    }

    /// Asks fal to give the request up.
    pub async fn cancel(&self, request: &Handle) -> Result<CancelAnswer, FalError> {
        let address = self.address(request, &request.cancel_url, &["cancel"])?;
        let answer = self.call(self.inner.calls.put(address)).await?;
        let body = answer.json();
        let word = body.as_ref().and_then(|body| body.get("status")?.as_str()).unwrap_or_default();
        match (answer.status.as_u16(), word) {
            (_, "ALREADY_COMPLETED") => Ok(CancelAnswer::AlreadyCompleted),
            (404, _) | (_, "NOT_FOUND") => Ok(CancelAnswer::NotFound),
            (200, "OK") => Ok(CancelAnswer::Removed),
            // Older answers carry `{"success":true}` or nothing: fal has taken note, and no more than that is certain.
            (200..300, _) => Ok(CancelAnswer::Requested),
            _ => Err(answer.into_error()),
        }
    }

    /// Reads a submit answer. Only the id is indispensable: the addresses can be rebuilt, and failing over one of them
    /// would lose a request that is already being paid.
    fn submitted(&self, endpoint: &str, answer: &Answer) -> Result<Submitted, FalError> {
        #[derive(Deserialize)]
        struct Body {
            request_id: String,
            status_url: Option<Value>,
            response_url: Option<Value>,
            cancel_url: Option<Value>,
            queue_position: Option<Value>,
        }
        let body: Body = wire::read_json(&answer.body, "submit answer")?;
        if body.request_id.is_empty() {
            return Err(FalError::Unreadable("the submit answer has an empty request id".into()));
        }
        let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
        let handle = Handle {
            endpoint: endpoint.to_owned(),
            request_id: body.request_id,
            status_url: text(body.status_url),
            response_url: text(body.response_url),
            cancel_url: text(body.cancel_url),
        };
        Ok(Submitted {
            status_url: self.address(&handle, &handle.status_url, &["status"])?,
            response_url: self.address(&handle, &handle.response_url, &[])?,
            cancel_url: self.address(&handle, &handle.cancel_url, &["cancel"])?,
            queue_position: body.queue_position.and_then(|position| position.as_u64()?.try_into().ok()),
            request_id: handle.request_id,
        })
    }

    /// The stored address when it stands on our queue, otherwise the one the rule gives. The key goes with every call,
    /// so an address from elsewhere is never followed.
    fn address(&self, request: &Handle, stored: &str, tail: &[&str]) -> Result<Url, FalError> {
        let queue = &self.inner.settings.queue_url;
        if let Some(stored) = Url::parse(stored).ok().filter(|stored| stored.origin() == queue.origin()) {
            return Ok(stored);
        }
        let app = app_of(&request.endpoint)
            .ok_or_else(|| FalError::Setup(format!("the endpoint id {:?} names no app", request.endpoint)))?;
        let segments = app.split('/').chain(["requests", request.request_id.as_str()]).chain(tail.iter().copied());
        Ok(under(queue, segments))
    }
}

fn outcome(answer: Answer) -> Result<Outcome, FalError> {
    let status = answer.status.as_u16();
    if status == 200 {
        return Ok(Outcome::Completed(wire::read_json(&answer.body, "result")?));
    }
    let body = answer.json();
    let detail = body.as_ref().and_then(|body| body.get("detail"));
    match (status, body.as_ref()) {
        (404 | 410, _) => Ok(Outcome::Gone),
        (400, _) if detail.is_some_and(|detail| detail.as_str().is_some_and(|text| text.contains("in progress"))) => {
            Ok(Outcome::Pending)
        }
        // The gateway answers these before it looks at the request.
        (401 | 403 | 429, _) if !answer.is_of_a_request() => Err(answer.into_error()),
        // A failure of the platform in front of the request is transient; one of the request itself is final.
        (500.., _) if !answer.is_of_a_request() || detail.is_none() => Err(answer.into_error()),
        (400.., Some(_)) => Ok(Outcome::failed(status, body.unwrap_or_default())),
        _ => Err(answer.into_error()),
    }
}
