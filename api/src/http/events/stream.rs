//! Events as a stream of server-sent events: the same rows as the list, in the same order, for as long as the reader
//! stays.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event as Message, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::domain::event::Event;
use crate::feed::{BATCH, Reader};

/// A line this often keeps proxies from taking a quiet connection for a dead one.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A stream ends after so long and is begun anew, so that a key that was taken back is not heard with for longer.
const LIFE: Duration = Duration::from_mins(15);
/// How long readers wait before they come back.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether the caller would rather have a stream than a list.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<&str> = values.flat_map(|value| value.split(',')).collect();
    let weight = |kind: &str| {
        let named = ranges
            .iter()
            .find(|range| range.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(kind)));
        let weight = |range: &str| range.split(';').find_map(|part| part.trim().strip_prefix("q=")?.parse().ok());
        named.map_or(0.0, |range| weight(range).unwrap_or(1.0_f32))
    };
    let stream = weight("text/event-stream");
    stream > 0.0 && stream >= weight("application/json")
}

/// The answer: what was read already, and then all that comes.
pub(super) fn answer(app: &App, reader: Reader, read: &[Event]) -> Response {
    let first = Message::default().retry(PAUSE);
    let first = std::iter::once(first).chain(read.iter().map(message)).collect();
    let listening = Listening { reader, until: Instant::now() + LIFE, shutdown: app.signals.shutdown.clone() };
    let messages = stream::iter([first]).chain(stream::unfold(listening, Listening::step));
    let mut response = Sse::new(one_by_one(messages)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    // nginx passes on what comes, instead of collecting it.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

struct Listening {
    reader: Reader,
    until: Instant,
    shutdown: CancellationToken,
}

impl Listening {
    /// What is sent next; nothing more when the service stops, the stream is old, or events cannot be read. The reader
    /// comes back with the last number it has, and hears why if it cannot go on.
    async fn step(mut self) -> Option<(Vec<Message>, Self)> {
        let messages = tokio::select! {
            () = self.shutdown.cancelled() => return None,
            () = sleep_until(self.until) => return None,
            events = self.reader.next(BATCH) => match events {
                Ok(events) => events.iter().map(message).collect(),
                Err(error) => {
                    tracing::warn!(%error, "a stream of events ends early");
                    return None;
                }
            },
            () = sleep(HEARTBEAT) => vec![heartbeat(self.reader.position())],
        };
        Some((messages, self))
    }
}

/// A comment, and the number up to which nothing was for this reader: a quiet one, too, comes back to where it was.
fn heartbeat(position: i64) -> Message {
    let beat = Message::default().comment("");
    if position > 0 { beat.id(position.to_string()) } else { beat }
}

fn message(event: &Event) -> Message {
    let body = event.clone().into_body();
    let message = Message::default().event(body.kind.as_str()).id(body.seq.unwrap_or_default().to_string());
    // Everything in an event can be written as JSON, on one line.
    message.data(serde_json::to_string(&body).unwrap_or_default())
}

fn one_by_one(messages: impl Stream<Item = Vec<Message>>) -> impl Stream<Item = Result<Message, Infallible>> {
    messages.flat_map(|messages| stream::iter(messages.into_iter().map(Ok)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_for_who_asks_for_one() {
        let wanted = |accept: &'static str| {
            is_wanted(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
        };
        for yes in ["text/event-stream", "application/json;q=0.5, Text/Event-Stream", "text/event-stream, */*"] {
            assert!(wanted(yes), "{yes}");
        }
        for no in
            ["*/*", "application/json", "text/*", "text/event-stream;q=0", "text/event-stream;q=0.5, application/json"]
        {
            assert!(!wanted(no), "{no}");
        }
        assert!(!is_wanted(&HeaderMap::new()));
    }
}
