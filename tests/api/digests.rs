//! What is made of texts: of the whole of them, once, by whom the operator has named.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aisha_api::config::Config;
use aisha_api::fal::sandbox::{Fault, Rule, RunFault};
use aisha_api::storage::spending;
use aisha_tests::harness::chat::{Chat, Reply};
use aisha_tests::harness::{Answer, Person, TestApp, id, pictures, sounds};
use chrono::DateTime;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

const PATIENCE: Duration = Duration::from_secs(5);

async fn heard(person: &Person, key: &str, bytes: Vec<u8>) -> Value {
    let begun = person.transcribe(key, bytes).await.expect(202);
    person.transcription_in(&id(&begun), "completed").await
}

async fn ask(person: &Person, of: &Value, wish: Value) -> Answer {
    person.post(&format!("/v1/transcriptions/{}/digests", id(of)), wish).await
}

/// Waits until all digests of a transcription have ended, and gives them.
async fn written(person: &Person, of: &Value) -> Vec<Value> {
    let path = format!("/v1/transcriptions/{}", id(of));
    let looking = async {
        loop {
            let digests = person.get(&path).await.expect(200)["digests"].as_array().expect("digests").clone();
            if digests.iter().all(|digest| digest["status"] != "pending") {
                return digests;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), looking).await.expect("an end of each")
}

fn said(question: &Value, message: usize) -> &str {
    question["messages"][message]["content"].as_str().expect("a text")
}

#[tokio::test]
async fn a_long_text_is_read_to_its_end_and_the_same_wish_is_paid_once() {
    let chat = Chat::start(|text| {
        let first = text.split_whitespace().next().unwrap_or_default();
        Reply::Content(format!("notes from {first} of {}", text.chars().count()))
    })
    .await;
    let settings = chat.settings(PATIENCE);
    let app = TestApp::with(|config: &mut Config| config.prompts = Some(settings)).await;
    let ann = app.person("ann").await;
    let done = heard(&ann, "t-1", sounds::ogg(3 * 3600)).await;
    let begun = ask(&ann, &done, json!({"kind": "minutes", "language": "ru"})).await.expect(202);
    assert_eq!((&begun["status"], &begun["text"]), (&json!("pending"), &json!(null)));
    let event = ann.event("transcription.digest_completed", 0).await;
    assert_eq!((&event["details"]["digest_id"], &event["details"]["kind"]), (&begun["id"], &json!("minutes")));
    let digests = written(&ann, &done).await;
    assert_eq!(digests.len(), 1);

    let questions = chat.questions();
    assert!(questions.len() > 4, "{} questions about {} characters", questions.len(), said(&questions[0], 1).len());
    let (last, parts) = questions.split_last().expect("questions");
    let whole = parts.iter().map(|part| said(part, 1)).collect::<Vec<_>>().join(" ");
    assert_eq!(whole, done["transcript"]["text"].as_str().expect("a text"), "all of it, once and in order");
    assert!(parts.iter().all(|part| said(part, 1).chars().count() <= 12_000 && said(part, 0).contains("minutes")));
    assert!(said(last, 0).contains("ISO 639 code ru"));
    assert_eq!(
        said(last, 1).matches("notes from").count(),
        parts.len(),
        "the last question has the notes of all parts"
    );
    assert!(digests[0]["text"].as_str().is_some_and(|text| text.starts_with("notes from notes")));

    let again = ask(&ann, &done, json!({"kind": "minutes", "language": "ru"})).await.expect(200);
    assert_eq!(again, digests[0]);
    assert_eq!(chat.questions().len(), questions.len(), "it is not paid twice");
    let other = ask(&ann, &done, json!({"kind": "minutes"})).await.expect(202);
    assert_ne!(other["id"], again["id"], "another wish");
    assert_eq!(written(&ann, &done).await.len(), 2);
    app.finish().await;
}

#[tokio::test]
async fn a_wish_that_is_repeated_while_it_is_being_written_is_written_once() {
    let (gate, begun) = (Arc::new(Semaphore::new(0)), Arc::new(Notify::new()));
    let (held, told) = (Arc::clone(&gate), Arc::clone(&begun));
    let chat = Chat::start(move |_| {
        told.notify_one();
        Reply::Held(Arc::clone(&held), "in short".to_owned())
    })
    .await;
    let settings = chat.settings(Duration::from_mins(1));
    let app = TestApp::with(|config: &mut Config| config.prompts = Some(settings)).await;
    let ann = app.person("ann").await;
    let done = heard(&ann, "t-1", sounds::wav(6, 1)).await;
    ask(&ann, &done, json!({"kind": "summary"})).await.expect(202);
    begun.notified().await;
    for _ in 0..8 {
        ask(&ann, &done, json!({"kind": "summary"})).await.expect(202);
    }
    gate.add_permits(1);
    written(&ann, &done).await;
    app.settled().await;
    assert_eq!(chat.questions().len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn what_was_said_of_the_parts_of_a_text_is_paid_once_whatever_happens() {
    let asked = AtomicUsize::new(0);
    let chat = Chat::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        // The third part is answered by nothing that could be used, and asked for again.
        2 => Reply::Bytes(b"<html>".to_vec()),
        number => Reply::Content(format!("notes {number}")),
    })
    .await;
    let settings = chat.settings(PATIENCE);
    let app = TestApp::with(|config: &mut Config| config.prompts = Some(settings)).await;
    let ann = app.person("ann").await;
    let done = heard(&ann, "t-1", sounds::ogg(3 * 3600)).await;
    ask(&ann, &done, json!({"kind": "summary"})).await.expect(202);
    let digests = written(&ann, &done).await;
    let questions = chat.questions();
    let (last, parts) = questions.split_last().expect("questions");
    assert_eq!(digests[0]["text"], format!("notes {}", parts.len()));
    let mut asked: Vec<&str> = parts.iter().map(|part| said(part, 1)).collect();
    asked.remove(2);
    let whole = asked.join(" ");
    assert_eq!(whole, done["transcript"]["text"].as_str().expect("a text"), "each part once, but the one that failed");
    let notes = (0..parts.len()).filter(|number| *number != 2).map(|number| format!("notes {number}"));
    assert_eq!(said(last, 1).split_whitespace().collect::<Vec<_>>().join(" "), notes.collect::<Vec<_>>().join(" "));
    app.finish().await;
}

#[tokio::test]
async fn notes_that_are_no_shorter_than_the_text_end_the_digest_and_are_not_paid_for_again() {
    let chat = Chat::start(|text| Reply::Content(text.to_owned())).await;
    let settings = chat.settings(PATIENCE);
    let app = TestApp::with(|config: &mut Config| config.prompts = Some(settings)).await;
    let ann = app.person("ann").await;
    let done = heard(&ann, "t-1", sounds::ogg(3 * 3600)).await;
    ask(&ann, &done, json!({"kind": "summary"})).await.expect(202);
    let digests = written(&ann, &done).await;
    assert_eq!((&digests[0]["status"], &digests[0]["error"]["code"]), (&json!("failed"), &json!("not_written")));
    let parts = chat.questions().len() / 4;
    assert!(parts > 1 && chat.questions().len() < 4 * (parts + 2), "{} questions", chat.questions().len());
    app.finish().await;
}

#[tokio::test]
async fn nothing_is_asked_while_spending_is_stopped() {
    let chat = Chat::start(|_| Reply::prompt("in short")).await;
    let settings = chat.settings(PATIENCE);
    let app = TestApp::with(|config: &mut Config| config.prompts = Some(settings)).await;
    let ann = app.person("ann").await;
    let done = heard(&ann, "t-1", sounds::wav(6, 1)).await;
    ask(&ann, &done, json!({"kind": "summary"})).await.expect(202);
    written(&ann, &done).await;
    let before = chat.questions().len();
    let db = &app.rooms().db;
    spending::stop(db, Some("the month is over"), DateTime::UNIX_EPOCH).await.expect("the switch");
    ask(&ann, &done, json!({"kind": "minutes"})).await.problem(409, "spending_stopped");
    ask(&ann, &done, json!({"kind": "summary"})).await.expect(200);
    ann.post("/v1/prompts/enhance", json!({"prompt": "a cat"})).await.problem(409, "spending_stopped");
    let photo = ann.request(Method::POST, "/v1/prompts/from-photo").body(pictures::jpeg(1));
    ann.send(photo).await.problem(409, "spending_stopped");
    assert_eq!(chat.questions().len(), before);
    assert!(spending::resume(db).await.expect("the switch"));
    ask(&ann, &done, json!({"kind": "minutes"})).await.expect(202);
    assert_eq!(written(&ann, &done).await.len(), 2);
    app.finish().await;
}

#[tokio::test]
async fn what_could_not_be_written_is_told_and_may_be_wished_again() {
    let chat = Chat::start(|_| Reply::Status(401)).await;
    let settings = chat.settings(PATIENCE);
    let app = TestApp::with(|config: &mut Config| config.prompts = Some(settings)).await;
    let ann = app.person("ann").await;
    let done = heard(&ann, "t-1", sounds::wav(6, 1)).await;
    let wish = || json!({"kind": "todo"});
    let begun = ask(&ann, &done, wish()).await.expect(202);
    let failed = written(&ann, &done).await;
    assert_eq!((&failed[0]["status"], &failed[0]["error"]["code"]), (&json!("failed"), &json!("not_written")));
    ann.event("transcription.digest_failed", 0).await;
    chat.answer(|_| Reply::Content("- call Anna".to_owned()));
    let again = ask(&ann, &done, wish()).await.expect(202);
    assert_eq!(again["id"], begun["id"]);
    let digests = written(&ann, &done).await;
    assert_eq!((digests.len(), &digests[0]["text"]), (1, &json!("- call Anna")));

    for wish in [json!({"kind": "poem"}), json!({"kind": "todo", "language": "tlh"}), json!({})] {
        ask(&ann, &done, wish).await.problem(422, "validation_failed");
    }
    let stuck = Rule { endpoint: Some("fal-ai/wizper".to_owned()), ..Rule::new(Fault::Run(RunFault::StuckInQueue)) };
    app.break_fal(stuck).await;
    let open = ann.transcribe("t-2", sounds::wav(1, 2)).await.expect(202);
    ask(&ann, &open, wish()).await.problem(409, "transcription_state");
    ann.post_empty(&format!("/v1/transcriptions/{}/cancel", id(&open))).await.expect(202);
    ann.transcription_in(&id(&open), "cancelled").await;
    app.finish().await;
}

#[tokio::test]
async fn where_nobody_works_on_texts_that_is_said() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let done = heard(&ann, "t-1", sounds::wav(1, 1)).await;
    ask(&ann, &done, json!({"kind": "summary"})).await.problem(409, "prompts_not_configured");
    app.finish().await;
}
