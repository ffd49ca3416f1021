//! fal's runners: which endpoints there are, how long a run of each takes, what it makes and what it logs.

use std::io::Result;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::fields::ModelError;
use super::generators::{self, Model};
use super::house::House;
use super::requests::Request;
use super::trainers;
use super::transcribers;
use crate::fal::trainers::Trainer;

/// A picture is made in a tenth of the time of a training, and in at most this; a text is, too.
const LONGEST_ERRAND: Duration = Duration::from_secs(1);

/// Who does the work behind an endpoint.
pub(super) enum Runner {
    Trainer(Trainer),
    Generator(&'static Model),
    Transcriber(&'static transcribers::Model),
}

/// The runner behind an endpoint; `None` means that fal has no such app.
pub(super) fn find(endpoint: &str) -> Option<Runner> {
    let trainer = Trainer::from_endpoint(endpoint).map(Runner::Trainer);
    let trainer = trainer.or_else(|| generators::find(endpoint).map(Runner::Generator));
    trainer.or_else(|| transcribers::find(endpoint).map(Runner::Transcriber))
}

impl Runner {
    /// How long a request takes, the time in the queue included.
    pub(super) fn duration(&self, house: &House) -> Duration {
        match self {
            Self::Trainer(_) => house.training,
            Self::Generator(_) | Self::Transcriber(_) => (house.training / 10).min(LONGEST_ERRAND),
        }
    }
}

/// Runs a request to its end and gives what the model answers: its output, or its list of errors.
pub(super) async fn run(house: &House, request: &Request) -> Result<std::result::Result<Value, Vec<ModelError>>> {
    match find(&request.endpoint) {
        Some(Runner::Trainer(trainer)) => trainers::run(house, request, trainer).await,
        Some(Runner::Generator(model)) => generators::run(house, request, model).await,
        Some(Runner::Transcriber(model)) => transcribers::run(house, request, model).await,
        None => Ok(Err(vec![json!({ "loc": [], "msg": "Unknown application", "type": "value_error" })])),
    }
}

/// All lines of a request's log up to `now`, or up to the end of the run.
pub(super) fn log(request: &Request, now: DateTime<Utc>) -> Value {
    let now = request.ended.as_ref().map_or(now, |ended| ended.at);
    match find(&request.endpoint) {
        Some(Runner::Trainer(trainer)) => trainers::log(request, trainer, now),
        Some(Runner::Generator(_)) => generators::log(request, now),
        // As with fal, nothing is logged of a text.
        Some(Runner::Transcriber(_)) | None => json!([]),
    }
}

/// A line of a log.
pub(super) fn line(at: DateTime<Utc>, message: &str) -> Value {
    let timestamp = at.to_rfc3339_opts(SecondsFormat::Micros, true);
    json!({ "message": message, "timestamp": timestamp, "level": "INFO", "source": "USER" })
}
