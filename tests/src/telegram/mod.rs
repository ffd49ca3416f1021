//! Telegram, for the tests of the bot: a strict stand-in for its Bot API, and the hands of people who use the bot.
//!
//! It keeps the limits of the real one and refuses in the same words. What the real one lets pass without a word and no
//! bot should do, such as a parameter that does not exist, it notes as a violation; a test ends with
//! [`FakeTelegram::assert_no_violations`].

mod caller;
mod chats;
mod faults;
mod files;
mod flood;
mod history;
mod html;
mod methods;
pub mod objects;
mod person;
mod photos;
mod refusal;
mod request;
mod rules;
mod screen;
mod server;
mod updates;
mod world;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use self::server::Line;
use self::world::World;
use crate::harness::app::PATIENCE;

pub use self::caller::Caller;
pub use self::chats::Toast;
pub use self::faults::{Effect, Fault};
pub use self::flood::FloodControl;
pub use self::history::Call;
pub use self::person::{Group, Person, Tap};
pub use self::screen::{Button, Media, Message, Screen};

/// The token that it accepts.
const TOKEN: &str = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0";

/// A running Telegram with one bot. It is gone when this is dropped.
#[derive(Debug)]
pub struct FakeTelegram {
    address: SocketAddr,
    world: Arc<World>,
    line: Arc<Line>,
    serving: JoinHandle<()>,
}

impl FakeTelegram {
    /// Starts one in which nobody has written to the bot.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound port has an address");
        let (world, line) = (Arc::new(World::new(TOKEN)), Arc::new(Line::new()));
        let serving = tokio::spawn(server::serve(listener, Arc::clone(&world), Arc::clone(&line)));
        Self { address, world, line, serving }
    }

    /// Its address, as `https://api.telegram.org` is the real one's.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The token of the bot.
    pub fn token(&self) -> &str {
        &self.world.token
    }

    /// A person with an account; the language is that of their app, such as `ru`, or empty.
    pub fn person(&self, id: i64, language: &str, name: &str) -> Person {
        Person::new(Arc::clone(&self.world), id, language, name)
    }

    /// A group that the bot is a member of; its number is negative.
    ///
    /// # Panics
    ///
    /// When the number is not negative.
    pub fn group(&self, id: i64, title: &str) -> Group {
        assert!(id < 0, "groups have negative numbers");
        Group::new(Arc::clone(&self.world), id, title)
    }

    /// From now on, or from the nth call on, calls meet with this.
    pub fn fault(&self, fault: Fault) {
        self.world.faults.add(fault);
    }

    /// Nothing goes wrong any more.
    pub fn clear_faults(&self) {
        self.world.faults.clear();
        self.world.updates.twice_every(None);
    }

    /// From now on the bot is refused with 429 when it is faster than this.
    pub fn control_flood(&self, control: FloodControl) {
        self.world.flood.control(control);
    }

    /// Every nth update comes once more after it was confirmed.
    pub fn duplicate_every(&self, nth: i64) {
        self.world.updates.twice_every(Some(nth));
    }

    /// An update that the bot has confirmed comes once more, with the same number.
    ///
    /// # Panics
    ///
    /// When there was no such update.
    pub fn duplicate(&self, update: i64) {
        self.world.updates.again(update);
    }

    /// Ends all connections, as a restart of the server does, with whatever is under way on them.
    pub fn cut_connections(&self) {
        self.line.cut();
    }

    /// Nobody gets through any more, until it is up again.
    pub fn go_down(&self) {
        self.line.set_down(true);
    }

    /// It can be reached again.
    pub fn come_up(&self) {
        self.line.set_down(false);
    }

    /// So much time passes for the ages of messages and taps.
    pub fn advance(&self, time: Duration) {
        self.world.advance(i64::try_from(time.as_secs()).unwrap_or(i64::MAX));
    }

    /// Updates that the bot has not confirmed.
    pub fn pending_updates(&self) -> usize {
        self.world.updates.pending()
    }

    /// Taps that the bot has not answered: their identifiers and the chats they were made in.
    pub fn unanswered_taps(&self) -> Vec<(String, i64)> {
        self.world.unanswered()
    }

    /// The bot's commands for a scope such as `all_private_chats` and a language, which may be empty for all.
    pub fn commands(&self, scope: &str, language: &str) -> Vec<(String, String)> {
        let key = (json!({ "type": scope }).to_string(), language.to_owned());
        let profile = self.world.profile();
        let commands = profile.commands.get(&key).and_then(Value::as_array).into_iter().flatten();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        commands.map(|command| (word(&command["command"]), word(&command["description"]))).collect()
    }

    /// The bytes of a file that stands in a chat, by its identifier.
    ///
    /// # Panics
    ///
    /// When there is no such file.
    pub fn file(&self, id: &str) -> bytes::Bytes {
        self.world.files.bytes(id).unwrap_or_else(|| panic!("there is no file {id}"))
    }

    /// How long it runs, on the clock that calls are told by.
    pub fn time(&self) -> Duration {
        self.world.history.now()
    }

    /// All calls so far, in the order in which they were answered.
    pub fn calls(&self) -> Vec<Call> {
        self.world.history.calls()
    }

    /// The calls of a method so far.
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.method == method).collect()
    }

    /// Waits until a method was called so often, and gives those calls.
    ///
    /// # Panics
    ///
    /// When the calls do not come.
    pub async fn called(&self, method: &str, times: usize) -> Vec<Call> {
        let mut calls = self.world.history.follow();
        let of = |calls: &[Call]| calls.iter().filter(|call| call.method == method).count();
        let enough = tokio::time::timeout(PATIENCE, calls.wait_for(|calls| of(calls) >= times)).await.is_ok();
        let calls = self.calls_of(method);
        assert!(enough, "{} of {times} calls of {method} came", calls.len());
        calls
    }

    /// What the bot did that no bot should do.
    pub fn violations(&self) -> Vec<String> {
        self.world.history.violations()
    }

    /// Ends a test.
    ///
    /// # Panics
    ///
    /// When the bot did what no bot should do.
    pub fn assert_no_violations(&self) {
        let violations = self.violations();
        assert!(violations.is_empty(), "the bot violates the Bot API:\n{}", violations.join("\n"));
    }
}

impl Drop for FakeTelegram {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
