//! Whole ways through the bot, as a person goes them.

use aisha_tests::harness::TestApp;
use aisha_tests::harness::bot::Bot;
use aisha_tests::telegram::FakeTelegram;

#[tokio::test]
async fn a_stranger_is_greeted_in_the_language_of_their_telegram() {
    let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
    let bot = Bot::start(&app, &telegram).await;
    let (ann, boris) = (telegram.person(1, "en", "<Ann_*&>"), telegram.person(2, "ru", "Борис"));
    ann.command("/start");
    boris.command("/start");
    ann.reads("Hello, <Ann_*&>!").await;
    boris.reads("Здравствуйте, Борис!").await;
    let tap = boris.tap("Помощь");
    boris.answered(&tap).await;
    boris.reads("Что я умею").await;
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
}
