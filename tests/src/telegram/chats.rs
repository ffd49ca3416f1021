//! Chats and what stands in them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::refusal::Refusal;

/// Whether the bot can write to a chat.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Reach {
    /// Nobody has written to the bot yet.
    #[default]
    Never,
    Open,
    Blocked,
    Deactivated,
    /// The bot is no member of the group any more.
    Kicked,
}

/// A message that stands in a chat.
#[derive(Debug, Clone)]
pub(super) struct Posted {
    /// The `Message` object.
    pub(super) object: Value,
    pub(super) by_bot: bool,
    /// It came with a keyboard that is not part of the message, which cannot be edited afterwards.
    pub(super) fixed: bool,
}

/// What an answer to a tap showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// The tap that was answered.
    pub query: String,
    /// What it said; nothing, if it only stopped the waiting.
    pub text: String,
    /// It had to be closed by hand.
    pub alert: bool,
}

/// What changes in a chat.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) messages: BTreeMap<i64, Posted>,
    pub(super) reach: Reach,
    pub(super) toasts: Vec<Toast>,
    pub(super) actions: Vec<String>,
}

/// A chat of the bot.
#[derive(Debug)]
pub(super) struct Chat {
    pub(super) id: i64,
    /// The `Chat` object.
    pub(super) object: Value,
    state: watch::Sender<State>,
}

impl Chat {
    pub(super) fn new(object: Value) -> Self {
        let id = object["id"].as_i64().expect("a chat has an id");
        Self { id, object, state: watch::Sender::default() }
    }

    /// Changes what stands in it; whoever watches looks again.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut result = None;
        self.state.send_modify(|state| result = Some(change(state)));
        result.expect("the change was made")
    }

    /// Looks at it.
    pub(super) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.borrow())
    }

    pub(super) fn watch(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Whether it is a group.
    pub(super) fn is_group(&self) -> bool {
        self.object["type"] != "private"
    }

    /// Whether the bot may write here.
    pub(super) fn admit(&self) -> Result<(), Refusal> {
        match self.look(|state| state.reach) {
            Reach::Open => Ok(()),
            Reach::Never => Err(Refusal::forbidden("bot can't initiate conversation with a user")),
            Reach::Blocked => Err(Refusal::forbidden("bot was blocked by the user")),
            Reach::Deactivated => Err(Refusal::forbidden("user is deactivated")),
            Reach::Kicked => Err(Refusal::forbidden("bot was kicked from the supergroup chat")),
        }
    }

    /// What stays the same over all taps in it.
    pub(super) fn instance(&self) -> String {
        self.id.wrapping_mul(6_364_136_223_846_793_005).to_string()
    }
}

/// A person as a `User` object.
pub(super) fn user(id: i64, name: &str, language: &str) -> Value {
    let mut user = json!({ "id": id, "is_bot": false, "first_name": name, "username": format!("person_{id}") });
    if !language.is_empty() {
        user["language_code"] = json!(language);
    }
    user
}

/// The private chat with a person as a `Chat` object.
pub(super) fn private_chat(user: &Value) -> Value {
    json!({ "id": user["id"], "type": "private", "first_name": user["first_name"], "username": user["username"] })
}
