//! All photos of an avatar in one picture.

use aisha_imaging::sheet::{Layout, Mark};
use aisha_openapi::vocabulary::{Scope, Verdict};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::show::Album;
use crate::app::App;
use crate::domain::ids::AvatarId;
use crate::http::auth::Caller;
use crate::http::contact_sheet::{self, Shown};
use crate::http::extract::Path;
use crate::http::headers::IfNoneMatchHeader;
use crate::http::language::Language;
use crate::http::problem::Problem;

/// The operation.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sheet))
}

/// Get a contact sheet
///
/// All photos in one JPEG, small and in their order: each with its number and a frame that tells its verdict (green ok,
/// amber warn, red reject, grey excluded).
#[utoipa::path(get, path = "/v1/avatars/{avatar_id}/photos/sheet.jpg", operation_id = "getPhotoSheet", tag = "photos",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), IfNoneMatchHeader),
    responses((status = 200, description = "The sheet.", body = Vec<u8>, content_type = "image/jpeg",
        headers(("ETag" = String, description = "A mark of what is on it."))),
        (status = 304, description = "Still the same."),
        (status = 404, description = "There is no such avatar, or it has no photos.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn sheet(
    State(app): State<App>,
    caller: Caller,
    Path(avatar_id): Path<AvatarId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let album = Album::read(&app, me.subject, avatar_id, Language::En).await?;
    let shown = album.photos.iter().map(|photo| Shown {
        thumbnail_key: Some(photo.thumbnail_key.clone()),
        mark: Some(mark(album.verdict(&app, photo), photo.excluded)),
    });
    contact_sheet::answer(&app, me.subject, &headers, Layout::Rows, shown.collect()).await
}

const fn mark(verdict: Verdict, excluded: bool) -> Mark {
    match verdict {
        _ if excluded => Mark::Excluded,
        Verdict::Ok => Mark::Ok,
        Verdict::Warn => Mark::Warn,
        Verdict::Reject => Mark::Reject,
    }
}
