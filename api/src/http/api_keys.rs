//! A person's own keys: making, seeing and taking them back.

use aisha_openapi::api_keys::{ApiKey as ApiKeyBody, ApiKeyPage, MadeApiKey, NewApiKey};
use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Caller;
use super::extract::{Json, Path, Query};
use super::headers::IdempotencyHeader;
use super::idempotency::{Claim, IdempotencyKey, Reply};
use super::pages::PageQuery;
use super::problem::{Problem, internal};
use crate::app::App;
use crate::domain::api_key::{ApiKey, KeyText};
use crate::domain::ids::KeyId;
use crate::domain::page::Place;
use crate::domain::principal::Principal;
use crate::storage::api_keys;

const MAX_NAME: usize = 100;
const FILTERS: &str = "api-keys";

/// The operations on keys.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// List your keys
///
/// Newest first, with those that were taken back or have ended. No secret is in it.
#[utoipa::path(get, path = "/v1/api-keys", operation_id = "listApiKeys", tag = "keys", params(PageQuery),
    responses((status = 200, description = "A page of keys.", body = ApiKeyPage)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<ApiKeyPage>, Problem> {
    let me = caller.with(Scope::KeysManage)?;
    let found = api_keys::list(&app.db, me.subject, &page.request(FILTERS)?).await?;
    Ok(axum::Json(ApiKeyPage {
        data: found.items.into_iter().map(show).collect(),
        next_cursor: found.next.map(|place: Place| place.to_cursor(FILTERS)),
    }))
}

/// Make a key
///
/// It belongs to the person whose things your key sees, may do no more than yours, and ends no later. Whoever acts for
/// others makes keys of the person they name; keys that act for others themselves are made by the operator. The secret
/// stands in this answer only.
#[utoipa::path(post, path = "/v1/api-keys", operation_id = "createApiKey", tag = "keys", params(IdempotencyHeader),
    request_body(content = NewApiKey, example = json!({"name": "the web shop", "scopes": ["avatars:read"]})),
    responses((status = 201, description = "The key.", body = MadeApiKey)))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<NewApiKey>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::KeysManage)?;
    // It was good a moment ago; taken back since, it makes no other.
    let own = api_keys::find(&app.db, me.key_id).await?.ok_or_else(Problem::not_found)?;
    let text = KeyText::generate(app.ids.next()).map_err(|_| internal())?;
    let made = of_new(&app, &me, &own, &text, body.value)?;
    let mut tx = match key.claim(&app, &me, &body.request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    api_keys::add(&mut tx, &made).await?;
    let mut body = MadeApiKey { api_key: show(made), secret: None };
    // What is kept for repeats lies in the database, where no secret belongs.
    key.keep(&mut tx, &me, &Reply::new(StatusCode::CREATED, &body)?).await?;
    app.commit(tx).await?;
    body.secret = Some(text.to_secret().expose().to_owned());
    Ok((StatusCode::CREATED, axum::Json(body)).into_response())
}

/// Take a key back
///
/// It opens nothing from now on, be it the one you show. What was taken back stays so.
#[utoipa::path(delete, path = "/v1/api-keys/{key_id}", operation_id = "revokeApiKey", tag = "keys",
    params(("key_id" = uuid::Uuid, Path, description = "The key.")),
    responses((status = 204, description = "It opens nothing any more.")))]
async fn revoke(State(app): State<App>, caller: Caller, Path(id): Path<KeyId>) -> Result<StatusCode, Problem> {
    let me = caller.with(Scope::KeysManage)?;
    let key = api_keys::find(&app.db, id).await?.filter(|key| key.user_id == me.subject);
    let key = key.ok_or_else(Problem::not_found)?;
    let mut tx = app.begin().await?;
    api_keys::revoke(&mut tx, me.subject, key.id, app.now()).await?;
    app.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The key that is asked for, if the caller's own may make it.
fn of_new(app: &App, me: &Principal, own: &ApiKey, text: &KeyText, new: NewApiKey) -> Result<ApiKey, Problem> {
    let name = new.name.trim().to_owned();
    if !(1..=MAX_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Problem::field("/name", "length", "must be one line of 1 to 100 characters"));
    }
    let mut scopes = new.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Problem::field("/scopes", "length", "must name at least one scope"));
    }
    if let Some(scope) = scopes.iter().find(|scope| !me.may_give(**scope)) {
        let detail =
            format!("Your key cannot give the scope `{scope}`: a key gives only what it has, and never `act_as`.");
        return Err(Problem::new(ProblemCode::Forbidden, detail));
    }
    let now = app.now();
    if new.expires_at.is_some_and(|end| end <= now) {
        return Err(Problem::field("/expires_at", "past", "must be in the future"));
    }
    let too_late = || Problem::field("/expires_at", "too_late", "must not be later than the end of the key you show");
    Ok(ApiKey {
        id: text.id,
        user_id: me.subject,
        name,
        secret_sha256: text.secret_sha256(),
        scopes,
        issuer: None,
        created_at: now,
        expires_at: own.end_of_another(new.expires_at).ok_or_else(too_late)?,
        last_used_at: None,
        revoked_at: None,
    })
}

/// A key as it stands in answers, without its secret.
pub(super) fn show(key: ApiKey) -> ApiKeyBody {
    ApiKeyBody {
        id: key.id.0,
        name: key.name,
        scopes: key.scopes,
        issuer: key.issuer,
        created_at: key.created_at,
        expires_at: key.expires_at,
        last_used_at: key.last_used_at,
        revoked_at: key.revoked_at,
    }
}
