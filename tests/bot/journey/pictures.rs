//! Pictures: by words, by a style, as a set; what is done with them, and where they are found again.

use aisha_bot::buttons::{Button, Door};
use aisha_bot::screens::{generate, images};
use aisha_openapi::vocabulary::Locale;
use aisha_tests::harness::id;
use serde_json::{Value, json};

use super::NAME;
use super::way::Way;
use crate::hands::{card_below, press, says};

/// What is wished for.
pub(crate) fn wish(locale: Locale) -> &'static str {
    match locale {
        Locale::Ru => "на балконе <осенью> & с чашкой кофе",
        Locale::En => "on a balcony in <autumn> & with a cup",
    }
}

async fn newest(way: &Way) -> Value {
    way.list("/v1/generations?limit=1").await.remove(0)
}

/// Four pictures in their own words, and everything that can be done with them.
pub(crate) async fn by_words(way: &Way, avatar: &str) {
    let ann = &way.ann;
    press!(ann, Button::Door(Door::Generate(_)));
    let screen = says(ann, wish(way.locale)).await;
    assert!(screen.says(wish(way.locale)), "{screen}");
    press!(ann, Button::Generate(generate::Tap::Count(4)));
    press!(ann, Button::Generate(generate::Tap::Create));
    let album = way.arrived("photo", 4).await;
    assert!(album.iter().all(|picture| picture.album.is_some() && picture.album == album[0].album));
    assert_eq!(album[0].text, format!("🎨 {NAME}\n{}", wish(way.locale)));
    let made = newest(way).await;
    assert_eq!((&made["status"], &made["avatar_id"]), (&json!("completed"), &json!(avatar)));
    assert_eq!((&made["prompt"], &made["num_images"]), (&json!(wish(way.locale)), &json!(4)));

    press!(ann, Button::Generate(generate::Tap::Like));
    assert_eq!(newest(way).await["is_favourite"], true);
    press!(ann, Button::Generate(generate::Tap::Original(2)));
    let document = way.arrived("document", 1).await.remove(0);
    let content = made["images"][1]["url"].as_str().expect("a link");
    let content = way.service.follow(content).await;
    let file = document.media.expect("a file");
    assert_eq!(way.telegram.file(&file.file_id), content.bytes, "the original comes as it was made");
    assert!(file.name.is_some_and(|name| name.starts_with("aisha-")));
    let screen = press!(ann, Button::Generate(generate::Tap::Words));
    assert!(screen.says(wish(way.locale)), "{screen}");
    press!(ann, Button::Back);
    press!(ann, Button::Generate(generate::Tap::Album));
    way.arrived("photo", 8).await;
    press!(ann, Button::Generate(generate::Tap::Repeat));
    way.arrived("photo", 12).await;
    let repeated = newest(way).await;
    assert_ne!(id(&repeated), id(&made));
    assert_eq!((&repeated["prompt"], &repeated["num_images"]), (&made["prompt"], &made["num_images"]));
}

/// One picture in a style, and then a set.
pub(crate) async fn by_style_and_pack(way: &Way) {
    let ann = &way.ann;
    press!(ann, Button::Door(Door::Generate(_)));
    press!(ann, Button::Generate(generate::Tap::Categories));
    press!(ann, Button::Generate(generate::Tap::Category(slug)) if slug.as_str() == "cinema");
    press!(ann, Button::Generate(generate::Tap::Style(slug)) if slug.as_str() == "noir");
    press!(ann, Button::Generate(generate::Tap::LikeStyle));
    press!(ann, Button::Generate(generate::Tap::Create));
    way.arrived("photo", 13).await;
    let made = newest(way).await;
    assert_eq!((&made["style_id"], &made["prompt"], &made["num_images"]), (&json!("noir"), &json!(""), &json!(1)));

    press!(ann, Button::Door(Door::Generate(_)));
    press!(ann, Button::Generate(generate::Tap::Packs));
    press!(ann, Button::Generate(generate::Tap::Set(slug)) if slug.as_str() == "business_portraits");
    press!(ann, Button::Generate(generate::Tap::Create));
    // All its pictures come as one.
    way.arrived("photo", 14).await;
    let run = way.list("/v1/packs").await.remove(0);
    assert_eq!((&run["status"], &run["progress"]["completed"]), (&json!("completed"), &json!(12)));
    let screen = press!(ann, Button::Generate(generate::Tap::Pictures));
    assert!(screen.card().is_some_and(|card| card.media.is_some()), "{screen}");
}

/// The galleries and their filters.
pub(crate) async fn galleries(way: &Way, avatar: &str) {
    let ann = &way.ann;
    let shown = |screen: &aisha_tests::telegram::Screen| {
        screen.card().and_then(|card| card.media.clone()).expect("a picture").file_id
    };
    let wanted = ann.command("/images");
    let newest_first = shown(&card_below(ann, wanted).await);
    let older = shown(&press!(ann, Button::Images(images::Tap::Older)));
    assert_ne!(older, newest_first);
    press!(ann, Button::Images(images::Tap::Newer));
    let screen = press!(ann, Button::Images(images::Tap::Favourites));
    assert!(screen.says("❤️") && screen.says(wish(way.locale)), "{screen}");
    let content = press!(ann, Button::Images(images::Tap::Words(_)));
    assert!(content.says(wish(way.locale)), "{content}");
    press!(ann, Button::Back);
    press!(ann, Button::Images(images::Tap::Unlike(_)));
    assert!(way.list("/v1/generations?favourite=true").await.is_empty());
    // Nothing is left to show here.
    press!(ann, Button::Door(Door::Images));
    press!(ann, Button::Images(images::Tap::Avatar(_)));
    let before = way.get(&format!("/v1/avatars/{avatar}")).await["generations_count"].as_i64();
    press!(ann, Button::Images(images::Tap::Delete(_)));
    press!(ann, Button::Images(images::Tap::ReallyDelete));
    let after = way.get(&format!("/v1/avatars/{avatar}")).await["generations_count"].as_i64();
    assert_eq!(after, before.map(|before| before - 1));
}
