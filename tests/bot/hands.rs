//! A person's hands in a chat with the bot: buttons are found by what stands behind them, so that no test knows a label.

use aisha_bot::buttons::{Button, Revision};
use aisha_tests::telegram::{Message, Person, Screen, Tap};

/// Presses the button of this pattern: `press!(ann, Button::Door(Door::New))`.
macro_rules! press {
    ($person:expr, $button:pat $(if $guard:expr)?) => {
        $crate::hands::presses($person, stringify!($button), |button| matches!(button, $button $(if $guard)?)).await
    };
}
pub(crate) use press;

/// A button as it stands below a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The message.
    pub(crate) message: i64,
    /// What the button does.
    pub(crate) button: Button,
    /// What the card showed when it was drawn.
    pub(crate) revision: Revision,
    /// What the bot is told.
    pub(crate) data: String,
}

/// The buttons below a message, in reading order.
///
/// # Panics
///
/// When the bot would not know one of them.
pub(crate) fn below(message: &Message) -> Vec<Seen> {
    let seen = message.buttons().map(|shown| {
        let data = shown.data.clone().unwrap_or_else(|| panic!("`{}` tells the bot nothing", shown.label));
        let (button, revision) = Button::decode(&data).unwrap_or_else(|| panic!("{data} is no button"));
        Seen { message: message.id, button, revision, data }
    });
    seen.collect()
}

/// How often the chat has moved, as far as its buttons tell.
pub(crate) fn revision(screen: &Screen) -> Revision {
    screen.from_bot().flat_map(below).map(|seen| seen.revision).max().unwrap_or_default()
}

/// The newest message with such a button, and that button.
pub(crate) fn find(screen: &Screen, wanted: impl Fn(&Button) -> bool) -> Option<Seen> {
    screen.from_bot().rev().find_map(|message| below(message).into_iter().find(|seen| wanted(&seen.button)))
}

/// Waits for a button, presses it, and waits for what comes of it: an answer, and a card that was drawn since. `named` is
/// for who reads of a failure.
pub(crate) async fn presses(person: &Person, named: &str, wanted: impl Fn(&Button) -> bool) -> Screen {
    eprintln!("presses {named}");
    let screen = person.wait_for(|screen| find(screen, &wanted).is_some()).await;
    let seen = find(&screen, &wanted).expect("it was seen");
    let before = revision(&screen);
    let tap = person.tap_data(seen.message, &seen.data);
    person.answered(&tap).await;
    person.wait_for(|screen| revision(screen) > before).await
}

/// Presses a button that has the card drawn again and leads nowhere.
pub(crate) fn tap(person: &Person, seen: &Seen) -> Tap {
    person.tap_data(seen.message, &seen.data)
}

/// Waits until there is such a button, and gives it.
pub(crate) async fn sees(person: &Person, named: &str, wanted: impl Fn(&Button) -> bool) -> Seen {
    eprintln!("looks for {named}");
    let screen = person.wait_for(|screen| find(screen, &wanted).is_some()).await;
    find(&screen, &wanted).expect("it was seen")
}

/// Says something and waits for the card below it.
pub(crate) async fn says(person: &Person, words: &str) -> Screen {
    let said = person.say(words);
    card_below(person, said).await
}

/// Waits for a card below a message.
pub(crate) async fn card_below(person: &Person, message: i64) -> Screen {
    person.wait_for(|screen| screen.card().is_some_and(|card| card.id > message)).await
}
