//! Methods that take messages out of a chat.

use serde_json::{Value, json};

use super::super::chats::Chat;
use super::super::refusal::Refusal;
use super::super::request::Params;
use super::super::world::World;
use super::Answer;

/// How long a message can be deleted, in seconds.
const DELETABLE: i64 = 48 * 3600;

/// `deleteMessage`.
pub(super) fn one(world: &World, params: &Params) -> Answer {
    let chat = world.chat(params)?;
    let id = params.integer("message_id");
    let id = id.ok_or_else(|| Refusal::bad_request("message identifier is not specified"))?;
    remove(world, &chat, id)?;
    Ok(json!(true))
}

/// `deleteMessages`: those that are not there are passed over.
pub(super) fn many(world: &World, params: &Params) -> Answer {
    let chat = world.chat(params)?;
    let ids = params.structure("message_ids", "message_ids")?.unwrap_or_default();
    let ids: Vec<_> = ids.as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
    match ids.len() {
        0 => return Err(Refusal::bad_request("message identifiers are not specified")),
        1..=100 => {}
        _ => return Err(Refusal::bad_request("too many message identifiers specified")),
    }
    let gone = Refusal::bad_request("message to delete not found");
    for id in ids {
        match remove(world, &chat, id) {
            Err(refusal) if refusal != gone => return Err(refusal),
            _ => {}
        }
    }
    Ok(json!(true))
}

fn remove(world: &World, chat: &Chat, id: i64) -> Result<(), Refusal> {
    chat.admit()?;
    let now = world.now();
    let group = chat.is_group();
    chat.change(|state| {
        let posted = state.messages.get(&id);
        let posted = posted.ok_or_else(|| Refusal::bad_request("message to delete not found"))?;
        // In a private chat it may delete both sides; in a group it is no administrator.
        if group && !posted.by_bot {
            return Err(Refusal::bad_request("message can't be deleted"));
        }
        if now - posted.object["date"].as_i64().unwrap_or_default() > DELETABLE {
            return Err(Refusal::bad_request("message can't be deleted for everyone"));
        }
        state.messages.remove(&id);
        Ok(())
    })
}
