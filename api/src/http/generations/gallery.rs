//! The gallery: what was asked for, newest first, and what of it is liked.

use std::str::FromStr;

use aisha_openapi::generations::{Generation as GenerationBody, GenerationPage};
use aisha_openapi::vocabulary::{AspectRatio, GenerationStatus, Scope};
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::show::show;
use crate::app::App;
use crate::domain::ids::{AvatarId, GenerationId};
use crate::domain::principal::Principal;
use crate::http::auth::Caller;
use crate::http::extract::{Path, Query};
use crate::http::pages::PageQuery;
use crate::http::problem::Problem;
use crate::storage::generations::{self, Filter};

/// The operations of the gallery.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(like, unlike))
}

/// Which generations are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct GalleryFilter {
    /// Only of this avatar.
    avatar_id: Option<Uuid>,
    /// `true` for favourites only, `false` for the others.
    favourite: Option<bool>,
    /// Only in this style.
    style_id: Option<String>,
    /// Only of this shape.
    #[param(value_type = Option<AspectRatio>)]
    aspect_ratio: Option<String>,
    /// Only in this state.
    #[param(value_type = Option<GenerationStatus>)]
    status: Option<String>,
    /// Only of this pack.
    pack_id: Option<Uuid>,
    /// Asked for at this time or later.
    after: Option<DateTime<Utc>>,
    /// Asked for before this time.
    before: Option<DateTime<Utc>>,
}

/// List your generations
///
/// Newest first.
#[utoipa::path(get, path = "/v1/generations", operation_id = "listGenerations", tag = "generations",
    params(GalleryFilter, PageQuery),
    responses((status = 200, description = "A page of generations.", body = GenerationPage)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<GalleryFilter>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<GenerationPage>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let filter = Filter {
        avatar_id: filter.avatar_id.map(AvatarId),
        is_favourite: filter.favourite,
        style_id: filter.style_id,
        aspect_ratio: word("aspect_ratio", filter.aspect_ratio.as_deref())?,
        status: word("status", filter.status.as_deref())?,
        pack_id: filter.pack_id,
        after: filter.after,
        before: filter.before,
    };
    let filters = format!("generations {filter:?}");
    let found = generations::list(&app.db, me.subject, &filter, &page.request(&filters)?).await?;
    let mut data = Vec::with_capacity(found.items.len());
    for generation in &found.items {
        data.push(show(&app, generation).await?);
    }
    Ok(axum::Json(GenerationPage { data, next_cursor: found.next.map(|place| place.to_cursor(&filters)) }))
}

/// Put a generation among the favourites
#[utoipa::path(put, path = "/v1/generations/{generation_id}/favourite", operation_id = "likeGeneration",
    tag = "generations", params(("generation_id" = uuid::Uuid, Path, description = "The generation.")),
    responses((status = 200, description = "The generation as it is now.", body = GenerationBody)))]
async fn like(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<GenerationId>,
) -> Result<axum::Json<GenerationBody>, Problem> {
    set_favourite(&app, &caller.with(Scope::AvatarsWrite)?, id, true).await
}

/// Take a generation out of the favourites
#[utoipa::path(delete, path = "/v1/generations/{generation_id}/favourite", operation_id = "unlikeGeneration",
    tag = "generations", params(("generation_id" = uuid::Uuid, Path, description = "The generation.")),
    responses((status = 200, description = "The generation as it is now.", body = GenerationBody)))]
async fn unlike(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<GenerationId>,
) -> Result<axum::Json<GenerationBody>, Problem> {
    set_favourite(&app, &caller.with(Scope::AvatarsWrite)?, id, false).await
}

async fn set_favourite(
    app: &App,
    me: &Principal,
    id: GenerationId,
    is_favourite: bool,
) -> Result<axum::Json<GenerationBody>, Problem> {
    let mut tx = app.begin().await?;
    let mut generation = generations::lock(&mut tx, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    generations::set_favourite(&mut tx, id, is_favourite, app.now()).await?;
    tx.commit().await?;
    generation.is_favourite = is_favourite;
    Ok(axum::Json(show(app, &generation).await?))
}

fn word<T: FromStr>(name: &str, text: Option<&str>) -> Result<Option<T>, Problem> {
    let unknown = |_| Problem::field(name, "unknown", "is not a word of this list");
    text.map(T::from_str).transpose().map_err(unknown)
}
