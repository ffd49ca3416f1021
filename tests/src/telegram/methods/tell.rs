//! Methods that answer, ask and announce, and leave the messages as they are.

use serde_json::{Value, json};

use super::super::chats::Toast;
use super::super::html::units;
use super::super::refusal::Refusal;
use super::super::request::Params;
use super::super::world::World;
use super::Answer;

/// The most that an answer to a tap may say, in UTF-16 units.
const LONGEST_TOAST: usize = 200;
/// What a bot can be shown doing.
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

/// `answerCallbackQuery`: once for each tap, and soon.
pub(super) fn answer_tap(world: &World, params: &Params) -> Answer {
    let query = params.text("callback_query_id").unwrap_or_default();
    let text = params.text("text").unwrap_or_default();
    if units(&text) > LONGEST_TOAST {
        return Err(Refusal::bad_request("MESSAGE_TOO_LONG"));
    }
    if params.text("url").is_some_and(|url| !url.is_empty()) {
        return Err(Refusal::bad_request("URL_INVALID"));
    }
    let chat = world.answer_tap(&query)?;
    chat.change(|state| state.toasts.push(Toast { query, text, alert: params.flag("show_alert") }));
    Ok(json!(true))
}

/// `sendChatAction`.
pub(super) fn action(world: &World, params: &Params) -> Answer {
    let chat = world.chat(params)?;
    let action = params.text("action").filter(|action| ACTIONS.contains(&action.as_str()));
    let action = action.ok_or_else(|| Refusal::bad_request("wrong parameter action in request"))?;
    chat.admit()?;
    chat.change(|state| state.actions.push(action));
    Ok(json!(true))
}

/// `getFile`.
pub(super) fn file(world: &World, params: &Params) -> Answer {
    let id = params.text("file_id").filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| Refusal::bad_request("file_id not specified"))?;
    world.files.get(&id)
}

/// `getChat`: a `ChatFullInfo`.
pub(super) fn chat(world: &World, params: &Params) -> Answer {
    let chat = world.chat(params)?;
    let mut full = chat.object.clone();
    full["accent_color_id"] = json!(chat.id.unsigned_abs() % 7);
    full["max_reaction_count"] = json!(11);
    full["accepted_gift_types"] = json!({ "unlimited_gifts": true, "limited_gifts": true, "unique_gifts": true,
        "premium_subscription": true, "gifts_from_channels": true });
    if chat.is_group() {
        full["permissions"] = json!({ "can_send_messages": true, "can_send_photos": true });
    } else {
        full["active_usernames"] = json!([full["username"]]);
    }
    Ok(full)
}

/// `deleteWebhook`.
pub(super) fn delete_webhook(world: &World, params: &Params) -> Value {
    if params.flag("drop_pending_updates") {
        world.updates.drop_pending();
    }
    json!(true)
}

/// `getWebhookInfo`.
pub(super) fn webhook_info(world: &World) -> Value {
    let mut info =
        json!({ "url": "", "has_custom_certificate": false, "pending_update_count": world.updates.pending() });
    let allowed = world.updates.allowed();
    if !allowed.is_empty() {
        info["allowed_updates"] = json!(allowed);
    }
    info
}
