//! Statistics of the caller and of an avatar.

use std::collections::BTreeMap;
use std::fmt::Display;

use aisha_openapi::statistics::{
    Count, Duration, GenerationStatistics, Statistics as StatisticsBody, TrainingStatistics,
};
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Caller;
use super::extract::Path;
use super::problem::Problem;
use super::spending::usd;
use crate::app::App;
use crate::domain::ids::AvatarId;
use crate::domain::statistics::Statistics;
use crate::storage::{avatars, statistics};

/// The operations on statistics.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(mine)).routes(routes!(of_avatar))
}

/// Read your statistics
///
/// What you have and what came of it, counted when you ask.
#[utoipa::path(get, path = "/v1/me/statistics", operation_id = "getMyStatistics", tag = "me",
    responses((status = 200, description = "The statistics.", body = StatisticsBody)))]
async fn mine(State(app): State<App>, caller: Caller) -> Result<axum::Json<StatisticsBody>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    Ok(axum::Json(show(&statistics::of_owner(&app.db, me.subject, None).await?)))
}

/// Read an avatar's statistics
///
/// Its photos, its trainings and its pictures, counted when you ask.
#[utoipa::path(get, path = "/v1/avatars/{avatar_id}/statistics", operation_id = "getAvatarStatistics", tag = "avatars",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar.")),
    responses((status = 200, description = "The statistics.", body = StatisticsBody)))]
async fn of_avatar(
    State(app): State<App>,
    caller: Caller,
    Path(avatar_id): Path<AvatarId>,
) -> Result<axum::Json<StatisticsBody>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    avatars::find(&app.db, me.subject, avatar_id).await?.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(show(&statistics::of_owner(&app.db, me.subject, Some(avatar_id)).await?)))
}

/// Statistics as they stand in answers.
pub(super) fn show(statistics: &Statistics) -> StatisticsBody {
    let (trainings, generations) = (count(&statistics.trainings), count(&statistics.generations));
    let durations = &statistics.durations;
    StatisticsBody {
        avatars: statistics.avatars,
        photos: count(&statistics.photos),
        trainings: TrainingStatistics {
            total: trainings.total,
            by_status: trainings.by_status,
            success_rate: statistics.success_rate(),
            duration: durations.average().map(|average| Duration {
                average_seconds: average.num_seconds(),
                shortest_seconds: durations.shortest.num_seconds(),
                longest_seconds: durations.longest.num_seconds(),
            }),
        },
        generations: GenerationStatistics {
            total: generations.total,
            by_status: generations.by_status,
            pictures: statistics.pictures,
            favourites: statistics.favourites,
        },
        transcriptions: count(&statistics.transcriptions),
        stored_bytes: statistics.stored_bytes,
        spent_usd: usd(statistics.spent_microusd),
    }
}

fn count<Status: Display>(counts: &BTreeMap<Status, i64>) -> Count {
    let by_status = counts.iter().map(|(status, &count)| (status.to_string(), count)).collect();
    Count { total: counts.values().sum(), by_status }
}
