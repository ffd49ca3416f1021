//! One attempt to deliver: what is written, how it is signed and when it goes, truly or under a fault.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::super::clock;
use super::super::faults::WebhookFault;
use super::super::house::House;
use super::super::requests::{Ended, Request, Sent};
use super::{ACCOUNT_ID, Reception};
use crate::fal::signature::{self, REQUEST_ID, SIGNATURE, TIMESTAMP, USER_ID};

/// The age of a delivery that is too old.
const STALE: TimeDelta = TimeDelta::minutes(10);

/// What is to be delivered, where, and how long the receiver may take.
#[derive(Clone, Copy)]
pub(super) struct Post<'a> {
    pub(super) house: &'a House,
    pub(super) request: &'a Request,
    pub(super) ended: &'a Ended,
    pub(super) webhook: &'a str,
    pub(super) time: Duration,
}

impl Post<'_> {
    /// Delivers once, or as the fault that acts now has it.
    pub(super) async fn deliver(self) -> (Reception, Vec<Sent>) {
        let Self { house, request, .. } = self;
        let Some(hit) = house.faults.take::<WebhookFault>(&request.endpoint, &request.id) else {
            return self.send(None).await;
        };
        match hit.fault {
            WebhookFault::Lost => return (Reception::Accepted, Vec::new()),
            WebhookFault::Tripled => {
                let sent = join_all((0..3).map(|_| self.send(None))).await;
                let best = sent.iter().map(|(reception, _)| *reception).min().unwrap_or(Reception::Failed);
                return (best, sent.into_iter().flat_map(|(_, sent)| sent).collect());
            }
            WebhookFault::Redirected => {
                let (_, sent) = self.send(None).await;
                return (Reception::Redirected, sent);
            }
            WebhookFault::Shuffled => {
                let _place = house.line.hold(&request.id, hit.pause()).await;
                return self.send(None).await;
            }
            WebhookFault::Delayed => tokio::time::sleep(hit.pause()).await,
            WebhookFault::NeverBefore => clock::sleep_until(request.submitted_at + hit.pause()).await,
            WebhookFault::BadSignature
            | WebhookFault::StaleTimestamp
            | WebhookFault::ForeignAccount
            | WebhookFault::PayloadError => {}
        }
        self.send(Some(hit.fault)).await
    }

    async fn send(self, fault: Option<WebhookFault>) -> (Reception, Vec<Sent>) {
        let letter = self.letter(fault);
        let at = clock::now();
        let sent = self
            .house
            .client
            .post(self.webhook)
            .timeout(self.time)
            .header(CONTENT_TYPE, "application/json")
            .header(REQUEST_ID, &self.request.id)
            .header(USER_ID, letter.account)
            .header(TIMESTAMP, letter.timestamp)
            .header(SIGNATURE, letter.signature)
            .body(letter.body)
            .send()
            .await;
        let answer = sent.ok().map(|response| response.status());
        (reception(answer), vec![Sent { at, answer: answer.map(|status| status.as_u16()) }])
    }

    fn letter(self, fault: Option<WebhookFault>) -> Letter {
        let mut body = body(self.request, self.ended);
        if fault == Some(WebhookFault::PayloadError) {
            body["payload"] = Value::Null;
            body["payload_error"] = json!("Response payload is not JSON serializable.");
        }
        let body = body.to_string().into_bytes();
        let signed_at =
            clock::now() - if fault == Some(WebhookFault::StaleTimestamp) { STALE } else { TimeDelta::zero() };
        let timestamp = signed_at.timestamp().to_string();
        let account = if fault == Some(WebhookFault::ForeignAccount) { "another-account" } else { ACCOUNT_ID };
        let signed: &[u8] = if fault == Some(WebhookFault::BadSignature) { b"another body" } else { &body };
        let signature = signature::sign(&self.house.signing, &self.request.id, account, &timestamp, signed);
        Letter { account, timestamp, signature, body }
    }
}

struct Letter {
    account: &'static str,
    timestamp: String,
    signature: String,
    body: Vec<u8>,
}

fn reception(answer: Option<StatusCode>) -> Reception {
    match answer {
        Some(status) if status.is_success() => Reception::Accepted,
        Some(status) if status.is_redirection() => Reception::Redirected,
        _ => Reception::Failed,
    }
}

fn body(request: &Request, ended: &Ended) -> Value {
    let mut body = json!({ "request_id": request.id, "gateway_request_id": request.id });
    if ended.status == 200 {
        body["status"] = json!("OK");
    } else {
        body["status"] = json!("ERROR");
        body["error"] = json!(format!("Invalid status code: {}", ended.status));
    }
    body["payload"] = ended.body.clone();
    body
}
