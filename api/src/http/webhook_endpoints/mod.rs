//! Endpoints of outgoing webhooks: make, read, change, delete, and new keys. What is sent to them stands in `deliveries`.

mod deliveries;

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::{DisabledReason, EventType, Scope};
use aisha_openapi::webhooks::{
    NewWebhookEndpoint, WebhookEndpoint as EndpointBody, WebhookEndpointPage, WebhookEndpointPatch,
};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Reader;
use super::extract::{Json, Path, Query, RequestHash};
use super::headers::{IdempotencyHeader, IfMatchHeader, IfNoneMatchHeader};
use super::idempotency::{Claim, IdempotencyKey, Reply};
use super::pages::PageQuery;
use super::problem::{Problem, internal};
use super::version::{IfMatch, tagged};
use crate::app::App;
use crate::domain::event::Subscriber;
use crate::domain::ids::WebhookEndpointId;
use crate::domain::signing_keys::SigningKeys;
use crate::domain::webhook::{ROTATION, WebhookEndpoint};
use crate::storage::{Tx, events, users, webhook_deliveries, webhook_endpoints};

/// Far above what anybody needs; each is told of every event.
const MOST: i64 = 20;
const LONGEST_DESCRIPTION: usize = 200;

/// The operations on endpoints.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(get, patch, delete))
        .routes(routes!(rotate))
        .merge(deliveries::routes())
}

/// Make a webhook endpoint
///
/// From now on each event is sent there, by [Standard Webhooks](https://www.standardwebhooks.com): a POST with
/// `webhook-id`, `webhook-timestamp` and `webhook-signature`, and `{type, timestamp, data}` with the event as it stands in
/// the list. Any 2xx within 15 seconds is an arrival. Else it is tried again after 5 seconds, 5 and 30 minutes, 2, 5, 10,
/// 14, 20 and 24 hours, or later if `Retry-After` says so; 410 disables the endpoint. An event may arrive twice or out of
/// order: `webhook-id` stays the same. Keep the `secret`, which is shown this once. A key that acts for others hears of
/// all its users when it names none.
#[utoipa::path(post, path = "/v1/webhook-endpoints", operation_id = "createWebhookEndpoint", tag = "webhook endpoints",
    params(IdempotencyHeader),
    request_body(content = NewWebhookEndpoint, example = json!({"url": "https://hooks.example/aisha",
        "event_types": ["training.completed", "training.failed"], "description": "Tells the bot"})),
    responses((status = 201, description = "The endpoint, with its secret.", body = EndpointBody),
        (status = 409, description = "There are twenty already, or the first request with this key is still being \
            worked on.", body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn create(
    State(app): State<App>,
    reader: Reader,
    key: IdempotencyKey,
    body: Json<NewWebhookEndpoint>,
) -> Result<Response, Problem> {
    let (me, owner) = reader.principal_with(Scope::WebhooksManage)?;
    let NewWebhookEndpoint { url, event_types, description } = body.value;
    check_url(&app, &url)?;
    check_description(&description)?;
    let mut tx = match key.claim(&app, &me, &body.request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    users::lock(&mut tx, owner.user_id).await?;
    if webhook_endpoints::count(&mut tx, &owner).await? >= MOST {
        let detail = format!("There are {MOST} endpoints already. Delete one that nobody uses any more.");
        return Err(Problem::new(ProblemCode::LimitReached, detail));
    }
    let now = app.now();
    let endpoint = WebhookEndpoint {
        id: app.ids.next(),
        owner,
        url,
        description,
        event_types: each_once(event_types),
        disabled: None,
        keys: SigningKeys::generate().map_err(|_| internal())?,
        old_keys: None,
        from_seq: events::last_number(&mut tx).await?,
        failing_since: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    webhook_endpoints::add(&mut tx, &endpoint).await?;
    let location = format!("/v1/webhook-endpoints/{}", endpoint.id);
    let reply = Reply::new(StatusCode::CREATED, &with_secret(&endpoint)?)?.at(location);
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    Ok(reply.into_response())
}

/// List your webhook endpoints
///
/// Newest first.
#[utoipa::path(get, path = "/v1/webhook-endpoints", operation_id = "listWebhookEndpoints", tag = "webhook endpoints",
    params(PageQuery),
    responses((status = 200, description = "A page of endpoints.", body = WebhookEndpointPage)))]
async fn list(
    State(app): State<App>,
    reader: Reader,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<WebhookEndpointPage>, Problem> {
    const FILTERS: &str = "webhook endpoints";
    let owner = reader.with(Scope::WebhooksManage)?;
    let found = webhook_endpoints::list(&app.db, &owner, &page.request(FILTERS)?).await?;
    Ok(axum::Json(WebhookEndpointPage {
        data: found.items.iter().map(show).collect::<Result<_, _>>()?,
        next_cursor: found.next.map(|place| place.to_cursor(FILTERS)),
    }))
}

/// Read a webhook endpoint
///
/// Without its secret, which was shown when it was made.
#[utoipa::path(get, path = "/v1/webhook-endpoints/{endpoint_id}", operation_id = "getWebhookEndpoint",
    tag = "webhook endpoints",
    params(("endpoint_id" = uuid::Uuid, Path, description = "The endpoint."), IfNoneMatchHeader),
    responses((status = 200, description = "The endpoint.", body = EndpointBody,
            headers(("ETag" = String, description = "Its version."))),
        (status = 304, description = "It is still the same.")))]
async fn get(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<WebhookEndpointId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let owner = reader.with(Scope::WebhooksManage)?;
    let endpoint = webhook_endpoints::find(&app.db, &owner, id).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged(&headers, &endpoint.version.to_string(), &show(&endpoint)?))
}

/// Change a webhook endpoint
///
/// While it is disabled nothing is sent, and what happens waits: it is sent when the endpoint is enabled again, as far as
/// events are kept.
#[utoipa::path(patch, path = "/v1/webhook-endpoints/{endpoint_id}", operation_id = "updateWebhookEndpoint",
    tag = "webhook endpoints",
    params(("endpoint_id" = uuid::Uuid, Path, description = "The endpoint."), IfMatchHeader),
    request_body(content = WebhookEndpointPatch, example = json!({"enabled": true})),
    responses((status = 200, description = "The endpoint as it is now.", body = EndpointBody,
        headers(("ETag" = String, description = "Its version.")))))]
async fn patch(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<WebhookEndpointId>,
    if_match: IfMatch,
    body: Json<WebhookEndpointPatch>,
) -> Result<Response, Problem> {
    let owner = reader.with(Scope::WebhooksManage)?;
    let WebhookEndpointPatch { url, event_types, description, enabled } = body.value;
    if let Some(url) = &url {
        check_url(&app, url)?;
    }
    check_description(description.as_deref().unwrap_or_default())?;
    let mut tx = app.begin().await?;
    let mut endpoint = lock(&mut tx, &owner, id).await?;
    if_match.check(endpoint.version)?;
    endpoint.url = url.unwrap_or(endpoint.url);
    endpoint.description = description.unwrap_or(endpoint.description);
    endpoint.event_types = event_types.map_or(endpoint.event_types, each_once);
    match (enabled, endpoint.disabled) {
        (Some(true), Some(_)) => {
            endpoint.disabled = None;
            endpoint.failing_since = None;
            webhook_deliveries::resume(&mut tx, id, app.now()).await?;
        }
        (Some(false), None) => {
            endpoint.disabled = Some(DisabledReason::Owner);
            webhook_deliveries::pause(&mut tx, id).await?;
        }
        _ => {}
    }
    let endpoint = write(&app, &mut tx, endpoint).await?;
    app.commit(tx).await?;
    app.signals.webhooks.notify_one();
    Ok(tagged(&HeaderMap::new(), &endpoint.version.to_string(), &show(&endpoint)?))
}

/// Delete a webhook endpoint
///
/// With its log. Nothing more is sent to it, but for what is on its way at this moment.
#[utoipa::path(delete, path = "/v1/webhook-endpoints/{endpoint_id}", operation_id = "deleteWebhookEndpoint",
    tag = "webhook endpoints", params(("endpoint_id" = uuid::Uuid, Path, description = "The endpoint.")),
    responses((status = 204, description = "It is gone.")))]
async fn delete(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<WebhookEndpointId>,
) -> Result<StatusCode, Problem> {
    let owner = reader.with(Scope::WebhooksManage)?;
    let mut tx = app.begin().await?;
    if !webhook_endpoints::delete(&mut tx, &owner, id).await? {
        return Err(Problem::not_found());
    }
    app.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a webhook endpoint new keys
///
/// For 24 hours everything is signed with the old ones, too, so that receivers can be told in peace. Keep the `secret`,
/// which is shown this once.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{endpoint_id}/rotate", operation_id = "rotateWebhookEndpoint",
    tag = "webhook endpoints",
    params(("endpoint_id" = uuid::Uuid, Path, description = "The endpoint."), IdempotencyHeader),
    responses((status = 200, description = "The endpoint, with its new secret.", body = EndpointBody)))]
async fn rotate(
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
    let mut endpoint = lock(&mut tx, &owner, id).await?;
    let new = SigningKeys::generate().map_err(|_| internal())?;
    endpoint.old_keys = Some((std::mem::replace(&mut endpoint.keys, new), app.now() + ROTATION));
    let endpoint = write(&app, &mut tx, endpoint).await?;
    let reply = Reply::new(StatusCode::OK, &with_secret(&endpoint)?)?;
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    Ok(reply.into_response())
}

/// Takes the caller's endpoint for a change.
async fn lock(tx: &mut Tx, owner: &Subscriber, id: WebhookEndpointId) -> Result<WebhookEndpoint, Problem> {
    let endpoint = webhook_endpoints::lock(tx, id).await?;
    endpoint.filter(|endpoint| endpoint.owner == *owner).ok_or_else(Problem::not_found)
}

async fn write(app: &App, tx: &mut Tx, endpoint: WebhookEndpoint) -> Result<WebhookEndpoint, Problem> {
    let now = app.now();
    webhook_endpoints::update(tx, &endpoint, now).await?;
    Ok(WebhookEndpoint { version: endpoint.version + 1, updated_at: now, ..endpoint })
}

/// An endpoint as it stands in answers, without its secret.
pub(super) fn show(endpoint: &WebhookEndpoint) -> Result<EndpointBody, Problem> {
    let public_key = endpoint.keys.public_key().map_err(|error| {
        tracing::error!(%error, endpoint.id = %endpoint.id, "a webhook endpoint cannot be signed for");
        internal()
    })?;
    Ok(EndpointBody {
        id: endpoint.id.0,
        url: endpoint.url.clone(),
        description: endpoint.description.clone(),
        event_types: endpoint.event_types.clone(),
        enabled: endpoint.disabled.is_none(),
        disabled_reason: endpoint.disabled,
        failing_since: endpoint.failing_since,
        secret: None,
        public_key,
        version: endpoint.version,
        created_at: endpoint.created_at,
        updated_at: endpoint.updated_at,
    })
}

fn with_secret(endpoint: &WebhookEndpoint) -> Result<EndpointBody, Problem> {
    Ok(EndpointBody { secret: Some(endpoint.keys.secret.expose().to_owned()), ..show(endpoint)? })
}

fn check_url(app: &App, url: &str) -> Result<(), Problem> {
    app.courier.check(url).map(drop).map_err(|bad| Problem::field("/url", "invalid", bad.to_string()))
}

fn check_description(text: &str) -> Result<(), Problem> {
    if text.chars().count() <= LONGEST_DESCRIPTION {
        return Ok(());
    }
    Err(Problem::field("/description", "too_long", format!("at most {LONGEST_DESCRIPTION} characters")))
}

fn each_once(mut kinds: Vec<EventType>) -> Vec<EventType> {
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}
