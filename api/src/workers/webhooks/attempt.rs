//! One attempt to deliver, and what follows from it.

use aisha_openapi::vocabulary::{DeliveryStatus, DisabledReason, EventType, ResourceType};
use aisha_openapi::webhooks::{WebhookAttempt, WebhookPayload};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::app::App;
use crate::domain::event::{Event, NewEvent};
use crate::domain::signing_keys::BadSigningKey;
use crate::domain::webhook::{ATTEMPTS_KEPT, PATIENCE, WebhookDelivery, WebhookEndpoint, next_attempt};
use crate::storage::{StorageError, Tx, events, webhook_deliveries, webhook_endpoints};
use crate::webhooks::{Answer, Message};

const GONE: u16 = 410;

/// Brings an event to an endpoint and writes down how it went. If that cannot be written the event is brought again.
pub(super) async fn run(app: App, endpoint: WebhookEndpoint, delivery: WebhookDelivery, lease_id: Uuid, event: Event) {
    let at = app.now();
    let begun = Instant::now();
    let answer = match message(&endpoint, event, at) {
        Ok(message) => app.courier.post(&endpoint.url, &message).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let attempt = WebhookAttempt {
        at,
        duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        response_status: answer.as_ref().ok().map(|answer| answer.status),
        error: answer.as_ref().err().cloned(),
    };
    if let Err(error) = settle(&app, &endpoint, delivery, lease_id, answer.ok(), attempt).await {
        tracing::warn!(%error, endpoint.id = %endpoint.id, "the end of a webhook could not be written; it is sent again");
    }
}

fn message(endpoint: &WebhookEndpoint, event: Event, now: DateTime<Utc>) -> Result<Message, BadSigningKey> {
    let (id, timestamp) = (event.id.to_string(), now.timestamp());
    let payload = WebhookPayload { kind: event.kind, timestamp: event.occurred_at, data: event.into_body() };
    // Everything in an event can be written as JSON.
    let body = serde_json::to_string(&payload).unwrap_or_default();
    let signatures = endpoint.keys_at(now).map(|keys| keys.sign(&id, timestamp, &body));
    let signatures = signatures.collect::<Result<Vec<_>, _>>()?.join(" ");
    Ok(Message { id, timestamp, signatures, body })
}

async fn settle(
    app: &App,
    endpoint: &WebhookEndpoint,
    mut delivery: WebhookDelivery,
    lease_id: Uuid,
    answer: Option<Answer>,
    attempt: WebhookAttempt,
) -> Result<(), StorageError> {
    let now = app.now();
    let is_delivered = answer.is_some_and(|answer| (200..300).contains(&answer.status));
    let is_gone = answer.is_some_and(|answer| answer.status == GONE);
    let asked = answer.and_then(|answer| answer.retry_after).map(|seconds| TimeDelta::seconds(seconds.into()));
    delivery.tries += 1;
    delivery.attempts.push(attempt);
    let surplus = delivery.attempts.len().saturating_sub(ATTEMPTS_KEPT);
    delivery.attempts.drain(..surplus);
    let again = next_attempt(delivery.tries, asked, Uuid::new_v4().as_fields().0, now);
    delivery.next_attempt_at = if is_delivered || is_gone { None } else { again };
    delivery.status = match delivery.next_attempt_at {
        _ if is_delivered => DeliveryStatus::Delivered,
        Some(_) => DeliveryStatus::Pending,
        None => DeliveryStatus::Failed,
    };
    let outcome = if delivery.status == DeliveryStatus::Pending { "again" } else { delivery.status.as_str() };
    app.metrics.webhook_attempts.get_or_create(&[("outcome", outcome)]).inc();

    let mut tx = app.begin().await?;
    let Some(held) = webhook_endpoints::lock(&mut tx, endpoint.id).await? else { return Ok(()) };
    let is_disabled = held.disabled.is_some();
    if is_disabled {
        delivery.next_attempt_at = None;
    }
    if !webhook_deliveries::settle(&mut tx, endpoint.id, &delivery, lease_id, now).await? {
        return Ok(());
    }
    let failing_since = if is_delivered { None } else { Some(held.failing_since.unwrap_or(now)) };
    if failing_since != held.failing_since {
        webhook_endpoints::set_failing_since(&mut tx, endpoint.id, failing_since).await?;
    }
    let is_hopeless =
        delivery.status == DeliveryStatus::Failed && failing_since.is_some_and(|since| now - since >= PATIENCE);
    let reason = match () {
        () if is_disabled => None,
        () if is_gone => Some(DisabledReason::Gone),
        () if is_hopeless => Some(DisabledReason::Failing),
        () => None,
    };
    if let Some(reason) = reason {
        disable(app, &mut tx, WebhookEndpoint { failing_since, ..held }, reason).await?;
    }
    app.commit(tx).await
}

/// Nothing more is sent to an endpoint that this transaction holds, and its owner is told.
async fn disable(
    app: &App,
    tx: &mut Tx,
    endpoint: WebhookEndpoint,
    reason: DisabledReason,
) -> Result<(), StorageError> {
    let endpoint = WebhookEndpoint { disabled: Some(reason), ..endpoint };
    webhook_endpoints::update(tx, &endpoint, app.now()).await?;
    webhook_deliveries::pause(tx, endpoint.id).await?;
    let event = NewEvent {
        kind: EventType::WebhookEndpointDisabled,
        user_id: endpoint.owner.user_id,
        actor: None,
        avatar_id: None,
        resource: (ResourceType::WebhookEndpoint, endpoint.id.0),
        state: Some("disabled"),
        details: Map::from_iter([("reason".to_owned(), json!(reason))]),
    };
    events::add_for(tx, app.ids.next(), &event, endpoint.owner.issuer.as_deref(), app.now()).await
}
