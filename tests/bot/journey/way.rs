//! One person's way through the bot, and the service that it leads through.

use aisha_api::domain::secret::Secret;
use aisha_bot::buttons::{Button, Door};
use aisha_openapi::vocabulary::Locale;
use aisha_tests::harness::bot::{Bot, bot_key};
use aisha_tests::harness::{self, TestApp};
use aisha_tests::telegram::{Call, FakeTelegram, Message, Person, Screen};
use serde_json::Value;

/// What the person calls themselves.
pub(crate) const FIRST_NAME: &str = "<Ann_*&>";

/// A person, the bot they talk to, and the service behind it.
pub(crate) struct Way {
    /// The service.
    pub(crate) app: Box<TestApp>,
    /// Telegram.
    pub(crate) telegram: FakeTelegram,
    /// The bot.
    pub(crate) bot: Bot,
    /// The person at Telegram.
    pub(crate) ann: Person,
    /// The same person at the service.
    pub(crate) service: harness::Person,
    /// The language of their Telegram.
    pub(crate) locale: Locale,
}

impl Way {
    /// The beginning of a way.
    pub(crate) async fn new(locale: Locale) -> Self {
        let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
        let key = bot_key(&app, &telegram).await;
        Self::between(app, telegram, key, locale)
    }

    /// The same with this service and this Telegram.
    pub(crate) fn between(app: TestApp, telegram: FakeTelegram, key: Secret, locale: Locale) -> Self {
        let bot = Bot::start_with(&app.url(""), &key, &telegram);
        let ann = telegram.person(7, locale.as_str(), FIRST_NAME);
        let service = harness::Person::new(app.url(""), Some(key)).acting_for(&format!("telegram:{}", ann.id()));
        Self { app: Box::new(app), telegram, bot, ann, service, locale }
    }

    /// What the service answers.
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.service.get(path).await.expect(200)
    }

    /// What the service lists, the newest first.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        self.get(path).await["data"].as_array().expect("a list").clone()
    }

    /// What was told beside the card: messages that were sent with buttons that work for ever.
    pub(crate) fn notices(&self) -> Vec<Call> {
        let mut calls = self.telegram.calls_of("sendMessage");
        calls.retain(|call| call.chat == Some(self.ann.id()) && is_notice(call));
        calls
    }

    /// Waits until so many things were told beside the card.
    pub(crate) async fn told(&self, count: usize) {
        while self.notices().len() < count {
            let sent = self.telegram.calls_of("sendMessage").len();
            if self.notices().len() < count {
                self.telegram.called("sendMessage", sent + 1).await;
            }
        }
        assert_eq!(self.notices().len(), count, "each is told once\n{}", self.ann.screen());
    }

    /// Waits until so many messages of pictures, or of files of this kind, stand beside the card, and then for the card
    /// below them; gives those messages.
    pub(crate) async fn arrived(&self, kind: &str, count: usize) -> Vec<Message> {
        let screen = self.ann.wait_for(|screen| {
            let beside = beside(screen, kind);
            let last = beside.last().map(|message| message.id);
            beside.len() >= count && screen.card().map(|card| card.id) > last
        });
        let beside: Vec<_> = beside(&screen.await, kind).into_iter().cloned().collect();
        assert_eq!(beside.len(), count);
        beside
    }

    /// The end of a way: everything was answered, and nothing was done that no bot should do.
    pub(crate) async fn end(self) {
        assert_eq!(self.telegram.unanswered_taps(), []);
        self.telegram.assert_no_violations();
        self.bot.stop().await;
        Box::pin(self.app.finish()).await;
    }
}

/// Messages of the bot with a file of this kind and without buttons.
fn beside<'a>(screen: &'a Screen, kind: &str) -> Vec<&'a Message> {
    let is_beside = |message: &&Message| {
        message.keyboard.is_empty() && message.media.as_ref().is_some_and(|media| media.kind == kind)
    };
    screen.from_bot().filter(is_beside).collect()
}

/// Whether a call sends news. A card of the same look would have a way back, or be the menu, which nothing is said on but
/// a greeting.
fn is_notice(call: &Call) -> bool {
    let rows = call.params["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten();
    let data = rows.flat_map(|row| row.as_array().into_iter().flatten()).map(|key| key["callback_data"].as_str());
    let buttons: Option<Vec<Button>> = data.map(|data| Some(Button::decode(data?)?.0)).collect();
    buttons.is_some_and(|buttons| {
        let leads_on = buttons.iter().any(|button| matches!(button, Button::Door(Door::New | Door::Settings)));
        !buttons.is_empty() && !leads_on && buttons.iter().all(Button::is_door)
    })
}
