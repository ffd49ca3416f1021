//! Tokens, methods and the three ways of parameters.

use aisha_tests::telegram::{Caller, FakeTelegram};
use serde_json::{Value, json};

use super::stage;

#[tokio::test]
async fn a_token_is_right_wrong_or_none_at_all() {
    let telegram = FakeTelegram::start().await;
    let get_me = async |token: &str| Caller::with_token(&telegram, token).call("getMe", &json!({})).await;
    assert_eq!(get_me(telegram.token()).await["result"]["username"], "aisha_test_bot");
    let unauthorized = json!({ "ok": false, "error_code": 401, "description": "Unauthorized" });
    assert_eq!(get_me("123:AAwrong").await, unauthorized);
    assert_eq!(get_me("nonsense").await, json!({ "ok": false, "error_code": 404, "description": "Not Found" }));
}

#[tokio::test]
async fn a_method_that_does_not_exist_is_refused_and_noted() {
    let (telegram, caller, _) = stage().await;
    assert_eq!(caller.refusal("sendNothing", &json!({})).await, "Not Found");
    assert_eq!(telegram.violations(), ["there is no method `sendNothing` here"]);
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| telegram.assert_no_violations()));
    assert!(ended.is_err(), "a test of such a bot fails");
}

#[tokio::test]
async fn a_parameter_that_does_not_exist_is_noted() {
    let (telegram, caller, person) = stage().await;
    let params = json!({ "chat_id": person.id(), "text": "hello", "disable_web_page_preview": true });
    caller.result("sendMessage", &params).await;
    assert_eq!(telegram.violations(), ["sendMessage has no parameter `disable_web_page_preview`"]);
}

#[tokio::test]
async fn a_file_that_nothing_speaks_of_is_noted() {
    let (telegram, caller, person) = stage().await;
    let params = [("chat_id", &*person.id().to_string()), ("text", "hello")];
    caller.upload("sendMessage", &params, "stray", "stray.txt", b"stray".to_vec()).await;
    assert_eq!(telegram.violations(), ["nothing in sendMessage speaks of the file `stray`"]);
}

#[tokio::test]
async fn parameters_come_as_json_as_a_form_and_in_the_address() {
    let (telegram, caller, person) = stage().await;
    let keyboard = json!({ "inline_keyboard": [[{ "text": "Go", "callback_data": "go" }]] });
    let id = person.id().to_string();
    // Capitals of a method do not matter, nor whether a number or an object is one or a text.
    caller.result("SENDMESSAGE", &json!({ "chat_id": id, "text": "one", "reply_markup": keyboard.to_string() })).await;
    caller.result("SendMessage", &json!({ "chat_id": person.id(), "text": "two", "reply_markup": keyboard })).await;
    let keyboard = keyboard.to_string();
    let form = [("chat_id", id.as_str()), ("text", "three & more"), ("reply_markup", &keyboard)];
    let encoded: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let header = "application/x-www-form-urlencoded";
    let answers = [
        caller.post("sendmessage").header("content-type", header).body(encoded.clone()).send().await,
        caller.post(&format!("sendMessage?{encoded}")).send().await,
        caller
            .post("sendMessage")
            .multipart(form.iter().fold(reqwest::multipart::Form::new(), |form, (name, value)| {
                form.text((*name).to_owned(), (*value).to_owned())
            }))
            .send()
            .await,
    ];
    for answer in answers {
        let answer: Value = answer.expect("an answer").json().await.expect("JSON");
        assert_eq!(answer["result"]["text"], "three & more", "{answer}");
    }
    let screen = person.screen();
    assert_eq!(screen.from_bot().count(), 5);
    assert!(screen.from_bot().all(|message| message.button("Go").is_some()), "{screen}");
    telegram.assert_no_violations();
}

#[tokio::test]
async fn what_is_no_json_is_refused() {
    let (_telegram, caller, _) = stage().await;
    let answer = caller.post("getMe").header("content-type", "application/json").body("{").send().await;
    assert_eq!(answer.expect("an answer").status(), 400);
}

#[tokio::test]
async fn a_chat_is_there_open_or_closed() {
    let (telegram, caller, person) = stage().await;
    let send = async |id: i64| caller.refusal("sendMessage", &json!({ "chat_id": id, "text": "hello" })).await;
    assert_eq!(caller.refusal("sendMessage", &json!({ "text": "hello" })).await, "Bad Request: chat_id is empty");
    assert_eq!(send(1).await, "Bad Request: chat not found");
    let stranger = telegram.person(78, "", "Stranger");
    assert_eq!(send(stranger.id()).await, "Forbidden: bot can't initiate conversation with a user");
    person.block();
    assert_eq!(send(person.id()).await, "Forbidden: bot was blocked by the user");
    let action = json!({ "chat_id": person.id(), "action": "typing" });
    assert_eq!(caller.refusal("sendChatAction", &action).await, "Forbidden: bot was blocked by the user");
    person.unblock();
    caller.result("sendChatAction", &action).await;
    assert_eq!(person.screen().actions, ["typing"]);
    let action = json!({ "chat_id": person.id(), "action": "dancing" });
    assert_eq!(caller.refusal("sendChatAction", &action).await, "Bad Request: wrong parameter action in request");
    person.deactivate();
    assert_eq!(send(person.id()).await, "Forbidden: user is deactivated");
}

#[tokio::test]
async fn every_call_is_written_down() {
    let (telegram, caller, person) = stage().await;
    caller.result("sendMessage", &json!({ "chat_id": person.id(), "text": "hello" })).await;
    caller.refusal("sendMessage", &json!({ "chat_id": person.id(), "text": "" })).await;
    let calls = telegram.called("sendMessage", 2).await;
    assert_eq!(calls.iter().map(|call| call.status).collect::<Vec<_>>(), [Some(200), Some(400)]);
    assert_eq!(calls[0].chat, Some(person.id()));
    assert_eq!(calls[0].params["text"], "hello");
    assert!(calls[0].at + calls[0].took <= calls[1].at);
    assert_eq!(calls[1].refusal.as_deref(), Some("Bad Request: message text is empty"));
    assert!(telegram.calls_of("getMe").is_empty());
}
