//! Buttons below messages.

use serde_json::{Value, json};

use super::stage;

fn button(data: &str) -> Value {
    json!({ "text": "Go", "callback_data": data })
}

#[tokio::test]
async fn buttons_keep_to_their_limits() {
    let (telegram, caller, person) = stage().await;
    let params =
        |rows: Value| json!({ "chat_id": person.id(), "text": "x", "reply_markup": { "inline_keyboard": rows } });
    caller.result("sendMessage", &params(json!([[button(&"я".repeat(32))]]))).await;
    caller.result("sendMessage", &params(json!(vec![vec![button("x"); 8]; 12]))).await;
    let cases = [
        (json!([[button(&"я".repeat(33))]]), "BUTTON_DATA_INVALID"),
        (
            json!([[button("")]]),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            json!([[{ "text": "Go" }]]),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (json!(vec![vec![button("x"); 8]; 13]), "reply markup is too long"),
        (
            json!([[{ "text": "Go", "url": "http://localhost/" }]]),
            "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL",
        ),
    ];
    for (rows, why) in cases {
        let refusal = caller.refusal("sendMessage", &params(rows.clone())).await;
        assert_eq!(refusal, format!("Bad Request: {why}"), "{rows}");
    }
    telegram.assert_no_violations();
}

#[tokio::test]
async fn what_no_button_has_is_noted() {
    let (telegram, caller, person) = stage().await;
    let rows = json!([[{ "text": "Go", "callback_data": "x", "colour": "red" }]]);
    let params = json!({ "chat_id": person.id(), "text": "x", "reply_markup": { "inline_keyboard": rows } });
    caller.result("sendMessage", &params).await;
    assert_eq!(telegram.violations(), ["InlineKeyboardButton has no `colour`"]);
}

#[tokio::test]
async fn a_keyboard_of_the_person_is_no_part_of_the_message() {
    let (_telegram, caller, person) = stage().await;
    let params = json!({ "chat_id": person.id(), "text": "x", "reply_markup": { "remove_keyboard": true } });
    let message = caller.result("sendMessage", &params).await;
    assert_eq!(message["reply_markup"], Value::Null);
    let edit = json!({ "chat_id": person.id(), "message_id": message["message_id"], "text": "y" });
    assert_eq!(caller.refusal("editMessageText", &edit).await, "Bad Request: message can't be edited");
}
