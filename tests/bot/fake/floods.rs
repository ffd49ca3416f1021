//! Flood control.

use aisha_tests::telegram::FloodControl;
use serde_json::json;

use super::stage;

#[tokio::test]
async fn a_bot_that_is_too_fast_has_to_wait() {
    let (telegram, caller, person) = stage().await;
    // Slow enough that no machine takes so long for the calls below that something is left again.
    telegram.control_flood(FloodControl { per_chat: 0.01, burst: 3.0, overall: 5.0 });
    let send = async |chat: i64| caller.call("sendMessage", &json!({ "chat_id": chat, "text": "x" })).await;
    for _ in 0..3 {
        assert_eq!(send(person.id()).await["ok"], true);
    }
    let refused = send(person.id()).await;
    assert_eq!(refused["error_code"], 429);
    let seconds = refused["parameters"]["retry_after"].as_u64().expect("seconds");
    assert_eq!(refused["description"], format!("Too Many Requests: retry after {seconds}"));
    assert!(seconds > 30, "{seconds}");
    // Another chat is another matter, and what is no message is none.
    let other = telegram.person(78, "en", "Bob");
    other.say("hello");
    assert_eq!(send(other.id()).await["ok"], true);
    caller.result("sendChatAction", &json!({ "chat_id": person.id(), "action": "typing" })).await;
}

#[tokio::test]
async fn all_chats_together_have_a_limit_too() {
    let (telegram, caller, _) = stage().await;
    telegram.control_flood(FloodControl { per_chat: 1.0, burst: 20.0, overall: 0.5 });
    let chat = telegram.person(79, "en", "Eve");
    chat.say("hello");
    let refused = caller.call("sendMessage", &json!({ "chat_id": chat.id(), "text": "x" })).await;
    assert_eq!(refused["error_code"], 429, "there is never a whole message: {refused}");
}
