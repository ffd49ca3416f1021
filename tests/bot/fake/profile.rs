//! What the bot says of itself.

use serde_json::{Value, json};

use super::stage;

#[tokio::test]
async fn commands_are_kept_by_scope_and_language() {
    let (telegram, caller, _) = stage().await;
    let scope = json!({ "type": "all_private_chats" });
    let params = |command: &str, description: &str, language: &str| {
        json!({ "commands": [{ "command": command, "description": description }], "scope": scope,
            "language_code": language })
    };
    caller.result("setMyCommands", &params("start", "Begin", "")).await;
    caller.result("setMyCommands", &params("start", "Начать", "ru")).await;
    assert_eq!(telegram.commands("all_private_chats", "ru"), [("start".to_owned(), "Начать".to_owned())]);
    let told = caller.result("getMyCommands", &json!({ "scope": scope })).await;
    assert_eq!(told, json!([{ "command": "start", "description": "Begin" }]));
    assert_eq!(caller.result("getMyCommands", &json!({})).await, json!([]));
    caller.result("deleteMyCommands", &json!({ "scope": scope, "language_code": "ru" })).await;
    assert!(telegram.commands("all_private_chats", "ru").is_empty());
    let bad = [
        (params("Start", "Begin", ""), "BOT_COMMAND_INVALID"),
        (params("", "Begin", ""), "command must be non-empty"),
        (params(&"x".repeat(33), "Begin", ""), "command length must not exceed 32"),
        (params("start", &"x".repeat(257), ""), "command description length must not exceed 256"),
        (params("start", "Begin", "russian"), "invalid language code specified"),
    ];
    for (params, why) in bad {
        assert_eq!(caller.refusal("setMyCommands", &params).await, format!("Bad Request: {why}"));
    }
    telegram.assert_no_violations();
}

#[tokio::test]
async fn words_fall_back_to_those_for_everybody() {
    let (telegram, caller, _) = stage().await;
    for (set, get, field) in [
        ("setMyName", "getMyName", "name"),
        ("setMyDescription", "getMyDescription", "description"),
        ("setMyShortDescription", "getMyShortDescription", "short_description"),
    ] {
        caller.result(set, &json!({ field: "Avatars" })).await;
        caller.result(set, &json!({ field: "Аватары", "language_code": "ru" })).await;
        let of = async |language: &str| -> Value {
            caller.result(get, &json!({ "language_code": language })).await[field].clone()
        };
        assert_eq!((of("ru").await, of("de").await), (json!("Аватары"), json!("Avatars")));
    }
    telegram.assert_no_violations();
    caller.refusal("setMyName", &json!({ "name": "x".repeat(65) })).await;
    assert_eq!(telegram.violations().len(), 1);
}
