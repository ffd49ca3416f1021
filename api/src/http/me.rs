//! The caller: who they are, what they have chosen, and the end of their account.

use aisha_openapi::deletions::Deletion;
use aisha_openapi::users::{Me, MePatch};
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Caller;
use super::deletions;
use super::extract::Json;
use super::fields::check_object;
use super::headers::{IfMatchHeader, IfNoneMatchHeader};
use super::problem::Problem;
use super::version::{IfMatch, tagged};
use crate::app::App;
use crate::domain::deletion::Subject;
use crate::domain::principal::Principal;
use crate::domain::user::{Preferences, User, is_timezone};
use crate::storage::{avatars, events, idempotency, users};

/// The operations on the caller.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(me, patch, delete))
}

/// Who am I?
///
/// The person whose things your key sees, what they have chosen, and what the key may do.
#[utoipa::path(get, path = "/v1/me", operation_id = "getMe", tag = "me", params(IfNoneMatchHeader),
    responses((status = 200, description = "You.", body = Me,
        headers(("ETag" = String, description = "Your version."))), (status = 304, description = "Still the same.")))]
async fn me(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<Response, Problem> {
    let me = caller.any();
    let user = users::find(&app.db, me.subject).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged(&headers, &user.version.to_string(), &show(user, me)))
}

/// Change what you have chosen
///
/// Fields that are left out stay as they are. Needs `avatars:write`, like every change of what is yours.
#[utoipa::path(patch, path = "/v1/me", operation_id = "updateMe", tag = "me", params(IfMatchHeader),
    request_body(content = MePatch, example = json!({"locale": "ru", "timezone": "Europe/Moscow"})),
    responses((status = 200, description = "You, as you are now.", body = Me,
        headers(("ETag" = String, description = "Your version.")))))]
async fn patch(
    State(app): State<App>,
    caller: Caller,
    if_match: IfMatch,
    body: Json<MePatch>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let MePatch { locale, timezone, settings } = body.value;
    if timezone.as_deref().is_some_and(|name| !is_timezone(name)) {
        return Err(Problem::field("/timezone", "unknown", "must be a time zone such as Europe/Moscow"));
    }
    if let Some(settings) = &settings {
        let mut errors = Vec::new();
        check_object("/settings", settings, &mut errors);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
    }
    let mut tx = app.begin().await?;
    users::lock(&mut tx, me.subject).await?;
    let mut user = users::find_held(&mut tx, me.subject).await?.ok_or_else(Problem::not_found)?;
    if_match.check(user.version)?;
    let before = user.preferences;
    user.preferences = Preferences {
        locale: locale.or(before.locale),
        timezone: timezone.or(before.timezone),
        settings: settings.unwrap_or(before.settings),
    };
    if !users::update(&mut tx, &user).await? {
        return Err(Problem::not_found());
    }
    user.version += 1;
    app.commit(tx).await?;
    Ok(tagged(&HeaderMap::new(), &user.version.to_string(), &show(user, me)))
}

/// A person as they stand in answers.
pub(super) fn show(user: User, me: Principal) -> Me {
    Me {
        id: user.id.0,
        name: user.name,
        issuer: user.issuer,
        external_id: user.external_id,
        locale: user.preferences.locale,
        timezone: user.preferences.timezone,
        settings: user.preferences.settings,
        scopes: me.scopes,
        created_at: user.created_at,
    }
}

/// Delete yourself
///
/// The person whose things your key sees goes with every avatar, photo, training, picture, recording, text, event, webhook endpoint and key
/// of theirs. Whoever acts for others deletes the person they name. This cannot be undone, and nothing can be reached any
/// more when this answers. The key must be allowed to take away each part by itself, and so needs both `avatars:write`
/// and `keys:manage`. Keep `receipt_url`, which is told here only: it leads to the receipt, which lists each object,
/// without a key. All that stays is the receipt and, without a name, what trainings, pictures and texts cost.
#[utoipa::path(delete, path = "/v1/me", operation_id = "deleteMe", tag = "me",
    responses((status = 202, description = "You are gone; this is the receipt.", body = Deletion,
        headers(("Location" = String, description = "Where the receipt is found, without a key.")))))]
async fn delete(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let me = caller.with_all(&[Scope::AvatarsWrite, Scope::KeysManage])?;
    let mut tx = app.begin().await?;
    users::lock(&mut tx, me.subject).await?;
    let deletion = deletions::begin(&app, &mut tx, me.subject, Subject::User(me.subject)).await?;
    for id in avatars::ids(&mut tx, me.subject).await? {
        if avatars::lock(&mut tx, me.subject, id).await?.is_some() {
            deletions::take_down(&app, &mut tx, deletion, id).await?;
        }
    }
    deletions::take_down_recordings(&app, &mut tx, me.subject).await?;
    idempotency::forget(&mut tx, me.subject).await?;
    if !users::delete(&mut tx, me.subject).await? {
        return Err(Problem::not_found());
    }
    // After the webhook endpoints, which are taken before their deliveries everywhere.
    events::forget(&mut tx, me.subject).await?;
    let token = deletions::add_link(&mut tx, deletion).await?;
    app.commit(tx).await?;
    deletions::accepted(&app, me.subject, deletion, Some(token)).await
}
