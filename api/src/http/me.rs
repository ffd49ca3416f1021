//! The caller: who they are, and the end of their account.

use aisha_openapi::deletions::Deletion;
use aisha_openapi::users::Me;
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Caller;
use super::deletions;
use super::problem::Problem;
use crate::app::App;
use crate::domain::deletion::Subject;
use crate::storage::{avatars, events, idempotency, users};

/// The operations on the caller.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(me, delete))
}

/// Who am I?
///
/// The person whose things your key sees, and what it may do.
#[utoipa::path(get, path = "/v1/me", operation_id = "getMe", tag = "me",
    responses((status = 200, description = "You.", body = Me)))]
async fn me(State(app): State<App>, caller: Caller) -> Result<axum::Json<Me>, Problem> {
    let me = caller.any();
    let user = users::find(&app.db, me.subject).await?.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(Me {
        id: user.id.0,
        name: user.name,
        issuer: user.issuer,
        external_id: user.external_id,
        scopes: me.scopes,
        created_at: user.created_at,
    }))
}

/// Delete yourself
///
/// The person whose things your key sees goes with every avatar, photo, training, event, webhook endpoint and key of
/// theirs. Whoever acts for others deletes the person they name. This cannot be undone, and nothing can be reached any more when this answers.
/// Keep the receipt: it lists each object, and nobody can ask for it again. All that stays is the receipt and, without a
/// name, what trainings cost.
#[utoipa::path(delete, path = "/v1/me", operation_id = "deleteMe", tag = "me",
    responses((status = 202, description = "You are gone; this is the receipt.", body = Deletion,
        headers(("Location" = String, description = "What the receipt is called.")))))]
async fn delete(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let mut tx = app.begin().await?;
    users::lock(&mut tx, me.subject).await?;
    let deletion = deletions::begin(&app, &mut tx, me.subject, Subject::User(me.subject)).await?;
    for id in avatars::ids(&mut tx, me.subject).await? {
        if avatars::lock(&mut tx, me.subject, id).await?.is_some() {
            deletions::take_down(&app, &mut tx, deletion, id).await?;
        }
    }
    idempotency::forget(&mut tx, me.subject).await?;
    if !users::delete(&mut tx, me.subject).await? {
        return Err(Problem::not_found());
    }
    // After the webhook endpoints, which are taken before their deliveries everywhere.
    events::forget(&mut tx, me.subject).await?;
    app.commit(tx).await?;
    deletions::accepted(&app, me.subject, deletion).await
}
