//! How soon a person hears of it: `cargo bench -p aisha-tests --bench notice`.
//!
//! The release build of the service trains in its sandbox, once with fal's webhook and once with a webhook that leads
//! nowhere; told is the time from the end at fal to the moment in which a waiting reader has the event. A young training
//! is asked about every two seconds, one older than ten minutes every thirty. Then the door for fal's webhook: how long
//! it takes to check, record and enqueue a delivery, one at a time and sixteen at once.

use std::time::{Duration, Instant};

use aisha_api::domain::clock::Clock;
use aisha_tests::harness::{Person, Program, fal, id};
use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};
use reqwest::Method;
use serde_json::Value;

const TRAININGS: u32 = 5;
const DELIVERIES: usize = 1000;

#[tokio::main]
async fn main() {
    println!("{:<28} {:>8} {:>8}   from fal's end to the reader, ms", "", "median", "longest");
    let nowhere = "http://127.0.0.1:9/";
    for (name, settings) in [("by webhook", &[][..]), ("webhook lost", &[("AISHA_WEBHOOK_URL", nowhere)])] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut all =
            vec![("AISHA_SANDBOX_TRAINING_SECONDS", "3"), ("AISHA_FACE_MODEL", "off"), ("AISHA_LOG", "error")];
        all.extend_from_slice(settings);
        let program = Program::start(env!("CARGO_BIN_EXE_aisha-api-under-test"), folder.path(), &all).await;
        let ann = program.developer();
        let sandbox = fal::Folder::new(&folder.path().join("fal-sandbox"));
        let mut delays = Vec::new();
        for number in 0..TRAININGS {
            delays.push(notice(&ann, &sandbox, number).await);
        }
        row(name, &mut delays);
        if settings.is_empty() {
            door(&ann, &sandbox).await;
        }
        program.stop().await;
    }
}

/// Milliseconds from the end of a training at fal to its event at a reader.
async fn notice(ann: &Person, sandbox: &fal::Folder, number: u32) -> f64 {
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 5).await;
    let training = id(&ann.train(&avatar, &format!("t-{number}")).await.expect(202));
    let mut after = 0;
    loop {
        let path = format!("/v1/events?types=training.completed&wait=60&after={after}");
        let events = ann.get(&path).await.expect(200);
        let heard = Clock::system().now();
        for event in events["data"].as_array().expect("a list") {
            after = event["seq"].as_i64().expect("a number");
            if event["resource"]["id"] == training.as_str() {
                let request = ann.get(&format!("/v1/trainings/{training}")).await.expect(200)["fal_request_id"].clone();
                let ended = ended(sandbox, &request);
                return f64::from(u32::try_from((heard - ended).num_microseconds().unwrap_or(0)).unwrap_or(0)) / 1e3;
            }
        }
    }
}

fn ended(sandbox: &fal::Folder, request: &Value) -> DateTime<Utc> {
    let requests = sandbox.requests();
    let found = requests.iter().find(|found| &found["id"] == request).expect("the request");
    found["ended"]["at"].as_str().and_then(|at| at.parse().ok()).expect("a time")
}

/// The time fal waits for our answer.
async fn door(ann: &Person, sandbox: &fal::Folder) {
    let requests = sandbox.requests();
    let request = requests.first().expect("a request");
    let webhook = request["webhook"].as_str().expect("a webhook");
    let path = &webhook[webhook.find("/v1/").expect("our path")..];
    let request_id = request["id"].as_str().expect("an id");
    for at_once in [1, 16] {
        let mut times: Vec<f64> = stream::iter(0..DELIVERIES)
            .map(async |number| {
                let attempt = format!("{at_once}-{number}");
                let delivery = sandbox.delivery_of(request_id, &attempt, Clock::system().now());
                let request = delivery.fill(ann.request(Method::POST, path));
                let begun = Instant::now();
                ann.send(request).await.expect(200);
                milliseconds(begun.elapsed())
            })
            .buffer_unordered(at_once)
            .collect()
            .await;
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times[times.len() * share / 1000];
        println!(
            "the webhook, {at_once:>2} at once: median {:.1} ms, p99 {:.1} ms, p99.9 {:.1} ms",
            at(500),
            at(990),
            at(999)
        );
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn row(name: &str, delays: &mut [f64]) {
    delays.sort_by(f64::total_cmp);
    println!("{name:<28} {:>8.0} {:>8.0}", delays[delays.len() / 2], delays[delays.len() - 1]);
}
