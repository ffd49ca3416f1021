//! People: what they do, and what they see.

use aisha_tests::harness::pictures;
use serde_json::json;

use super::stage;

#[tokio::test]
async fn an_album_may_arrive_in_any_order() {
    let (_telegram, caller, person) = stage().await;
    let files = [pictures::jpeg(1), pictures::jpeg(2), pictures::jpeg(3)];
    let ids = person.album_arriving(files, &[2, 0, 1]);
    let updates = caller.result("getUpdates", &json!({})).await;
    let came: Vec<_> = (1..4).map(|update| updates[update]["message"]["message_id"].as_i64()).collect();
    assert_eq!(came, [Some(ids[2]), Some(ids[0]), Some(ids[1])]);
    assert!(ids.is_sorted());
    let group = person.screen().messages[1].album.clone();
    assert!(group.is_some() && person.screen().messages[1..].iter().all(|message| message.album == group));
}

#[tokio::test]
async fn a_person_sees_texts_files_and_buttons() {
    let (telegram, caller, person) = stage().await;
    let rows = json!([[{ "text": "Go on ➡️", "callback_data": "go" }], [{ "text": "Site", "url": "https://x.org" }]]);
    let chat = person.id().to_string();
    let params = [
        ("chat_id", chat.as_str()),
        ("caption", "<b>Ready</b>"),
        ("parse_mode", "HTML"),
        ("reply_markup", &json!({ "inline_keyboard": rows }).to_string()),
    ];
    caller.upload("sendPhoto", &params, "photo", "a.jpg", pictures::jpeg(1)).await;
    let screen = person.reads("Ready").await;
    let card = screen.card().expect("a card");
    assert_eq!((card.text.as_str(), card.html.as_str()), ("Ready", "<b>Ready</b>"));
    let media = card.media.as_ref().expect("a photo");
    assert_eq!(media.kind, "photo");
    assert!(!telegram.file(&media.file_id).is_empty());
    let found = ["go", "Go on ➡️", "on"].map(|name| card.button(name).and_then(|button| button.data.clone()));
    assert_eq!(found, [Some("go".to_owned()), Some("go".to_owned()), Some("go".to_owned())]);
    assert_eq!(card.button("Site").and_then(|button| button.url.clone()).as_deref(), Some("https://x.org"));
    let shown = screen.to_string();
    assert!(shown.contains("bot: <photo> Ready") && shown.contains("[Go on ➡️]"), "{shown}");
}

#[tokio::test]
#[should_panic(expected = "no button `Go` in")]
async fn nobody_taps_a_button_that_is_not_there() {
    let (_telegram, _, person) = stage().await;
    person.tap("Go");
}

#[tokio::test]
async fn a_message_of_a_person_is_edited_and_deleted() {
    let (_telegram, caller, person) = stage().await;
    let id = person.say("tow");
    person.edit_message(id, "two");
    person.delete_message(id);
    let updates = caller.result("getUpdates", &json!({})).await;
    assert_eq!(updates[2]["edited_message"]["text"], "two");
    assert_eq!(updates.as_array().map(Vec::len), Some(3), "a bot is not told of what is deleted");
    assert!(person.screen().message(id).is_none());
}

#[tokio::test]
async fn a_group_is_no_private_chat() {
    let (telegram, caller, person) = stage().await;
    let group = telegram.group(-1_001_000_000_001, "Friends");
    let theirs = group.say(&person, "/start@aisha_test_bot");
    let updates = caller.result("getUpdates", &json!({})).await;
    let chat = &updates[1]["message"]["chat"];
    assert_eq!((&chat["type"], &chat["id"]), (&json!("supergroup"), &json!(-1_001_000_000_001_i64)));
    caller.result("sendMessage", &json!({ "chat_id": chat["id"], "text": "hello" })).await;
    assert!(group.screen().says("hello"));
    let delete = json!({ "chat_id": chat["id"], "message_id": theirs });
    assert_eq!(caller.refusal("deleteMessage", &delete).await, "Bad Request: message can't be deleted");
    group.kick_bot(&person);
    let refusal = caller.refusal("sendMessage", &json!({ "chat_id": chat["id"], "text": "hello" })).await;
    assert_eq!(refusal, "Forbidden: bot was kicked from the supergroup chat");
}

#[tokio::test]
async fn a_thousand_chats_are_written_to_at_once() {
    let (telegram, caller, _) = stage().await;
    let people: Vec<_> = (1000..2000).map(|id| telegram.person(id, "en", "Somebody")).collect();
    let mut sending = tokio::task::JoinSet::new();
    for person in &people {
        person.say("hello");
        let (caller, id) = (caller.clone(), person.id());
        sending.spawn(async move { caller.result("sendMessage", &json!({ "chat_id": id, "text": "hi" })).await });
    }
    for person in &people {
        person.reads("hi").await;
    }
    assert_eq!(sending.join_all().await.len(), 1000);
}
