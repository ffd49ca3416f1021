//! Deletions: what an avatar and a person take with them, and the receipts of it.

use aisha_openapi::deletions::{DeletedThing, Deletion as DeletionBody};
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Caller;
use super::extract::Path;
use super::problem::Problem;
use crate::app::App;
use crate::domain::deletion::{Deletion, Subject};
use crate::domain::ids::{AvatarId, DeletionId, UserId};
use crate::domain::job::Job;
use crate::domain::training::SET_KEPT_AT_FAL;
use crate::storage::{Tx, deletions, generations, objects, spending, trainings};

/// The operation on receipts.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get))
}

/// Read the receipt of a deletion
///
/// Every object that was deleted and whether the store has confirmed it, and what is known of what lay at fal.
#[utoipa::path(get, path = "/v1/deletions/{deletion_id}", operation_id = "getDeletion", tag = "me",
    params(("deletion_id" = uuid::Uuid, Path, description = "The deletion.")),
    responses((status = 200, description = "The receipt.", body = DeletionBody)))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<DeletionId>,
) -> Result<axum::Json<DeletionBody>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let deletion = deletions::find(&app.db, me.subject, id).await?.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(show(&app, deletion)))
}

/// Begins the receipt of a deletion that this transaction does.
pub(super) async fn begin(app: &App, tx: &mut Tx, owner: UserId, subject: Subject) -> Result<DeletionId, Problem> {
    let id = app.ids.next();
    deletions::add(tx, id, owner, subject, app.now()).await?;
    Ok(id)
}

/// Takes everything of an avatar that this transaction holds out of use but its rows: what runs at fal is told to stop,
/// what lies there is put on the receipt, and the objects are given up.
pub(super) async fn take_down(app: &App, tx: &mut Tx, id: DeletionId, avatar_id: AvatarId) -> Result<(), Problem> {
    let now = app.now();
    let running = trainings::find_running(tx, avatar_id).await?;
    if let Some((request, training)) = running.and_then(|training| Some((training.request.clone()?, training))) {
        let abandon = Job::AbandonRequest { endpoint: training.settings.endpoint, request_id: request.id };
        app.enqueue(tx, &abandon, now).await?;
    }
    for (endpoint, request) in generations::list_at_fal(tx, avatar_id).await? {
        app.enqueue(tx, &Job::AbandonRequest { endpoint, request_id: request.id }, now).await?;
    }
    deletions::add_left_at_fal(tx, id, avatar_id, SET_KEPT_AT_FAL).await?;
    spending::forgive(tx, avatar_id).await?;
    objects::doom_avatar(tx, avatar_id, now).await?;
    app.enqueue(tx, &Job::ClearObjects {}, now).await?;
    Ok(())
}

/// The answer to a deletion that is committed: its receipt as it is now, and where it will be found.
pub(super) async fn accepted(app: &App, owner: UserId, id: DeletionId) -> Result<Response, Problem> {
    let deletion = deletions::find(&app.db, owner, id).await?.ok_or_else(Problem::not_found)?;
    let mut response = (StatusCode::ACCEPTED, axum::Json(show(app, deletion))).into_response();
    if let Ok(location) = HeaderValue::try_from(format!("/v1/deletions/{id}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn show(app: &App, deletion: Deletion) -> DeletionBody {
    let (status, completed_at) = (deletion.status(), deletion.completed_at());
    let (subject_type, subject_id) = deletion.subject.parts();
    let now = app.now();
    let things = deletion.things.into_iter().map(|thing| DeletedThing {
        state: thing.state(now),
        place: thing.place,
        kind: thing.kind,
        name: thing.name,
        gone_at: thing.gone_at,
        expires_at: thing.expires_at,
    });
    DeletionBody {
        id: deletion.id.0,
        subject_type,
        subject_id,
        status,
        requested_at: deletion.requested_at,
        completed_at,
        things: things.collect(),
    }
}
