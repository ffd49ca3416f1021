//! The limits that the Bot API puts on what is sent: texts, captions and keyboards.

use serde_json::{Value, json};

use super::history::History;
use super::html::{self, Formatted, number, units};
use super::refusal::Refusal;
use super::request::{Params, text_of};

/// The most that a text may have after its entities are parsed, in UTF-16 units.
const LONGEST_TEXT: usize = 4096;
/// The most that a caption may have after its entities are parsed, in UTF-16 units.
const LONGEST_CAPTION: usize = 1024;
/// The most that a bot may be told of a tapped button, in bytes.
const LONGEST_DATA: usize = 64;
/// The most buttons below a message.
const MOST_BUTTONS: usize = 100;

/// What a button may have beside its label.
const BUTTON_FIELDS: [&str; 14] = [
    "text",
    "icon_custom_emoji_id",
    "style",
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
];

/// What of it is no action.
const DECORATION: [&str; 4] = ["text", "icon_custom_emoji_id", "style", "disabled"];

/// What comes below a message.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Markup {
    None,
    /// An `InlineKeyboardMarkup`.
    Inline(Value),
    /// A keyboard in place of the person's own, or its removal: no part of the message.
    Fixed,
}

/// The text of a message.
pub(super) fn text(params: &Params, history: &History, too_long: &str) -> Result<Formatted, Refusal> {
    let source = params.text("text").unwrap_or_default();
    let entities = params.structure("entities", "entities")?;
    let formatted = formatted(&source, params.text("parse_mode").as_deref(), entities.as_ref(), history)?;
    if formatted.text.is_empty() {
        return Err(Refusal::bad_request("message text is empty"));
    }
    if units(&formatted.text) > LONGEST_TEXT {
        return Err(Refusal::bad_request(too_long));
    }
    Ok(formatted)
}

/// A caption, which may be empty; `from` has the fields `caption`, `parse_mode` and `caption_entities`.
pub(super) fn caption(from: &Value, history: &History) -> Result<Formatted, Refusal> {
    let source = from["caption"].as_str().unwrap_or_default();
    let entities = Some(&from["caption_entities"]).filter(|entities| !entities.is_null());
    let formatted = formatted(source, from["parse_mode"].as_str(), entities, history)?;
    if units(&formatted.text) > LONGEST_CAPTION {
        return Err(Refusal::bad_request("message caption is too long"));
    }
    Ok(formatted)
}

/// The caption among the parameters of a call.
pub(super) fn caption_of(params: &Params, history: &History) -> Result<Formatted, Refusal> {
    let entities = params.structure("caption_entities", "caption_entities")?.unwrap_or_default();
    let word = |name: &str| params.text(name);
    let from = json!({ "caption": word("caption"), "parse_mode": word("parse_mode"), "caption_entities": entities });
    caption(&from, history)
}

fn formatted(
    source: &str,
    parse_mode: Option<&str>,
    entities: Option<&Value>,
    history: &History,
) -> Result<Formatted, Refusal> {
    let formatted = match parse_mode.map(str::to_lowercase).as_deref() {
        None | Some("" | "none") => {
            let entities = entities.and_then(Value::as_array).cloned().unwrap_or_default();
            Formatted { text: source.to_owned(), entities }
        }
        Some("html") => html::parse(source)?,
        Some(other) => {
            history.violation(format!("this stand-in reads HTML alone, not {other}"));
            return Err(Refusal::bad_request("unsupported parse_mode"));
        }
    };
    Ok(detected(trimmed(&formatted)))
}

/// Without the white space around it, as the servers keep a text.
fn trimmed(formatted: &Formatted) -> Formatted {
    let start = formatted.text.trim_start();
    let cut = units(&formatted.text) - units(start);
    let text = start.trim_end().to_owned();
    let most = units(&text);
    let entities = formatted.entities.iter().filter_map(|entity| {
        let from = number(entity, "offset").saturating_sub(cut);
        let to = (number(entity, "offset") + number(entity, "length")).saturating_sub(cut).min(most);
        let mut entity = entity.clone();
        entity["offset"] = json!(from);
        entity["length"] = json!(to.checked_sub(from).filter(|length| *length > 0)?);
        Some(entity)
    });
    Formatted { entities: entities.collect(), text }
}

/// With the commands and addresses that Telegram finds by itself.
pub(super) fn detected(mut formatted: Formatted) -> Formatted {
    let mut at = 0;
    let mut found = Vec::new();
    for word in formatted.text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        let name = bare.strip_prefix('/').map(|name| name.split('@').next().unwrap_or_default());
        let is_name = |name: &str| {
            (1..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        let kind = if name.is_some_and(is_name) {
            Some("bot_command")
        } else if bare.starts_with("https://") || bare.starts_with("http://") {
            Some("url")
        } else {
            None
        };
        let taken = formatted.entities.iter().any(|entity| {
            let from = number(entity, "offset");
            matches!(entity["type"].as_str(), Some("code" | "pre" | "text_link"))
                && (from..from + number(entity, "length")).contains(&at)
        });
        if let Some(kind) = kind.filter(|_| !taken) {
            found.push(json!({ "type": kind, "offset": at, "length": units(bare) }));
        }
        at += units(word);
    }
    formatted.entities.extend(found);
    formatted.entities.sort_by_key(|entity| (number(entity, "offset"), usize::MAX - number(entity, "length")));
    formatted
}

/// The keyboard of a call. Only an inline one may be part of an edit.
pub(super) fn markup(params: &Params, history: &History) -> Result<Markup, Refusal> {
    let Some(markup) = params.structure("reply_markup", "reply keyboard markup")? else { return Ok(Markup::None) };
    let Some(fields) = markup.as_object() else {
        return Err(Refusal::bad_request("object expected as reply markup"));
    };
    let Some(rows) = fields.get("inline_keyboard") else {
        let known = ["keyboard", "remove_keyboard", "force_reply"];
        if !known.iter().any(|name| fields.contains_key(*name)) {
            history.violation(format!("no keyboard in {markup}"));
        }
        return Ok(Markup::Fixed);
    };
    history.check_names("InlineKeyboardMarkup", &markup, &["inline_keyboard"]);
    let expected = || Refusal::bad_request("inline keyboard must be an Array of Arrays");
    let mut kept = Vec::new();
    for row in rows.as_array().ok_or_else(expected)? {
        let row = row.as_array().ok_or_else(expected)?;
        row.iter().try_for_each(|one| button(one, history))?;
        if !row.is_empty() {
            kept.push(json!(row));
        }
    }
    let buttons: usize = kept.iter().filter_map(Value::as_array).map(Vec::len).sum();
    match buttons {
        0 => Ok(Markup::None),
        1..=MOST_BUTTONS => Ok(Markup::Inline(json!({ "inline_keyboard": kept }))),
        _ => Err(Refusal::bad_request("reply markup is too long")),
    }
}

fn button(button: &Value, history: &History) -> Result<(), Refusal> {
    let wrong = |what: &str| Refusal::bad_request(&format!("can't parse inline keyboard button: {what}"));
    let fields = button.as_object().ok_or_else(|| wrong("InlineKeyboardButton must be an Object"))?;
    history.check_names("InlineKeyboardButton", button, &BUTTON_FIELDS);
    let label = fields.get("text").and_then(text_of).ok_or_else(|| wrong("Can't find field \"text\""))?;
    if label.trim().is_empty() {
        return Err(Refusal::bad_request("inline keyboard button text must be non-empty"));
    }
    let actions = BUTTON_FIELDS.iter().filter(|name| !DECORATION.contains(name));
    match actions.filter(|name| fields.contains_key(**name)).count() {
        0 => return Err(wrong("Text buttons are unallowed in the inline keyboard")),
        1 => {}
        _ => history.violation(format!("a button does one thing: {button}")),
    }
    if let Some(data) = fields.get("callback_data") {
        let data = data.as_str().ok_or_else(|| wrong("Field \"callback_data\" must be of type String"))?;
        if data.is_empty() {
            return Err(wrong("Text buttons are unallowed in the inline keyboard"));
        }
        if data.len() > LONGEST_DATA {
            return Err(Refusal::bad_request("BUTTON_DATA_INVALID"));
        }
    }
    if let Some(url) = fields.get("url") {
        let parsed = url.as_str().and_then(|url| url::Url::parse(url).ok());
        let scheme = parsed.as_ref().map(url::Url::scheme).unwrap_or_default();
        let named = scheme == "tg" || parsed.as_ref().is_some_and(|url| url.domain().is_some_and(|d| d.contains('.')));
        if !matches!(scheme, "http" | "https" | "tg") || !named {
            let url = url.as_str().unwrap_or_default();
            return Err(Refusal::bad_request(&format!(
                "inline keyboard button URL '{url}' is invalid: Wrong HTTP URL"
            )));
        }
    }
    Ok(())
}
