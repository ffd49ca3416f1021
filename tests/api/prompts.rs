//! Prompts that somebody works on, and what is done when nobody does, or badly.

use std::time::Duration;

use aisha_api::config::Config;
use aisha_api::prompts::ChatSettings;
use aisha_tests::harness::chat::{Chat, Reply};
use aisha_tests::harness::{Person, TestApp, id, pictures};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(5);

fn worked_on_by(settings: ChatSettings) -> impl FnOnce(&mut Config) {
    move |config| config.prompts = Some(settings)
}

async fn trigger(person: &Person, avatar: &str) -> String {
    let avatar = person.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    avatar["trigger_phrase"].as_str().expect("a word").to_owned()
}

async fn made(person: &Person, avatar: &str, key: &str, wish: Value) -> Value {
    let begun = id(&person.picture(avatar, key, wish).await.expect(202));
    person.generation_in(&begun, "completed").await
}

#[tokio::test]
async fn words_of_any_language_are_worked_on_before_they_go_out() {
    let chat = Chat::start(|text| {
        let trigger = text.split([' ', ',']).find(|word| word.starts_with("ais")).unwrap_or("nobody").to_uppercase();
        let said = if text.contains("в саду") { "in a garden" } else { "somewhere" };
        Reply::prompt(&format!("portrait of {trigger} {said}, golden hour"))
    })
    .await;
    let app = TestApp::with(worked_on_by(chat.settings(PATIENCE))).await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let trigger = trigger(&ann, &avatar).await;

    let russian = made(&ann, &avatar, "p-1", json!({"prompt": format!("{trigger} в саду")})).await;
    assert_eq!(russian["prompt"], format!("{trigger} в саду"), "the words stay as they were written");
    assert_eq!(russian["final_prompt"], format!("portrait of {trigger} in a garden, golden hour"), "letter by letter");
    assert_eq!(russian["warnings"], json!([]));
    let unnamed = made(&ann, &avatar, "p-2", json!({"prompt": "где-то"})).await;
    assert_eq!(unnamed["final_prompt"], format!("{trigger}, portrait of NOBODY somewhere, golden hour"));
    let styled = made(&ann, &avatar, "p-3", json!({"prompt": "в саду", "style_id": "low_key"})).await;
    assert_eq!(styled["final_prompt"], format!("portrait of {trigger} in a garden, golden hour"));

    let questions = chat.questions();
    assert_eq!(questions.len(), 3);
    let system = questions[0]["messages"][0]["content"].as_str().expect("a text");
    assert!(system.contains(&trigger), "it is told which word to keep");
    let asked = questions[2]["messages"][1]["content"].as_str().expect("a text");
    assert!(asked.starts_with(&format!("dramatic low-key portrait photo of {trigger} woman, в саду, ")), "{asked}");

    // What has no word of a person in it, or is wanted again just so, is not worked on.
    made(&ann, &avatar, "p-4", json!({"style_id": "noir"})).await;
    let again = ann.request(Method::POST, &format!("/v1/generations/{}/repeat", id(&russian)));
    let again = ann.send(again.header("Idempotency-Key", "r-1").json(&json!({}))).await.expect(202);
    let again = ann.generation_in(&id(&again), "completed").await;
    assert_eq!(again["final_prompt"], russian["final_prompt"]);
    let pack = ann.request(Method::POST, &format!("/v1/avatars/{avatar}/packs")).header("Idempotency-Key", "k-1");
    ann.send(pack.json(&json!({"styles": ["noir", "headshot"]}))).await.expect(202);
    ann.event("pack.completed", 0).await;
    assert_eq!(chat.questions().len(), 3);
    app.finish().await;
}

#[tokio::test]
async fn a_prompt_that_nobody_could_work_on_goes_out_as_it_was_written() {
    let chat = Chat::start(|_| Reply::Status(401)).await;
    let app = TestApp::with(worked_on_by(chat.settings(Duration::from_millis(1500)))).await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let trigger = trigger(&ann, &avatar).await;
    // Refusals that may pass and lost answers are worth one attempt more.
    let cases = [
        (Reply::Status(401), 1),
        (Reply::Status(400), 1),
        (Reply::Status(429), 2),
        (Reply::Status(500), 2),
        (Reply::Silence, 1),
        (Reply::Content("I'm sorry, I can't help with that.".to_owned()), 1),
        (Reply::Content(String::new()), 1),
        (Reply::prompt(""), 1),
        (Reply::Bytes(b"<html>It works!</html>".to_vec()), 1),
        (Reply::Bytes(b"{}".to_vec()), 1),
        (Reply::Bytes(vec![b' '; 300 * 1024]), 1),
    ];
    for (number, (reply, attempts)) in cases.into_iter().enumerate() {
        let before = chat.questions().len();
        let what = format!("{reply:.40?}");
        chat.answer(move |_| reply.clone());
        let picture = made(&ann, &avatar, &format!("p-{number}"), json!({"prompt": "на балконе"})).await;
        assert_eq!(picture["final_prompt"], format!("{trigger}, на балконе"), "{what}");
        assert_eq!(picture["warnings"][0]["code"], "prompt_not_enhanced", "{what}");
        assert_eq!(chat.questions().len() - before, attempts, "{what}");
    }
    // The same pictures again come with the same warning, and nobody is asked.
    let before = chat.questions().len();
    let listed = ann.get("/v1/generations?limit=1").await.expect(200);
    let again = ann.request(Method::POST, &format!("/v1/generations/{}/repeat", id(&listed["data"][0])));
    let again = ann.send(again.header("Idempotency-Key", "r-1").json(&json!({}))).await.expect(202);
    assert_eq!(again["warnings"].as_array().map(Vec::len), Some(1));
    ann.generation_in(&id(&again), "completed").await;
    assert_eq!(chat.questions().len(), before);
    app.finish().await;
}

#[tokio::test]
async fn a_model_that_is_not_there_holds_nothing_up() {
    let chat = Chat::start(|_| Reply::Silence).await;
    let settings = chat.settings(PATIENCE);
    drop(chat);
    let app = TestApp::with(worked_on_by(settings)).await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let picture = made(&ann, &avatar, "p-1", json!({"prompt": "на балконе"})).await;
    assert_eq!(picture["warnings"][0]["code"], "prompt_not_enhanced");
    let answer = ann.post("/v1/prompts/enhance", json!({"prompt": "на балконе"})).await;
    assert!(answer.header("retry-after").is_some());
    answer.problem(503, "unavailable");
    app.finish().await;
}

#[tokio::test]
async fn what_becomes_of_a_prompt_can_be_seen_before() {
    let chat = Chat::start(|_| Reply::prompt("on a balcony, autumn morning")).await;
    let app = TestApp::with(worked_on_by(chat.settings(PATIENCE))).await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let avatar = ann.avatar().await;
    let trigger = trigger(&ann, &avatar).await;
    let path = "/v1/prompts/enhance";
    let plain = ann.post(path, json!({"prompt": " на балконе "})).await.expect(200);
    assert_eq!(plain, json!({"final_prompt": "on a balcony, autumn morning"}));
    let named = ann.post(path, json!({"prompt": "на балконе", "avatar_id": avatar})).await.expect(200);
    assert_eq!(named["final_prompt"], format!("{trigger}, on a balcony, autumn morning"));
    for wrong in [json!({"prompt": " "}), json!({"prompt": "x".repeat(2001)}), json!({"prompt": "x", "avatar": avatar})]
    {
        ann.post(path, wrong).await.problem(422, "validation_failed");
    }
    let foreign = bob.post(path, json!({"prompt": "x", "avatar_id": avatar})).await.problem(422, "validation_failed");
    let missing = bob.post(path, json!({"prompt": "x", "avatar_id": uuid::Uuid::now_v7()})).await;
    let missing = missing.problem(422, "validation_failed");
    assert_eq!(foreign["errors"], missing["errors"], "nobody is told that it exists");
    app.finish().await;
}

#[tokio::test]
async fn a_photo_becomes_a_prompt() {
    let chat = Chat::start(|text| Reply::prompt(&format!("a person by the sea, {}", text.replace('\n', " ")))).await;
    let app = TestApp::with(worked_on_by(chat.settings(PATIENCE))).await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let avatar = ann.avatar().await;
    let trigger = trigger(&ann, &avatar).await;
    let send = async |person: &Person, query: &str, bytes: Vec<u8>| {
        let request = person.request(Method::POST, &format!("/v1/prompts/from-photo{query}"));
        person.send(request.header("Content-Type", "image/jpeg").body(bytes)).await
    };
    let photo = || pictures::jpeg(7);
    let told = send(&ann, "", photo()).await.expect(200);
    let told = told["final_prompt"].as_str().expect("a prompt").to_owned();
    assert!(told.starts_with("a person by the sea, The photo: a picture of "), "{told}");
    let named = send(&ann, &format!("?avatar_id={avatar}"), photo()).await.expect(200);
    assert_eq!(named["final_prompt"], format!("{trigger}, {told}"));
    let form = Form::new().part("file", Part::bytes(photo()).file_name("7.jpg"));
    let as_form = ann.send(ann.request(Method::POST, "/v1/prompts/from-photo").multipart(form)).await.expect(200);
    assert_eq!(as_form["final_prompt"], told);

    let asked = chat.questions().len();
    send(&bob, &format!("?avatar_id={avatar}"), photo()).await.problem(422, "validation_failed");
    send(&ann, "", b"GIF89a and so on".to_vec()).await.problem(422, "unsupported_format");
    send(&ann, "", photo()[..500].to_vec()).await.problem(422, "corrupt_image");
    send(&ann, "", Vec::new()).await.problem(422, "unsupported_format");
    let text = ann.request(Method::POST, "/v1/prompts/from-photo").header("Content-Type", "text/plain").body("x");
    ann.send(text).await.problem(415, "unsupported_media_type");
    let empty = ann.request(Method::POST, "/v1/prompts/from-photo").multipart(Form::new());
    assert!(ann.send(empty).await.status.is_client_error());
    assert_eq!(chat.questions().len(), asked, "nothing of that reaches the model");
    chat.answer(|_| Reply::Status(400));
    send(&ann, "", photo()).await.problem(503, "unavailable");
    app.spool_is_empty().await;
    app.finish().await;
}

#[tokio::test]
async fn without_anybody_prompts_stay_as_they_are() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    ann.post("/v1/prompts/enhance", json!({"prompt": "x"})).await.problem(409, "prompts_not_configured");
    let photo = ann.request(Method::POST, "/v1/prompts/from-photo").header("Content-Type", "image/jpeg");
    ann.send(photo.body(pictures::jpeg(7))).await.problem(409, "prompts_not_configured");
    app.finish().await;
}
