//! An avatar is begun, the bot forgets everything, and the avatar goes on where it stood: the service knows it.

use aisha_bot::buttons::{Button, Door};
use aisha_bot::screens::{create, photos, training};
use aisha_openapi::vocabulary::{Gender, Locale, Preset, TrainingType};
use aisha_tests::harness::id;

use crate::hands::{card_below, find, press, says};
use crate::journey::making::photo;
use crate::journey::way::Way;

/// The bot forgets everything, and the person, who has tidied up, goes on with the avatar they had begun.
async fn go_on(way: &mut Way) {
    let card = way.ann.screen().card().expect("a card").id;
    way.bot.restart_without_memory().await;
    way.ann.delete_message(card);
    let hello = way.ann.command("/start");
    card_below(&way.ann, hello).await;
    press!(&way.ann, Button::Door(Door::New));
    press!(&way.ann, Button::Door(Door::Avatar(_)));
}

#[tokio::test]
async fn an_avatar_goes_on_after_the_bot_has_forgotten_everything() {
    let mut way = Way::new(Locale::En).await;
    let ann = way.ann.clone();
    let hello = ann.command("/start");
    card_below(&ann, hello).await;
    press!(&ann, Button::Door(Door::New));
    press!(&ann, Button::Create(create::Tap::Type(TrainingType::Portrait)));
    go_on(&mut way).await;
    press!(&ann, Button::Create(create::Tap::Gender(Gender::Other)));
    go_on(&mut way).await;
    says(&ann, "Ann in spring").await;
    let photos = ann.album((0..3).map(photo));
    ann.wait_for(|screen| screen.card().is_some_and(|card| card.id > photos[2] && card.text.contains("3 /"))).await;
    go_on(&mut way).await;
    assert!(ann.screen().says("3 /"), "{}", ann.screen());
    let more = ann.album((3..6).map(photo));
    ann.wait_for(|screen| screen.card().is_some_and(|card| card.id > more[2] && card.text.contains("6 /"))).await;
    press!(&ann, Button::Photos(photos::Tap::Continue));
    press!(&ann, Button::Training(training::Tap::Choose(Preset::Fast)));
    go_on(&mut way).await;
    press!(&ann, Button::Photos(photos::Tap::Continue));
    press!(&ann, Button::Training(training::Tap::Choose(Preset::Fast)));
    press!(&ann, Button::Training(training::Tap::Start));
    // Forgotten while it learns: it is told all the same, and once.
    way.bot.restart_without_memory().await;
    ann.reads("Ann in spring is ready").await;
    let hello = ann.command("/start");
    card_below(&ann, hello).await;
    let avatars = way.list("/v1/avatars").await;
    assert_eq!(avatars.len(), 1, "there is one avatar, however often it was gone on with");
    assert_eq!(way.list(&format!("/v1/avatars/{}/trainings", id(&avatars[0]))).await.len(), 1);
    way.told(1).await;
    way.end().await;
}

#[tokio::test]
async fn the_buttons_of_a_forgotten_card_answer() {
    let mut way = Way::new(Locale::En).await;
    let ann = way.ann.clone();
    let hello = ann.command("/start");
    card_below(&ann, hello).await;
    press!(&ann, Button::Door(Door::New));
    let old = find(&ann.screen(), |button| matches!(button, Button::Create(create::Tap::Compare))).expect("a button");
    way.bot.restart_without_memory().await;
    let tap = crate::hands::tap(&ann, &old);
    assert_ne!(ann.answered(&tap).await, "", "the person is told that this card is an old one");
    card_below(&ann, old.message).await;
    press!(&ann, Button::Door(Door::New));
    way.end().await;
}

#[tokio::test]
async fn a_restart_is_not_noticed() {
    let mut way = Way::new(Locale::Ru).await;
    let ann = way.ann.clone();
    let hello = ann.command("/start");
    card_below(&ann, hello).await;
    press!(&ann, Button::Door(Door::New));
    way.bot.restart().await;
    press!(&ann, Button::Create(create::Tap::Type(TrainingType::Style)));
    way.bot.restart().await;
    says(&ann, "Акварель").await;
    way.bot.restart().await;
    let sent = ann.photo(photo(1));
    card_below(&ann, sent).await;
    let avatar = &way.list("/v1/avatars").await[0];
    assert_eq!((&avatar["name"], &avatar["photos_count"]), (&"Акварель".into(), &1.into()));
    way.end().await;
}
