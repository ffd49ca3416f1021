//! What goes wrong on demand.

use std::time::Duration;

use aisha_tests::telegram::{Caller, Effect, Fault, Person};
use serde_json::{Value, json};

use super::stage;

async fn send(caller: &Caller, person: &Person, text: &str) -> Value {
    caller.call("sendMessage", &json!({ "chat_id": person.id(), "text": text })).await
}

/// Sends without an answer.
async fn send_in_vain(caller: &Caller, person: &Person, text: &str) {
    let params = json!({ "chat_id": person.id(), "text": text });
    let answer = caller.post("sendMessage").json(&params).send().await;
    assert!(answer.is_err(), "{answer:?}");
}

#[tokio::test]
async fn the_right_call_meets_with_its_fault() {
    let (telegram, caller, person) = stage().await;
    let other = telegram.person(78, "en", "Bob");
    other.say("hello");
    telegram.fault(Fault::on("SendMessage", Effect::RetryAfter(3)).in_chat(person.id()).nth(2).times(2));
    let mut codes = Vec::new();
    for _ in 0..4 {
        assert_eq!(send(&caller, &other, "x").await["ok"], true);
        caller.result("getMe", &json!({})).await;
        codes.push(send(&caller, &person, "x").await["error_code"].as_u64());
    }
    assert_eq!(codes, [None, Some(429), Some(429), None]);
    assert_eq!(person.screen().from_bot().count(), 2, "what is refused is not done");
}

#[tokio::test]
async fn a_fault_that_stays_goes_when_all_go() {
    let (telegram, caller, person) = stage().await;
    telegram.fault(Fault::any(Effect::Status(502)).always());
    for _ in 0..3 {
        assert_eq!(send(&caller, &person, "x").await["description"], "Bad Gateway");
    }
    telegram.clear_faults();
    assert_eq!(send(&caller, &person, "x").await["ok"], true);
}

#[tokio::test]
async fn an_answer_is_lost_after_or_before_the_work() {
    let (telegram, caller, person) = stage().await;
    telegram.fault(Fault::on("sendMessage", Effect::LoseAnswer));
    send_in_vain(&caller, &person, "done").await;
    assert!(person.screen().says("done"));
    telegram.fault(Fault::on("sendMessage", Effect::LoseRequest));
    send_in_vain(&caller, &person, "not done").await;
    assert!(!person.screen().says("not done"));
    assert!(telegram.calls_of("sendMessage").iter().all(|call| call.status.is_none()));
    assert_eq!(send(&caller, &person, "well").await["ok"], true);
}

#[tokio::test]
async fn a_slow_call_is_done_also_when_nobody_waits_for_it() {
    let (telegram, caller, person) = stage().await;
    telegram.fault(Fault::on("sendMessage", Effect::Delay(Duration::from_millis(300))));
    let params = json!({ "chat_id": person.id(), "text": "late" });
    let impatient = caller.post("sendMessage").json(&params).timeout(Duration::from_millis(50)).send().await;
    assert!(impatient.is_err());
    person.reads("late").await;
    let call = &telegram.called("sendMessage", 1).await[0];
    assert!(call.took >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_server_that_restarts_ends_what_is_under_way() {
    let (telegram, caller, person) = stage().await;
    let first = caller.result("getUpdates", &json!({})).await[0]["update_id"].as_i64().expect("a number");
    let poll = caller.post("getUpdates").json(&json!({ "offset": first + 1, "timeout": 50 })).send();
    let (answer, ()) = tokio::join!(poll, async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        telegram.cut_connections();
    });
    assert!(answer.is_err());
    assert_eq!(send(&caller, &person, "back").await["ok"], true);
    telegram.go_down();
    send_in_vain(&caller, &person, "nobody there").await;
    telegram.come_up();
    assert_eq!(send(&caller, &person, "again").await["ok"], true);
    assert!(!person.screen().says("nobody there"));
}
