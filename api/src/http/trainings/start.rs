//! Starting a training: from the avatar's photos as they are, or on the set of a completed one to compare with.

use aisha_openapi::trainings::{NewTraining, Training as TrainingBody, TrainingQuote};
use aisha_openapi::vocabulary::{PhotoFormat, Preset, Scope, TrainingType};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::launch::{Launch, LaunchQuery, quote};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::avatar::Avatar;
use crate::domain::ids::{AvatarId, TrainingId};
use crate::domain::photo::Photo;
use crate::domain::training::{Origin, SnapshotPhoto, Training, compare, whole_set};
use crate::http::auth::Caller;
use crate::http::extract::{Json, Path, Query};
use crate::http::headers::RequiredIdempotencyHeader;
use crate::http::held;
use crate::http::idempotency::{Claim, IdempotencyKey};
use crate::http::problem::Problem;
use crate::http::spending;
use crate::storage::{self, Tx};

/// The start.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(start))
}

/// Start a training
///
/// Learns from the avatar's photos as they are now, or with `compare_with` from exactly those of an earlier training. It
/// costs money, so an `Idempotency-Key` is required: the same key starts it once. Follow it with
/// `GET /v1/trainings/{id}`, or wait for `training.completed` in the events. A completed avatar stays usable meanwhile.
#[utoipa::path(post, path = "/v1/avatars/{avatar_id}/trainings", operation_id = "startTraining", tag = "trainings",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), LaunchQuery, RequiredIdempotencyHeader),
    request_body(content = NewTraining, example = json!({"preset": "fast"})),
    responses((status = 202, description = "It is under way.", body = TrainingBody,
            headers(("Location" = String, description = "The training."),
                ("Retry-After" = u32, description = "When to look again, in seconds."))),
        (status = 200, description = "What it would take (`dry_run=true`).", body = TrainingQuote),
        (status = 409, description = "Something is missing, or a training is under way.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key does not allow this, or no day allows so much money."),
        (status = 429, description = "A cap of the day is reached; `Retry-After` says when it opens again.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json",
            headers(("Retry-After" = u32, description = "When the next day begins, in seconds.")))))]
async fn start(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Path(avatar_id): Path<AvatarId>,
    Query(query): Query<LaunchQuery>,
    body: Json<NewTraining>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::TrainingsStart)?;
    let earlier = body.value.compare_with.map(TrainingId);
    if query.dry_run == Some(true) {
        let avatar = storage::avatars::find(&app.db, me.subject, avatar_id).await?.ok_or_else(Problem::not_found)?;
        let (kind, photos) = if let Some(id) = earlier {
            let found = storage::trainings::find(&app.db, me.subject, id).await?;
            let earlier = found.filter(|training| training.avatar_id == avatar_id).ok_or_else(no_such_training)?;
            (earlier.settings.training_type, i64::try_from(earlier.photos.len()).unwrap_or(i64::MAX))
        } else {
            (training_type(&avatar)?, avatar.usable_photos)
        };
        return Ok(axum::Json(quote(&app, kind, body.value.preset, photos)).into_response());
    }
    let key = key.required()?;
    let mut tx = match key.claim(&app, &me, &body.request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    spending::hold(&app, &mut tx, &me).await?;
    let mut avatar = held::lock(&mut tx, &me, avatar_id).await?;
    let launch = match earlier {
        None => from_photos(&app, &mut tx, &mut avatar, body.value.preset).await?,
        Some(id) => {
            let found = storage::trainings::find_held(&mut tx, avatar_id, id).await?;
            beside(&app, &mut tx, &found.ok_or_else(no_such_training)?, body.value.preset).await?
        }
    };
    launch.begin(&app, tx, &me, &key, avatar).await
}

/// On the avatar's usable photos.
async fn from_photos(app: &App, tx: &mut Tx, avatar: &mut Avatar, preset: Preset) -> Result<Launch, Problem> {
    held::judge_photos(app, tx, avatar).await?;
    let photos = storage::photos::list_usable(tx, avatar.id).await?;
    Ok(Launch {
        preset,
        training_type: training_type(avatar)?,
        trigger_phrase: avatar.details.trigger_phrase.clone(),
        photos: photos.into_iter().map(snapshot).collect(),
        origin: Origin::default(),
    })
}

/// On the set of an earlier training, with nothing changed but the preset.
async fn beside(app: &App, tx: &mut Tx, earlier: &Training, preset: Preset) -> Result<Launch, Problem> {
    let origin = compare(earlier)?;
    let there = storage::photos::ids(tx, earlier.avatar_id).await?;
    let launch = Launch {
        preset,
        training_type: earlier.settings.training_type,
        trigger_phrase: earlier.settings.trigger_phrase.clone(),
        photos: whole_set(earlier, &there)?,
        origin,
    };
    if launch.settings(app, earlier.avatar_id) == earlier.settings {
        let detail = "must be another one than that of the training to compare with, or both learn the same";
        return Err(Problem::field("/preset", "same", detail));
    }
    Ok(launch)
}

/// A trainer is given the copy that was made for it; a usable photo has one.
fn snapshot(photo: Photo) -> SnapshotPhoto {
    let (key, format) = match photo.training_key {
        Some(key) => (key, PhotoFormat::Jpeg),
        None => (photo.original_key, photo.format),
    };
    SnapshotPhoto { photo_id: photo.id, sha256: photo.sha256, key, format, caption: photo.caption }
}

fn training_type(avatar: &Avatar) -> Result<TrainingType, Refusal> {
    avatar.details.training_type.ok_or_else(|| Refusal::AvatarIncomplete { missing: avatar.details.missing() })
}

fn no_such_training() -> Problem {
    Problem::field("/compare_with", "unknown", "must be a training of this avatar")
}
