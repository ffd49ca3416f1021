//! What one dead endpoint costs the others: `cargo bench -p aisha-tests --bench webhooks`.
//!
//! The release build of the service brings events to a receiver that answers at once, with and without an endpoint
//! beside it that takes every call and never answers. What has waited for the receiver is let go at once, and told is the
//! time until all of it has arrived. Rounds are interleaved, so that a busy machine slows both, and medians are compared.

use std::time::{Duration, Instant};

use aisha_tests::harness::receiver::{Manner, Receiver};
use aisha_tests::harness::{Person, Program, id};
use futures_util::stream::{self, StreamExt as _};
use serde_json::json;

const ROUNDS: usize = 15;
/// As many as the log shows at once.
const EVENTS: usize = 100;
const WRITERS: usize = 8;

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = env!("CARGO_BIN_EXE_aisha-api-under-test");
    let settings = [("AISHA_LOG", "error"), ("AISHA_WEBHOOKS_ALLOW_PRIVATE", "true")];
    let program = Program::start(program, folder.path(), &settings).await;
    let ann = program.developer();
    let (answers, hangs) = (Receiver::new(Manner::Answers(204)).await, Receiver::new(Manner::Hangs).await);
    let (good, dead) = (endpoint(&ann, &answers).await, endpoint(&ann, &hangs).await);
    let avatar = ann.avatar().await;

    let mut times = [Vec::new(), Vec::new()];
    for round in 0..2 * ROUNDS {
        let beside_a_dead_one = usize::from(round % 4 == 1 || round % 4 == 2);
        enable(&ann, &dead, beside_a_dead_one == 1).await;
        enable(&ann, &good, false).await;
        let before = answers.calls().len();
        write(&ann, &avatar).await;
        while waiting(&ann, &good).await < EVENTS {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let begun = Instant::now();
        enable(&ann, &good, true).await;
        answers.called(before + EVENTS).await;
        times[beside_a_dead_one].push(begun.elapsed());
    }
    let [alone, beside] = times.map(median);
    println!("{EVENTS} events to one endpoint, medians of {ROUNDS} rounds");
    println!("alone: {alone:.1} ms; beside a dead endpoint: {beside:.1} ms; {:.3} times", beside / alone);
    println!("calls that the dead one holds or has held: {}", hangs.calls().len());
    enable(&ann, &dead, false).await;
    hangs.becomes(Manner::Answers(204));
    program.stop().await;
}

async fn endpoint(person: &Person, receiver: &Receiver) -> String {
    id(&person.post("/v1/webhook-endpoints", json!({"url": receiver.url()})).await.expect(201))
}

async fn enable(person: &Person, endpoint: &str, enabled: bool) {
    person.patch(&format!("/v1/webhook-endpoints/{endpoint}"), json!({"enabled": enabled})).await.expect(200);
}

/// How many deliveries wait, a hundred at most.
async fn waiting(person: &Person, endpoint: &str) -> usize {
    let path = format!("/v1/webhook-endpoints/{endpoint}/deliveries?status=pending&limit=100");
    person.get(&path).await.expect(200)["data"].as_array().expect("deliveries").len()
}

async fn write(person: &Person, avatar: &str) {
    let path = format!("/v1/avatars/{avatar}");
    let path = &path;
    let writes = stream::iter(0..EVENTS).map(async |number| {
        person.patch(path, json!({"metadata": {"number": number}})).await.expect(200);
    });
    writes.buffer_unordered(WRITERS).collect::<Vec<_>>().await;
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}
