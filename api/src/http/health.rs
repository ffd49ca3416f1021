//! Is it alive, can it work.

use aisha_openapi::health::{Check, Readiness};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The two questions.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready))
}

/// Is the process alive?
#[utoipa::path(get, path = "/livez", operation_id = "isAlive", tag = "health",
    responses((status = 200, description = "It answers.", body = String)), security(()))]
async fn alive() -> &'static str {
    "alive\n"
}

/// Can the service do its work?
///
/// Looks at the database, its schema and the object store.
#[utoipa::path(get, path = "/readyz", operation_id = "isReady", tag = "health",
    responses((status = 200, description = "It can.", body = Readiness),
        (status = 503, description = "It cannot; the checks say why.", body = Readiness)), security(()))]
async fn ready(State(app): State<App>) -> Response {
    let (schema, files) = tokio::join!(app.db.is_ready(), app.files.check());
    let database = schema.as_ref().err().map(|error| {
        tracing::error!(%error, "the database is not ready");
        "the database does not answer"
    });
    let migrations = matches!(schema, Ok(false)).then_some("the schema is not up to date: run `aisha-api migrate run`");
    let files = files.err().map(|error| {
        tracing::error!(%error, "the object store is not ready");
        "the object store does not take files"
    });
    let check = |name: &str, cause: Option<&str>| Check {
        name: name.to_owned(),
        ok: cause.is_none(),
        cause: cause.map(str::to_owned),
    };
    let checks = vec![check("database", database), check("migrations", migrations), check("files", files)];
    let ready = checks.iter().all(|check| check.ok);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(Readiness { ready, checks })).into_response()
}
