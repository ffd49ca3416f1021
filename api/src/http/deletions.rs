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
use super::problem::{Problem, internal};
use crate::app::App;
use crate::domain::deletion::{Deletion, Subject};
use crate::domain::ids::{AvatarId, DeletionId, UserId};
use crate::domain::job::Job;
use crate::domain::secret::Secret;
use crate::domain::training::SET_KEPT_AT_FAL;
use crate::storage::{Tx, deletions, generations, objects, spending, trainings, transcriptions};

/// The operations on receipts.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get)).routes(routes!(by_link))
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
    Ok(axum::Json(show(&app, deletion, None)))
}

/// Read the receipt of a person's deletion
///
/// Needs no key, but the link that the deletion answered with. Receipts are kept for a year, if the operator has not said
/// otherwise.
#[utoipa::path(get, path = "/v1/deletions/{deletion_id}/{token}", operation_id = "getDeletionByLink", tag = "me",
    params(("deletion_id" = uuid::Uuid, Path, description = "The deletion."),
        ("token" = String, Path, description = "The last word of the link.")),
    responses((status = 200, description = "The receipt.", body = DeletionBody)),
    security(()))]
async fn by_link(
    State(app): State<App>,
    Path((id, token)): Path<(DeletionId, String)>,
) -> Result<axum::Json<DeletionBody>, Problem> {
    let found = deletions::find_by_link(&app.db, id, &Secret::new(token).sha256()).await?;
    Ok(axum::Json(show(&app, found.ok_or_else(Problem::not_found)?, None)))
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

/// The same of all that a person has beside their avatars: recordings and what is said in them.
pub(super) async fn take_down_recordings(app: &App, tx: &mut Tx, owner: UserId) -> Result<(), Problem> {
    let now = app.now();
    for (endpoint, request) in transcriptions::list_at_fal(tx, owner).await? {
        app.enqueue(tx, &Job::AbandonRequest { endpoint, request_id: request.id }, now).await?;
    }
    spending::forgive_transcriptions(tx, owner).await?;
    objects::doom_user(tx, owner, now).await?;
    app.enqueue(tx, &Job::ClearObjects {}, now).await?;
    Ok(())
}

/// Makes the link that opens a receipt without a key, and gives its word.
pub(super) async fn add_link(tx: &mut Tx, id: DeletionId) -> Result<Secret, Problem> {
    let token = Secret::random().map_err(|_| internal())?;
    deletions::add_link(tx, id, &token.sha256()).await?;
    Ok(token)
}

/// The answer to a deletion that is committed: its receipt as it is now, and where it will be found; by a link with this
/// word, where there is one.
pub(super) async fn accepted(
    app: &App,
    owner: UserId,
    id: DeletionId,
    token: Option<Secret>,
) -> Result<Response, Problem> {
    let deletion = deletions::find(&app.db, owner, id).await?.ok_or_else(Problem::not_found)?;
    let path = token.as_ref().map(|token| format!("/v1/deletions/{id}/{}", token.expose()));
    let base = app.settings.public_url.as_str().trim_end_matches('/');
    let url = path.as_ref().map(|path| format!("{base}{path}"));
    let mut response = (StatusCode::ACCEPTED, axum::Json(show(app, deletion, url))).into_response();
    if let Ok(location) = HeaderValue::try_from(path.unwrap_or_else(|| format!("/v1/deletions/{id}"))) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn show(app: &App, deletion: Deletion, receipt_url: Option<String>) -> DeletionBody {
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
        receipt_url,
        things: things.collect(),
    }
}
