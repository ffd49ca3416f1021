//! Leaving out photos that look like others.

use aisha_openapi::photos::{DedupeReport, DuplicateCluster, NearDuplicate};
use aisha_openapi::vocabulary::{EventType, Scope};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::event;
use crate::app::App;
use crate::domain::avatar::Avatar;
use crate::domain::ids::AvatarId;
use crate::domain::photo::Photo;
use crate::domain::photo::likeness::{Cluster, clusters};
use crate::domain::principal::Principal;
use crate::http::auth::Caller;
use crate::http::extract::{Path, Query, RequestHash};
use crate::http::headers::IdempotencyHeader;
use crate::http::held;
use crate::http::idempotency::{Claim, IdempotencyKey, Reply};
use crate::http::problem::Problem;
use crate::storage::{Tx, avatars, photos};

/// The operation.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(dedupe))
}

/// Whether to do it or only to say what would be done.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DedupeQuery {
    /// `true` excludes all photos of a group but the best one.
    #[param(default = false)]
    apply: Option<bool>,
}

/// Find photos that look the same
///
/// Series of shots, recompressed copies and mirror images teach a trainer one moment many times. Each group names the
/// sharpest photo to keep. With `apply=true` the others are excluded, which `PATCH /v1/photos/{photo_id}` takes back.
#[utoipa::path(post, path = "/v1/avatars/{avatar_id}/photos/dedupe", operation_id = "dedupePhotos", tag = "photos",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), DedupeQuery, IdempotencyHeader),
    responses((status = 200, description = "The groups, and what was done.", body = DedupeReport)))]
async fn dedupe(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    hash: RequestHash,
    Path(avatar_id): Path<AvatarId>,
    Query(query): Query<DedupeQuery>,
) -> Result<Response, Problem> {
    if query.apply != Some(true) {
        let me = caller.with(Scope::AvatarsRead)?;
        avatars::find(&app.db, me.subject, avatar_id).await?.ok_or_else(Problem::not_found)?;
        let photos = photos::list(&app.db, me.subject, avatar_id).await?;
        return Ok(axum::Json(report(&groups(&app, &photos), false)).into_response());
    }
    let me = caller.with(Scope::AvatarsWrite)?;
    let mut tx = match key.claim(&app, &me, &hash.0).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    let avatar = held::lock(&mut tx, &me, avatar_id).await?;
    let photos = photos::list_held(&mut tx, avatar_id).await?;
    let clusters = groups(&app, &photos);
    exclude(&app, &mut tx, &me, avatar, &photos, &clusters).await?;
    let reply = Reply::new(StatusCode::OK, &report(&clusters, true))?;
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    Ok(reply.into_response())
}

/// What is left out already is no longer anybody's twin.
fn groups(app: &App, photos: &[Photo]) -> Vec<Cluster> {
    clusters(photos.iter().filter(|photo| photo.is_usable()), app.settings.rules.thresholds.near_duplicate)
}

async fn exclude(
    app: &App,
    tx: &mut Tx,
    me: &Principal,
    mut avatar: Avatar,
    photos: &[Photo],
    clusters: &[Cluster],
) -> Result<(), Problem> {
    let twins = clusters.iter().flat_map(|cluster| &cluster.others);
    let mut left_out = 0;
    for photo in twins.filter_map(|(id, _)| photos.iter().find(|photo| photo.id == *id)) {
        let photo = Photo { excluded: true, ..photo.clone() };
        if !photos::update(tx, &photo, app.now()).await? {
            return Err(super::came_first());
        }
        app.tell(tx, event(EventType::PhotoUpdated, me, &photo)).await?;
        left_out += 1;
    }
    if left_out > 0 {
        avatar.usable_photos -= left_out;
        avatar.status = held::settled(app, &avatar);
        held::write(app, tx, avatar).await?;
    }
    Ok(())
}

fn report(clusters: &[Cluster], applied: bool) -> DedupeReport {
    let excluded = clusters.iter().flat_map(|cluster| cluster.others.iter().map(|(id, _)| id.0)).collect();
    DedupeReport { applied, clusters: clusters.iter().map(told).collect(), excluded }
}

/// A group as it stands in answers.
pub(super) fn told(cluster: &Cluster) -> DuplicateCluster {
    let near = |&(id, distance): &(crate::domain::ids::PhotoId, u32)| NearDuplicate { photo_id: id.0, distance };
    DuplicateCluster { keep: cluster.keep.0, others: cluster.others.iter().map(near).collect() }
}
