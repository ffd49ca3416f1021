//! Which of its trainings an avatar is used with.

use aisha_openapi::avatars::Avatar as AvatarBody;
use aisha_openapi::trainings::ActiveTraining;
use aisha_openapi::vocabulary::{EventType, Scope};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::event::NewEvent;
use crate::domain::ids::{AvatarId, TrainingId};
use crate::domain::training::usable;
use crate::http::auth::Caller;
use crate::http::avatars::show;
use crate::http::extract::{Json, Path};
use crate::http::headers::IfMatchHeader;
use crate::http::held;
use crate::http::problem::Problem;
use crate::http::version::{IfMatch, tagged};
use crate::storage::trainings;

/// The choice.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(set))
}

/// Choose the training an avatar is used with
///
/// Any completed one: forward to a newer or back to an older. A training that completes becomes the active one by
/// itself.
#[utoipa::path(put, path = "/v1/avatars/{avatar_id}/active-training", operation_id = "setActiveTraining",
    tag = "trainings", params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), IfMatchHeader),
    request_body(content = ActiveTraining, example = json!({"training_id": "018f3c5e-7d1a-7cc3-9d5c-3b1c5e8f0a12"})),
    responses((status = 200, description = "The avatar as it is now.", body = AvatarBody,
            headers(("ETag" = String, description = "Its version."))),
        (status = 409, description = "The training has not completed, or another change came first.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json")))]
async fn set(
    State(app): State<App>,
    caller: Caller,
    Path(avatar_id): Path<AvatarId>,
    if_match: IfMatch,
    body: Json<ActiveTraining>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let mut tx = app.begin().await?;
    let mut avatar = held::lock(&mut tx, &me, avatar_id).await?;
    if_match.check(avatar.version)?;
    let chosen = trainings::find_held(&mut tx, avatar_id, TrainingId(body.value.training_id)).await?;
    let chosen =
        chosen.ok_or_else(|| Problem::field("/training_id", "unknown", "must be a training of this avatar"))?;
    usable(&chosen)?;
    if avatar.active_training_id != Some(chosen.id) {
        let before = avatar.active_training_id.replace(chosen.id);
        avatar = held::write(&app, &mut tx, avatar).await?;
        let details = [
            ("training_id".to_owned(), json!(chosen.id)),
            ("version".to_owned(), json!(chosen.version)),
            ("previous_training_id".to_owned(), json!(before)),
        ];
        let event = held::event(EventType::AvatarActiveTraining, &me, &avatar);
        app.tell(&mut tx, NewEvent { details: Map::from_iter(details), ..event }).await?;
        app.commit(tx).await?;
    }
    Ok(tagged(&HeaderMap::new(), &avatar.version.to_string(), &show(&app, &avatar)))
}
