//! Photos from before anybody looked at them: the sweep has each looked at, as a new one is, and what comes out is the
//! same however often that is broken off.

use aisha_api::domain::photo::{Photo, face_key, training_key};
use aisha_api::files::Key;
use aisha_api::storage::objects::NewObject;
use aisha_api::storage::{Db, objects, photos};
use aisha_api::workers::sweep_once;
use aisha_tests::harness::app::with_faces;
use aisha_tests::harness::{Backend, Person, TestApp, pictures};
use bytes::Bytes;
use serde_json::{Value, json};

/// What is said of a photo that does not change with its version or the time.
const SAID: [&str; 9] =
    ["sha256", "validation_status", "verdict", "issues", "faces", "has_face", "quality", "width", "height"];

async fn listed(person: &Person, avatar: &str) -> Vec<Value> {
    person.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200)["data"].as_array().expect("photos").clone()
}

/// What is said of each photo, and the pictures that were made of it.
async fn seen(person: &Person, avatar: &str) -> Vec<(Vec<Value>, Vec<Bytes>)> {
    let mut seen = Vec::new();
    for photo in listed(person, avatar).await {
        let mut pictures = Vec::new();
        for link in ["thumbnail_url", "training_url", "face_url"].iter().filter_map(|name| photo[name].as_str()) {
            let picture = person.follow(link).await;
            assert_eq!(picture.status, 200, "{link}");
            pictures.push(picture.bytes);
        }
        seen.push((SAID.iter().map(|name| photo[name].clone()).collect(), pictures));
    }
    seen
}

async fn execute(app: &TestApp, sql: &'static str) {
    match &app.rooms().db {
        Db::Postgres(pool) => drop(sqlx::query(sql).execute(pool).await.expect("a change")),
        Db::Sqlite(pool, _) => drop(sqlx::query(sql).execute(pool).await.expect("a change")),
    }
}

/// Makes all photos as the first version of the schema left them: with an original and a thumbnail, and not looked at.
/// Gives their rows.
async fn age(app: &TestApp) -> Vec<Photo> {
    execute(
        app,
        "update photos set validation_status = 'pending', measures = null, taken_on = null, training_key = null, \
         face_key = null",
    )
    .await;
    for (key, _) in objects::list(&app.rooms().db).await.expect("the ledger") {
        if key.contains("/processed/") {
            app.rooms().files.delete(&Key::parse(key).expect("a key")).await.expect("deleted");
        }
    }
    execute(app, "delete from objects where object_key like '%/processed/%'").await;
    photos::list_pending(&app.rooms().db, 10).await.expect("a look")
}

/// Has the sweep see to everything.
async fn sweep(app: &TestApp) {
    sweep_once(app.rooms()).await.expect("a round");
    app.settled().await;
}

/// A person with an avatar of two photos, one of them with a face.
async fn ann(app: &TestApp) -> (Person, String) {
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    // One after the other: files of one form may overtake each other.
    for photo in [pictures::portrait(), pictures::jpeg(2)] {
        ann.upload_body(&avatar, None, photo).await.expect(201);
    }
    (ann, avatar)
}

async fn an_old_photo_is_looked_at_as_a_new_one_is(backend: Backend) {
    let Some(app) = TestApp::start(backend, with_faces).await else { return };
    let (ann, avatar) = ann(&app).await;
    let new = seen(&ann, &avatar).await;
    assert_eq!(new.iter().map(|(_, pictures)| pictures.len()).collect::<Vec<_>>(), [3, 2]);
    age(&app).await;
    sweep(&app).await;
    assert_eq!(seen(&ann, &avatar).await, new);
    assert_eq!(ann.event("photo.updated", 0).await["state"], "valid");
    // What was looked at is not looked at again.
    let after = listed(&ann, &avatar).await;
    sweep(&app).await;
    let versions = |photos: &[Value]| photos.iter().map(|photo| photo["version"].clone()).collect::<Vec<_>>();
    assert_eq!(versions(&listed(&ann, &avatar).await), versions(&after));
    app.finish().await;
}

#[tokio::test]
async fn an_old_photo_is_looked_at_as_a_new_one_is_on_one_machine() {
    an_old_photo_is_looked_at_as_a_new_one_is(Backend::Embedded).await;
}

#[tokio::test]
async fn an_old_photo_is_looked_at_as_a_new_one_is_in_production() {
    an_old_photo_is_looked_at_as_a_new_one_is(Backend::Production).await;
}

async fn an_old_photo_that_is_gone_or_broken_is_said_to_be_invalid(backend: Backend) {
    let Some(app) = TestApp::start(backend, with_faces).await else { return };
    let (ann, avatar) = ann(&app).await;
    let files = &app.rooms().files;
    let old = age(&app).await;
    let original = |photo: &Photo| Key::parse(photo.original_key.as_str()).expect("a key");
    files.delete(&original(&old[0])).await.expect("deleted");
    execute(
        &app,
        "delete from objects where object_key like '%/original/%' and object_key in \
                   (select original_key from photos where upload_order = 1)",
    )
    .await;
    let cut = pictures::jpeg(2)[..5000].to_vec();
    files.put(&original(&old[1]), cut.into()).await.expect("written");
    sweep(&app).await;
    for photo in listed(&ann, &avatar).await {
        assert_eq!(photo["validation_status"], "invalid", "{photo:#}");
        assert_eq!(
            (&photo["quality"], &photo["training_url"], &photo["face_url"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
    }
    let whole = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    assert_eq!((&whole["photos_count"], &whole["usable_photos_count"]), (&json!(2), &json!(0)));
    // A change of the avatar judges its photos again, and does not bring these back.
    ann.patch(&format!("/v1/avatars/{avatar}"), json!({"training_type": "style"})).await.expect(200);
    assert!(listed(&ann, &avatar).await.iter().all(|photo| photo["validation_status"] == "invalid"));
    app.finish().await;
}

#[tokio::test]
async fn an_old_photo_that_is_gone_or_broken_is_said_to_be_invalid_on_one_machine() {
    an_old_photo_that_is_gone_or_broken_is_said_to_be_invalid(Backend::Embedded).await;
}

#[tokio::test]
async fn an_old_photo_that_is_gone_or_broken_is_said_to_be_invalid_in_production() {
    an_old_photo_that_is_gone_or_broken_is_said_to_be_invalid(Backend::Production).await;
}

/// How far a look had come when its process was killed.
#[derive(Debug, Clone, Copy)]
enum Killed {
    Announced,
    HalfWritten,
    Written,
    /// So long ago that the sweep has given up what it had announced.
    LongAgo,
}

async fn leave(app: &TestApp, photo: &Photo, killed: Killed) {
    let (db, now) = (&app.rooms().db, app.rooms().now());
    let keys = [training_key, face_key].map(|key| key(photo.user_id, photo.avatar_id, photo.id));
    let announced = keys.each_ref().map(|key| NewObject {
        key,
        user_id: photo.user_id,
        avatar_id: Some(photo.avatar_id),
        size_bytes: 4,
    });
    let mut tx = db.begin().await.expect("a transaction");
    objects::announce(&mut tx, &announced, now).await.expect("announced");
    if matches!(killed, Killed::LongAgo) {
        for key in &keys {
            objects::doom(&mut tx, key, now).await.expect("given up");
        }
    }
    tx.commit().await.expect("committed");
    let written = match killed {
        Killed::Announced => 0,
        Killed::HalfWritten => 1,
        Killed::Written | Killed::LongAgo => 2,
    };
    for key in keys.into_iter().take(written) {
        let key = Key::parse(key).expect("a key");
        app.rooms().files.put(&key, Bytes::from_static(b"half")).await.expect("written");
    }
}

#[tokio::test]
async fn a_look_that_was_killed_half_way_is_taken_again() {
    let app = TestApp::with(with_faces).await;
    // Only a photo with a face has both pictures.
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    ann.upload_body(&avatar, None, pictures::portrait()).await.expect(201);
    let new = seen(&ann, &avatar).await;
    for killed in [Killed::Announced, Killed::HalfWritten, Killed::Written, Killed::LongAgo] {
        let old = age(&app).await;
        leave(&app, &old[0], killed).await;
        sweep(&app).await;
        // After a look that found its pictures given up, another one is due a moment later.
        let looked = async {
            while !photos::list_pending(&app.rooms().db, 1).await.expect("a look").is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(aisha_tests::harness::app::PATIENCE, looked).await.expect("it is looked at");
        assert_eq!(seen(&ann, &avatar).await, new, "{killed:?}");
        app.settled().await;
    }
    app.finish().await;
}
