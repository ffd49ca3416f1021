//! The card: old buttons, taps that come twice, people who block the bot, and who else can write to it.

use aisha_tests::harness::TestApp;
use aisha_tests::harness::bot::Bot;
use aisha_tests::telegram::{Effect, FakeTelegram, Fault};

#[tokio::test]
async fn the_card_follows_what_a_person_writes() {
    let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
    let bot = Bot::start(&app, &telegram).await;
    let ann = telegram.person(1, "en", "Ann");
    ann.command("/start");
    let first = ann.reads("Hello, Ann!").await.card().expect("a card").id;

    // A tap changes the card where it is.
    ann.tap("Help");
    let screen = ann.reads("What I can do").await;
    assert_eq!(screen.card().expect("a card").id, first);
    assert_eq!(screen.from_bot().count(), 1);

    // Words push it up: the next one goes below them, and the old one goes.
    ann.command("/start");
    let screen = ann
        .wait_for(|screen| screen.card().is_some_and(|card| card.id != first) && screen.from_bot().count() == 1)
        .await;
    assert!(screen.says("Hello, Ann!"));
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn old_buttons_answer_and_lead_to_the_card() {
    let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
    let bot = Bot::start(&app, &telegram).await;
    let ann = telegram.person(1, "en", "Ann");
    ann.command("/start");
    let card = ann.reads("Hello, Ann!").await.card().expect("a card").id;
    for data in ["1:c.nothing=1~0", "0:whatever", "", "1:b.~99", "1:d.avatar=zzz~1"] {
        let tap = ann.tap_data(card, data);
        ann.answered(&tap).await;
    }
    // On a message that is long gone, too.
    let tap = ann.tap_data(card - 1, "1:b.~0");
    assert!(ann.answered(&tap).await.contains("out of date"));
    // The same tap again, as apps send it when they hear nothing: it is done once.
    let card = ann.wait_for(|screen| screen.card().is_some_and(|new| new.id != card)).await.card().expect("a card").id;
    let tap = ann.tap_on(card, "Help");
    let again = ann.tap_again(&tap);
    ann.answered(&tap).await;
    ann.answered(&again).await;
    ann.reads("What I can do").await;
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn whoever_blocks_the_bot_is_left_alone_and_welcome_again() {
    let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
    let bot = Bot::start(&app, &telegram).await;
    let (ann, bob) = (telegram.person(1, "en", "Ann"), telegram.person(2, "en", "Bob"));
    ann.command("/start");
    ann.reads("Hello, Ann!").await;
    ann.block();
    ann.command("/help");
    bob.command("/start");
    bob.reads("Hello, Bob!").await;
    ann.unblock();
    ann.reads("What I can do").await;
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn in_a_group_the_bot_asks_to_be_written_to_alone() {
    let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
    let bot = Bot::start(&app, &telegram).await;
    let ann = telegram.person(1, "en", "Ann");
    let group = telegram.group(-100, "Friends");
    group.say(&ann, "/start");
    let calls = telegram.called("sendMessage", 1).await;
    assert_eq!(calls[0].chat, Some(-100));
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn an_answer_that_is_lost_and_a_wait_that_is_asked_for_do_no_harm() {
    let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
    let bot = Bot::start(&app, &telegram).await;
    let ann = telegram.person(1, "en", "Ann");
    ann.command("/start");
    ann.reads("Hello, Ann!").await;
    telegram.fault(Fault::on("editMessageText", Effect::LoseAnswer).times(2));
    ann.tap("Help");
    ann.reads("What I can do").await;
    telegram.fault(Fault::on("editMessageText", Effect::RetryAfter(1)));
    ann.tap("Back");
    ann.reads("Hello, Ann!").await;
    telegram.duplicate_every(1);
    ann.tap("Help");
    ann.reads("What I can do").await;
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
}
