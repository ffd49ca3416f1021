//! Events by long poll: give the last number you have, and wait for what comes after it.

use std::str::FromStr as _;
use std::time::Duration;

use aisha_openapi::events::{Event as EventBody, EventList, ResourceRef, Subject};
use aisha_openapi::vocabulary::EventType;
use axum::extract::State;
use serde::Deserialize;
use tokio::time::Instant;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Reader;
use super::extract::Query;
use super::problem::Problem;
use crate::app::App;
use crate::domain::event::{Audience, Event};
use crate::storage;

/// The operations on events.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which events are wanted, and how long to wait for them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EventQuery {
    /// The last number you have; 0 for the beginning.
    #[param(minimum = 0, default = 0)]
    after: Option<i64>,
    /// Seconds to wait if there is none yet, 0 to 60.
    #[param(minimum = 0, maximum = 60, default = 0)]
    wait: Option<u64>,
    /// Only these kinds, separated by commas.
    #[param(example = "training.completed,training.failed")]
    types: Option<String>,
    /// At most so many, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 100)]
    limit: Option<i64>,
}

/// Read events
///
/// In order, each once, none ever missed: read on with `after` set to `next_after`. With `wait` the answer comes as soon
/// as there is something to tell. A key that acts for others reads the events of all its users when it names none.
#[utoipa::path(get, path = "/v1/events", operation_id = "listEvents", tag = "events",
    params(EventQuery),
    responses((status = 200, description = "Events after the number, oldest first.", body = EventList)))]
async fn list(
    State(app): State<App>,
    reader: Reader,
    Query(query): Query<EventQuery>,
) -> Result<axum::Json<EventList>, Problem> {
    let audience = reader.audience()?;
    let after = query.after.unwrap_or(0);
    let kinds = kinds(query.types.as_deref().unwrap_or_default())?;
    let limit = within("limit", query.limit.unwrap_or(100), 1, 100)?;
    let wait = within("wait", i64::try_from(query.wait.unwrap_or(0)).unwrap_or(i64::MAX), 0, 60)?;
    within("after", after, 0, i64::MAX)?;
    let until = Instant::now() + Duration::from_secs(u64::try_from(wait).unwrap_or(0));
    Ok(axum::Json(read(&app, &audience, after, &kinds, limit, until).await?))
}

/// Reads until there is something, or until the time is over.
async fn read(
    app: &App,
    audience: &Audience,
    after: i64,
    kinds: &[EventType],
    limit: i64,
    until: Instant,
) -> Result<EventList, Problem> {
    let mut numbered = app.signals.numbered.subscribe();
    loop {
        // Seen before the query: whatever has a number up to here is visible to the query.
        let seen = *numbered.borrow_and_update();
        let events = storage::events::list_after(&app.db, audience, after, kinds, limit).await?;
        if let Some(last) = events.last().and_then(|event| event.seq) {
            return Ok(EventList { next_after: last, data: events.into_iter().map(show).collect() });
        }
        let grown = tokio::select! {
            grown = tokio::time::timeout_at(until, numbered.changed()) => matches!(grown, Ok(Ok(()))),
            // The service is stopping: the reader comes back to the next process with the same number.
            () = app.signals.shutdown.cancelled() => false,
        };
        if !grown {
            return Ok(EventList { data: Vec::new(), next_after: after.max(seen) });
        }
    }
}

/// An event as it stands in answers.
pub(super) fn show(event: Event) -> EventBody {
    EventBody {
        id: event.id.0,
        seq: event.seq,
        kind: event.kind,
        occurred_at: event.occurred_at,
        subject: Subject { user_id: event.user_id.0, external_id: event.external_id },
        actor_key_id: event.actor.map(|key| key.0),
        avatar_id: event.avatar_id.map(|id| id.0),
        resource: ResourceRef { kind: event.resource.0, id: event.resource.1 },
        state: event.state,
        details: event.details,
    }
}

fn kinds(list: &str) -> Result<Vec<EventType>, Problem> {
    let words = list.split(',').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| {
            EventType::from_str(word).map_err(|_| {
                let known = EventType::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
                Problem::field("types", "unknown", format!("may hold {known}"))
            })
        })
        .collect()
}

fn within(name: &str, value: i64, least: i64, most: i64) -> Result<i64, Problem> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    let detail =
        if most == i64::MAX { format!("must be {least} or more") } else { format!("must be from {least} to {most}") };
    Err(Problem::field(name, "out_of_range", detail))
}
