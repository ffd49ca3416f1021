//! The long poll.

use std::time::{Duration, Instant};

use aisha_tests::telegram::Caller;
use serde_json::{Value, json};

use super::stage;

async fn numbers(caller: &Caller, params: Value) -> Vec<i64> {
    let updates = caller.result("getUpdates", &params).await;
    updates.as_array().expect("a list").iter().map(|update| update["update_id"].as_i64().expect("a number")).collect()
}

#[tokio::test]
async fn updates_come_until_they_are_confirmed() {
    let (telegram, caller, person) = stage().await;
    person.say("two");
    person.say("three");
    let all = numbers(&caller, json!({})).await;
    assert_eq!(all.len(), 3);
    assert_eq!(numbers(&caller, json!({ "limit": 2 })).await, all[..2]);
    assert_eq!(numbers(&caller, json!({ "offset": all[1] })).await, all[1..]);
    assert_eq!(numbers(&caller, json!({ "offset": 0 })).await, all[1..]);
    assert_eq!(numbers(&caller, json!({ "offset": -1 })).await, all[2..]);
    assert_eq!(telegram.pending_updates(), 1);
    assert_eq!(caller.result("getWebhookInfo", &json!({})).await["pending_update_count"], 1);
    caller.result("deleteWebhook", &json!({ "drop_pending_updates": true })).await;
    assert!(numbers(&caller, json!({})).await.is_empty());
}

#[tokio::test]
async fn a_poll_waits_for_what_comes() {
    let (_telegram, caller, person) = stage().await;
    let first = numbers(&caller, json!({})).await[0];
    let begun = Instant::now();
    let waits = numbers(&caller, json!({ "offset": first + 1, "timeout": 50 }));
    let (got, ()) = tokio::join!(waits, async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        person.say("now");
    });
    assert_eq!(got.len(), 1);
    assert!(begun.elapsed() < Duration::from_secs(40), "it came before the time was over");
    assert!(numbers(&caller, json!({ "offset": got[0] + 1, "timeout": 1 })).await.is_empty());
}

#[tokio::test]
async fn a_second_poller_sends_the_first_away() {
    let (telegram, caller, person) = stage().await;
    let first = numbers(&caller, json!({})).await[0];
    let poll = json!({ "offset": first + 1, "timeout": 50 });
    let one = tokio::spawn({
        let (caller, poll) = (caller.clone(), poll.clone());
        async move { caller.refusal("getUpdates", &poll).await }
    });
    telegram.called("getUpdates", 1).await;
    // Whichever of the two comes first: one is sent away, and the other is told.
    let two = tokio::spawn(async move { caller.call("getUpdates", &poll).await });
    let refusal = one.await.expect("it ends");
    let conflict = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    assert_eq!(refusal, conflict);
    person.say("now");
    assert_eq!(two.await.expect("it ends")["result"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_bot_is_told_what_it_asked_for() {
    let (_telegram, caller, person) = stage().await;
    numbers(&caller, json!({ "allowed_updates": ["callback_query"], "offset": -1 })).await;
    let before = numbers(&caller, json!({})).await;
    person.say("nobody hears");
    assert_eq!(numbers(&caller, json!({})).await, before, "the last word on it holds");
    numbers(&caller, json!({ "allowed_updates": [] })).await;
    person.block();
    assert_eq!(numbers(&caller, json!({})).await.len(), before.len() + 1);
}

#[tokio::test]
async fn an_update_may_come_twice() {
    let (telegram, caller, person) = stage().await;
    let tap = person.tap_data(1, "x");
    assert!(numbers(&caller, json!({ "offset": tap.update + 1 })).await.is_empty());
    telegram.duplicate(tap.update);
    assert_eq!(numbers(&caller, json!({ "offset": tap.update + 1 })).await, [tap.update]);
    assert!(numbers(&caller, json!({ "offset": tap.update + 1 })).await.is_empty(), "twice, and not for ever");
    telegram.duplicate_every(1);
    person.say("again");
    let next = numbers(&caller, json!({ "offset": tap.update + 1 })).await;
    assert_eq!(next, [tap.update + 1]);
    assert_eq!(numbers(&caller, json!({ "offset": next[0] + 1 })).await, next);
    assert!(numbers(&caller, json!({ "offset": next[0] + 1 })).await.is_empty());
}
