//! A reader of server-sent events, as strict as the standard allows.

use std::collections::VecDeque;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::app::PATIENCE;
use super::person::Person;

/// Longer than any test listens.
const STAY: Duration = Duration::from_hours(1);

/// A stream that is open. It is closed when this is dropped.
pub struct EventStream {
    response: reqwest::Response,
    text: String,
    ready: VecDeque<Message>,
}

/// What came between two empty lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    /// The number behind which to come back.
    pub id: Option<i64>,
    /// The type of the event; empty if there is none.
    pub event: String,
    /// The event; null if there is none.
    pub data: Value,
    /// Comments.
    pub comments: usize,
}

impl EventStream {
    /// Opens a stream with this query, behind this number if there is one.
    ///
    /// # Panics
    ///
    /// When the answer is no stream.
    pub async fn open(person: &Person, query: &str, last_event_id: Option<i64>) -> Self {
        let request = person.request(Method::GET, &format!("/v1/events?{query}"));
        let request = request.header("Accept", "text/event-stream").timeout(STAY);
        let request = match last_event_id {
            Some(id) => request.header("Last-Event-ID", id.to_string()),
            None => request,
        };
        let response = request.send().await.expect("the service answers");
        let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap_or_default().to_owned());
        assert_eq!((response.status().as_u16(), kind.as_deref()), (200, Some("text/event-stream")));
        Self { response, text: String::new(), ready: VecDeque::new() }
    }

    /// The next message, of whatever kind; `None` when the stream has ended.
    ///
    /// # Panics
    ///
    /// When nothing comes, or what comes breaks the rules.
    pub async fn message(&mut self) -> Option<Message> {
        while self.ready.is_empty() {
            let bytes = tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("something comes");
            let bytes = bytes.expect("the stream goes on or ends in order")?;
            self.text.push_str(std::str::from_utf8(&bytes).expect("a service that writes whole characters"));
            while let Some(end) = self.text.find("\n\n") {
                self.ready.push_back(parse(&self.text[..end]));
                self.text.drain(..end + 2);
            }
        }
        self.ready.pop_front()
    }

    /// The next event; `None` when the stream has ended.
    ///
    /// # Panics
    ///
    /// When its number or type are not those that stand beside it.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let message = self.message().await?;
            if !message.data.is_null() {
                assert_eq!(message.data["seq"].as_i64(), message.id);
                assert_eq!(message.data["type"], message.event);
                return Some(message.data);
            }
        }
    }
}

fn parse(block: &str) -> Message {
    let mut message = Message::default();
    for line in block.lines() {
        let (field, value) = line.split_once(':').expect("a field");
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => message.comments += 1,
            "id" => message.id = Some(value.parse().expect("a number")),
            "event" => value.clone_into(&mut message.event),
            "data" => message.data = serde_json::from_str(value).expect("JSON on one line"),
            "retry" => drop(value.parse::<u64>().expect("milliseconds")),
            other => panic!("there is no field `{other}`"),
        }
    }
    message
}
