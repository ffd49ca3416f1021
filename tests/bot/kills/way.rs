//! A whole way through the bot, as somebody goes it whom nothing keeps from going on: who taps again when nothing happens,
//! and never sends anything twice.

use std::sync::LazyLock;
use std::time::Duration;

use aisha_bot::buttons::{Button, Door};
use aisha_bot::screens::{create, generate, photos, training, transcripts};
use aisha_openapi::vocabulary::{Gender, Preset, TrainingType};
use aisha_tests::harness::{Person as Caller, pictures, sounds};
use aisha_tests::telegram::{Person, Screen};
use bytes::Bytes;

/// How long people wait before they tap again.
const AGAIN: Duration = Duration::from_millis(1500);
/// How long one step may take, with all kills that fall into it.
const STEP: Duration = Duration::from_secs(90);
/// Photos in the album.
pub(super) const PHOTOS: u32 = 10;
/// What is to be seen on the picture.
pub(super) const WISH: &str = "a cat in the <sun>";

static ALBUM: LazyLock<Vec<Bytes>> = LazyLock::new(|| {
    (0..PHOTOS).map(|number| pictures::jpeg_of(&pictures::scene(512, 512, number), 90).into()).collect()
});

/// Goes the whole way, from a greeting to a transcript.
pub(super) async fn go(person: &Person, api: &Caller, name: &str) {
    let album = ALBUM.clone();
    person.command("/start");
    see(person, |button| button == Button::Door(Door::New)).await;
    press(person, |button| button == Button::Door(Door::New), is_portrait).await;
    let is_female = |button| button == Button::Create(create::Tap::Gender(Gender::Female));
    press(person, is_portrait, is_female).await;
    press(person, is_female, |button| button == Button::Create(create::Tap::MyName)).await;
    person.say(name);
    until(person, |screen| screen.says(name) && !has(screen, |button| matches!(button, Button::Create(_)))).await;
    person.album(album);
    photos_are_there(person, api).await;
    let is_fast = |button| button == Button::Training(training::Tap::Choose(Preset::Fast));
    press(person, |button| button == Button::Photos(photos::Tap::Continue), is_fast).await;
    let is_start = |button| button == Button::Training(training::Tap::Start);
    press(person, is_fast, is_start).await;
    let is_to_generate = |button| matches!(button, Button::Door(Door::Generate(_)));
    press(person, is_start, is_to_generate).await;
    press(person, is_to_generate, |button| button == Button::Generate(generate::Tap::Categories)).await;
    person.say(WISH);
    until(person, |screen| screen.says(WISH)).await;
    let is_like = |button| button == Button::Generate(generate::Tap::Like);
    press(person, |button| button == Button::Generate(generate::Tap::Create), is_like).await;
    press(person, is_like, |button| button == Button::Generate(generate::Tap::Unlike)).await;
    person.voice(sounds::ogg(3), 3);
    see(person, |button| matches!(button, Button::Transcripts(transcripts::Tap::Download(_)))).await;
}

fn is_portrait(button: Button) -> bool {
    button == Button::Create(create::Tap::Type(TrainingType::Portrait))
}

/// Whether there is such a button anywhere in the chat.
pub(super) fn has(screen: &Screen, wanted: impl Fn(Button) -> bool) -> bool {
    newest(screen, wanted).is_some()
}

/// The newest message with such a button, and what the button tells the bot.
fn newest(screen: &Screen, wanted: impl Fn(Button) -> bool) -> Option<(i64, String)> {
    screen.from_bot().rev().find_map(|message| {
        let data = message.buttons().filter_map(|button| button.data.clone());
        let mut fitting = data.filter(|data| Button::decode(data).is_some_and(|(button, _)| wanted(button)));
        Some((message.id, fitting.next()?))
    })
}

async fn see(person: &Person, wanted: impl Fn(Button) -> bool) {
    until(person, |screen| has(screen, &wanted)).await;
}

async fn until(person: &Person, looks: impl Fn(&Screen) -> bool) {
    press_until(person, |_| false, looks).await;
}

/// Taps a button, again and again if need be, until there is another one that it leads to.
async fn press(person: &Person, wanted: impl Fn(Button) -> bool, leads_to: impl Fn(Button) -> bool) {
    press_until(person, wanted, |screen| has(screen, &leads_to)).await;
}

async fn press_until(person: &Person, wanted: impl Fn(Button) -> bool, done: impl Fn(&Screen) -> bool) {
    let trying = async {
        while !done(&person.screen()) {
            if let Some((message, data)) = newest(&person.screen(), &wanted) {
                person.tap_data(message, &data);
            }
            let _ = tokio::time::timeout(AGAIN, person.wait_for(&done)).await;
        }
    };
    let tried = tokio::time::timeout(STEP, trying).await;
    tried.unwrap_or_else(|_| panic!("{STEP:?} have passed, and the chat with {} is\n{}", person.id(), person.screen()));
}

/// Waits until the whole album is with the service.
async fn photos_are_there(person: &Person, api: &Caller) {
    let counting = async {
        loop {
            let avatars = api.get("/v1/avatars").await.expect(200);
            if avatars["data"][0]["photos_count"] == PHOTOS {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let counted = tokio::time::timeout(STEP, counting).await;
    counted.unwrap_or_else(|_| panic!("the album has not arrived:\n{}", person.screen()));
}
