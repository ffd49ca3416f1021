//! Outgoing webhooks: endpoints that are told of events by Standard Webhooks, and what became of each delivery.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vocabulary::{DeliveryStatus, DisabledReason, EventType};

/// A new endpoint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhookEndpoint {
    /// Where events are sent: https, at a public address.
    #[schema(max_length = 2000)]
    pub url: String,
    /// Only these kinds; all if none is named.
    #[serde(default)]
    pub event_types: Vec<EventType>,
    /// What it is for, in your words.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub description: String,
}

/// A change of an endpoint. What is left out stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookEndpointPatch {
    /// Where events are sent: https, at a public address.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub url: Option<String>,
    /// Only these kinds; all if none is named.
    #[serde(default)]
    pub event_types: Option<Vec<EventType>>,
    /// What it is for, in your words.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub description: Option<String>,
    /// Whether anything is sent. What has waited meanwhile is sent when it is enabled again.
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// Somebody who is told of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: Uuid,
    /// Where events are sent.
    #[schema(example = "https://hooks.example/aisha")]
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Only these kinds; all if none is named.
    pub event_types: Vec<EventType>,
    /// Whether anything is sent.
    pub enabled: bool,
    /// Why nothing is sent; null while it is enabled.
    pub disabled_reason: Option<DisabledReason>,
    /// Since when no attempt has succeeded; null while they do.
    pub failing_since: Option<DateTime<Utc>>,
    /// What checks the signatures that begin with `v1,`. Shown only when it is made or rotated, null otherwise.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8PWpX1T0cVE=")]
    pub secret: Option<String>,
    /// What checks the signatures that begin with `v1a,`: an Ed25519 key that everybody may know.
    #[schema(example = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")]
    pub public_key: String,
    /// Counts its changes.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A page of endpoints, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookEndpointPage {
    /// The endpoints.
    pub data: Vec<WebhookEndpoint>,
    /// Give it as `cursor` to get the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// An event on its way to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookDelivery {
    /// The event, and the `webhook-id` of every attempt.
    pub event_id: Uuid,
    /// How far it is.
    pub status: DeliveryStatus,
    /// When it is tried next; null when it is not.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// The last attempts, oldest first.
    pub attempts: Vec<WebhookAttempt>,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
}

/// One attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookAttempt {
    /// When.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The status that was answered; null if none was.
    #[schema(example = 204)]
    pub response_status: Option<u16>,
    /// Why there was no answer; null if there was one.
    #[schema(example = "no answer within 15 seconds")]
    pub error: Option<String>,
}

/// A page of deliveries, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookDeliveryPage {
    /// The deliveries.
    pub data: Vec<WebhookDelivery>,
    /// Give it as `cursor` to get the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// Which deliveries are to be sent once more.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookReplay {
    /// Those that failed and were begun at this time or later.
    pub since: DateTime<Utc>,
}

/// What is sent once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookReplayed {
    /// So many deliveries.
    pub deliveries: u64,
}

/// A test event that is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookPing {
    /// The event; its delivery stands in the log in a moment.
    pub event_id: Uuid,
}

/// What is sent to an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WebhookPayload {
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// When.
    pub timestamp: DateTime<Utc>,
    /// The event, as it stands in the list.
    pub data: crate::events::Event,
}
