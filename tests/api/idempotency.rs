//! One effect a key, however often it is sent.

use std::collections::BTreeSet;

use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::{Answer, Backend, Person, TestApp, id, pictures};
use futures_util::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

async fn create(person: &Person, key: &str, body: &Value) -> Answer {
    person.send(person.request(Method::POST, "/v1/avatars").header("Idempotency-Key", key).json(body)).await
}

async fn upload(person: &Person, avatar: &str, key: &str, files: &[(&str, Vec<u8>)]) -> Answer {
    let form = files.iter().fold(Form::new(), |form, (name, bytes)| {
        form.part("file", Part::bytes(bytes.clone()).file_name((*name).to_owned()))
    });
    let request = person.request(Method::POST, &format!("/v1/avatars/{avatar}/photos"));
    person.send(request.header("Idempotency-Key", key).multipart(form)).await
}

async fn avatars(person: &Person) -> usize {
    person.get("/v1/avatars").await.expect(200)["data"].as_array().expect("a list").len()
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_again() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let body = json!({"name": "Ann"});
    let first = create(&ann, "k-1", &body).await;
    assert_eq!(first.header("idempotency-replayed"), None);
    ann.patch(first.header("location").expect("a place"), json!({"name": "Bea"})).await.expect(200);
    let repeat = create(&ann, "k-1", &body).await;
    assert_eq!(repeat.header("idempotency-replayed"), Some("true"));
    assert_eq!((repeat.status, &repeat.bytes), (first.status, &first.bytes), "to the byte, whatever came between");
    for header in ["location", "content-type"] {
        assert_eq!(repeat.header(header), first.header(header));
    }
    assert_eq!(avatars(&ann).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_key_is_good_for_one_request_only() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = id(&create(&ann, "k-1", &json!({"name": "Ann"})).await.expect(201));
    create(&ann, "k-1", &json!({"name": "Bea"})).await.problem(422, "idempotency_key_reused");
    let elsewhere = ann.request(Method::POST, &format!("/v1/avatars/{avatar}/cancel")).header("Idempotency-Key", "k-1");
    ann.send(elsewhere).await.problem(422, "idempotency_key_reused");
    assert_eq!(ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200)["status"], "draft");
    assert_eq!(avatars(&ann).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_request_that_was_refused_leaves_its_key_free() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    create(&ann, "k-1", &json!({"name": ""})).await.problem(422, "validation_failed");
    create(&ann, "k-1", &json!({"name": "Ann"})).await.expect(201);
    let avatar = ann.avatar().await;
    ann.train(&avatar, "t-1").await.problem(409, "not_enough_photos");
    ann.upload_photos(&avatar, 5).await;
    ann.train(&avatar, "t-1").await.expect(202);
    app.finish().await;
}

async fn thirty_at_once_make_one(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let body = json!({"name": "Ann"});
    let answers = join_all((0..30).map(|_| create(&ann, "k-1", &body))).await;
    let bodies: BTreeSet<&[u8]> = answers.iter().map(|answer| answer.bytes.as_ref()).collect();
    assert_eq!(bodies.len(), 1, "all answers are the same");
    assert!(answers.iter().all(|answer| answer.status == 201));
    let replayed = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_some()).count();
    assert_eq!((replayed, avatars(&ann).await), (29, 1));
    app.finish().await;
}

#[tokio::test]
async fn thirty_at_once_make_one_avatar_on_one_machine() {
    thirty_at_once_make_one(Backend::Embedded).await;
}

#[tokio::test]
async fn thirty_at_once_make_one_avatar_on_postgres() {
    thirty_at_once_make_one(Backend::Production).await;
}

#[tokio::test]
async fn a_key_that_is_no_key_is_refused() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let longest = "a".repeat(64);
    for key in ["a", "A-z.0_9:b", longest.as_str()] {
        create(&ann, key, &json!({})).await.expect(201);
    }
    let too_long = "a".repeat(65);
    for key in ["", "two words", "a/b", "\"a\"", too_long.as_str()] {
        create(&ann, key, &json!({})).await.problem(400, "bad_request");
    }
    assert_eq!(avatars(&ann).await, 3);
    app.finish().await;
}

#[tokio::test]
async fn what_costs_money_is_not_done_without_a_key() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 5).await;
    let start = format!("/v1/avatars/{avatar}/trainings");
    ann.post(&start, json!({"preset": "fast"})).await.problem(400, "idempotency_key_required");
    let answers = join_all((0..10).map(|_| ann.train(&avatar, "t-1"))).await;
    let bodies: BTreeSet<&[u8]> = answers.iter().map(|answer| answer.bytes.as_ref()).collect();
    assert_eq!((bodies.len(), answers[0].status.as_u16()), (1, 202));
    assert_eq!(ann.get(&start).await.expect(200)["data"].as_array().map(Vec::len), Some(1), "it is paid once");
    app.finish().await;
}

#[tokio::test]
async fn an_upload_is_answered_again_and_not_done_again() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let files = [("1.jpg", pictures::jpeg(1)), ("broken.jpg", b"no".to_vec()), ("2.jpg", pictures::jpeg(2))];
    let first = upload(&ann, &avatar, "u-1", &files).await;
    let photo = id(&first.body["results"][0]["photo"]);
    ann.delete(&format!("/v1/photos/{photo}")).await.expect(204);
    let repeat = upload(&ann, &avatar, "u-1", &files).await;
    assert_eq!(repeat.header("idempotency-replayed"), Some("true"));
    assert_eq!((repeat.status.as_u16(), &repeat.bytes), (201, &first.bytes));
    let photos = ann.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200);
    assert_eq!(photos["data"].as_array().map(Vec::len), Some(1), "the deleted one did not come back");
    upload(&ann, &avatar, "u-1", &files[..1]).await.problem(422, "idempotency_key_reused");
    app.finish().await;
}

#[tokio::test]
async fn an_upload_to_another_avatar_is_another_request() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (one, two) = (ann.avatar().await, ann.avatar().await);
    let files = [("1.jpg", pictures::jpeg(1))];
    upload(&ann, &one, "u-1", &files).await.expect(201);
    upload(&ann, &two, "u-1", &files).await.problem(422, "idempotency_key_reused");
    app.finish().await;
}

#[tokio::test]
async fn ten_uploads_at_once_with_one_key_get_one_answer() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let files = [("1.jpg", pictures::jpeg(1)), ("2.jpg", pictures::jpeg(2))];
    let answers = join_all((0..10).map(|_| upload(&ann, &avatar, "u-1", &files))).await;
    let bodies: BTreeSet<&[u8]> = answers.iter().map(|answer| answer.bytes.as_ref()).collect();
    assert_eq!(bodies.len(), 1);
    let photos = ann.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200);
    assert_eq!(photos["data"].as_array().map(Vec::len), Some(2));
    app.finish().await;
}

#[tokio::test]
async fn the_keys_of_two_people_do_not_meet() {
    let app = TestApp::new().await;
    let (ann, ben) = (app.person("ann").await, app.person("ben").await);
    let body = json!({"name": "Ann"});
    let bot = app.person_with("bot", vec![Scope::ActAs, Scope::AvatarsRead, Scope::AvatarsWrite], Some("telegram:1"));
    let bot = bot.await;
    let people = [ann.clone(), ben, bot.acting_for("telegram:1"), bot.acting_for("telegram:2")];
    for person in &people {
        let answer = create(person, "k-1", &body).await;
        assert_eq!(answer.header("idempotency-replayed"), None);
        answer.expect(201);
        assert_eq!(avatars(person).await, 1);
    }
    let other_key_of_ann = app.person("ann").await;
    let answer = create(&other_key_of_ann, "k-1", &body).await;
    assert_eq!(
        answer.header("idempotency-replayed"),
        Some("true"),
        "another key of the same person is the same caller"
    );
    app.finish().await;
}

#[tokio::test]
async fn the_steps_of_an_avatar_are_repeated_safely() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 5).await;
    for step in ["finalize", "cancel"] {
        let send = || {
            let request = ann.request(Method::POST, &format!("/v1/avatars/{avatar}/{step}"));
            ann.send(request.header("Idempotency-Key", step))
        };
        let first = send().await;
        assert_eq!(first.status.as_u16(), 200, "{:#}", first.body);
        let repeat = send().await;
        assert_eq!((repeat.header("idempotency-replayed"), &repeat.bytes), (Some("true"), &first.bytes));
    }
    app.finish().await;
}
