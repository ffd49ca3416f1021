//! `kill -9` at every line that matters on the way from a recording to its text: after each statement that writes, and
//! right after each commit. What was acknowledged ends once, and neither a recording without a row is left nor a row
//! without its recording.

use std::io::{self, Write as _};
use std::time::Duration;

use aisha_api::domain::clock::Clock;
use aisha_api::domain::ids::TranscriptionId;
use aisha_api::storage::objects;
use aisha_openapi::vocabulary::TranscriptionStatus as S;
use aisha_tests::harness::kill_points::places;
use aisha_tests::harness::{Person, TestApp, sounds};
use chrono::TimeDelta;
use futures_util::future::{Either, select};
use reqwest::Method;

use super::desk::{round, row, submissions, told};
use crate::killed::{Killed, Program, answered, id};
use crate::number_from;
use crate::watch::until;

const LOOK_EVERY: Duration = Duration::from_millis(5);

/// From a recording to the end of its transcription; from where it was, if it was begun before.
async fn journey(killed: &Killed, round: u32) -> String {
    let person = Person::new(killed.program.url(), Some(killed.key.clone()));
    let post = || {
        let request = person.request(Method::POST, "/v1/transcriptions");
        request.header("Idempotency-Key", format!("t-{round}")).body(sounds::wav(2, round))
    };
    let begun = id(&answered(post).await);
    let path = format!("/v1/transcriptions/{begun}");
    until("an end, or that no answer has come", async || {
        let found = answered(|| person.request(Method::GET, &path)).await;
        let is_over = found["status"] == "completed" || found["status_reason"] == "submission_unknown";
        is_over.then_some(())
    })
    .await;
    begun
}

async fn has_ended(program: &Program) {
    while !program.has_ended() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn a_kill_at_every_line(backend: &str, killed: Killed) {
    let lists = tempfile::tempdir().expect("a temporary folder");
    let file = lists.path().join("places");
    let list = file.to_str().expect("a name in Unicode").to_owned();
    let most = number_from("AISHA_TEST_PLACES", 6) as usize;
    let mut begun = Vec::new();
    killed.program.kill();
    for number in 0.. {
        if places(&file).len() >= most {
            break;
        }
        if killed.program.start_with(&[("AISHA_TEST_PLACES_LIST", &list)]).await {
            let ended = Box::pin(has_ended(&killed.program));
            if let Either::Right((whole, _)) = select(ended, Box::pin(journey(&killed, number))).await {
                killed.program.kill();
                begun.push(whole);
                break;
            }
        }
        killed.program.kill();
        killed.program.start().await;
        begun.push(journey(&killed, number).await);
        killed.program.kill();
    }
    let found = places(&file);
    if found.len() < most {
        for work in ["POST /v1/transcriptions", "submit_transcription", "collect_transcription"] {
            let count = found.iter().filter(|place| place.starts_with(work)).count();
            assert!(count >= 4, "only {count} places of {work}: {found:#?}");
        }
    }
    // Not by a macro, whose words are kept back when a test goes well.
    let _ = writeln!(io::stderr(), "{backend}: killed at {} places of {} transcriptions", found.len(), begun.len());
    Box::pin(look_hours_later(killed, &begun)).await;
}

/// Whatever was left open is closed by then.
async fn look_hours_later(killed: Killed, begun: &[String]) {
    let clock = Clock::held_at(Clock::system().now() + TimeDelta::hours(3));
    let app = TestApp::open(killed.config.clone(), clock).await;
    round(&app).await;
    let mut sent = submissions(&app).await;
    for id in begun {
        let id = TranscriptionId(id.parse().expect("an id"));
        let found = row(&app, id).await;
        let count = sent.remove(&id).unwrap_or_default().len();
        match found.status {
            S::Completed => assert_eq!(count, 1, "{found:#?}"),
            // Killed between the note that it is about to call and the call.
            _ => assert_eq!((found.error_code.as_deref(), count), (Some("submission_unknown"), 0), "{found:#?}"),
        }
        assert_eq!(told(&app, &found).await.len(), 1, "{found:#?}");
    }
    assert!(sent.is_empty(), "nobody has asked for these: {sent:#?}");
    round(&app).await;
    let ledger = objects::list(&app.rooms().db).await.expect("the ledger");
    assert_eq!(ledger.len(), begun.len(), "a recording each, and nothing of those that were killed: {ledger:#?}");
    app.finish().await;
    drop(killed);
}

#[tokio::test]
async fn a_kill_at_every_line_loses_and_doubles_no_text_on_one_machine() {
    Box::pin(a_kill_at_every_line("SQLite", Killed::on_one_machine().await)).await;
}

#[tokio::test]
async fn a_kill_at_every_line_loses_and_doubles_no_text_on_postgres_and_s3() {
    if let Some(killed) = Killed::on_postgres_and_s3().await {
        Box::pin(a_kill_at_every_line("Postgres", killed)).await;
    }
}
