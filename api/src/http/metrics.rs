//! `/metrics`, and the clock over every request.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use crate::app::App;
use crate::domain::object::Difference;
use crate::storage::{generations, jobs, object_differences, trainings, transcriptions};

/// The operation.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(metrics))
}

/// Read the counters
///
/// As text, the way Prometheus reads it. Counts only: no id and no name is in it.
#[utoipa::path(get, path = "/metrics", operation_id = "getMetrics", tag = "health",
    responses((status = 200, description = "The counters.", body = String,
        content_type = "application/openmetrics-text")),
    security(()))]
async fn metrics(State(app): State<App>) -> Result<(StatusCode, [(HeaderName, &'static str); 1], String), Problem> {
    let (jobs, trainings) = (jobs::count(&app.db).await?, trainings::count_open(&app.db).await?);
    let metrics = &app.metrics;
    metrics.jobs_kept.clear();
    for (status, count) in jobs {
        metrics.jobs_kept.get_or_create(&[("status", status)]).set(count);
    }
    metrics.trainings_open.clear();
    for (status, count) in trainings {
        metrics.trainings_open.get_or_create(&[("status", status)]).set(count);
    }
    metrics.generations_open.clear();
    for (status, count) in generations::count_open(&app.db).await? {
        metrics.generations_open.get_or_create(&[("status", status)]).set(count);
    }
    metrics.transcriptions_open.clear();
    for (status, count) in transcriptions::count_open(&app.db).await? {
        metrics.transcriptions_open.get_or_create(&[("status", status)]).set(count);
    }
    for kind in Difference::ALL {
        let count = object_differences::count(&app.db, kind).await?;
        metrics.objects_differing.get_or_create(&[("kind", kind.as_str())]).set(count);
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, kind)], metrics.text()))
}

/// Takes the time of a request. A request that leads nowhere has no route, so that strangers cannot make up series.
pub(super) async fn measure(
    State(app): State<App>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let route = path.map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let begun = Instant::now();
    let response = next.run(request).await;
    let labels = [("method", method), ("route", route), ("status", response.status().as_str().to_owned())];
    app.metrics.requests.get_or_create(&labels).observe(begun.elapsed().as_secs_f64());
    response
}
