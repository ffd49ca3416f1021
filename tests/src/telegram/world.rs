//! Everything that Telegram knows. Each part has a lock of its own, and none is held while anything is waited for.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aisha_api::domain::clock::Clock;
use serde_json::{Value, json};

use super::chats::{Chat, Posted, Reach};
use super::faults::Faults;
use super::files::Files;
use super::flood::Flood;
use super::history::History;
use super::refusal::Refusal;
use super::request::Params;
use super::updates::Updates;

/// How long a tap may be answered, in seconds.
const TAP_LIVES: i64 = 60;

/// A tap that the bot was told of.
#[derive(Debug, Clone)]
pub(super) struct Tapped {
    pub(super) chat: i64,
    at: i64,
    answered: bool,
}

/// What a bot says of itself, by the language it is for.
pub(super) type Words = BTreeMap<String, String>;

/// How a bot presents itself.
#[derive(Debug, Default)]
pub(super) struct Profile {
    /// Commands by scope (as JSON) and language.
    pub(super) commands: BTreeMap<(String, String), Value>,
    pub(super) names: Words,
    pub(super) descriptions: Words,
    pub(super) short_descriptions: Words,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) token: String,
    /// The `User` object of the bot.
    pub(super) bot: Value,
    pub(super) updates: Updates,
    pub(super) files: Files,
    pub(super) faults: Faults,
    pub(super) flood: Flood,
    pub(super) history: History,
    profile: Mutex<Profile>,
    chats: Mutex<HashMap<i64, Arc<Chat>>>,
    taps: Mutex<HashMap<String, Tapped>>,
    ahead: AtomicI64,
    last_message: AtomicI64,
    last_tap: AtomicI64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(super) fn new(token: &str) -> Self {
        let id: i64 = token.split(':').next().and_then(|id| id.parse().ok()).expect("a token begins with a number");
        Self {
            token: token.to_owned(),
            bot: json!({ "id": id, "is_bot": true, "first_name": "Aisha", "username": "aisha_test_bot" }),
            updates: Updates::new(),
            files: Files::default(),
            faults: Faults::default(),
            flood: Flood::default(),
            history: History::new(),
            profile: Mutex::default(),
            chats: Mutex::default(),
            taps: Mutex::default(),
            ahead: AtomicI64::new(0),
            last_message: AtomicI64::new(1000),
            last_tap: AtomicI64::new(0),
        }
    }

    /// The time, in seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        Clock::system().now().timestamp() + self.ahead.load(Ordering::SeqCst)
    }

    pub(super) fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(super) fn profile(&self) -> MutexGuard<'_, Profile> {
        lock(&self.profile)
    }

    /// The chat of this object, which is the one that was there before, if there was.
    pub(super) fn open(&self, object: Value) -> Arc<Chat> {
        let chat = Chat::new(object);
        Arc::clone(lock(&self.chats).entry(chat.id).or_insert_with(|| Arc::new(chat)))
    }

    /// The chat that a call is for, if there is such a chat.
    pub(super) fn chat(&self, params: &Params) -> Result<Arc<Chat>, Refusal> {
        if params.text("chat_id").is_none_or(|id| id.is_empty()) {
            return Err(Refusal::bad_request("chat_id is empty"));
        }
        let chat = params.integer("chat_id").and_then(|id| lock(&self.chats).get(&id).cloned());
        chat.ok_or_else(|| Refusal::bad_request("chat not found"))
    }

    /// Puts a message of somebody into a chat; gives the `Message` object.
    pub(super) fn post(&self, chat: &Chat, from: &Value, content: &Value, fixed: bool) -> Value {
        let by_bot = from["is_bot"] == true;
        let mut object = json!({ "message_id": 0, "from": from, "chat": chat.object, "date": self.now() });
        object.as_object_mut().expect("an object").extend(content.as_object().cloned().unwrap_or_default());
        chat.change(|state| {
            // Taken here, so that numbers in a chat grow in the order in which messages come to stand there.
            let id = self.last_message.fetch_add(1, Ordering::SeqCst) + 1;
            object["message_id"] = json!(id);
            if !by_bot && state.reach == Reach::Never {
                state.reach = Reach::Open;
            }
            state.messages.insert(id, Posted { object: object.clone(), by_bot, fixed });
        });
        object
    }

    /// A new tap in a chat; gives its identifier.
    pub(super) fn tap(&self, chat: &Chat) -> String {
        let number = self.last_tap.fetch_add(1, Ordering::SeqCst) + 1;
        let id = chat.id.wrapping_shl(32).wrapping_add(number).to_string();
        let tapped = Tapped { chat: chat.id, at: self.now(), answered: false };
        lock(&self.taps).insert(id.clone(), tapped);
        id
    }

    /// Answers a tap once; gives the chat it was in.
    pub(super) fn answer_tap(&self, id: &str) -> Result<Arc<Chat>, Refusal> {
        let refusal = || Refusal::bad_request("query is too old and response timeout expired or query ID is invalid");
        let chat = {
            let mut taps = lock(&self.taps);
            let tapped = taps.get_mut(id).filter(|tapped| !tapped.answered).ok_or_else(refusal)?;
            if self.now() - tapped.at > TAP_LIVES {
                return Err(refusal());
            }
            tapped.answered = true;
            tapped.chat
        };
        lock(&self.chats).get(&chat).cloned().ok_or_else(refusal)
    }

    /// Whether a tap was answered.
    pub(super) fn is_answered(&self, tap: &str) -> bool {
        lock(&self.taps).get(tap).is_some_and(|tapped| tapped.answered)
    }

    /// The taps that were not answered, and the chats they were in.
    pub(super) fn unanswered(&self) -> Vec<(String, i64)> {
        let taps = lock(&self.taps);
        taps.iter().filter(|(_, tapped)| !tapped.answered).map(|(id, tapped)| (id.clone(), tapped.chat)).collect()
    }
}
