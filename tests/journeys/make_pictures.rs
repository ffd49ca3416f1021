//! From a prompt to pictures in the store.

use aisha_api::domain::clock::Clock;
use aisha_api::fal::sandbox::{Fault, Rule, WebhookFault};
use aisha_api::workers::sweep_once;
use aisha_tests::harness::{Backend, Person, TestApp, id};
use chrono::TimeDelta;
use serde_json::{Value, json};

async fn from_prompt_to_picture(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let (avatar, training) = ann.trained_avatar(5).await;
    let wish = json!({"prompt": "in a sunlit garden", "aspect_ratio": "9:16", "num_images": 3, "seed": 42});
    let begun = ann.picture(&avatar, "p-1", wish).await;
    let location = begun.header("location").expect("a location").to_owned();
    let begun = begun.expect(202);
    assert_eq!(
        (&begun["status"], &begun["images"], &begun["training_id"]),
        (&json!("pending"), &json!([]), &json!(training))
    );

    let event = ann.event("generation.completed", 0).await;
    assert_eq!(event["resource"], json!({"type": "generation", "id": begun["id"]}));
    assert_eq!(event["details"], json!({"images": 3, "flagged": 0}));
    let made = ann.get(&location).await.expect(200);
    let trigger = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    let trigger = trigger["trigger_phrase"].as_str().expect("a word").to_owned();
    assert_eq!(made["final_prompt"], format!("{trigger}, in a sunlit garden"));
    assert_eq!((&made["prompt"], &made["seed"]), (&json!("in a sunlit garden"), &json!(42)));
    let images = made["images"].as_array().expect("pictures");
    assert_eq!(images.len(), 3);
    for (number, image) in (1..).zip(images) {
        assert_eq!((image["number"].as_i64(), &image["flagged"]), (Some(number), &json!(false)));
        let original = look_at(&ann, &image["url"]).await;
        assert_eq!((original.width(), original.height()), (576, 1024), "the size that was asked for");
        assert_eq!((image["width"].as_u64(), image["height"].as_u64()), (Some(576), Some(1024)));
        assert_eq!(look_at(&ann, &image["thumbnail_url"]).await.height(), 320);
    }
    assert_eq!(ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200)["generations_count"], 1);
    assert_ne!(pixels(&ann, &made, 0).await, pixels(&ann, &made, 1).await, "four pictures are four");

    // The same seed gives the same pictures, another one others.
    let repeat = |key: &'static str, fresh: bool| {
        let (ann, path) = (ann.clone(), format!("{location}/repeat"));
        async move {
            let request = ann.request(reqwest::Method::POST, &path).header("Idempotency-Key", key);
            let again = ann.send(request.json(&json!({"fresh_seed": fresh}))).await.expect(202);
            ann.generation_in(&id(&again), "completed").await
        }
    };
    let (same, other) = (repeat("r-1", false).await, repeat("r-2", true).await);
    assert_eq!((&same["repeat_of"], &same["seed"]), (&made["id"], &json!(42)));
    assert_eq!(pixels(&ann, &same, 0).await, pixels(&ann, &made, 0).await);
    assert_ne!(other["seed"], 42);
    assert_ne!(pixels(&ann, &other, 0).await, pixels(&ann, &made, 0).await);

    ann.delete(&location).await.expect(204);
    ann.get(&location).await.problem(404, "not_found");
    assert_eq!(ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200)["generations_count"], 2);
    app.finish().await;
}

async fn look_at(person: &Person, link: &Value) -> image::DynamicImage {
    let answer = person.follow(link.as_str().expect("a link")).await;
    assert_eq!(answer.status, 200);
    image::load_from_memory(&answer.bytes).expect("a picture")
}

async fn pixels(person: &Person, generation: &Value, index: usize) -> Vec<u8> {
    look_at(person, &generation["images"][index]["url"]).await.into_bytes()
}

#[tokio::test]
async fn a_prompt_becomes_pictures_on_one_machine() {
    from_prompt_to_picture(Backend::Embedded).await;
}

#[tokio::test]
async fn a_prompt_becomes_pictures_on_postgres_and_s3() {
    from_prompt_to_picture(Backend::Production).await;
}

#[tokio::test]
async fn pictures_come_without_a_webhook_too() {
    for backend in [Backend::Embedded, Backend::Production] {
        let Some(app) = TestApp::on(backend).await else { continue };
        app.break_fal(Rule::new(Fault::Webhook(WebhookFault::Lost))).await;
        let ann = app.person("ann").await;
        let (avatar, _) = ann.trained_avatar(5).await;
        let begun = ann.picture(&avatar, "p-1", json!({"prompt": "on a mountain"})).await.expect(202);
        ann.generation_in(&id(&begun), "completed").await;
        app.finish().await;
    }
}

#[tokio::test]
async fn what_the_safety_checker_keeps_back_is_told_and_not_shown() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let wish = json!({"prompt": "at the beach sandbox:nsfw", "num_images": 2});
    let all = id(&ann.picture(&avatar, "p-1", wish).await.expect(202));
    let all = ann.generation_in(&all, "moderated").await;
    let kept_back = |number: i32| {
        json!({"number": number, "flagged": true, "format": null, "width": null, "height": null, "size_bytes": null,
            "url": null, "thumbnail_url": null})
    };
    assert_eq!(all["images"], json!([kept_back(1), kept_back(2)]));
    assert_eq!(ann.event("generation.moderated", 0).await["details"], json!({"images": 0, "flagged": 2}));

    let wish = json!({"prompt": "at the beach sandbox:nsfw:2", "num_images": 3});
    let one = id(&ann.picture(&avatar, "p-2", wish).await.expect(202));
    let one = ann.generation_in(&one, "completed").await;
    let flagged: Vec<_> = one["images"].as_array().expect("pictures").iter().map(|image| &image["flagged"]).collect();
    assert_eq!(flagged, [false, true, false]);
    assert_eq!(one["images"][1], kept_back(2));
    ann.get(&format!("/v1/generations/{}/images/2/content", one["id"].as_str().expect("an id")))
        .await
        .problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn what_is_deleted_while_fal_draws_leaves_nothing() {
    let clock = Clock::held_at(Clock::system().now());
    let app = TestApp::living_by(clock.clone(), |_| {}).await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    for number in 0..6 {
        let begun = ann.picture(&avatar, &format!("p-{number}"), json!({"prompt": "in the rain"})).await.expect(202);
        let begun = id(&begun);
        if number % 2 == 0 {
            ann.generation_in(&begun, "processing").await;
        }
        ann.delete(&format!("/v1/generations/{begun}")).await.expect(204);
        ann.get(&format!("/v1/generations/{begun}")).await.problem(404, "not_found");
    }
    let whole = ann.picture(&avatar, "with-avatar", json!({"prompt": "in the snow"})).await.expect(202);
    ann.generation_in(&id(&whole), "processing").await;
    ann.delete(&format!("/v1/avatars/{avatar}")).await.expect(202);
    app.settled().await;
    // What was written for a generation that was deleted meanwhile is given up when nobody has claimed it for a while.
    clock.advance(TimeDelta::hours(2));
    sweep_once(app.rooms()).await.expect("a round");
    app.finish().await;
}
