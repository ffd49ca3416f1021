//! The caller.

use aisha_openapi::users::Me;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Caller;
use super::problem::Problem;
use crate::app::App;
use crate::storage::users;

/// The operation on the caller.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(me))
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
