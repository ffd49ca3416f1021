//! Telegram does not answer, refuses, repeats itself, or is away: nothing is lost, nothing is told twice, nobody is flooded.

use std::time::Duration;

use crate::hands::{sees, tap};
use aisha_bot::buttons::{Button, Door};
use aisha_tests::harness::bot::{Bot, BotProgram, bot_key, settings};
use aisha_tests::harness::line::Line;
use aisha_tests::harness::{Person as Caller, TestApp, pictures};
use aisha_tests::telegram::{Effect, FakeTelegram, Fault, Person, Screen};

/// A service, a Telegram and a bot between them.
struct Stage {
    app: TestApp,
    telegram: FakeTelegram,
    bot: Bot,
    /// Somebody at Telegram who is at the menu, and the same person at the service.
    ann: Person,
    caller: Caller,
}

impl Stage {
    async fn new() -> Self {
        let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
        let key = bot_key(&app, &telegram).await;
        let bot = Bot::start_with(&app.url(""), &key, &telegram);
        let caller = Caller::new(app.url(""), Some(key)).acting_for("telegram:1");
        let ann = telegram.person(1, "en", "Ann");
        ann.command("/start");
        ann.reads("Hello, Ann!").await;
        Self { app, telegram, bot, ann, caller }
    }

    /// What was sent to Ann and arrived, by its words.
    fn arrived(&self, words: &str) -> usize {
        let calls = self.telegram.calls_of("sendMessage");
        let arrived = calls.iter().filter(|call| call.chat == Some(1) && matches!(call.status, Some(200) | None));
        arrived.filter(|call| call.params["text"].as_str().is_some_and(|text| text.contains(words))).count()
    }

    async fn finish(self) {
        self.telegram.assert_no_violations();
        self.bot.stop().await;
        Box::pin(self.app.finish()).await;
    }
}

/// What a notice says that no card does.
const NOTICE: &str = "Shall we make a picture?";

#[tokio::test]
async fn what_is_refused_with_429_comes_when_it_may() {
    let stage = Stage::new().await;
    for method in ["sendMessage", "editMessageText"] {
        stage.telegram.fault(Fault::on(method, Effect::RetryAfter(1)).times(2));
    }
    stage.ann.tap("Help");
    stage.ann.reads("What I can do").await;
    stage.ann.command("/start");
    stage.ann.reads("Hello, Ann!").await;
    let refused = stage.telegram.calls().iter().filter(|call| call.status == Some(429)).count();
    assert_eq!(refused, 4, "each refusal is waited for, and nothing is tried meanwhile");
    // A notice, too: once, and after the time it was told.
    stage.telegram.fault(Fault::on("sendMessage", Effect::RetryAfter(1)).times(2));
    stage.caller.trained_avatar(5).await;
    stage.ann.reads(NOTICE).await;
    let notices = stage.telegram.calls_of("sendMessage");
    let notices = notices.iter().filter(|call| call.params.to_string().contains(NOTICE));
    assert_eq!(notices.map(|call| call.status).collect::<Vec<_>>(), [Some(429), Some(429), Some(200)]);
    stage.finish().await;
}

#[tokio::test]
async fn a_notice_whose_answer_is_lost_is_not_sent_again_and_stands_on_the_card() {
    let stage = Stage::new().await;
    stage.telegram.fault(Fault::on("sendMessage", Effect::LoseAnswer));
    stage.caller.trained_avatar(5).await;
    told_on_card(&stage.ann).await;
    let screen = stage.ann.wait_for(|screen| screen.from_bot().count() == 2).await;
    assert_eq!(notices(&screen), 1, "the notice has arrived, and is not sent again: {screen}");
    stage.finish().await;
}

#[tokio::test]
async fn a_notice_that_was_lost_on_its_way_stands_on_the_card() {
    let stage = Stage::new().await;
    stage.telegram.fault(Fault::on("sendMessage", Effect::LoseRequest));
    stage.caller.trained_avatar(5).await;
    told_on_card(&stage.ann).await;
    let screen = stage.ann.wait_for(|screen| screen.from_bot().count() == 1).await;
    assert_eq!(notices(&screen), 0, "{screen}");
    stage.ann.tap("Help");
    let screen = stage.ann.reads("What I can do").await;
    assert!(!screen.says(NOTICE), "it is said once: {screen}");
    stage.finish().await;
}

#[tokio::test]
async fn a_notice_that_telegram_refuses_stands_on_the_card() {
    let stage = Stage::new().await;
    stage.telegram.fault(Fault::on("sendMessage", Effect::Status(400)).times(3));
    stage.caller.trained_avatar(5).await;
    let screen = told_on_card(&stage.ann).await;
    assert_eq!(notices(&screen), 0, "{screen}");
    stage.finish().await;
}

/// Waits until the card tells of the training.
async fn told_on_card(person: &Person) -> Screen {
    person.wait_for(|screen| screen.card().is_some_and(|card| is_card(card) && card.text.contains(NOTICE))).await
}

/// Messages with the buttons of a notice.
fn notices(screen: &Screen) -> usize {
    screen.from_bot().filter(|message| message.text.contains(NOTICE) && !is_card(message)).count()
}

fn is_card(message: &aisha_tests::telegram::Message) -> bool {
    let data = message.buttons().filter_map(|button| button.data.as_deref());
    data.filter_map(Button::decode).any(|(_, revision)| revision > 0)
}

#[tokio::test]
async fn a_bot_killed_while_it_tells_something_tells_it_on_the_card() {
    let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
    let (key, folder) = (bot_key(&app, &telegram).await, tempfile::tempdir().expect("a folder"));
    let mut program = BotProgram::start(settings(&app.url(""), &key, &telegram, folder.path()));
    let ann = telegram.person(1, "en", "Ann");
    ann.command("/start");
    ann.reads("Hello, Ann!").await;
    let before = telegram.calls_of("sendMessage").len();
    telegram.fault(Fault::on("sendMessage", Effect::HoldAnswer));
    Caller::new(app.url(""), Some(key)).acting_for("telegram:1").trained_avatar(5).await;
    telegram.called("sendMessage", before + 1).await;
    program.kill();
    program.begin();
    let screen = told_on_card(&ann).await;
    assert_eq!(notices(&screen), 1, "{screen}");

    // The same with a card: the one that nobody noted goes as soon as it is tapped.
    telegram.fault(Fault::on("sendMessage", Effect::HoldAnswer));
    ann.command("/help");
    let cards = |screen: &Screen| screen.from_bot().filter(|message| is_card(message)).count();
    ann.wait_for(|screen| screen.says("What I can do")).await;
    let unnoted = ann.screen().last().expect("a card").id;
    program.kill();
    program.begin();
    ann.wait_for(|screen| screen.last().is_some_and(|card| card.id != unnoted) && cards(screen) == 2).await;
    let tap = ann.tap_on(unnoted, "Back");
    ann.answered(&tap).await;
    ann.wait_for(|screen| screen.message(unnoted).is_none() && cards(screen) == 1).await;
    telegram.assert_no_violations();
    program.kill();
    app.finish().await;
}

#[tokio::test]
async fn an_answer_to_a_card_that_is_lost_leaves_nothing_that_stays() {
    let stage = Stage::new().await;
    stage.telegram.fault(Fault::on("editMessageText", Effect::LoseAnswer).times(3));
    stage.ann.tap("Help");
    let screen = stage.ann.reads("What I can do").await;
    assert_eq!(screen.from_bot().count(), 1, "an edit is an edit, however often: {screen}");
    stage.telegram.fault(Fault::on("answerCallbackQuery", Effect::LoseAnswer).times(2));
    stage.ann.tap("Back");
    stage.ann.reads("Hello, Ann!").await;
    stage.finish().await;
}

#[tokio::test]
async fn pictures_whose_arrival_nobody_knows_of_are_not_sent_again() {
    let stage = Stage::new().await;
    let (avatar, _) = stage.caller.trained_avatar(5).await;
    stage.ann.reads(NOTICE).await;
    stage.telegram.fault(Fault::on("sendMediaGroup", Effect::LoseAnswer));
    let wish = serde_json::json!({"prompt": "a cat", "num_images": 2});
    stage.caller.picture(&avatar, "two", wish).await.expect(202);
    // The card tells of them, and leads to them.
    let told =
        |screen: &Screen| screen.card().is_some_and(|card| is_card(card) && card.text.contains("2 pictures with"));
    stage.ann.wait_for(told).await;
    assert_eq!(stage.telegram.calls_of("sendMediaGroup").len(), 1);
    stage.finish().await;
}

#[tokio::test]
async fn a_file_that_telegram_does_not_take_is_given_up_and_told_of() {
    let stage = Stage::new().await;
    let to_export = Button::Settings(aisha_bot::screens::settings::Tap::Export);
    let ask = async || {
        stage.ann.command("/settings");
        let seen = sees(&stage.ann, "the export", |button| *button == to_export).await;
        tap(&stage.ann, &seen)
    };
    for (effect, tries, words) in [
        (Effect::Status(400), 3, "A file could not be sent to you"),
        (Effect::Status(413), 1, "larger than Telegram takes"),
    ] {
        let before = stage.telegram.calls_of("sendDocument").len();
        stage.telegram.fault(Fault::on("sendDocument", effect).times(tries));
        ask().await;
        stage.ann.wait_for(|screen| screen.card().is_some_and(|card| is_card(card) && card.text.contains(words))).await;
        assert_eq!(stage.telegram.calls_of("sendDocument").len(), before + tries);
    }
    // It holds nothing else back.
    ask().await;
    let document = |screen: &Screen| screen.from_bot().any(|message| message.media.is_some());
    stage.ann.wait_for(document).await;
    stage.finish().await;
}

#[tokio::test]
async fn updates_that_come_twice_or_whose_delivery_is_lost_are_done_once() {
    let stage = Stage::new().await;
    stage.telegram.duplicate_every(1);
    stage.telegram.fault(Fault::on("getUpdates", Effect::LoseAnswer).times(2));
    stage.telegram.cut_connections();
    let tap = stage.ann.tap("New avatar");
    stage.ann.answered(&tap).await;
    stage.ann.wait_for(|screen| screen.has_button("Portrait")).await;
    stage.ann.tap("Portrait");
    stage.ann.wait_for(|screen| screen.has_button("A woman")).await;
    let tap = stage.ann.tap("Back");
    stage.telegram.duplicate(tap.update);
    stage.ann.answered(&tap).await;
    stage.ann.wait_for(|screen| screen.has_button("Portrait")).await;
    let avatars = stage.caller.get("/v1/avatars").await.expect(200);
    assert_eq!(avatars["data"].as_array().map(Vec::len), Some(1), "{avatars:#}");
    stage.finish().await;
}

#[tokio::test]
async fn a_telegram_that_is_away_or_unwell_loses_nothing() {
    let stage = Stage::new().await;
    stage.telegram.go_down();
    // What people do meanwhile waits at Telegram, what the service has to say waits here.
    stage.ann.command("/help");
    let (avatar, _) = stage.caller.trained_avatar(5).await;
    stage.telegram.come_up();
    stage.ann.reads("What I can do").await;
    let to_generate = Button::Door(Door::Generate(avatar.parse().expect("an id"))).encode(0);
    stage.ann.wait_for(|screen| screen.says(NOTICE)).await;
    assert!(stage.arrived(NOTICE) <= 1 && stage.telegram.calls().len() < 100);
    // A status of 500 and above says nothing of what was done: a card is drawn again.
    stage.telegram.fault(Fault::on("sendMessage", Effect::Status(502)));
    stage.ann.command("/start");
    stage.ann.reads("Hello, Ann!").await;
    let visible = stage.ann.screen().from_bot().filter(|message| message.button(&to_generate).is_some()).count();
    assert!(visible <= 1, "{}", stage.ann.screen());
    stage.finish().await;
}

#[tokio::test]
async fn an_album_takes_one_reply_however_far_the_service_is_and_in_whatever_order_it_comes() {
    let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
    let line = Line::to(&app.url("")).await;
    let key = bot_key(&app, &telegram).await;
    let bot = Bot::start_with(&line.url, &key, &telegram);
    let caller = Caller::new(app.url(""), Some(key)).acting_for("telegram:1");
    let avatar = caller.avatar().await;
    let ann = telegram.person(1, "en", "Ann");
    ann.command("/start");
    ann.reads("Hello, Ann!").await;
    let photos: Vec<_> = (0..10).map(|number| pictures::jpeg_of(&pictures::scene(512, 512, number), 90)).collect();
    line.lengthen(Duration::from_millis(100));
    let begun = telegram.time();
    let messages = ann.album_arriving(photos, &[9, 0, 8, 1, 7, 2, 6, 3, 5, 4]);
    let last = *messages.last().expect("ten messages");
    ann.wait_for(|screen| screen.card().is_some_and(|card| card.id > last && card.text.contains("10"))).await;
    let calls = telegram.calls();
    let sent = calls.iter().filter(|call| call.chat == Some(1) && call.at >= begun && call.method.starts_with("send"));
    assert_eq!(sent.count(), 1, "{}", ann.screen());
    let avatars = caller.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    assert_eq!(avatars["photos_count"], 10);
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
}
