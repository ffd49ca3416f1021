//! Faults of a run. They are written into the request when it is accepted, so that they follow from its file like all
//! else that is told of it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::house::House;
use super::super::requests::{Ended, Request};
use super::{Hit, RunFault, SubmitFault};

/// Longer than anybody waits.
const FOR_EVER: TimeDelta = TimeDelta::days(3650);
const FOREIGN: &str = "https://files.foreign.example/file";

/// Writes the faults that act on a new request into it.
pub(in crate::fal::sandbox) fn plan(house: &House, request: &mut Request, submission: Option<Hit<SubmitFault>>) {
    if submission.is_some_and(|hit| hit.fault == SubmitFault::WebhookFirst) {
        (request.starts_at, request.ends_at) = (request.submitted_at, request.submitted_at);
    }
    let Some(hit) = house.faults.take::<RunFault>(&request.endpoint, &request.id) else { return };
    let run = request.ends_at - request.starts_at;
    let wait = request.starts_at - request.submitted_at;
    match hit.fault {
        RunFault::StuckInQueue => {
            request.starts_at = request.submitted_at + stuck(hit);
            request.ends_at = request.starts_at + run;
        }
        RunFault::StuckInProgress => request.ends_at = request.starts_at + stuck(hit),
        RunFault::BackToQueue => {
            let back_at = request.starts_at + run / 2;
            let again_at = back_at + hit.ms.map_or(wait, milliseconds);
            request.requeued = Some((back_at, again_at));
            request.ends_at = again_at + run;
        }
        RunFault::CompletedWithError | RunFault::WrongTypes | RunFault::MissingLora | RunFault::ForeignHost => {}
    }
    request.fault = Some(hit.fault);
}

/// What the model answers under this fault.
pub(in crate::fal::sandbox) fn spoil(ended: Ended, fault: Option<RunFault>) -> Ended {
    let Some(fault) = fault.filter(|_| ended.status == 200) else { return ended };
    match fault {
        RunFault::StuckInQueue | RunFault::StuckInProgress | RunFault::BackToQueue => ended,
        RunFault::CompletedWithError => failed(ended.at),
        RunFault::WrongTypes => spoilt(ended, |file| *file = json!([file["url"]])),
        RunFault::MissingLora => spoilt(ended, |file| *file = Value::Null),
        // A text lies nowhere but in the output.
        RunFault::ForeignHost if ended.body["text"].is_string() => ended,
        RunFault::ForeignHost => spoilt(ended, |file| file["url"] = json!(FOREIGN)),
    }
}

/// The same with another file in the output: the weights, or the one picture that is left; of a text, the text itself.
/// None at all is left of a picture that is made null.
fn spoilt(mut ended: Ended, spoil: impl FnOnce(&mut Value)) -> Ended {
    if ended.body["text"].is_string() {
        spoil(&mut ended.body["text"]);
        return ended;
    }
    match ended.body.get_mut("images").and_then(Value::as_array_mut) {
        None => spoil(&mut ended.body["diffusers_lora_file"]),
        Some(images) => {
            images.truncate(1);
            if let Some(first) = images.first_mut() {
                spoil(first);
            }
            images.retain(|image| !image.is_null());
        }
    }
    ended
}

fn failed(at: DateTime<Utc>) -> Ended {
    let error_type = "runner_server_error";
    let body = json!({ "detail": "The runner failed to process the request.", "error_type": error_type });
    Ended { at, status: 500, body, error_type: Some(error_type.to_owned()) }
}

fn stuck(hit: Hit<RunFault>) -> TimeDelta {
    hit.ms.map_or(FOR_EVER, milliseconds)
}

fn milliseconds(ms: u64) -> TimeDelta {
    i64::try_from(ms).ok().and_then(TimeDelta::try_milliseconds).unwrap_or(FOR_EVER).min(FOR_EVER)
}
