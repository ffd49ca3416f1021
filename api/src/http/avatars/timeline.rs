//! What happened to an avatar, step by step.

use aisha_openapi::events::TimelinePage;
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::event::Event;
use crate::domain::ids::AvatarId;
use crate::http::auth::Caller;
use crate::http::extract::{Path, Query};
use crate::http::pages::PageQuery;
use crate::http::problem::Problem;
use crate::storage;

/// The timeline.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(timeline))
}

/// Read an avatar's timeline
///
/// Everything that happened to the avatar, its photos and its trainings, newest first, as far back as events are kept.
#[utoipa::path(get, path = "/v1/avatars/{avatar_id}/timeline", operation_id = "getAvatarTimeline", tag = "avatars",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), PageQuery),
    responses((status = 200, description = "A page of events.", body = TimelinePage)))]
async fn timeline(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<AvatarId>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<TimelinePage>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let filters = format!("timeline {id}");
    let request = page.request(&filters)?;
    storage::avatars::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    let found = storage::events::timeline(&app.db, me.subject, id, &request).await?;
    Ok(axum::Json(TimelinePage {
        data: found.items.into_iter().map(Event::into_body).collect(),
        next_cursor: found.next.map(|place| place.to_cursor(&filters)),
    }))
}
