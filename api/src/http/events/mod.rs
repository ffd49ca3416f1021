//! Events: give the last number you have, and wait for what comes after it, by long poll or on a stream.

mod stream;

use std::str::FromStr as _;
use std::time::Duration;

use aisha_openapi::events::EventList;
use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::{EventType, Scope};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tokio::time::Instant;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::auth::Reader;
use super::extract::Query;
use super::headers::LastEventIdHeader;
use super::problem::Problem;
use crate::app::App;
use crate::domain::event::{Event, EventFilter, Subscriber};
use crate::domain::ids::AvatarId;
use crate::feed::{self, BATCH, ReadError};
use crate::storage::consumers;

/// The operations on events.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which events are wanted, and how long to wait for them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EventQuery {
    /// The last number you have; 0 for the oldest events that are kept.
    #[param(minimum = 0, default = 0)]
    after: Option<i64>,
    /// In place of `after`: what this consumer has acknowledged.
    #[param(example = "mailer")]
    consumer: Option<String>,
    /// Seconds to wait if there is none yet, 0 to 60. A stream waits by itself.
    #[param(minimum = 0, maximum = 60, default = 0)]
    wait: Option<u64>,
    /// Only these kinds, separated by commas.
    #[param(example = "training.completed,training.failed")]
    types: Option<String>,
    /// Only what concerns this avatar.
    avatar_id: Option<Uuid>,
    /// Only what happened to this thing.
    resource_id: Option<Uuid>,
    /// At most so many, 1 to 100. A stream has no end.
    #[param(minimum = 1, maximum = 100, default = 100)]
    limit: Option<i64>,
}

/// Read events
///
/// In order, each once, none ever missed: read on with `after` set to `next_after`. With `wait` the answer comes as soon
/// as there is something to tell. A key that acts for others reads the events of all its users when it names none.
///
/// With `Accept: text/event-stream` the same events come as server-sent events for as long as you stay: `id` is the
/// number, `event` the type, `data` the event. Whoever comes back with `Last-Event-ID` goes on behind it.
///
/// A consumer keeps the number for you. Events are kept for 30 days, or as long as whoever runs the service says; behind
/// a number that is older the answer is 410, with the number of the oldest event in `oldest_seq`.
#[utoipa::path(get, path = "/v1/events", operation_id = "listEvents", tag = "events",
    params(EventQuery, LastEventIdHeader),
    responses((status = 200, description = "Events after the number, oldest first.",
            content((EventList = "application/json"), (String = "text/event-stream"))),
        (status = 404, description = "There is no such consumer.", body = aisha_openapi::problem::Problem,
            content_type = "application/problem+json"),
        (status = 410, description = "What came after the number is not kept any more; `oldest_seq` is the number of \
            the oldest event that is.", body = aisha_openapi::problem::Problem,
            content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    reader: Reader,
    headers: HeaderMap,
    Query(query): Query<EventQuery>,
) -> Result<Response, Problem> {
    let owner = reader.with(Scope::EventsRead)?;
    let filter = EventFilter {
        kinds: kinds(query.types.as_deref().unwrap_or_default())?,
        avatar_id: query.avatar_id.map(AvatarId),
        resource_id: query.resource_id,
    };
    let limit = within("limit", query.limit.unwrap_or(100), 1, 100)?;
    let wait = within("wait", i64::try_from(query.wait.unwrap_or(0)).unwrap_or(i64::MAX), 0, 60)?;
    let after = begin(&app, &owner, &headers, &query).await?;
    let mut reader = feed::Reader::new(&app.signals.feed, &app.db, owner.audience(), filter, after);
    if stream::is_wanted(&headers) {
        let read = reader.read(BATCH).await?;
        return Ok(stream::answer(&app, reader, &read));
    }
    let until = Instant::now() + Duration::from_secs(u64::try_from(wait).unwrap_or(0));
    let data = read(&app, &mut reader, usize::try_from(limit).unwrap_or(BATCH), until).await?;
    let data = data.into_iter().map(Event::into_body).collect();
    Ok(axum::Json(EventList { data, next_after: reader.position() }).into_response())
}

/// The number behind which the caller goes on.
async fn begin(app: &App, owner: &Subscriber, headers: &HeaderMap, query: &EventQuery) -> Result<i64, Problem> {
    if let Some(id) = headers.get("last-event-id").filter(|id| !id.is_empty()) {
        let number = id.to_str().ok().and_then(|id| id.parse().ok()).filter(|number| *number >= 0);
        let detail = "`Last-Event-ID` must be the `id` of an event of this stream.";
        return number.ok_or_else(|| Problem::new(ProblemCode::BadRequest, detail));
    }
    match (query.after, &query.consumer) {
        (Some(_), Some(_)) => Err(Problem::field("consumer", "conflict", "give either `after` or `consumer`")),
        (after, None) => within("after", after.unwrap_or(0), 0, i64::MAX),
        (None, Some(name)) => {
            let consumer = consumers::find(&app.db, owner, name).await?.ok_or_else(Problem::not_found)?;
            Ok(consumer.acknowledged_seq)
        }
    }
}

/// Reads until there is something, or until the time is over.
async fn read(app: &App, reader: &mut feed::Reader, limit: usize, until: Instant) -> Result<Vec<Event>, Problem> {
    let events = reader.read(limit).await?;
    if !events.is_empty() {
        return Ok(events);
    }
    tokio::select! {
        events = tokio::time::timeout_at(until, reader.next(limit)) => Ok(events.unwrap_or(Ok(Vec::new()))?),
        // The service is stopping: the reader comes back to the next process with the same number.
        () = app.signals.shutdown.cancelled() => Ok(Vec::new()),
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Storage(error) => error.into(),
            ReadError::Removed { oldest } => {
                let detail = format!(
                    "The events after your number are not kept any more, up to {oldest}. Read what you missed from the \
                     things themselves, and go on with `after={}`.",
                    oldest - 1
                );
                Self::new(ProblemCode::EventsGone, detail).extended("oldest_seq", oldest)
            }
        }
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
