//! The newest pictures of an avatar in one.

use aisha_imaging::sheet::Layout;
use aisha_openapi::vocabulary::{GenerationStatus, Scope};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::ids::AvatarId;
use crate::domain::page::PageRequest;
use crate::http::auth::Caller;
use crate::http::contact_sheet::{self, Shown};
use crate::http::extract::Path;
use crate::http::headers::IfNoneMatchHeader;
use crate::http::problem::Problem;
use crate::storage::generations::{self, Filter};

/// Pictures on a sheet.
const MOST: u8 = 60;

/// The operation.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sheet))
}

/// Get a contact sheet of an avatar's pictures
///
/// The newest 60 in one JPEG, small and numbered, newest first: in the order of the list, and those of one generation in
/// their own.
#[utoipa::path(get, path = "/v1/avatars/{avatar_id}/generations/sheet.jpg", operation_id = "getGenerationSheet",
    tag = "generations",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), IfNoneMatchHeader),
    responses((status = 200, description = "The sheet.", body = Vec<u8>, content_type = "image/jpeg",
        headers(("ETag" = String, description = "A mark of what is on it."))),
        (status = 304, description = "Still the same."),
        (status = 404, description = "There is no such avatar, or it has no pictures.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn sheet(
    State(app): State<App>,
    caller: Caller,
    Path(avatar_id): Path<AvatarId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let filter = Filter { avatar_id: Some(avatar_id), status: Some(GenerationStatus::Completed), ..Filter::default() };
    let newest = PageRequest { limit: MOST, after: None };
    let found = generations::list(&app.db, me.subject, &filter, &newest).await?;
    let pictures = found.items.into_iter().flat_map(|generation| generation.images.into_iter().flatten());
    let shown = pictures.map(|picture| Shown { thumbnail_key: Some(picture.thumbnail_key), mark: None });
    contact_sheet::answer(&app, me.subject, &headers, Layout::Rows, shown.take(MOST.into()).collect()).await
}
