//! The door: how requests come in and answers go out.
//!
//! `router` reads as the table of contents, one file a resource. `server` holds the connections; `auth`, `extract`,
//! `idempotency`, `version` and `pages` are what handlers ask of a request; `problem` is how they say no.

mod admin;
mod api_keys;
mod auth;
mod avatars;
mod consumers;
mod contact_sheet;
mod deletions;
mod events;
mod export;
mod extract;
mod fal_webhook;
mod fields;
mod generations;
mod headers;
mod health;
mod held;
mod idempotency;
mod language;
mod me;
mod metrics;
mod objects;
mod openapi;
mod packs;
mod pages;
mod photos;
mod problem;
mod prompts;
mod request_id;
mod server;
mod shares;
mod spending;
mod statistics;
mod styles;
mod trainings;
mod transcriptions;
mod uploads;
mod version;
mod webhook_endpoints;

use std::any::Any;
use std::time::Duration;

use aisha_openapi::problem::ProblemCode;
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use self::problem::Problem;
pub use self::server::serve;
use crate::app::App;

/// A client that sends nothing of its body for so long is not waited for.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// The whole service as a router.
pub fn router(app: App) -> Router {
    let (api, document) = operations().split_for_parts();
    let docs: Router<App> = SwaggerUi::new("/docs").url("/openapi.json", openapi::complete(document)).into();
    let docs = docs.layer(middleware::map_response(no_such_page));
    // The last layer is the first that a request meets.
    api.merge(docs)
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .layer(RequestBodyTimeoutLayer::new(BODY_PATIENCE))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::map_response(private))
        .layer(middleware::map_response_with_state(app.clone(), server::close_when_leaving))
        .layer(middleware::from_fn_with_state(app.clone(), metrics::measure))
        .layer(middleware::from_fn_with_state(app.clone(), request_id::name))
        .with_state(app)
}

/// The OpenAPI document of the whole service.
#[must_use]
pub fn document() -> OpenApi {
    openapi::complete(operations().into_openapi())
}

fn operations() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::frame())
        .merge(avatars::routes())
        .merge(photos::routes())
        .merge(trainings::routes())
        .merge(generations::routes())
        .merge(transcriptions::routes())
        .merge(styles::routes())
        .merge(packs::routes())
        .merge(prompts::routes())
        .merge(shares::routes())
        .merge(statistics::routes())
        .merge(admin::routes())
        .merge(events::routes())
        .merge(consumers::routes())
        .merge(webhook_endpoints::routes())
        .merge(me::routes())
        .merge(export::routes())
        .merge(api_keys::routes())
        .merge(deletions::routes())
        .merge(objects::routes())
        .merge(fal_webhook::routes())
        .merge(health::routes())
        .merge(metrics::routes())
}

/// What is told to one person is kept by nobody on the way, unless the handler knows better.
async fn private(mut response: Response) -> Response {
    let cache = HeaderValue::from_static("private, no-store");
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(cache);
    response
}

async fn unknown_path() -> Problem {
    Problem::new(ProblemCode::NotFound, "There is nothing at this address. The operations stand at /docs.")
}

/// The pages bring their own idea of how to say that one is missing.
async fn no_such_page(response: Response) -> Response {
    if response.status() == StatusCode::NOT_FOUND { unknown_path().await.into_response() } else { response }
}

async fn unknown_method() -> Problem {
    Problem::new(ProblemCode::MethodNotAllowed, "This address does not take this method; `Allow` says which it takes.")
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    problem::internal().into_response()
}
