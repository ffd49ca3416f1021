//! Somebody who has everything that a screen may show.

use std::time::Duration;

use aisha_api::config::Config;
use aisha_api::fal::sandbox::{Fault, Rule, RunFault};
use aisha_bot::buttons::Button;
use aisha_bot::screens::generate;
use aisha_openapi::vocabulary::Locale;
use aisha_tests::harness::bot::bot_key;
use aisha_tests::harness::chat::{Chat, Reply};
use aisha_tests::harness::{Person, TestApp, id, pictures, sounds};
use aisha_tests::telegram::FakeTelegram;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::hands::{card_below, press, says, sees};
use crate::journey::making::photo;
use crate::journey::way::Way;

/// A style for each that is liked, so that they take more than a page.
const LIKED: [&str; 9] = [
    "window_light",
    "studio_clean",
    "low_key",
    "golden_hour",
    "black_and_white",
    "candid_street",
    "headshot",
    "executive",
    "noir",
];

/// A way on which everything has happened already that may happen.
pub(crate) struct Belongings {
    /// The way.
    pub(crate) way: Way,
    /// The model that works on words there.
    pub(crate) model: Chat,
    /// An avatar of which there are two versions.
    pub(crate) trained_twice: Uuid,
    /// One of whose photos two look alike.
    pub(crate) with_twins: Uuid,
}

/// Somebody who has everything.
pub(crate) async fn of_every_kind() -> Belongings {
    let model = Chat::start(|_| Reply::prompt("in the sun")).await;
    let settings = model.settings(Duration::from_secs(5));
    let app = TestApp::with(|config: &mut Config| config.prompts = Some(settings)).await;
    let telegram = FakeTelegram::start().await;
    let key = bot_key(&app, &telegram).await;
    let everybody = Person::new(app.url(""), Some(key.clone()));
    let ann = everybody.acting_for("telegram:7");
    let (avatar, twins) = things(&ann).await;
    // What was told before the bot came is not told by it.
    let told = last_event(&ann).await;
    everybody.put("/v1/consumers/aisha-bot", json!({"acknowledged_seq": told})).await.expect(200);

    let way = Way::between(app, telegram, key, Locale::En);
    let hello = way.ann.command("/start");
    card_below(&way.ann, hello).await;
    troubles(&way, &avatar).await;
    let id = |avatar: &str| avatar.parse().expect("an id");
    Belongings { way, model, trained_twice: id(&avatar), with_twins: id(&twins) }
}

/// Has a picture made, and waits until its card is there.
pub(crate) async fn make_a_picture(way: &Way) {
    let asked = way.ann.command("/generate");
    card_below(&way.ann, asked).await;
    says(&way.ann, "in the sun").await;
    press!(&way.ann, Button::Generate(generate::Tap::Create));
    sees(&way.ann, "the picture", |button| matches!(button, Button::Generate(generate::Tap::Like))).await;
}

/// Has a set made, and waits until its card is there.
pub(crate) async fn make_a_set(way: &Way) {
    let asked = way.ann.command("/generate");
    card_below(&way.ann, asked).await;
    press!(&way.ann, Button::Generate(generate::Tap::Packs));
    press!(&way.ann, Button::Generate(generate::Tap::Set(_)));
    press!(&way.ann, Button::Generate(generate::Tap::Create));
    sees(&way.ann, "the set", |button| matches!(button, Button::Generate(generate::Tap::Another))).await;
}

/// From now on nothing comes to an end by itself, and a recording is just being listened to.
pub(crate) async fn halt(way: &Way) {
    way.app.break_fal(Rule::new(Fault::Run(RunFault::StuckInProgress))).await;
    way.service.transcribe("endless", sounds::ogg(5)).await.expect(202);
}

/// The number of the newest event.
async fn last_event(ann: &Person) -> i64 {
    let mut last = 0;
    loop {
        let events = ann.get(&format!("/v1/events?after={last}&limit=100")).await.expect(200);
        let next = events["next_after"].as_i64().expect("a number");
        if events["data"].as_array().is_none_or(Vec::is_empty) {
            return next;
        }
        last = next;
    }
}

/// Avatars, pictures, styles and recordings; gives the avatar that most is made with, and the one with twins.
async fn things(ann: &Person) -> (String, String) {
    let ((avatar, _), (second, _)) = tokio::join!(ann.trained_avatar(6), ann.trained_avatar(5));
    let again = id(&ann.train(&avatar, "again").await.expect(202));
    for style in LIKED {
        ann.put(&format!("/v1/styles/{style}/favourite"), json!({})).await.expect(200);
    }
    for number in 0..12 {
        let recording = sounds::wav(9, number);
        ann.transcribe(&format!("heard-{number}"), recording).await.expect(202);
    }
    let wish = json!({"prompt": "by the sea", "num_images": 2});
    let made = id(&ann.picture(&avatar, "first", wish).await.expect(202));
    ann.put(&format!("/v1/generations/{made}/favourite"), json!({})).await;
    let style = json!({"style_id": "noir", "num_images": 1});
    let styled = id(&ann.picture(&second, "styled", style).await.expect(202));
    let run = pack(ann, &avatar, "pack").await;
    // A set with a photo too many, and avatars that were only begun.
    let full = ann.avatar().await;
    let twin = pictures::jpeg_of(&pictures::scene(900, 800, 0), 60);
    let photos = (0..6).map(photo).chain([twin]).map(|bytes| ("photo.jpg", bytes)).collect();
    ann.upload(&full, photos).await.expect(201);
    for number in 0..5 {
        ann.post("/v1/avatars", json!({"name": format!("Draft {number}")})).await.expect(201);
    }
    ann.training_in(&again, "completed").await;
    join_all([&made, &styled].map(|made| ann.generation_in(made, "completed"))).await;
    ended(ann, &run).await;
    for heard in ann.get("/v1/transcriptions").await.expect(200)["data"].as_array().expect("a list") {
        ann.transcription_in(&id(heard), "completed").await;
    }
    (avatar, full)
}

async fn pack(ann: &Person, avatar: &str, key: &str) -> String {
    let request = ann.request(Method::POST, &format!("/v1/avatars/{avatar}/packs")).header("Idempotency-Key", key);
    id(&ann.send(request.json(&json!({"styles": ["noir", "headshot"]}))).await.expect(202))
}

/// Waits until a run of a pack has ended, however it ends.
async fn ended(ann: &Person, run: &str) -> Value {
    loop {
        let shown = ann.get(&format!("/v1/packs/{run}")).await.expect(200);
        if shown["status"] != "running" {
            return shown;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A training, a picture and a set that come to nothing, and one of each kind of news.
async fn troubles(way: &Way, avatar: &str) {
    let ann = &way.service;
    let heard = id(&ann.transcribe("news", sounds::ogg(7)).await.expect(202));
    let trained = ann.trained_avatar(5).await;
    ann.transcription_in(&heard, "completed").await;
    way.app.break_fal(Rule::new(Fault::Run(RunFault::CompletedWithError))).await;
    let failing = ann.avatar().await;
    ann.upload_photos(&failing, 5).await;
    let training = id(&ann.train(&failing, "failing-training").await.expect(202));
    let wish = json!({"prompt": "on the moon", "num_images": 1});
    let made = id(&ann.picture(avatar, "failing-picture", wish).await.expect(202));
    let run = pack(ann, &trained.0, "failing-pack").await;
    ann.training_in(&training, "failed").await;
    ann.generation_in(&made, "failed").await;
    assert_eq!(ended(ann, &run).await["status"], "failed");
    way.app.mend_fal().await;
    let told = |screen: &aisha_tests::telegram::Screen| screen.from_bot().count() == 6;
    way.ann.wait_for(told).await;
}
