//! The service is away for a while: people are told once, and what they sent is done when it is back.

use aisha_tests::harness::TestApp;
use aisha_tests::harness::bot::{Bot, bot_key};
use aisha_tests::harness::line::Line;
use aisha_tests::telegram::FakeTelegram;

/// Messages of the bot that tell that the service is away.
const AWAY: &str = "The service is away";

#[tokio::test]
async fn people_are_told_once_and_what_they_sent_is_done_later() {
    let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
    let line = Line::to(&app.url("")).await;
    let bot = Bot::start_with(&line.url, &bot_key(&app, &telegram).await, &telegram);
    let ann = telegram.person(1, "en", "Ann");
    ann.command("/start");
    ann.reads("Hello, Ann!").await;
    let calls_before = telegram.calls().len();

    line.go_down();
    let wishes = ["/help", "/start", "/help", "/start", "/start"];
    for wish in wishes {
        ann.command(wish);
    }
    ann.reads(AWAY).await;
    // Taps are answered at once, and kept as well.
    let card = ann.screen().card().expect("a card").clone();
    let tap = ann.tap_on(card.id, "Refresh");
    ann.answered(&tap).await;
    // Several attempts later still nothing more was said.
    telegram.person(2, "en", "Bob").command("/start");
    tokio::time::sleep(std::time::Duration::from_secs(8)).await;
    let told = ann.screen().from_bot().filter(|message| message.text.contains(AWAY)).count();
    assert_eq!(told, 1, "{}", ann.screen());
    let sent = |chat: i64| {
        let calls = telegram.calls_of("sendMessage");
        calls.iter().filter(|call| call.chat == Some(chat)).count()
    };
    assert_eq!(sent(1), 2, "the greeting and one word about the absence");

    line.come_up();
    ann.reads("Hello, Ann!").await;
    let bob = telegram.person(2, "en", "Bob");
    bob.reads("Hello, Bob!").await;
    let screen = ann.screen();
    assert!(!screen.says(AWAY), "{screen}");
    assert_eq!(screen.from_bot().count(), 1, "one card is left: {screen}");
    assert!(telegram.calls().len() > calls_before);
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
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
