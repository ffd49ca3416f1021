//! The log of a training, as far as the time has come. It follows from the request alone, so a line once told is told
//! again, also after a restart.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::requests::Request;
use super::super::runners::line;
use super::input;
use crate::fal::trainers::Trainer;

/// In how many lines a training tells its progress.
const LINES: u32 = 40;

/// All lines up to `now`.
pub(in crate::fal::sandbox) fn log(request: &Request, trainer: Trainer, now: DateTime<Utc>) -> Value {
    let mut lines = vec![line(request.starts_at, "Downloading training images")];
    if request.archive.is_none() {
        return json!(lines);
    }
    let steps = input::steps(trainer, &request.input);
    let run = request.ends_at - request.starts_at;
    lines.push(line(request.starts_at, &format!("Starting training for {steps} steps")));
    for number in 1..=LINES.min(steps) {
        let at = request.starts_at
            + run * i32::try_from(number).unwrap_or(i32::MAX) / i32::try_from(LINES.min(steps)).unwrap_or(1);
        if at > now {
            break;
        }
        let done = u64::from(steps) * u64::from(number) / u64::from(LINES.min(steps));
        let percent = done * 100 / u64::from(steps);
        lines.push(line(at, &format!("{percent:3}%| {done}/{steps}")));
    }
    if request.ended.as_ref().is_some_and(|ended| ended.status == 200) {
        lines.push(line(now, "Saving weights"));
    }
    json!(lines)
}
