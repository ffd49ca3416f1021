//! Taps on buttons, and the answers to them.

use std::time::Duration;

use aisha_tests::telegram::{Caller, Person};
use serde_json::{Value, json};

use super::stage;

const STALE: &str = "Bad Request: query is too old and response timeout expired or query ID is invalid";

async fn card(caller: &Caller, person: &Person) -> i64 {
    let rows = json!([[{ "text": "Yes ✅", "callback_data": "1:yes" }, { "text": "No", "callback_data": "1:no" }]]);
    let params = json!({ "chat_id": person.id(), "text": "?", "reply_markup": { "inline_keyboard": rows } });
    caller.result("sendMessage", &params).await["message_id"].as_i64().expect("a number")
}

#[tokio::test]
async fn a_tap_is_answered_once_and_soon() {
    let (telegram, caller, person) = stage().await;
    let shown = card(&caller, &person).await;
    let tap = person.tap("Yes");
    assert_eq!((tap.message, tap.data.as_str()), (shown, "1:yes"));
    assert_eq!(telegram.unanswered_taps(), [(tap.id.clone(), person.id())]);
    let params = json!({ "callback_query_id": tap.id, "text": "Done" });
    caller.result("answerCallbackQuery", &params).await;
    assert_eq!(person.answered(&tap).await, "Done");
    assert!(person.is_answered(&tap) && telegram.unanswered_taps().is_empty());
    assert_eq!(caller.refusal("answerCallbackQuery", &params).await, STALE);
    assert_eq!(caller.refusal("answerCallbackQuery", &json!({ "callback_query_id": "1" })).await, STALE);
    let late = person.tap_on(shown, "No");
    telegram.advance(Duration::from_mins(2));
    assert_eq!(caller.refusal("answerCallbackQuery", &json!({ "callback_query_id": late.id })).await, STALE);
    let long = json!({ "callback_query_id": person.tap("No").id, "text": "x".repeat(201) });
    assert_eq!(caller.refusal("answerCallbackQuery", &long).await, "Bad Request: MESSAGE_TOO_LONG");
    telegram.assert_no_violations();
}

#[tokio::test]
async fn the_bot_is_told_of_the_message_as_it_is_or_that_it_is_gone() {
    let (_telegram, caller, person) = stage().await;
    let shown = card(&caller, &person).await;
    let tap = person.tap("1:yes");
    let again = person.tap_again(&tap);
    caller.result("deleteMessage", &json!({ "chat_id": person.id(), "message_id": shown })).await;
    person.tap_data(shown, "1:old");
    let updates = caller.result("getUpdates", &json!({ "allowed_updates": ["callback_query"] })).await;
    let taps: Vec<&Value> = updates.as_array().expect("a list")[1..].iter().map(|one| &one["callback_query"]).collect();
    assert_eq!(taps[0]["message"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"], "1:yes");
    assert_eq!(taps[1]["message"]["text"], "?");
    assert_eq!(taps[2]["message"]["date"], 0);
    assert_eq!((&taps[2]["message"]["text"], &taps[2]["data"]), (&Value::Null, &json!("1:old")));
    assert!(taps.iter().all(|tap| tap["chat_instance"] == taps[0]["chat_instance"]));
    assert!(again.id != tap.id && again.update != tap.update, "a tap that is sent again is another tap");
}
