//! One of every kind of object that the stand-in gives a bot, for whoever checks them against the types of others.

use serde_json::{Value, json};

use super::methods::{METHODS, SENDING};
use super::{Caller, Effect, FakeTelegram, Fault, Person};
use crate::harness::pictures;

/// What was collected: one JSON object each, with its `kind`.
///
/// - `update`: an `object` from `getUpdates`;
/// - `result`: the `object` that a `method` gave;
/// - `refusal`: the `object` that is the whole body of a refusal;
/// - `parameters`: the `names` that a `method` takes here.
///
/// # Panics
///
/// When the stand-in does not do what it should.
pub async fn collect() -> Vec<Value> {
    let telegram = FakeTelegram::start().await;
    let bot = Caller::new(&telegram);
    let mut found: Vec<_> = METHODS
        .iter()
        .map(|method| {
            let shared = SENDING.iter().filter(|_| method.sends);
            let names: Vec<_> = method.fields.iter().chain(shared).collect();
            json!({ "kind": "parameters", "method": method.name, "names": names })
        })
        .collect();
    updates(&telegram, &bot, &mut found).await;
    results(&telegram, &bot, &mut found).await;
    refusals(&telegram, &bot, &mut found).await;
    telegram.assert_no_violations();
    found
}

async fn updates(telegram: &FakeTelegram, bot: &Caller, found: &mut Vec<Value>) {
    let person = telegram.person(4_711, "ru", "Анна <_*&");
    let first = person.command("start a_123");
    person.say("see https://example.org/ for more");
    person.reply(first, "an answer");
    person.edit_message(first, "/help");
    person.photo_with(pictures::jpeg(1), "a photo");
    person.album([pictures::jpeg(1), pictures::jpeg(2)]);
    person.document_with("a.heic", "image/heic", vec![1; 10], "a document");
    person.voice(vec![1; 10], 3);
    person.audio("a.mp3", "audio/mpeg", vec![1; 10], 3);
    person.video(vec![1; 10], 3);
    person.sticker();
    person.contact();
    person.location();
    let shown = with_buttons(bot, &person).await;
    person.tap("Yes");
    bot.result("deleteMessage", &json!({ "chat_id": person.id(), "message_id": shown })).await;
    person.tap_data(shown, "gone");
    person.block();
    person.unblock();
    let group = telegram.group(-1_001_234_567_890, "A group");
    group.say(&person, "/start@aisha_test_bot");
    group.kick_bot(&person);
    let updates = bot.result("getUpdates", &json!({ "limit": 100 })).await;
    let updates = updates.as_array().expect("a list");
    assert!(updates.len() > 18, "{} updates", updates.len());
    found.extend(updates.iter().map(|update| json!({ "kind": "update", "object": update })));
}

async fn with_buttons(bot: &Caller, person: &Person) -> i64 {
    let keyboard = json!({ "inline_keyboard": [[
        { "text": "Yes", "callback_data": "1:yes" },
        { "text": "More", "url": "https://example.org/" },
    ]] });
    let params = json!({ "chat_id": person.id(), "text": "<b>Really?</b> <a href=\"https://example.org/\">Why</a>",
        "parse_mode": "HTML", "reply_markup": keyboard });
    let message = bot.result("sendMessage", &params).await;
    message["message_id"].as_i64().expect("a number")
}

/// Calls every method once, as it is used.
async fn results(telegram: &FakeTelegram, bot: &Caller, found: &mut Vec<Value>) {
    let person = telegram.person(4_712, "en", "Bob");
    let asked = person.say("hello");
    let chat = person.id();
    let mut note = |method: &str, object: Value| {
        found.push(json!({ "kind": "result", "method": method, "object": object }));
        object
    };
    person.photo(pictures::jpeg(3));
    let photo = person.screen().messages.pop().and_then(|message| message.media).expect("a photo").file_id;
    let card = with_buttons(bot, &person).await;
    let tap = person.tap("Yes");
    let calls = [
        ("getMe", json!({})),
        ("getUpdates", json!({ "allowed_updates": ["message", "callback_query"] })),
        ("getWebhookInfo", json!({})),
        ("deleteWebhook", json!({ "drop_pending_updates": true })),
        (
            "sendMessage",
            json!({ "chat_id": chat, "text": "<b>a</b> <i>b</i> <u>c</u> <s>d</s> <code>e</code> \
            <pre><code class=\"language-rust\">f</code></pre> <tg-spoiler>g</tg-spoiler> <blockquote>h</blockquote> \
            <blockquote expandable>i</blockquote> <a href=\"https://example.org\">j</a> /k", "parse_mode": "HTML",
            "reply_parameters": { "message_id": asked }, "link_preview_options": { "is_disabled": true },
            "protect_content": true }),
        ),
        ("sendPhoto", json!({ "chat_id": chat, "photo": photo, "caption": "a", "has_spoiler": true })),
        (
            "sendMediaGroup",
            json!({ "chat_id": chat, "media": [{ "type": "photo", "media": photo },
            { "type": "photo", "media": photo, "caption": "b" }] }),
        ),
        ("sendChatAction", json!({ "chat_id": chat, "action": "typing" })),
        ("answerCallbackQuery", json!({ "callback_query_id": tap.id, "text": "Good", "show_alert": true })),
        ("editMessageText", json!({ "chat_id": chat, "message_id": card, "text": "new" })),
        (
            "editMessageMedia",
            json!({ "chat_id": chat, "message_id": card, "media": { "type": "photo",
            "media": photo } }),
        ),
        ("editMessageCaption", json!({ "chat_id": chat, "message_id": card, "caption": "c" })),
        (
            "editMessageReplyMarkup",
            json!({ "chat_id": chat, "message_id": card, "reply_markup": {
            "inline_keyboard": [[{ "text": "No", "callback_data": "1:no" }]] } }),
        ),
        ("deleteMessage", json!({ "chat_id": chat, "message_id": card })),
        ("deleteMessages", json!({ "chat_id": chat, "message_ids": [asked] })),
        ("getFile", json!({ "file_id": photo })),
        ("getChat", json!({ "chat_id": chat })),
        (
            "setMyCommands",
            json!({ "commands": [{ "command": "start", "description": "Begin" }],
            "scope": { "type": "all_private_chats" }, "language_code": "en" }),
        ),
        ("getMyCommands", json!({ "scope": { "type": "all_private_chats" }, "language_code": "en" })),
        ("deleteMyCommands", json!({})),
        ("setMyName", json!({ "name": "Aisha" })),
        ("getMyName", json!({})),
        ("setMyDescription", json!({ "description": "Avatars" })),
        ("getMyDescription", json!({})),
        ("setMyShortDescription", json!({ "short_description": "Avatars" })),
        ("getMyShortDescription", json!({})),
    ];
    for (method, params) in calls {
        note(method, bot.result(method, &params).await);
    }
    telegram.group(-1_001_234_567_891, "Another group");
    note("getChat", bot.result("getChat", &json!({ "chat_id": -1_001_234_567_891_i64 })).await);
    let chat = chat.to_string();
    for (method, field, name) in [("sendDocument", "document", "a.zip"), ("sendAudio", "audio", "a.mp3")] {
        let params = [("chat_id", chat.as_str()), ("caption", "a file"), ("title", "A")];
        let params = if field == "audio" { &params[..] } else { &params[..2] };
        note(method, bot.upload(method, params, field, name, vec![1; 100]).await["result"].clone());
    }
    let called = found.iter().filter(|line| line["kind"] == "result");
    let called: Vec<_> = called.filter_map(|line| line["method"].as_str()).collect();
    let forgotten = METHODS.iter().find(|method| !called.contains(&method.name));
    assert!(forgotten.is_none(), "{forgotten:?} is not called");
}

async fn refusals(telegram: &FakeTelegram, bot: &Caller, found: &mut Vec<Value>) {
    let hello = |chat: i64| json!({ "chat_id": chat, "text": "hello" });
    let person = telegram.person(4_713, "en", "Eve");
    found.push(bot.call("sendMessage", &hello(1)).await);
    found.push(bot.call("sendMessage", &hello(person.id())).await);
    person.say("hello");
    telegram.fault(Fault::any(Effect::RetryAfter(7)));
    found.push(bot.call("sendMessage", &hello(person.id())).await);
    telegram.fault(Fault::any(Effect::Status(502)));
    found.push(bot.call("sendMessage", &hello(person.id())).await);
    found.push(Caller::with_token(telegram, "1:wrong").call("getMe", &json!({})).await);
    found.push(Caller::with_token(telegram, "wrong").call("getMe", &json!({})).await);
    for refusal in found.iter_mut().filter(|line| line["kind"].is_null()) {
        *refusal = json!({ "kind": "refusal", "object": refusal });
    }
}
