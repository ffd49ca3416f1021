//! The pictures of a run in one, alone or beside those of another run.

use aisha_imaging::sheet::Layout;
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::domain::ids::{PackRunId, UserId};
use crate::http::auth::Caller;
use crate::http::contact_sheet::{self, Shown};
use crate::http::extract::{Path, Query};
use crate::http::headers::IfNoneMatchHeader;
use crate::http::problem::Problem;
use crate::storage::{generations, packs};

/// The operation.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sheet))
}

/// What is to be seen.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SheetQuery {
    /// Another run of yours: its pictures stand beside those of this one, number by number. Two previews of an avatar
    /// differ in nothing but the version.
    beside: Option<Uuid>,
}

/// Get a contact sheet of a pack
///
/// Its pictures in one JPEG, small, numbered and in the order of the pack; what is not there stays grey.
#[utoipa::path(get, path = "/v1/packs/{pack_run_id}/sheet.jpg", operation_id = "getPackRunSheet", tag = "styles",
    params(("pack_run_id" = uuid::Uuid, Path, description = "The run."), SheetQuery, IfNoneMatchHeader),
    responses((status = 200, description = "The sheet.", body = Vec<u8>, content_type = "image/jpeg",
        headers(("ETag" = String, description = "A mark of what is on it."))),
        (status = 304, description = "Still the same."),
        (status = 404, description = "There is no such run, or nothing of it is left.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn sheet(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PackRunId>,
    Query(query): Query<SheetQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let one = pictures(&app, me.subject, id).await?;
    let (layout, keys) = match query.beside {
        None => (Layout::Rows, one),
        Some(other) => (Layout::Pairs, in_pairs(one, pictures(&app, me.subject, PackRunId(other)).await?)),
    };
    let shown = keys.into_iter().map(|thumbnail_key| Shown { thumbnail_key, mark: None });
    contact_sheet::answer(&app, me.subject, &headers, layout, shown.collect()).await
}

/// The thumbnails of a run, one place for each picture that was asked for.
async fn pictures(app: &App, owner: UserId, id: PackRunId) -> Result<Vec<Option<String>>, Problem> {
    packs::find(&app.db, owner, id).await?.ok_or_else(Problem::not_found)?;
    let mut tx = app.begin().await?;
    let made = generations::list_of_pack(&mut tx, owner, id).await?;
    drop(tx);
    let places = made.into_iter().flat_map(|generation| {
        let places = usize::try_from(generation.wish.num_images).unwrap_or(1);
        let keys = generation.images.into_iter().map(|image| image.map(|image| image.thumbnail_key));
        keys.chain(std::iter::repeat(None)).take(places)
    });
    Ok(places.collect())
}

/// Each picture of one beside that of the other.
fn in_pairs(one: Vec<Option<String>>, other: Vec<Option<String>>) -> Vec<Option<String>> {
    let count = one.len().max(other.len());
    let padded = |keys: Vec<Option<String>>| keys.into_iter().chain(std::iter::repeat(None)).take(count);
    padded(one).zip(padded(other)).flat_map(|(one, other)| [one, other]).collect()
}
