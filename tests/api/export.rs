//! Everything of a person, to take along: whole and in volumes.

use std::collections::BTreeMap;

use aisha_api::files::Key;
use aisha_api::storage::Db;
use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::{Answer, Backend, Person, Program, TestApp, id, pictures, rows, sounds};
use reqwest::Method;
use serde_json::{Value, json};

use crate::archives::unpacked;

const PATH: &str = "/v1/me/export";
/// The smallest volume.
const VOLUME: usize = 1_000_000;

type Files = BTreeMap<String, Vec<u8>>;

/// The files of a ZIP by their names, of which none may be there twice.
#[track_caller]
fn files(answer: &Answer) -> Files {
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("application/zip")));
    let unpacked = unpacked(&answer.bytes);
    let count = unpacked.len();
    let files: Files = unpacked.into_iter().collect();
    assert_eq!(files.len(), count, "a name is there twice");
    files
}

fn document(files: &Files) -> Value {
    serde_json::from_slice(&files["export.json"]).expect("a JSON document")
}

/// Every volume, each with its size.
async fn volumes(person: &Person, wish: &str) -> Vec<Files> {
    let mut volumes = Vec::new();
    let mut answer = person.get(&format!("{PATH}?max_bytes={VOLUME}{wish}")).await;
    loop {
        assert!(answer.bytes.len() <= VOLUME, "a volume has {} bytes", answer.bytes.len());
        volumes.push(files(&answer));
        let Some(cursor) = answer.header("next-cursor") else { return volumes };
        answer = person.get(&format!("{PATH}?max_bytes={VOLUME}{wish}&cursor={cursor}")).await;
    }
}

/// An avatar of five photos, of some hundred KB each, that has two pictures and a share; the ids of avatar and generation.
async fn something(person: &Person, name: &str) -> (String, String) {
    let avatar = person.avatar().await;
    person.patch(&format!("/v1/avatars/{avatar}"), json!({"name": name})).await.expect(200);
    let photos = (0..5).map(|number| ("photo.jpg", pictures::camera_jpeg(1800 + number * 16, 1600))).collect();
    person.upload(&avatar, photos).await.expect(201);
    let training = id(&person.train(&avatar, &format!("t-{avatar}")).await.expect(202));
    person.training_in(&training, "completed").await;
    let wish = json!({"prompt": "by the sea", "num_images": 2});
    let generation = id(&person.picture(&avatar, &format!("p-{avatar}"), wish).await.expect(202));
    person.generation_in(&generation, "completed").await;
    let share = json!({"expires_in_seconds": 3600});
    person.post(&format!("/v1/generations/{generation}/shares"), share).await.expect(201);
    (avatar, generation)
}

async fn all_that_is_known_of_a_person_comes_along(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let (avatar, generation) = something(&ann, "Аня / ../x").await;
    let (of_bob, _) = something(&bob, "Bob").await;
    let recordings = [
        id(&ann.transcribe("r-1", sounds::wav(2, 1)).await.expect(202)),
        id(&ann.transcribe("r-2", sounds::wav(3, 2)).await.expect(202)),
    ];
    for recording in &recordings {
        ann.transcription_in(recording, "completed").await;
    }
    ann.put("/v1/styles/noir/favourite", json!({})).await.expect(200);
    ann.patch("/v1/me", json!({"settings": {"original_url": "https://example.org"}})).await.expect(200);

    let answer = ann.get(PATH).await;
    assert_eq!(answer.header("next-cursor"), None);
    assert!(answer.header("content-disposition").is_some_and(|name| name.starts_with("attachment; filename=\"aisha-")));
    let all = files(&answer);
    let told = document(&all);
    assert!(!all.contains_key("missing.txt"), "{:?}", all.keys());
    let folder = format!("avatars/Аня______x-{avatar}");
    let mut expected = vec!["export.json".to_owned()];
    for (number, photo) in (1..).zip(told["photos"].as_array().expect("photos")) {
        let name = format!("{folder}/photos/{number:02}-{}.jpg", id(photo));
        let sent = ann.get(&format!("/v1/photos/{}", id(photo))).await.expect(200);
        let link = sent["original_url"].as_str().expect("a link");
        assert!(all[&name] == ann.follow(link).await.bytes, "{name}");
        assert_eq!(photo["file"], name);
        expected.push(name);
    }
    let made = ann.get(&format!("/v1/generations/{generation}")).await.expect(200);
    for (index, image) in made["images"].as_array().expect("images").iter().enumerate() {
        let name = format!("{folder}/pictures/{generation}-{}.jpg", index + 1);
        assert!(all[&name] == ann.follow(image["url"].as_str().expect("a link")).await.bytes, "{name}");
        assert_eq!(told["generations"][0]["images"][index]["file"], name);
        expected.push(name);
    }
    let training = &told["trainings"][0];
    for file in ["weights_file", "config_file"] {
        let name = training[file].as_str().expect("a name");
        assert!(name.starts_with(&format!("{folder}/trainings/1-")) && !all[name].is_empty(), "{name}");
        expected.push(name.to_owned());
    }
    let sent = [sounds::wav(3, 2), sounds::wav(2, 1)];
    for (number, (recording, sent)) in recordings.iter().rev().zip(sent).enumerate() {
        let name = format!("recordings/{recording}.wav");
        assert!(all[&name] == sent, "{name}");
        let shown = &told["transcriptions"][number];
        assert_eq!((&shown["file"], shown["transcript"]["text"].is_string()), (&json!(name), true), "{shown:#}");
        expected.push(name);
    }
    expected.sort();
    assert_eq!(all.keys().cloned().collect::<Vec<_>>(), expected);

    assert_eq!(training["steps"].as_array().map(Vec::len).expect("steps"), {
        let steps = ann.get(&format!("/v1/trainings/{}/events", id(training))).await.expect(200);
        steps["data"].as_array().expect("steps").len()
    });
    for (section, length) in [("avatars", 1), ("photos", 5), ("trainings", 1), ("generations", 1), ("shares", 1)] {
        assert_eq!(told[section].as_array().map(Vec::len), Some(length), "{section}: {told:#}");
    }
    assert_eq!((&told["person"]["name"], &told["style_favourites"]), (&json!("ann"), &json!(["noir"])));
    assert_eq!(told["person"]["settings"]["original_url"], "https://example.org", "what is the person's own stays");
    assert_eq!(told["statistics"], ann.get("/v1/me/statistics").await.expect(200));
    assert!(told["events"].as_array().is_some_and(|events| events.len() > 10) && told["packs"] == json!([]));
    let text = String::from_utf8(all["export.json"].clone()).expect("text");
    for foreign in [&*of_bob, "/v1/objects/", "X-Amz-", "\"url\"", "secret"] {
        assert!(!text.contains(foreign), "{foreign} stands in the document");
    }

    let light = files(&ann.get(&format!("{PATH}?weights=false")).await);
    let weights = all.keys().filter(|name| name.contains("/trainings/"));
    assert_eq!(light.len() + weights.count(), all.len());
    app.finish().await;
}

#[tokio::test]
async fn all_that_is_known_of_a_person_comes_along_on_one_machine() {
    all_that_is_known_of_a_person_comes_along(Backend::Embedded).await;
}

#[tokio::test]
async fn all_that_is_known_of_a_person_comes_along_in_production() {
    all_that_is_known_of_a_person_comes_along(Backend::Production).await;
}

async fn volumes_are_the_whole_in_portions(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    for name in ["Ann", "Ann"] {
        something(&ann, name).await;
    }
    // Long enough for a volume to end between two of them.
    for number in 0..4 {
        ann.transcribe(&format!("r-{number}"), sounds::wav(50, number)).await.expect(202);
    }
    app.settled().await;
    let whole = files(&ann.get(PATH).await);
    let volumes = volumes(&ann, "").await;
    assert!(volumes.len() > 2, "{} volumes", volumes.len());
    assert!(volumes[1..].iter().all(|volume| !volume.contains_key("export.json")));
    let mut joined = Files::new();
    for (name, bytes) in volumes.into_iter().flatten() {
        assert!(joined.insert(name.clone(), bytes).is_none(), "{name} comes twice");
    }
    let ids = |files: &Files| document(files)["photos"].clone();
    assert_eq!(ids(&joined), ids(&whole));
    let bytes = |mut files: Files| {
        files.remove("export.json");
        files
    };
    assert!(bytes(joined) == bytes(whole));
    app.finish().await;
}

#[tokio::test]
async fn volumes_are_the_whole_in_portions_on_one_machine() {
    volumes_are_the_whole_in_portions(Backend::Embedded).await;
}

#[tokio::test]
async fn volumes_are_the_whole_in_portions_in_production() {
    volumes_are_the_whole_in_portions(Backend::Production).await;
}

#[tokio::test]
async fn what_fits_into_no_volume_is_named_and_comes_in_a_larger_one() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let (small, large) = (pictures::camera_jpeg(700, 600), pictures::camera_jpeg(3200, 2400));
    assert!(large.len() > VOLUME && small.len() < VOLUME);
    ann.upload(&avatar, vec![("1.jpg", small), ("2.jpg", large)]).await.expect(201);
    let volumes = volumes(&ann, "").await;
    assert_eq!(volumes.len(), 1);
    let missing = String::from_utf8(volumes[0]["missing.txt"].clone()).expect("text");
    let photo = &document(&volumes[0])["photos"][1];
    let expected = format!(
        "{}: its {} bytes fit into no volume of this size\n",
        photo["file"].as_str().expect("a name"),
        photo["size_bytes"]
    );
    assert_eq!((missing, volumes[0].len()), (expected, 3));
    let larger = files(&ann.get(&format!("{PATH}?max_bytes=45000000")).await);
    assert!(larger.contains_key(photo["file"].as_str().expect("a name")) && !larger.contains_key("missing.txt"));
    app.finish().await;
}

#[tokio::test]
async fn no_volume_is_too_large_however_many_small_files_it_has() {
    const PICTURES: i64 = 5600;
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let me = id(&ann.get("/v1/me").await.expect(200));
    let rooms = app.rooms();
    rows::generations(&rooms.db, me.parse().expect("an id"), avatar.parse().expect("an id"), PICTURES).await;
    let Db::Sqlite(pool, _) = &rooms.db else { panic!("the embedded service has a file") };
    let shorten = "update generations set images = replace(images, '180000', '10')";
    sqlx::query(shorten).execute(pool).await.expect("rows");
    let picture = Key::parse("user_1/avatar_1/generated/gen_1.jpg").expect("a key");
    rooms.files.put(&picture, vec![7; 10].into()).await.expect("an object");

    let made = usize::try_from(PICTURES - PICTURES / 50).expect("a number");
    let count = |volume: &Files| volume.keys().filter(|name| name.contains("/pictures/")).count();
    let small = volumes(&ann, "").await;
    assert!(small.len() > 2 && small.iter().map(count).sum::<usize>() == made, "{} volumes", small.len());
    let missing = String::from_utf8(small[0]["missing.txt"].clone()).expect("text");
    assert!(missing.starts_with("export.json: its ") && !small[0].contains_key("export.json"), "{missing}");

    let first = ann.get(&format!("{PATH}?max_bytes=45000000")).await;
    let cursor = first.header("next-cursor").expect("so many files are not put into one").to_owned();
    let rest = ann.get(&format!("{PATH}?max_bytes=45000000&cursor={cursor}")).await;
    assert_eq!((rest.header("next-cursor"), count(&files(&first)) + count(&files(&rest))), (None, made));
    app.finish_without_looking().await;
}

#[tokio::test]
async fn what_is_deleted_on_the_way_is_left_out_and_what_comes_moves_nothing() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (older, of_older) = something(&ann, "Older").await;
    let (newer, _) = something(&ann, "Newer").await;
    let first = ann.get(&format!("{PATH}?max_bytes={VOLUME}")).await;
    let cursor = first.header("next-cursor").expect("more").to_owned();
    let next = format!("{PATH}?max_bytes={VOLUME}&cursor={cursor}");
    let first = files(&first);
    // The cursor stands at a photo of the newer one.
    let last = first.keys().filter(|name| name.contains(&newer)).count();
    assert!((1..5).contains(&last), "{:?}", first.keys());
    for photo in document(&first)["photos"].as_array().expect("photos") {
        let name = photo["file"].as_str().expect("a name");
        if name.contains(&newer) && first.contains_key(name) {
            ann.delete(&format!("/v1/photos/{}", id(photo))).await.expect(204);
        }
    }
    ann.delete(&format!("/v1/generations/{of_older}")).await.expect(204);
    let latest = ann.avatar().await;
    ann.upload_photos(&latest, 1).await;

    let whole = files(&ann.get(PATH).await);
    let mut rest = Files::new();
    let mut answer = ann.get(&next).await;
    loop {
        rest.extend(files(&answer));
        let Some(cursor) = answer.header("next-cursor") else { break };
        answer = ann.get(&format!("{PATH}?max_bytes={VOLUME}&cursor={cursor}")).await;
    }
    assert!(
        !rest.contains_key("missing.txt") && rest.keys().all(|name| !first.contains_key(name)),
        "{:?}",
        rest.keys()
    );
    let expected: Vec<_> = whole.keys().filter(|name| *name != "export.json" && !name.contains(&latest)).collect();
    // The names of photos begin with their places, which have moved.
    let plain = |name: &str| {
        name.rsplit_once('/')
            .map(|(folder, file)| format!("{folder}/{}", file.split_once('-').map_or(file, |(_, id)| id)))
    };
    assert_eq!(
        rest.keys().map(|name| plain(name)).collect::<Vec<_>>(),
        expected.iter().map(|name| plain(name)).collect::<Vec<_>>()
    );

    ann.delete(&format!("/v1/avatars/{newer}")).await.expect(202);
    let rest = files(&ann.get(&next).await);
    assert!(!rest.is_empty() && rest.keys().all(|name| name.contains(&older)), "{:?}", rest.keys());
    ann.delete(&format!("/v1/avatars/{older}")).await.expect(202);
    let rest = ann.get(&next).await;
    assert_eq!((rest.header("next-cursor"), files(&rest).len()), (None, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_file_that_is_not_in_the_store_is_named_and_breaks_nothing() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 3).await;
    let rooms = app.rooms();
    let lost = rooms.files.list("").await.expect("a listing").into_iter().find(|key| key.as_str().contains("original"));
    rooms.files.delete(&lost.expect("an original")).await.expect("it is gone");
    for wish in ["", "?max_bytes=1000000"] {
        let all = files(&ann.get(&format!("{PATH}{wish}")).await);
        let missing = String::from_utf8(all["missing.txt"].clone()).expect("text");
        let (name, reason) = missing.split_once(": ").expect("a line");
        assert_eq!((reason, all.len()), ("it is not in the store any more\n", 4));
        assert!(document(&all)["photos"].as_array().expect("photos").iter().any(|photo| photo["file"] == name));
    }
    app.finish_without_looking().await;
}

#[tokio::test]
async fn each_key_takes_along_what_it_may_read_of_whom_it_acts_for() {
    let app = TestApp::new().await;
    let scopes = vec![Scope::AvatarsRead, Scope::AvatarsWrite, Scope::ActAs];
    let bot = app.person_with("bot", scopes, Some("telegram:4242")).await;
    let (one, other) = (bot.acting_for("telegram:1"), bot.acting_for("telegram:2"));
    let (of_one, of_other) = (one.avatar().await, other.avatar().await);
    let told = document(&files(&one.get(PATH).await));
    assert_eq!((&told["person"]["external_id"], &told["avatars"][0]["id"]), (&json!("1"), &json!(of_one)));
    assert!(!told.to_string().contains(&of_other));
    for section in ["events", "consumers", "webhook_endpoints", "api_keys"] {
        assert_eq!(told[section], Value::Null, "{section}");
    }
    bot.get(PATH).await.problem(400, "act_as_required");
    let blind = app.person_with("blind", vec![Scope::EventsRead], None).await;
    blind.get(PATH).await.problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn a_wish_that_cannot_be_met_is_refused() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    for wish in ["max_bytes=999999", "cursor=files"] {
        let problem = ann.get(&format!("{PATH}?{wish}")).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "max_bytes");
    }
    for wish in ["weights=perhaps", "max_bytes=-1"] {
        ann.get(&format!("{PATH}?{wish}")).await.problem(400, "bad_request");
    }
    let avatar = ann.avatar().await;
    ann.upload(&avatar, (0..4).map(|number| ("1.jpg", pictures::camera_jpeg(1800 + number * 16, 1600))).collect())
        .await
        .expect(201);
    let first = ann.get(&format!("{PATH}?max_bytes=1000000")).await;
    let cursor = first.header("next-cursor").expect("more");
    for cursor in ["nonsense", &format!("{cursor}0x"), &format!("{cursor}&weights=false")] {
        ann.get(&format!("{PATH}?max_bytes=1000000&cursor={cursor}")).await.problem(400, "invalid_cursor");
    }
    assert_eq!(ann.send(ann.request(Method::HEAD, PATH)).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_large_export_takes_no_more_memory_than_a_small_one() {
    const PICTURES: i64 = 3000;
    const PICTURE: usize = 100_000;
    const LARGE: u64 = 300_000_000;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = Program::start(env!("CARGO_BIN_EXE_aisha-api-under-test"), folder.path(), &[]).await;
    let ann = program.person("ann");
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 2).await;
    files(&ann.get(PATH).await);
    let before = program.peaks();

    // What fal makes in a year: many pictures, and a file that is longer than memory should ever be.
    let db = Db::open_sqlite(&folder.path().join("aisha.sqlite")).await.expect("the database");
    let me = id(&ann.get("/v1/me").await.expect(200));
    rows::generations(&db, me.parse().expect("an id"), avatar.parse().expect("an id"), PICTURES).await;
    let objects = folder.path().join("objects");
    let of_all = objects.join("user_1/avatar_1/generated");
    std::fs::create_dir_all(&of_all).expect("a folder");
    std::fs::write(of_all.join("gen_1.jpg"), vec![7; PICTURE]).expect("a picture");
    let photo = id(&ann.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200)["data"][0]);
    let original = objects.join(format!("user_{me}/avatar_{avatar}/photos/original/photo_{photo}.jpg"));
    std::fs::File::options().write(true).open(original).and_then(|file| file.set_len(LARGE)).expect("an original");

    let mut answer = ann.request(Method::GET, PATH).send().await.expect("an answer");
    let mut length = answer.chunk().await.expect("it begins").expect("it has a beginning").len();
    // Nobody waits for somebody who reads slowly.
    ann.avatar().await;
    while let Some(piece) = answer.chunk().await.expect("it does not break off") {
        length += piece.len();
    }
    // A fiftieth of the generations has failed.
    let expected = usize::try_from(PICTURES - PICTURES / 50).expect("a number") * PICTURE;
    assert!(length > expected + usize::try_from(LARGE).expect("a length"), "{length} bytes");
    let after = program.peaks();
    println!("{} MB, peaks of memory before and after, in MB: {before:?} {after:?}", length / 1_000_000);
    assert!(before.iter().zip(&after).all(|(before, after)| after - before < 40.0), "{before:?} {after:?}");
    db.close().await;
    program.stop().await;
}
