//! The stand-in for Telegram itself: every rule of it, over the wire and with the bot's own client.

mod client;
mod edits;
mod faults;
mod files;
mod floods;
mod keyboards;
mod people;
mod profile;
mod taps;
mod texts;
mod updates;
mod wire;

use aisha_tests::telegram::{Caller, FakeTelegram, Person};

/// A Telegram, a caller of it, and somebody who has written to the bot.
async fn stage() -> (FakeTelegram, Caller, Person) {
    let telegram = FakeTelegram::start().await;
    let caller = Caller::new(&telegram);
    let person = telegram.person(77, "en", "Ann");
    person.say("hello");
    (telegram, caller, person)
}
