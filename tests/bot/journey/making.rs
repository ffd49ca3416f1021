//! From a stranger to an avatar that is ready.

use aisha_bot::buttons::{Button, Door};
use aisha_bot::screens::{create, photos, training};
use aisha_openapi::vocabulary::{Gender, Preset, TrainingType};
use aisha_tests::harness::{id, pictures};
use image::ImageFormat;
use serde_json::{Value, json};

use super::NAME;
use super::way::Way;
use crate::hands::{card_below, find, press, says, sees};

/// Greets the bot and answers what it asks of a new avatar; gives the avatar.
pub(crate) async fn begin(way: &Way) -> String {
    let ann = &way.ann;
    let hello = ann.command("/start");
    card_below(ann, hello).await;
    assert_eq!(way.get("/v1/me").await["locale"], way.locale.as_str());
    press!(ann, Button::Door(Door::New));
    press!(ann, Button::Create(create::Tap::Compare));
    press!(ann, Button::Back);
    press!(ann, Button::Create(create::Tap::Type(TrainingType::Portrait)));
    let avatars = way.list("/v1/avatars").await;
    assert_eq!(avatars.len(), 1);
    let begun = &avatars[0];
    let known = (&begun["status"], &begun["training_type"], &begun["avatar_type"], &begun["gender"]);
    assert_eq!(known, (&json!("draft"), &json!("portrait"), &json!("character"), &json!(null)));
    press!(ann, Button::Create(create::Tap::Gender(Gender::Female)));
    says(ann, NAME).await;
    let avatar = way.get(&format!("/v1/avatars/{}", id(begun))).await;
    let known = (&avatar["status"], &avatar["name"], &avatar["gender"]);
    assert_eq!(known, (&json!("photos_uploading"), &json!(NAME), &json!("female")));
    id(begun)
}

/// A good photo; each number gives another one.
pub(crate) fn photo(number: u32) -> Vec<u8> {
    pictures::jpeg_of(&pictures::scene(900 + number * 10, 800, number), 90)
}

async fn photos_of(way: &Way, avatar: &str) -> Vec<Value> {
    way.list(&format!("/v1/avatars/{avatar}/photos")).await
}

/// Sends photos, good and bad, and has those left out that do not help.
pub(crate) async fn send_photos(way: &Way, avatar: &str) {
    let ann = &way.ann;
    says(ann, "Привет").await;
    assert!(photos_of(way, avatar).await.is_empty(), "words are no photo");

    let album = ann.album((0..10).map(photo));
    let last = *album.last().expect("ten messages");
    let screen = ann.wait_for(|screen| screen.card().is_some_and(|card| card.id > last && card.text.contains("10 /")));
    let card = screen.await.card().expect("a card").clone();
    assert!(card.text.contains(NAME), "{card}");
    assert_eq!(card.id, last + 1, "an album has one answer");
    assert_eq!(photos_of(way, avatar).await.len(), 10);

    let original = pictures::encode(&pictures::scene(900, 1200, 20), ImageFormat::Png);
    let sent = ann.document("IMG_1.png", "image/png", original.clone());
    card_below(ann, sent).await;
    let kept = photos_of(way, avatar).await;
    assert_eq!((kept.len(), &kept[10]["format"]), (11, &json!("png")), "a file stays as it is");

    let small = ann.photo(pictures::jpeg_of(&pictures::scene(300, 300, 21), 90));
    let screen = card_below(ann, small).await;
    assert!(screen.says("512"), "{screen}");
    let again = ann.send_again(last);
    let screen = card_below(ann, again).await;
    assert!(screen.says("👯"), "{screen}");
    assert_eq!(photos_of(way, avatar).await.len(), 11);

    let twin = ann.photo(pictures::jpeg_of(&pictures::scene(900, 800, 0), 60));
    let screen = card_below(ann, twin).await;
    assert!(screen.says("👯"), "{screen}");
    press!(ann, Button::Photos(photos::Tap::Tidy));
    let kept = photos_of(way, avatar).await;
    let left_out = kept.iter().filter(|photo| photo["excluded"] == true).count();
    assert_eq!((kept.len(), left_out), (12, 1));
    assert!(find(&ann.screen(), |button| matches!(button, Button::Photos(photos::Tap::Tidy))).is_none());
}

/// Looks the photos through: one moves, one becomes the cover, one goes.
pub(crate) async fn review(way: &Way, avatar: &str) {
    let ann = &way.ann;
    let before: Vec<String> = photos_of(way, avatar).await.iter().map(id).collect();
    let is = |photo: &str, button: &Button| matches!(button, Button::Photos(photos::Tap::Open(id)) if id.to_string() == photo);
    let screen = press!(ann, Button::Photos(photos::Tap::Page(0)));
    assert!(screen.card().is_some_and(|card| card.media.is_some()), "the photos are shown\n{screen}");
    crate::hands::presses(ann, "the third photo", |button| is(&before[2], button)).await;
    press!(ann, Button::Photos(photos::Tap::Move(1)));
    let mut moved = before.clone();
    moved.swap(1, 2);
    let now: Vec<String> = photos_of(way, avatar).await.iter().map(id).collect();
    assert_eq!(now, moved);
    press!(ann, Button::Photos(photos::Tap::Cover));
    assert_eq!(way.get(&format!("/v1/avatars/{avatar}")).await["cover"], json!(before[2]));
    crate::hands::presses(ann, "the photo after it", |button| is(&before[1], button)).await;
    press!(ann, Button::Photos(photos::Tap::LeaveOut));
    press!(ann, Button::Photos(photos::Tap::TakeBack));
    press!(ann, Button::Photos(photos::Tap::Delete));
    press!(ann, Button::Photos(photos::Tap::DeleteSurely));
    moved.remove(2);
    let now: Vec<String> = photos_of(way, avatar).await.iter().map(id).collect();
    assert_eq!(now, moved);
    press!(ann, Button::Back);
}

/// Trains the avatar, and waits for the one message that it is ready.
pub(crate) async fn train(way: &Way, avatar: &str) {
    let ann = &way.ann;
    press!(ann, Button::Photos(photos::Tap::Continue));
    press!(ann, Button::Training(training::Tap::Choose(Preset::Balanced)));
    press!(ann, Button::Back);
    press!(ann, Button::Training(training::Tap::Choose(Preset::Fast)));
    let screen = sees(ann, "the price", |button| matches!(button, Button::Training(training::Tap::Start))).await;
    assert!(ann.screen().message(screen.message).is_some_and(|card| card.text.contains('$')), "{}", ann.screen());
    press!(ann, Button::Training(training::Tap::Start));
    let trainings = way.list(&format!("/v1/avatars/{avatar}/trainings")).await;
    assert_eq!((trainings.len(), &trainings[0]["preset"]), (1, &json!("fast")));
    let notice =
        ann.wait_for(|screen| screen.last().is_some_and(|last| last.text.starts_with('🎉') && is_notice(last)));
    let notice = notice.await.last().expect("a notice").clone();
    assert!(notice.text.contains(NAME), "{notice}");
    assert_eq!(way.get(&format!("/v1/avatars/{avatar}")).await["status"], "completed");
    way.told(1).await;
}

/// Whether a message tells something beside the card: all its buttons are doors, and work for ever.
fn is_notice(message: &aisha_tests::telegram::Message) -> bool {
    crate::hands::below(message).iter().all(|seen| seen.button.is_door())
}
