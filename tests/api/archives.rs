//! Many pictures at once: as one archive, and on one sheet.

use std::io::{Cursor, Read as _};

use aisha_api::fal::sandbox::{Fault, Rule, RunFault};
use aisha_tests::harness::{Backend, Person, TestApp, id};
use reqwest::Method;
use serde_json::json;
use zip::ZipArchive;

const PATH: &str = "/v1/generations/archive";

/// Names and contents, in the order of the archive.
pub(crate) fn unpacked(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).expect("a whole archive");
    let names: Vec<String> = archive.file_names().map(|name| name.expect("a name").into_owned()).collect();
    let mut content = |name: &str| {
        let mut bytes = Vec::new();
        archive.by_name(name).expect("a file").read_to_end(&mut bytes).expect("a whole file");
        bytes
    };
    names.iter().map(|name| (name.clone(), content(name))).collect()
}

async fn pictures(ann: &Person, avatar: &str, key: &str, count: u32) -> String {
    let wish = json!({"prompt": "by the sea", "num_images": count});
    let made = id(&ann.picture(avatar, key, wish).await.expect(202));
    ann.generation_in(&made, "completed").await;
    made
}

async fn an_archive_holds_the_pictures_of_a_selection(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let one = pictures(&ann, &avatar, "p-1", 2).await;
    let other = pictures(&ann, &avatar, "p-2", 1).await;
    pictures(&ann, &avatar, "p-3", 1).await;

    let answer = ann.post(PATH, json!({"ids": [one, other, one]})).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("application/zip")));
    assert!(
        answer.header("content-disposition").is_some_and(|name| name.starts_with("attachment; filename=\"aisha-20"))
    );
    let mut expected = Vec::new();
    for (generation, number) in [(&other, 1), (&one, 1), (&one, 2)] {
        let made = ann.get(&format!("/v1/generations/{generation}")).await.expect(200);
        let day = made["created_at"].as_str().expect("a time")[..10].to_owned();
        let link = made["images"][number - 1]["url"].as_str().expect("a link");
        expected.push((format!("{day}_{generation}_{number}.jpg"), ann.follow(link).await.bytes.to_vec()));
    }
    assert_eq!(unpacked(&answer.bytes), expected);

    let bob = app.person("bob").await;
    bob.post(PATH, json!({"ids": [one]})).await.problem(404, "not_found");
    ann.post(PATH, json!({"ids": [one, uuid::Uuid::now_v7()]})).await.problem(404, "not_found");
    let many: Vec<_> = (0..201).map(|_| uuid::Uuid::now_v7()).collect();
    for ids in [json!([]), json!(many)] {
        ann.post(PATH, json!({"ids": ids})).await.problem(422, "validation_failed");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_archive_holds_the_pictures_of_a_selection_on_one_machine() {
    an_archive_holds_the_pictures_of_a_selection(Backend::Embedded).await;
}

#[tokio::test]
async fn an_archive_holds_the_pictures_of_a_selection_in_production() {
    an_archive_holds_the_pictures_of_a_selection(Backend::Production).await;
}

#[tokio::test]
async fn where_there_is_no_picture_there_is_neither_an_archive_nor_a_sheet() {
    let app = TestApp::new().await;
    let rule = Rule::new(Fault::Run(RunFault::StuckInQueue));
    app.break_fal(Rule { endpoint: Some("fal-ai/flux-lora".to_owned()), ..rule }).await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let begun = id(&ann.picture(&avatar, "p-1", json!({"prompt": "x"})).await.expect(202));
    ann.post(PATH, json!({"ids": [begun]})).await.problem(409, "no_pictures");
    ann.get(&format!("/v1/avatars/{avatar}/generations/sheet.jpg")).await.problem(404, "not_found");
    let share = format!("/v1/generations/{begun}/shares");
    ann.post(&share, json!({"expires_in_seconds": 60})).await.problem(409, "no_pictures");
    ann.delete(&format!("/v1/generations/{begun}")).await.expect(204);
    app.finish().await;
}

#[tokio::test]
async fn the_sheet_shows_the_newest_pictures() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let made = pictures(&ann, &avatar, "p-1", 4).await;
    let path = format!("/v1/avatars/{avatar}/generations/sheet.jpg");
    let sheet = ann.get(&path).await;
    assert_eq!((sheet.status.as_u16(), sheet.header("content-type")), (200, Some("image/jpeg")));
    let drawn = image::load_from_memory(&sheet.bytes).expect("a picture");
    assert!(drawn.width() > drawn.height() && drawn.height() > 100, "{} x {}", drawn.width(), drawn.height());
    let tag = sheet.header("etag").expect("a tag").to_owned();
    let known = async || ann.send(ann.request(Method::GET, &path).header("If-None-Match", &tag)).await.status;
    assert_eq!(known().await, 304);
    pictures(&ann, &avatar, "p-2", 1).await;
    assert_eq!(known().await, 200);
    app.person("bob").await.get(&path).await.problem(404, "not_found");
    ann.delete(&format!("/v1/generations/{made}")).await.expect(204);
    app.finish().await;
}
