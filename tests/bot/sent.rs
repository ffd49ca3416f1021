//! What people send that nobody asked for: it is answered, and breaks nothing.

use aisha_bot::buttons::Button;
use aisha_bot::screens::{create, generate, transcripts};
use aisha_openapi::vocabulary::{Locale, TrainingType};
use aisha_tests::harness::{id, sounds};
use aisha_tests::telegram::{Person, Screen};
use sha2::{Digest as _, Sha256};

use crate::hands::{card_below, find, press, says};
use crate::journey::making::photo;
use crate::journey::way::Way;

/// Waits for the card below a message, which says this above everything else.
async fn answers(person: &Person, message: i64, words: &str) -> Screen {
    let screen = card_below(person, message).await;
    let card = screen.card().expect("a card");
    assert!(card.text.contains(words), "`{words}` is not in\n{card}");
    assert!(!card.keyboard.is_empty());
    screen
}

/// Sends everything that there is nothing to be done with.
async fn odd_things(ann: &Person) {
    let nothing = "I cannot do anything with this";
    answers(ann, ann.sticker(), nothing).await;
    answers(ann, ann.contact(), nothing).await;
    answers(ann, ann.location(), nothing).await;
    answers(ann, ann.video(vec![7; 2000], 3), nothing).await;
    answers(ann, ann.document("report.pdf", "application/pdf", b"%PDF-1.7".to_vec()), "This is no photo").await;
    let large = vec![7; 25 << 20];
    answers(ann, ann.document("large.jpg", "image/jpeg", large.clone()), "20 MB").await;
    answers(ann, ann.audio("large.mp3", "audio/mpeg", large, 3600), "20 MB").await;
}

#[tokio::test]
async fn whatever_comes_is_answered_wherever_one_is() {
    let way = Way::new(Locale::En).await;
    let ann = &way.ann;
    let hello = ann.command("/start");
    card_below(ann, hello).await;
    odd_things(ann).await;
    press_new(ann).await;
    odd_things(ann).await;
    press_new(ann).await;
    says(ann, "Ann").await;
    odd_things(ann).await;
    assert_eq!(way.list("/v1/avatars").await[0]["photos_count"], 0);
    assert!(way.list("/v1/transcriptions").await.is_empty());
    way.end().await;
}

/// On to the question for a name.
async fn press_new(ann: &Person) {
    let asked = ann.command("/new");
    card_below(ann, asked).await;
    press!(ann, Button::Create(create::Tap::Type(TrainingType::Object)));
}

#[tokio::test]
async fn an_edited_message_changes_nothing() {
    let way = Way::new(Locale::En).await;
    let ann = &way.ann;
    press_new(ann).await;
    let said = ann.say("Cup");
    card_below(ann, said).await;
    ann.edit_message(said, "Another cup");
    // What comes after it has been done, so it has been heard.
    let asked = ann.command("/help");
    let screen = card_below(ann, asked).await;
    // The one answer to the name, the question, and the one answer to that: nothing else was said.
    assert_eq!((asked, screen.card().map(|card| card.id)), (said + 2, Some(said + 3)));
    assert_eq!(way.list("/v1/avatars").await[0]["name"], "Cup");
    way.end().await;
}

#[tokio::test]
async fn words_that_are_too_long_are_told_so_and_long_ones_fit() {
    let way = Way::new(Locale::En).await;
    let ann = &way.ann;
    press_new(ann).await;
    answers(ann, ann.say(&"ab".repeat(2048)), "4096").await;
    way.service.trained_avatar(5).await;
    ann.reads("is ready").await;
    let asked = ann.command("/generate");
    card_below(ann, asked).await;
    answers(ann, ann.say(&"ab".repeat(2048)), "2000").await;
    // A wish of the longest kind goes through to the pictures, all of it hard to show.
    let long = "<&😀_*".repeat(333);
    answers(ann, ann.say(&long), "<&😀_*").await;
    press!(ann, Button::Generate(generate::Tap::Create));
    way.arrived("photo", 1).await;
    assert_eq!(way.list("/v1/generations").await[0]["prompt"], long.as_str());
    press!(ann, Button::Generate(generate::Tap::Words));
    way.end().await;
}

#[tokio::test]
async fn an_album_may_arrive_in_any_order_and_come_twice() {
    let way = Way::new(Locale::En).await;
    let ann = &way.ann;
    press_new(ann).await;
    says(ann, "Cup").await;
    let photos: Vec<Vec<u8>> = (0..10).map(photo).collect();
    let order: Vec<usize> = (0..10).rev().collect();
    let album = ann.album_arriving(photos.clone(), &order);
    // Messages of a chat are numbered one after the other.
    let one_answer = |screen: &Screen| screen.card().is_some_and(|card| card.id == album[9] + 1);
    ann.wait_for(|screen| one_answer(screen) && screen.says("10 /")).await;
    let avatar = id(&way.list("/v1/avatars").await[0]);
    let kept = way.list(&format!("/v1/avatars/{avatar}/photos")).await;
    let kept: Vec<&str> = kept.iter().map(|photo| photo["sha256"].as_str().expect("a hash")).collect();
    let screen = ann.screen();
    // Telegram makes its own copies of photos.
    let files = album.iter().map(|message| screen.message(*message).and_then(|photo| photo.media.clone()));
    let files = files.map(|media| way.telegram.file(&media.expect("a photo").file_id));
    let sent: Vec<String> = files.map(|file| hex::encode(Sha256::digest(&file))).collect();
    assert_eq!(kept, sent, "in the order they were sent in");
    let again = ann.album(photos);
    let screen = answers(ann, again[9], "I already have this photo").await;
    let card = screen.card().expect("a card");
    assert_eq!(card.text.matches("I already have this photo").count(), 1, "it is said once\n{card}");
    assert_eq!(card.id, again[9] + 1, "and in one answer");
    assert_eq!(way.list(&format!("/v1/avatars/{avatar}/photos")).await.len(), 10);
    way.end().await;
}

#[tokio::test]
async fn a_forwarded_voice_message_is_written_down_wherever_one_is() {
    let way = Way::new(Locale::En).await;
    let ann = &way.ann;
    press_new(ann).await;
    ann.forwarded_voice(sounds::ogg(6), 6);
    let is_done = |button: &Button| matches!(button, Button::Transcripts(transcripts::Tap::Download(_)));
    ann.wait_for(|screen| find(screen, is_done).is_some()).await;
    assert_eq!(way.list("/v1/transcriptions").await[0]["status"], "completed");
    // The avatar is where it was.
    press_new(ann).await;
    says(ann, "Cup").await;
    assert_eq!(way.list("/v1/avatars").await.len(), 1);
    way.end().await;
}
