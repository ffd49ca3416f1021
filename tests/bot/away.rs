//! The service is away for a while: people are told once, and what they sent is done when it is back.

use aisha_tests::harness::bot::{Bot, bot_key};
use aisha_tests::harness::line::Line;
use aisha_tests::harness::{Person as Caller, TestApp, pictures, sounds};
use aisha_tests::telegram::{FakeTelegram, Person};

use crate::number_from;

/// Messages of the bot that tell that the service is away.
const AWAY: &str = "The service is away";
/// Photos that are sent while it is.
const PHOTOS: u32 = 5;

/// A service at the end of a line, a Telegram, a bot between them, and somebody who is at the menu.
struct Stage {
    app: TestApp,
    telegram: FakeTelegram,
    line: Line,
    bot: Bot,
    ann: Person,
    caller: Caller,
}

impl Stage {
    async fn new() -> Self {
        let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
        let line = Line::to(&app.url("")).await;
        let key = bot_key(&app, &telegram).await;
        let bot = Bot::start_with(&line.url, &key, &telegram);
        let caller = Caller::new(app.url(""), Some(key)).acting_for("telegram:1");
        let ann = telegram.person(1, "en", "Ann");
        ann.command("/start");
        ann.reads("Hello, Ann!").await;
        Self { app, telegram, line, bot, ann, caller }
    }

    /// Waits until the bot has found the service away so often, and looks whether it has said so once.
    async fn stays_away(&self) {
        let attempts = number_from("AISHA_TEST_BOT_ATTEMPTS", 5);
        self.line.refuses(attempts.try_into().expect("a number")).await;
        let told = self.ann.screen().from_bot().filter(|message| message.text.contains(AWAY)).count();
        assert_eq!(told, 1, "{}", self.ann.screen());
    }

    /// Calls of a method for Ann's chat.
    fn calls_of(&self, method: &str) -> usize {
        self.telegram.calls_of(method).iter().filter(|call| call.chat == Some(1)).count()
    }

    async fn finish(self) {
        let screen = self.ann.screen();
        assert!(!screen.says(AWAY), "{screen}");
        self.telegram.assert_no_violations();
        self.bot.stop().await;
        Box::pin(self.app.finish()).await;
    }
}

#[tokio::test]
async fn people_are_told_once_and_what_they_sent_is_done_later() {
    let stage = Stage::new().await;
    let Stage { telegram, line, ann, .. } = &stage;
    line.go_down();
    for wish in ["/help", "/start", "/help", "/start", "/start"] {
        ann.command(wish);
    }
    ann.reads(AWAY).await;
    // Taps are answered at once, and kept as well.
    let card = ann.screen().card().expect("a card").clone();
    let tap = ann.tap_on(card.id, "Refresh");
    ann.answered(&tap).await;
    telegram.person(2, "en", "Bob").command("/start");
    stage.stays_away().await;
    assert_eq!(stage.calls_of("sendMessage"), 2, "the greeting and one word about the absence");

    line.come_up();
    ann.reads("Hello, Ann!").await;
    telegram.person(2, "en", "Bob").reads("Hello, Bob!").await;
    assert_eq!(ann.screen().from_bot().count(), 1, "one card is left: {}", ann.screen());
    stage.finish().await;
}

#[tokio::test]
async fn photos_and_recordings_that_are_sent_meanwhile_arrive() {
    let stage = Stage::new().await;
    let Stage { telegram, line, ann, caller, .. } = &stage;
    let avatar = caller.avatar().await;
    line.go_down();
    ann.album((0..PHOTOS).map(|number| pictures::jpeg_of(&pictures::scene(512, 512, number), 90)));
    ann.voice(sounds::ogg(3), 3);
    ann.reads(AWAY).await;
    stage.stays_away().await;
    assert_eq!(stage.calls_of("sendMessage"), 2, "the greeting and one word about the absence");
    assert_eq!(telegram.pending_updates(), 0, "what was sent is with the bot");

    line.come_up();
    // The recording came last: its card is the one that stays.
    ann.wait_for(|screen| !screen.says(AWAY) && screen.has_button("SRT")).await;
    let avatar = caller.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    assert_eq!(avatar["photos_count"], PHOTOS);
    let recordings = caller.get("/v1/transcriptions").await.expect(200);
    assert_eq!(recordings["data"].as_array().map(Vec::len), Some(1), "{recordings:#}");
    stage.finish().await;
}

#[tokio::test]
async fn a_tap_that_is_made_meanwhile_is_done_though_the_card_says_something_else() {
    let stage = Stage::new().await;
    let Stage { line, ann, caller, .. } = &stage;
    ann.tap("New avatar");
    ann.wait_for(|screen| screen.has_button("Portrait")).await;
    line.go_down();
    let taps = [ann.tap("Portrait"), ann.tap("Portrait")];
    for tap in &taps {
        ann.answered(tap).await;
    }
    ann.reads(AWAY).await;
    stage.stays_away().await;
    assert_eq!(stage.telegram.calls_of("answerCallbackQuery").len(), 3, "each tap is answered once");

    line.come_up();
    ann.wait_for(|screen| screen.has_button("A woman")).await;
    let avatars = caller.get("/v1/avatars").await.expect(200);
    assert_eq!(avatars["data"].as_array().map(Vec::len), Some(1), "{avatars:#}");
    assert_eq!(ann.screen().from_bot().count(), 1, "{}", ann.screen());
    stage.finish().await;
}

#[tokio::test]
async fn a_button_that_is_pressed_meanwhile_does_its_work_later() {
    let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
    let line = Line::to(&app.url("")).await;
    let bot = Bot::start_with(&line.url, &bot_key(&app, &telegram).await, &telegram);
    let ann = telegram.person(1, "en", "Ann");
    ann.command("/new");
    ann.reads("What shall the new avatar be?").await;
    line.go_down();
    let tap = ann.tap("👤 Portrait");
    ann.answered(&tap).await;
    ann.reads(AWAY).await;
    line.come_up();
    ann.reads("Who is it?").await;
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
}
