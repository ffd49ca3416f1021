//! What is sent to a webhook endpoint: the log, what is sent once more, and a test.

use std::str::FromStr as _;

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::{DeliveryStatus, EventType, ResourceType, Scope};
use aisha_openapi::webhooks::{
    WebhookDelivery as DeliveryBody, WebhookDeliveryPage, WebhookPing, WebhookReplay, WebhookReplayed,
};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::Map;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::lock;
use crate::app::App;
use crate::domain::event::NewEvent;
use crate::domain::ids::{EventId, WebhookEndpointId};
use crate::domain::webhook::WebhookDelivery;
use crate::http::auth::Reader;
use crate::http::extract::{Json, Path, Query, RequestHash};
use crate::http::headers::IdempotencyHeader;
use crate::http::idempotency::{Claim, IdempotencyKey, Reply};
use crate::http::pages::PageQuery;
use crate::http::problem::Problem;
use crate::storage::{events, webhook_deliveries, webhook_endpoints};

/// The operations on deliveries.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(replay))
        .routes(routes!(replay_failed))
        .routes(routes!(ping))
}

/// Which deliveries are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DeliveryFilter {
    /// Only those in this status.
    #[param(value_type = Option<DeliveryStatus>)]
    status: Option<String>,
}

/// Read what was sent to a webhook endpoint
///
/// Newest first, with the attempts: when, how long, and what was answered. The log reaches as far back as events are
/// kept.
#[utoipa::path(get, path = "/v1/webhook-endpoints/{endpoint_id}/deliveries", operation_id = "listWebhookDeliveries",
    tag = "webhook endpoints",
    params(("endpoint_id" = uuid::Uuid, Path, description = "The endpoint."), DeliveryFilter, PageQuery),
    responses((status = 200, description = "A page of deliveries.", body = WebhookDeliveryPage)))]
async fn list(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<WebhookEndpointId>,
    Query(filter): Query<DeliveryFilter>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<WebhookDeliveryPage>, Problem> {
    let owner = reader.with(Scope::WebhooksManage)?;
    let status = filter.status.as_deref().map(|word| {
        DeliveryStatus::from_str(word).map_err(|_| {
            let known = DeliveryStatus::ALL.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", ");
            Problem::field("status", "unknown", format!("must be one of {known}"))
        })
    });
    let status = status.transpose()?;
    let filters = format!("webhook deliveries {id} {}", status.map_or("", DeliveryStatus::as_str));
    let request = page.request(&filters)?;
    webhook_endpoints::find(&app.db, &owner, id).await?.ok_or_else(Problem::not_found)?;
    let found = webhook_deliveries::list(&app.db, id, status, &request).await?;
    Ok(axum::Json(WebhookDeliveryPage {
        data: found.items.into_iter().map(show).collect(),
        next_cursor: found.next.map(|place| place.to_cursor(&filters)),
    }))
}

/// Send an event once more
///
/// On a schedule of its own, whether it has arrived before or not; what is still being tried goes on as it does.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{endpoint_id}/deliveries/{event_id}/replay",
    operation_id = "replayWebhookDelivery", tag = "webhook endpoints",
    params(("endpoint_id" = uuid::Uuid, Path, description = "The endpoint."),
        ("event_id" = uuid::Uuid, Path, description = "The event."), IdempotencyHeader),
    responses((status = 202, description = "The delivery as it is now.", body = DeliveryBody)))]
async fn replay(
    State(app): State<App>,
    reader: Reader,
    key: IdempotencyKey,
    Path((id, event_id)): Path<(WebhookEndpointId, EventId)>,
    RequestHash(sha256): RequestHash,
) -> Result<Response, Problem> {
    let (me, owner) = reader.principal_with(Scope::WebhooksManage)?;
    let mut tx = match key.claim(&app, &me, &sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    let endpoint = lock(&mut tx, &owner, id).await?;
    let now = app.now();
    let run_at = endpoint.disabled.is_none().then_some(now);
    let delivery = webhook_deliveries::replay(&mut tx, id, event_id, run_at, now).await?;
    let delivery = delivery.ok_or_else(Problem::not_found)?;
    let reply = Reply::new(StatusCode::ACCEPTED, &show(delivery))?;
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    app.signals.webhooks.notify_one();
    Ok(reply.into_response())
}

/// Send all failed events once more
///
/// Those of which the delivery began at this time or later and has failed for good, each on a schedule of its own.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{endpoint_id}/replay", operation_id = "replayFailedWebhookDeliveries",
    tag = "webhook endpoints",
    params(("endpoint_id" = uuid::Uuid, Path, description = "The endpoint."), IdempotencyHeader),
    request_body(content = WebhookReplay, example = json!({"since": "2026-01-31T12:00:00Z"})),
    responses((status = 202, description = "They are on their way.", body = WebhookReplayed)))]
async fn replay_failed(
    State(app): State<App>,
    reader: Reader,
    key: IdempotencyKey,
    Path(id): Path<WebhookEndpointId>,
    body: Json<WebhookReplay>,
) -> Result<Response, Problem> {
    let (me, owner) = reader.principal_with(Scope::WebhooksManage)?;
    let mut tx = match key.claim(&app, &me, &body.request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    let endpoint = lock(&mut tx, &owner, id).await?;
    let now = app.now();
    let run_at = endpoint.disabled.is_none().then_some(now);
    let deliveries = webhook_deliveries::replay_failed(&mut tx, id, body.value.since, run_at, now).await?;
    let reply = Reply::new(StatusCode::ACCEPTED, &WebhookReplayed { deliveries })?;
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    app.signals.webhooks.notify_one();
    Ok(reply.into_response())
}

/// Send a test event
///
/// A `webhook_endpoint.ping`, sent to this endpoint alone, whatever kinds it hears of. It goes the way of all events:
/// signed, tried again, and noted in the log.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{endpoint_id}/ping", operation_id = "pingWebhookEndpoint",
    tag = "webhook endpoints",
    params(("endpoint_id" = uuid::Uuid, Path, description = "The endpoint."), IdempotencyHeader),
    responses((status = 202, description = "The event is on its way.", body = WebhookPing),
        (status = 409, description = "The endpoint is disabled, or the first request with this key is still being worked \
            on.", body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn ping(
    State(app): State<App>,
    reader: Reader,
    key: IdempotencyKey,
    Path(id): Path<WebhookEndpointId>,
    RequestHash(sha256): RequestHash,
) -> Result<Response, Problem> {
    let (me, owner) = reader.principal_with(Scope::WebhooksManage)?;
    let mut tx = match key.claim(&app, &me, &sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    let endpoint = lock(&mut tx, &owner, id).await?;
    if endpoint.disabled.is_some() {
        let detail = "The endpoint is disabled: enable it with PATCH, and then test it.";
        return Err(Problem::new(ProblemCode::WebhookEndpointDisabled, detail));
    }
    let event = NewEvent {
        kind: EventType::WebhookEndpointPing,
        user_id: owner.user_id,
        actor: Some(me.key_id),
        avatar_id: None,
        resource: (ResourceType::WebhookEndpoint, id.0),
        state: Some("enabled"),
        details: Map::new(),
    };
    let event_id: EventId = app.ids.next();
    events::add_for(&mut tx, event_id, &event, owner.issuer.as_deref(), app.now()).await?;
    let reply = Reply::new(StatusCode::ACCEPTED, &WebhookPing { event_id: event_id.0 })?;
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    Ok(reply.into_response())
}

fn show(delivery: WebhookDelivery) -> DeliveryBody {
    DeliveryBody {
        event_id: delivery.event_id.0,
        status: delivery.status,
        next_attempt_at: delivery.next_attempt_at,
        attempts: delivery.attempts,
        created_at: delivery.created_at,
    }
}
