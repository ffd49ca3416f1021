//! Methods about the bot itself.

use serde_json::{Value, json};

use super::super::html::units;
use super::super::refusal::Refusal;
use super::super::request::Params;
use super::super::world::{Profile, Words, World};
use super::Answer;

/// The most commands of one scope and language.
const MOST_COMMANDS: usize = 100;
const SCOPES: [&str; 7] = [
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
];

/// `getMe`.
pub(super) fn get_me(world: &World) -> Value {
    let mut me = world.bot.clone();
    let flags =
        ["can_join_groups", "can_read_all_group_messages", "supports_inline_queries", "can_connect_to_business"];
    for flag in flags {
        me[flag] = json!(flag == "can_join_groups");
    }
    me["has_main_web_app"] = json!(false);
    me
}

/// `setMyCommands`.
pub(super) fn set_commands(world: &World, params: &Params) -> Answer {
    let commands = params.structure("commands", "commands")?.unwrap_or_default();
    let list = commands.as_array().ok_or_else(|| Refusal::bad_request("expected an Array of BotCommand"))?;
    if list.len() > MOST_COMMANDS {
        return Err(Refusal::bad_request("BOT_COMMANDS_TOO_MUCH"));
    }
    let mut kept = Vec::new();
    for one in list {
        world.history.check_names("BotCommand", one, &["command", "description"]);
        let command = one["command"].as_str().unwrap_or_default().trim_start_matches('/');
        let description = one["description"].as_str().unwrap_or_default();
        let wrong = match (command.len(), units(description)) {
            (0, _) => Some("command must be non-empty"),
            (33.., _) => Some("command length must not exceed 32"),
            (_, 0) => Some("command description must be non-empty"),
            (_, 257..) => Some("command description length must not exceed 256"),
            _ => command
                .bytes()
                .any(|byte| !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'))
                .then_some("BOT_COMMAND_INVALID"),
        };
        if let Some(wrong) = wrong {
            return Err(Refusal::bad_request(wrong));
        }
        kept.push(json!({ "command": command, "description": description }));
    }
    let key = key(params)?;
    world.profile().commands.insert(key, json!(kept));
    Ok(json!(true))
}

/// `getMyCommands`: those of exactly this scope and language.
pub(super) fn get_commands(world: &World, params: &Params) -> Answer {
    let key = key(params)?;
    Ok(world.profile().commands.get(&key).cloned().unwrap_or_else(|| json!([])))
}

/// `deleteMyCommands`.
pub(super) fn delete_commands(world: &World, params: &Params) -> Answer {
    let key = key(params)?;
    world.profile().commands.remove(&key);
    Ok(json!(true))
}

/// What commands are kept under: their scope and their language.
fn key(params: &Params) -> Result<(String, String), Refusal> {
    let scope = params.structure("scope", "BotCommandScope")?.unwrap_or_else(|| json!({ "type": "default" }));
    if !SCOPES.iter().any(|known| scope["type"] == *known) {
        return Err(Refusal::bad_request("can't parse BotCommandScope: Unsupported type specified"));
    }
    Ok((scope.to_string(), language(params)?))
}

/// The two letters of a language; none, for everybody.
fn language(params: &Params) -> Result<String, Refusal> {
    let code = params.text("language_code").unwrap_or_default();
    if code.is_empty() || (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase())) {
        Ok(code)
    } else {
        Err(Refusal::bad_request("invalid language code specified"))
    }
}

fn set(world: &World, params: &Params, field: &str, most: usize, words: fn(&mut Profile) -> &mut Words) -> Answer {
    let text = params.text(field).unwrap_or_default();
    if units(&text) > most {
        // No client compares these words, so a bot that sends more is wrong in any case.
        world.history.violation(format!("{field} has more than {most} characters"));
        return Err(Refusal::bad_request(&format!("{field} is too long")));
    }
    words(&mut world.profile()).insert(language(params)?, text);
    Ok(json!(true))
}

fn get(world: &World, params: &Params, field: &str, words: fn(&mut Profile) -> &mut Words) -> Answer {
    let language = language(params)?;
    let mut profile = world.profile();
    let words = words(&mut profile);
    let text = words.get(&language).filter(|text| !text.is_empty()).or_else(|| words.get(""));
    Ok(Value::Object([(field.to_owned(), json!(text.cloned().unwrap_or_default()))].into_iter().collect()))
}

/// `setMyName`.
pub(super) fn set_name(world: &World, params: &Params) -> Answer {
    set(world, params, "name", 64, |profile| &mut profile.names)
}

/// `getMyName`.
pub(super) fn get_name(world: &World, params: &Params) -> Answer {
    get(world, params, "name", |profile| &mut profile.names)
}

/// `setMyDescription`.
pub(super) fn set_description(world: &World, params: &Params) -> Answer {
    set(world, params, "description", 512, |profile| &mut profile.descriptions)
}

/// `getMyDescription`.
pub(super) fn get_description(world: &World, params: &Params) -> Answer {
    get(world, params, "description", |profile| &mut profile.descriptions)
}

/// `setMyShortDescription`.
pub(super) fn set_short_description(world: &World, params: &Params) -> Answer {
    set(world, params, "short_description", 120, |profile| &mut profile.short_descriptions)
}

/// `getMyShortDescription`.
pub(super) fn get_short_description(world: &World, params: &Params) -> Answer {
    get(world, params, "short_description", |profile| &mut profile.short_descriptions)
}
