//! How many queries a request costs: those that the database driver logs within the request's own span.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use reqwest::RequestBuilder;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use super::person::{Answer, Person};

/// Queries of each request that was named.
static COUNTS: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);

/// Sends a request and counts the queries that its answer has cost.
///
/// # Panics
///
/// When something else listens to what this process logs.
pub async fn count(person: &Person, request: RequestBuilder) -> (Answer, usize) {
    static LISTENING: OnceLock<()> = OnceLock::new();
    LISTENING.get_or_init(|| {
        let listener = tracing_subscriber::registry().with(Counter);
        tracing::subscriber::set_global_default(listener).expect("nobody else listens");
    });
    let id = uuid::Uuid::now_v7().to_string();
    let answer = person.send(request.header("X-Request-Id", &id)).await;
    let counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    let count = counts.as_ref().and_then(|counts| counts.get(&id)).copied().unwrap_or_default();
    (answer, count)
}

struct Counter;

/// The name of the request that a span is of.
struct RequestId(String);

impl Visit for RequestId {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "request_id" {
            self.0 = format!("{value:?}");
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Counter {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let is_request = metadata.is_span() && metadata.name() == "request" && *metadata.level() <= Level::INFO;
        is_request || metadata.target() == "sqlx::query"
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut name = RequestId(String::new());
        attributes.record(&mut name);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(name);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.event_span(event) else { return };
        for span in span.scope() {
            if let Some(RequestId(name)) = span.extensions().get() {
                let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
                *counts.get_or_insert_default().entry(name.clone()).or_default() += 1;
                return;
            }
        }
    }
}
