//! From a trained avatar to pictures, as a person goes about it.

use aisha_api::fal::sandbox::{Fault, Rule, RunFault};
use aisha_tests::harness::bot::{Bot, bot_key};
use aisha_tests::harness::{Person as Caller, TestApp, id};
use aisha_tests::telegram::{FakeTelegram, Person};

/// Taps a button of the card once it is there.
async fn tap(person: &Person, button: &str) {
    let screen = person.wait_for(|screen| screen.card().is_some_and(|card| card.button(button).is_some())).await;
    person.tap_on(screen.card().expect("a card").id, button);
}

/// The same, and waits for the card it leads to.
async fn press(person: &Person, button: &str, words: &str) {
    tap(person, button).await;
    person.wait_for(|screen| screen.card().is_some_and(|card| card.text.contains(words))).await;
}

/// A service, a Telegram, and a person there who has a trained avatar; in the end the same person at the service.
async fn with_avatar() -> (TestApp, FakeTelegram, Bot, Person, Caller) {
    let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
    let key = bot_key(&app, &telegram).await;
    let caller = Caller::new(app.url(""), Some(key.clone())).acting_for("telegram:1");
    caller.trained_avatar(5).await;
    let bot = Bot::start_with(&app.url(""), &key, &telegram);
    let ann = telegram.person(1, "en", "Ann");
    ann.command("/start");
    ann.reads("Ann is ready").await;
    (app, telegram, bot, ann, caller)
}

#[tokio::test]
async fn a_wish_becomes_pictures_that_can_be_kept_and_deleted() {
    let (app, telegram, bot, ann, _) = with_avatar().await;
    ann.command("/generate");
    press(&ann, "Whole set", "A set makes many pictures").await;
    press(&ann, "Back", "Write what you want to see").await;
    ann.say("in the sun & <rain>");
    ann.wait_for(|screen| screen.card().is_some_and(|card| card.text.contains("in the sun & <rain>"))).await;
    press(&ann, "×2", "2 pictures: $").await;
    press(&ann, "Improve my words", "I cannot improve words here").await;
    press(&ann, "🎭 Style", "Choose a kind").await;
    press(&ann, "Portrait", "Soft daylight").await;
    press(&ann, "Window light", "A new picture with").await;
    press(&ann, "Remember this style", "Window light").await;
    ann.wait_for(|screen| screen.has_button("❤️ Remembered")).await;
    press(&ann, "No style", "Square, 1:1").await;
    press(&ann, "9:16", "Tall as a phone").await;
    press(&ann, "🚀 Make 2 pictures", "✅ 2 pictures with").await;
    // The pictures come together, and the card below them.
    let screen = ann.wait_for(|screen| screen.from_bot().filter(|message| message.album.is_some()).count() == 2).await;
    assert!(screen.from_bot().any(|message| message.album.is_some() && message.text.contains("in the sun & <rain>")));
    ann.wait_for(|screen| screen.last().is_some_and(|last| last.text.contains("✅ 2 pictures with"))).await;

    press(&ann, "🤍 Favourite", "✅ 2 pictures with").await;
    ann.wait_for(|screen| screen.has_button("❤️ Favourite")).await;
    tap(&ann, "Original 2").await;
    ann.wait_for(|screen| screen.from_bot().any(|message| media(message) == Some("document"))).await;
    ann.wait_for(|screen| screen.last().is_some_and(|last| last.button("📝 Words").is_some())).await;
    press(&ann, "📝 Words", "📝 ").await;
    press(&ann, "Back", "✅ 2 pictures with").await;
    tap(&ann, "My pictures").await;
    ann.wait_for(|screen| screen.card().is_some_and(|card| media(card) == Some("photo"))).await;
    ann.wait_for(|screen| screen.has_button("1 / 2")).await;
    tap(&ann, "▶️").await;
    ann.wait_for(|screen| screen.has_button("2 / 2")).await;
    press(&ann, "❤️ Favourites", "in the sun").await;
    ann.wait_for(|screen| screen.has_button("✓ ❤️ Favourites")).await;
    press(&ann, "🗑 Delete", "Delete both pictures").await;
    press(&ann, "Yes, delete", "Mark pictures that you like").await;
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn a_whole_set_is_made_and_looked_through() {
    let (app, telegram, bot, ann, _) = with_avatar().await;
    ann.command("/generate");
    press(&ann, "Whole set", "A set makes many pictures").await;
    press(&ann, "Business portraits", "12 pictures: $").await;
    press(&ann, "🚀 Make 12 pictures", "All 12 pictures are there").await;
    ann.wait_for(|screen| screen.has_button("See 12 pictures")).await;
    tap(&ann, "See 12 pictures").await;
    ann.wait_for(|screen| screen.card().is_some_and(|card| card.button("▶️").is_some())).await;
    press(&ann, "Back", "All 12 pictures are there").await;
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn the_card_of_a_set_follows_its_pictures() {
    let (app, telegram, bot, ann, caller) = with_avatar().await;
    let stuck = Rule::new(Fault::Run(RunFault::StuckInQueue));
    app.break_fal(Rule { endpoint: Some("fal-ai/flux-lora".to_owned()), ..stuck }).await;
    ann.command("/generate");
    press(&ann, "Whole set", "A set makes many pictures").await;
    press(&ann, "Business portraits", "12 pictures: $").await;
    press(&ann, "🚀 Make 12 pictures", "0 / 12").await;
    let made = caller.get("/v1/generations").await.expect(200);
    caller.post_empty(&format!("/v1/generations/{}/cancel", id(&made["data"][0]))).await.expect(202);
    // Nobody has pressed anything.
    ann.reads("1 / 12").await;
    press(&ann, "Cancel", "12").await;
    tap(&ann, "Yes").await;
    ann.wait_for(|screen| screen.card().is_some_and(|card| !card.text.contains("being made"))).await;
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
}

#[tokio::test]
async fn an_avatar_is_looked_at_renamed_and_deleted() {
    let (app, telegram, bot, ann, _) = with_avatar().await;
    ann.command("/avatars");
    press(&ann, "✅ ", "Ready for pictures").await;
    press(&ann, "Numbers", "Cost so far").await;
    press(&ann, "Back", "Ready for pictures").await;
    press(&ann, "Versions", "Each time I learn anew").await;
    press(&ann, "Back", "Ready for pictures").await;
    press(&ann, "Rename", "Send me the new name").await;
    ann.say("  Anna <the>\nsecond ");
    ann.reads("Renamed").await;
    ann.reads("Anna <the> second").await;
    press(&ann, "🗑 Delete", "for good?").await;
    press(&ann, "No, keep it", "Ready for pictures").await;
    press(&ann, "🗑 Delete", "for good?").await;
    press(&ann, "Yes, delete everything of it", "The avatar is deleted").await;
    ann.say("on the moon");
    ann.reads("I do not know yet what you look like").await;
    telegram.assert_no_violations();
    bot.stop().await;
    app.finish().await;
}

fn media(message: &aisha_tests::telegram::Message) -> Option<&'static str> {
    message.media.as_ref().map(|media| media.kind)
}
