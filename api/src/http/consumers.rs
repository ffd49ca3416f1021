//! Consumers: how far each named reader of events has come, kept for it.

use aisha_openapi::consumers::{Acknowledgement, Consumer as ConsumerBody, ConsumerPage};
use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::Scope;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Reader;
use super::extract::{Json, Path};
use super::problem::Problem;
use crate::app::App;
use crate::domain::event::Consumer;
use crate::storage::{consumers, events, users};

/// Far above what anybody needs; a name made up for each request would fill the database.
const MOST: i64 = 100;

/// The operations on consumers.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(put, get, delete))
}

/// List your consumers
///
/// Newest first, all at once: there are at most a hundred.
#[utoipa::path(get, path = "/v1/consumers", operation_id = "listConsumers", tag = "events",
    responses((status = 200, description = "The consumers.", body = ConsumerPage)))]
async fn list(State(app): State<App>, reader: Reader) -> Result<axum::Json<ConsumerPage>, Problem> {
    let owner = reader.with(Scope::EventsRead)?;
    let data = consumers::list(&app.db, &owner).await?.into_iter().map(show).collect();
    Ok(axum::Json(ConsumerPage { data, next_cursor: None }))
}

/// Acknowledge events
///
/// Keeps how far a reader has come, under a name of your choice; a new name makes a new consumer. What is done counts:
/// an older number than before changes nothing, unless `reset` is true, so acknowledgements may overtake each other. A
/// key that acts for others keeps consumers for all its users when it names none.
#[utoipa::path(put, path = "/v1/consumers/{name}", operation_id = "putConsumer", tag = "events",
    params(("name" = String, Path, description = "1 to 64 letters, digits or . _ : -")),
    request_body(content = Acknowledgement, example = json!({"acknowledged_seq": 57})),
    responses((status = 200, description = "The consumer as it is now.", body = ConsumerBody),
        (status = 409, description = "There are a hundred already.", body = aisha_openapi::problem::Problem,
            content_type = "application/problem+json")))]
async fn put(
    State(app): State<App>,
    reader: Reader,
    Path(name): Path<String>,
    body: Json<Acknowledgement>,
) -> Result<axum::Json<ConsumerBody>, Problem> {
    let owner = reader.with(Scope::EventsRead)?;
    if !is_acceptable(&name) {
        return Err(Problem::field("name", "invalid", "must be 1 to 64 letters, digits or . _ : -"));
    }
    let Acknowledgement { acknowledged_seq, reset } = body.value;
    let mut tx = app.begin().await?;
    users::lock(&mut tx, owner.user_id).await?;
    let last = events::last_number(&mut tx).await?;
    if !(0..=last).contains(&acknowledged_seq) {
        let detail = format!("must be from 0 to {last}, the number of the last event");
        return Err(Problem::field("/acknowledged_seq", "out_of_range", detail));
    }
    if consumers::count_others(&mut tx, &owner, &name).await? >= MOST {
        let detail = format!("There are {MOST} consumers already. Delete one that nobody uses any more.");
        return Err(Problem::new(ProblemCode::LimitReached, detail));
    }
    let consumer = consumers::acknowledge(&mut tx, &owner, &name, acknowledged_seq, reset, app.now()).await?;
    app.commit(tx).await?;
    Ok(axum::Json(show(consumer)))
}

/// Read a consumer
///
/// How far it has come.
#[utoipa::path(get, path = "/v1/consumers/{name}", operation_id = "getConsumer", tag = "events",
    params(("name" = String, Path, description = "The consumer.")),
    responses((status = 200, description = "The consumer.", body = ConsumerBody)))]
async fn get(
    State(app): State<App>,
    reader: Reader,
    Path(name): Path<String>,
) -> Result<axum::Json<ConsumerBody>, Problem> {
    let owner = reader.with(Scope::EventsRead)?;
    let consumer = consumers::find(&app.db, &owner, &name).await?.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(show(consumer)))
}

/// Delete a consumer
///
/// How far it had come is forgotten. The events stay.
#[utoipa::path(delete, path = "/v1/consumers/{name}", operation_id = "deleteConsumer", tag = "events",
    params(("name" = String, Path, description = "The consumer.")),
    responses((status = 204, description = "It is gone.")))]
async fn delete(State(app): State<App>, reader: Reader, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    let owner = reader.with(Scope::EventsRead)?;
    let mut tx = app.begin().await?;
    if !consumers::delete(&mut tx, &owner, &name).await? {
        return Err(Problem::not_found());
    }
    app.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A consumer as it stands in answers.
pub(super) fn show(consumer: Consumer) -> ConsumerBody {
    ConsumerBody {
        name: consumer.name,
        acknowledged_seq: consumer.acknowledged_seq,
        created_at: consumer.created_at,
        updated_at: consumer.updated_at,
    }
}

fn is_acceptable(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-'))
}
