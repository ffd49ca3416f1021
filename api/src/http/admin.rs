//! What the operator sees of the whole service. Counts and states: no name, no prompt, no picture.

use std::str::FromStr as _;

use aisha_openapi::admin::{Usage, UsageDay as UsageDayBody, WatchedTraining, WatchedTrainingPage};
use aisha_openapi::vocabulary::{Scope, TrainingStatus};
use axum::extract::State;
use chrono::{Days, NaiveDate, TimeDelta};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Caller;
use super::extract::Query;
use super::pages::PageQuery;
use super::problem::Problem;
use super::spending::usd;
use crate::app::App;
use crate::domain::statistics::UsageDay;
use crate::domain::training::Training;
use crate::storage::{statistics, trainings};

/// Days in one answer.
const MOST_DAYS: i64 = 366;
/// Days in an answer to who names no first one.
const USUAL_DAYS: u64 = 30;
/// How long a failed training is worth an eye.
const LATELY: TimeDelta = TimeDelta::days(7);

/// The operations for the operator.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(usage)).routes(routes!(watch))
}

/// Which days are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UsageQuery {
    /// The first day of UTC; 30 days up to the last if you name none.
    #[param(example = "2026-11-01")]
    from: Option<NaiveDate>,
    /// The last day; today if you name none.
    #[param(example = "2026-11-30")]
    to: Option<NaiveDate>,
}

/// Read the usage of the service by day
///
/// For keys with the scope `admin`. 1 to 366 days of UTC, counted when you ask. What was deleted is not counted, but for
/// what it cost.
#[utoipa::path(get, path = "/v1/admin/statistics", operation_id = "getUsage", tag = "admin", params(UsageQuery),
    responses((status = 200, description = "The days.", body = Usage)))]
async fn usage(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<UsageQuery>,
) -> Result<axum::Json<Usage>, Problem> {
    caller.with(Scope::Admin)?;
    let last = query.to.unwrap_or_else(|| app.now().date_naive());
    let first = query.from.or_else(|| last.checked_sub_days(Days::new(USUAL_DAYS - 1))).unwrap_or(last);
    let days = (last - first).num_days() + 1;
    let days = u16::try_from(days).ok().filter(|_| (1..=MOST_DAYS).contains(&days)).ok_or_else(|| {
        Problem::field("from", "out_of_range", format!("must be 0 to {} days before `to`", MOST_DAYS - 1))
    })?;
    let counted = statistics::usage(&app.db, first, days).await?;
    let data = first.iter_days().zip(counted).map(|(date, day)| show_day(date, &day)).collect();
    Ok(axum::Json(Usage { data }))
}

/// Which trainings are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WatchFilter {
    /// Only those in this status.
    #[param(value_type = Option<TrainingStatus>)]
    status: Option<String>,
}

/// List the trainings that need an eye
///
/// For keys with the scope `admin`. All that have not ended, and those that failed within a week; newest first.
#[utoipa::path(get, path = "/v1/admin/trainings", operation_id = "watchTrainings", tag = "admin",
    params(WatchFilter, PageQuery),
    responses((status = 200, description = "A page of trainings.", body = WatchedTrainingPage)))]
async fn watch(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<WatchFilter>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<WatchedTrainingPage>, Problem> {
    caller.with(Scope::Admin)?;
    let unknown = |_| Problem::field("status", "unknown", "is not a word of this list");
    let status = filter.status.as_deref().map(TrainingStatus::from_str).transpose().map_err(unknown)?;
    let filters = format!("watched {status:?}");
    let request = page.request(&filters)?;
    let found = trainings::list_watched(&app.db, status, app.now() - LATELY, &request).await?;
    let data = found.items.into_iter().map(show_training).collect();
    Ok(axum::Json(WatchedTrainingPage { data, next_cursor: found.next.map(|place| place.to_cursor(&filters)) }))
}

fn show_day(date: NaiveDate, day: &UsageDay) -> UsageDayBody {
    UsageDayBody {
        date,
        people: day.people,
        avatars: day.avatars,
        photos: day.photos,
        trainings_started: day.trainings_started,
        trainings_completed: day.trainings_completed,
        trainings_failed: day.trainings_failed,
        generations: day.generations,
        pictures: day.pictures,
        transcriptions: day.transcriptions,
        transcriptions_completed: day.transcriptions_completed,
        cost_usd: usd(day.cost_microusd),
        bytes: day.bytes,
    }
}

fn show_training(training: Training) -> WatchedTraining {
    WatchedTraining {
        id: training.id.0,
        user_id: training.user_id.0,
        avatar_id: training.avatar_id.0,
        status: training.status,
        status_reason: training.status_reason,
        progress: training.progress,
        preset: training.preset,
        endpoint: training.settings.endpoint,
        fal_request_id: training.request.map(|request| request.id),
        error_code: training.error_code,
        created_at: training.created_at,
        submitted_at: training.submitted_at,
        last_status_check: training.last_status_check,
        updated_at: training.updated_at,
        completed_at: training.completed_at,
    }
}
