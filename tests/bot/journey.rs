//! Whole ways through the bot, as a person goes them.

mod belongings;
pub(crate) mod making;
mod pictures;
pub(crate) mod way;

use aisha_openapi::vocabulary::Locale;
use aisha_tests::harness::TestApp;
use aisha_tests::harness::bot::Bot;
use aisha_tests::telegram::FakeTelegram;

use self::way::{FIRST_NAME, Way};
use crate::words;

/// What the avatar is called.
pub(crate) const NAME: &str = "<b>_*A&";

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

/// Everything that a person comes by, from the first word to the last.
async fn from_start_to_farewell(locale: Locale) {
    let way = Way::new(locale).await;
    let avatar = making::begin(&way).await;
    making::send_photos(&way, &avatar).await;
    making::review(&way, &avatar).await;
    making::train(&way, &avatar).await;
    pictures::by_words(&way, &avatar).await;
    pictures::by_style_and_pack(&way).await;
    pictures::galleries(&way, &avatar).await;
    belongings::avatars(&way, &avatar).await;
    let said = belongings::voice(&way).await;
    let elsewhere = belongings::languages(&way).await;
    belongings::choices(&way).await;
    belongings::leave(&way).await;
    assert_eq!(way.notices().len(), 2, "two avatars are ready: each is told once");

    let mut calls = way.telegram.calls();
    let own = [NAME, FIRST_NAME, belongings::NEW_NAME, pictures::wish(locale), belongings::CITY, &said, "Ann"];
    let toasts: Vec<String> = way.ann.screen().toasts.into_iter().map(|toast| toast.text).collect();
    words::assert_plain(&[words::shown(&calls, &way.ann), toasts.clone()].concat(), &own);
    // What was shown while another language was spoken is in that one.
    calls.drain(elsewhere);
    let texts = [words::shown(&calls, &way.ann), toasts].concat();
    assert!(texts.len() > 500, "{} texts", texts.len());
    match locale {
        Locale::Ru => words::assert_russian(&texts, &own),
        Locale::En => words::assert_english(&texts, &own),
    }
    way.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_comes_by_everything_in_russian() {
    from_start_to_farewell(Locale::Ru).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_comes_by_everything_in_english() {
    from_start_to_farewell(Locale::En).await;
}
