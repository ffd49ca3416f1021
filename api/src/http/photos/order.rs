//! The order of an avatar's photos.

use std::collections::BTreeSet;

use aisha_openapi::photos::{PhotoList, PhotoOrder};
use aisha_openapi::vocabulary::{EventType, Scope};
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::show::Album;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::ids::{AvatarId, PhotoId};
use crate::http::auth::Caller;
use crate::http::extract::{Json, Path};
use crate::http::headers::LanguageHeader;
use crate::http::held;
use crate::http::language::AcceptLanguage;
use crate::http::problem::Problem;
use crate::storage::photos;

/// The operation on the order.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(reorder))
}

/// Order an avatar's photos
///
/// Name every photo once, first to last.
#[utoipa::path(put, path = "/v1/avatars/{avatar_id}/photos/order", operation_id = "orderPhotos", tag = "photos",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), LanguageHeader),
    request_body(content = PhotoOrder, example = json!({"photo_ids": ["018f3c5e-7d1a-7cc3-9d5c-3b1c5e8f0a12",
        "018f3c5e-7d1a-7cc3-9d5c-3b1c5e8f0a11"]})),
    responses((status = 200, description = "The photos in their new order.", body = PhotoList)))]
async fn reorder(
    State(app): State<App>,
    caller: Caller,
    language: AcceptLanguage,
    Path(avatar_id): Path<AvatarId>,
    body: Json<PhotoOrder>,
) -> Result<axum::Json<PhotoList>, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let language = language.or_chosen_by(&app, &me).await?;
    let wanted: Vec<PhotoId> = body.value.photo_ids.into_iter().map(PhotoId).collect();
    let mut tx = app.begin().await?;
    let avatar = held::lock(&mut tx, &me, avatar_id).await?;
    let there: BTreeSet<PhotoId> = photos::ids(&mut tx, avatar_id).await?.into_iter().collect();
    if wanted.len() != there.len() || wanted.iter().copied().collect::<BTreeSet<_>>() != there {
        return Err(Refusal::OrderIncomplete.into());
    }
    let now = app.now();
    for (place, &id) in (1..).zip(&wanted) {
        photos::set_order(&mut tx, avatar_id, id, place, now).await?;
    }
    let avatar = held::write(&app, &mut tx, avatar).await?;
    app.tell(&mut tx, held::event(EventType::PhotosReordered, &me, &avatar)).await?;
    app.commit(tx).await?;
    let album = Album::read(&app, me.subject, avatar_id, language).await?;
    Ok(axum::Json(PhotoList { data: album.show_all(&app).await? }))
}
