//! Messages that change and go.

use std::time::Duration;

use aisha_tests::harness::pictures;
use serde_json::{Value, json};

use super::stage;

const NOT_MODIFIED: &str = "Bad Request: message is not modified: specified new message content and reply markup are \
                            exactly the same as a current content and reply markup of the message";

fn keyboard(data: &str) -> Value {
    json!({ "inline_keyboard": [[{ "text": "Go", "callback_data": data }]] })
}

#[tokio::test]
async fn a_text_is_edited_in_its_place() {
    let (telegram, caller, person) = stage().await;
    let params = json!({ "chat_id": person.id(), "text": "<b>one</b>", "parse_mode": "HTML",
        "reply_markup": keyboard("a") });
    let message = caller.result("sendMessage", &params).await;
    let edit = async |change: Value| {
        let mut params = json!({ "chat_id": person.id(), "message_id": message["message_id"] });
        params.as_object_mut().expect("an object").extend(change.as_object().cloned().expect("an object"));
        caller.call("editMessageText", &params).await
    };
    let same = edit(json!({ "text": "<b>one</b>", "parse_mode": "HTML", "reply_markup": keyboard("a") })).await;
    assert_eq!(same["description"], NOT_MODIFIED);
    let differently = [
        json!({ "text": "one", "reply_markup": keyboard("a") }),
        json!({ "text": "one", "reply_markup": keyboard("b") }),
        // Without a keyboard in the call, the message loses its own.
        json!({ "text": "one" }),
    ];
    for change in differently {
        assert_eq!(edit(change).await["ok"], true);
    }
    assert_eq!(edit(json!({ "text": "one" })).await["description"], NOT_MODIFIED);
    let too_long = edit(json!({ "text": "x".repeat(4097) })).await;
    assert_eq!(too_long["description"], "Bad Request: MESSAGE_TOO_LONG");
    let screen = person.screen();
    let message = screen.last().expect("a message");
    assert!(message.edited && message.keyboard.is_empty(), "{screen}");
    telegram.assert_no_violations();
}

#[tokio::test]
async fn only_the_bots_own_messages_can_be_edited() {
    let (_telegram, caller, person) = stage().await;
    let theirs = person.say("mine");
    let edit = async |id: Option<i64>| {
        let params = json!({ "chat_id": person.id(), "message_id": id, "text": "x" });
        caller.refusal("editMessageText", &params).await
    };
    assert_eq!(edit(Some(theirs)).await, "Bad Request: message can't be edited");
    assert_eq!(edit(Some(1)).await, "Bad Request: message to edit not found");
    assert_eq!(edit(None).await, "Bad Request: message identifier is not specified");
}

#[tokio::test]
async fn a_text_becomes_a_photo_and_never_a_text_again() {
    let (telegram, caller, person) = stage().await;
    let message = caller.result("sendMessage", &json!({ "chat_id": person.id(), "text": "one" })).await;
    let id = message["message_id"].to_string();
    let chat = person.id().to_string();
    let caption = json!({ "chat_id": chat, "message_id": id, "caption": "two" });
    let refusal = caller.refusal("editMessageCaption", &caption).await;
    assert_eq!(refusal, "Bad Request: there is no caption in the message to edit");
    let media = r#"{"type":"photo","media":"attach://it","caption":"one"}"#;
    let params = [("chat_id", chat.as_str()), ("message_id", &id), ("media", media)];
    let edited = caller.upload("editMessageMedia", &params, "it", "it.jpg", pictures::jpeg(1)).await;
    assert_eq!(edited["result"]["text"], Value::Null);
    assert_eq!(edited["result"]["caption"], "one");
    let text = json!({ "chat_id": chat, "message_id": id, "text": "three" });
    let refusal = caller.refusal("editMessageText", &text).await;
    assert_eq!(refusal, "Bad Request: there is no text in the message to edit");
    caller.result("editMessageCaption", &caption).await;
    assert_eq!(caller.refusal("editMessageCaption", &caption).await, NOT_MODIFIED);
    let seen = person.screen().last().and_then(|message| message.media.clone()).expect("a photo");
    let media = json!({ "type": "photo", "media": seen.file_id, "caption": "two" });
    let same = json!({ "chat_id": chat, "message_id": id, "media": media });
    assert_eq!(caller.refusal("editMessageMedia", &same).await, NOT_MODIFIED);
    let buttons = json!({ "chat_id": chat, "message_id": id, "reply_markup": keyboard("a") });
    caller.result("editMessageReplyMarkup", &buttons).await;
    assert_eq!(caller.refusal("editMessageReplyMarkup", &buttons).await, NOT_MODIFIED);
    assert_eq!(person.screen().last().expect("a message").text, "two");
    telegram.assert_no_violations();
}

#[tokio::test]
async fn messages_are_deleted_within_48_hours() {
    let (telegram, caller, person) = stage().await;
    let theirs = person.say("mine");
    let send = async || {
        let message = caller.result("sendMessage", &json!({ "chat_id": person.id(), "text": "x" })).await;
        message["message_id"].as_i64().expect("a number")
    };
    let params = |id: i64| json!({ "chat_id": person.id(), "message_id": id });
    let (one, two, old) = (send().await, send().await, send().await);
    caller.result("deleteMessage", &params(theirs)).await;
    caller.result("deleteMessage", &params(one)).await;
    let gone = caller.refusal("deleteMessage", &params(one)).await;
    assert_eq!(gone, "Bad Request: message to delete not found");
    // Those that are gone are passed over.
    caller.result("deleteMessages", &json!({ "chat_id": person.id(), "message_ids": [one, two] })).await;
    telegram.advance(Duration::from_hours(49));
    let refusal = caller.refusal("deleteMessage", &params(old)).await;
    assert_eq!(refusal, "Bad Request: message can't be deleted for everyone");
    assert_eq!(person.screen().from_bot().map(|message| message.id).collect::<Vec<_>>(), [old]);
}
