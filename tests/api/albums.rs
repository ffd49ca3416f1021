//! Albums: whatever order their photos come in, however they are divided, and however often they are sent, the same
//! photos are there in the end, and the same is said of each.

use aisha_tests::harness::app::with_faces;
use aisha_tests::harness::{Person, TestApp, pictures};
use image::ImageFormat;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::Value;

/// Photos that look different, of every format, and what is no photo.
fn album() -> Vec<Vec<u8>> {
    let scene = |number| pictures::scene(700, 600, number);
    vec![
        pictures::portrait(),
        pictures::jpeg_of(&scene(1), 90),
        pictures::jpeg_turned(&scene(2), 6),
        pictures::encode(&scene(3), ImageFormat::Png),
        pictures::encode(&scene(4), ImageFormat::WebP),
        pictures::jpeg_of(&scene(5), 20),
        pictures::jpeg_of(&scene(6), 90)[..5000].to_vec(),
        b"no picture".to_vec(),
    ]
}

/// How an album is sent: the order of its files, and how many come in each form.
fn sending(files: usize) -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let order = Just((0..files).collect::<Vec<_>>()).prop_shuffle();
    (order, prop::collection::vec(1..=files, files))
}

async fn send(person: &Person, avatar: &str, album: &[Vec<u8>], (order, sizes): &(Vec<usize>, Vec<usize>)) {
    let mut rest = order.as_slice();
    for size in sizes {
        let (form, behind) = rest.split_at(rest.len().min(*size));
        if !form.is_empty() {
            person.upload(avatar, form.iter().map(|&file| ("photo", album[file].clone())).collect()).await;
        }
        rest = behind;
    }
}

/// The photos that are there and what is said of each, whatever their order.
async fn told(person: &Person, avatar: &str) -> Vec<Vec<String>> {
    let listed = person.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200);
    let say = |photo: &Value| {
        ["sha256", "verdict", "validation_status", "issues", "quality", "faces", "near_duplicate_of"]
            .map(|field| photo[field].to_string())
            .to_vec()
    };
    let mut told: Vec<_> = listed["data"].as_array().expect("photos").iter().map(say).collect();
    told.sort();
    told
}

#[test]
fn an_album_in_any_order_and_any_forms_sent_twice_is_the_same_album() {
    let album = album();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (app, ann) = runtime.block_on(async {
        let app = TestApp::with(with_faces).await;
        let ann = app.person("ann").await;
        (app, ann)
    });
    let first = runtime.block_on(async {
        let avatar = ann.avatar().await;
        send(&ann, &avatar, &album, &((0..album.len()).collect(), vec![album.len()])).await;
        told(&ann, &avatar).await
    });
    assert_eq!(first.len(), album.len() - 2);
    let config = Config { cases: 6, rng_seed: RngSeed::Fixed(3), failure_persistence: None, ..Config::default() };
    let sendings = (sending(album.len()), sending(album.len()));
    let outcome = TestRunner::new(config).run(&sendings, |(once, again)| {
        let told = runtime.block_on(async {
            let avatar = ann.avatar().await;
            send(&ann, &avatar, &album, &once).await;
            let after_one = told(&ann, &avatar).await;
            send(&ann, &avatar, &album, &again).await;
            (after_one, told(&ann, &avatar).await)
        });
        prop_assert_eq!(&told.0, &first);
        prop_assert_eq!(&told.1, &first);
        Ok(())
    });
    runtime.block_on(app.finish());
    outcome.expect("the same album");
}
