//! Files in both directions.

use aisha_tests::harness::pictures;
use aisha_tests::telegram::Effect;
use aisha_tests::telegram::Fault;
use serde_json::{Value, json};
use teloxide::net::Download as _;
use teloxide::prelude::Requester as _;
use teloxide::types::FileId;

use super::client::bot;
use super::stage;

#[tokio::test]
async fn a_photo_arrives_as_apps_send_it() {
    let (telegram, caller, person) = stage().await;
    let large = pictures::picture(2000, 1000, 1);
    person.photo(pictures::jpeg_turned(&large, 6));
    person.photo(pictures::jpeg(1));
    let updates = caller.result("getUpdates", &json!({})).await;
    let sizes = |update: usize| -> Vec<(u64, u64)> {
        let sizes = updates[update]["message"]["photo"].as_array().expect("sizes").iter();
        sizes
            .map(|size| (size["width"].as_u64().expect("a width"), size["height"].as_u64().expect("a height")))
            .collect()
    };
    // Turned upright as its EXIF asks, and no longer than 1280 pixels.
    assert_eq!(sizes(1), [(45, 90), (160, 320), (400, 800), (640, 1280)]);
    assert_eq!(sizes(2), [(90, 90), (320, 320), (640, 640)]);
    let largest = &updates[1]["message"]["photo"][3];
    let file = telegram.file(largest["file_id"].as_str().expect("an id"));
    assert_eq!(Some(file.len() as u64), largest["file_size"].as_u64());
    assert!(file.starts_with(&[0xff, 0xd8]) && !file.windows(4).any(|bytes| bytes == b"Exif"));
}

#[tokio::test]
async fn what_is_sent_again_is_the_same_file() {
    let (_telegram, caller, person) = stage().await;
    let first = person.photo(pictures::jpeg(1));
    person.send_again(first);
    person.photo(pictures::jpeg(1));
    let updates = caller.result("getUpdates", &json!({})).await;
    let unique = |update: usize| updates[update]["message"]["photo"][2]["file_unique_id"].clone();
    assert_eq!(unique(1), unique(2));
    assert_ne!(unique(1), unique(3), "a new upload is a new file");
}

#[tokio::test]
async fn files_are_downloaded_as_the_bots_client_does_it() {
    let (telegram, caller, person) = stage().await;
    let bytes: Vec<u8> = (0..300_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    person.document("a.bin", "application/octet-stream", bytes.clone());
    let updates = caller.result("getUpdates", &json!({})).await;
    let id = updates[1]["message"]["document"]["file_id"].as_str().expect("an id");
    let bot = bot(&telegram);
    let file = bot.get_file(FileId(id.to_owned())).await.expect("a file");
    assert_eq!(file.meta.size, 300_000);
    let mut read = Vec::new();
    bot.download_file(&file.path, &mut read).await.expect("a download");
    assert!(read == bytes);
    telegram.fault(Fault::on("file", Effect::LoseAnswer));
    assert!(bot.download_file(&file.path, &mut read).await.is_err());
    assert!(bot.download_file("documents/none.bin", &mut Vec::new()).await.is_err());
    assert_eq!(telegram.calls_of("file").len(), 3);
}

#[tokio::test]
async fn what_is_too_big_for_a_bot_stays_where_it_is() {
    let (_telegram, caller, person) = stage().await;
    person.document("a.zip", "application/zip", vec![0; 20 << 20]);
    person.document("b.zip", "application/zip", vec![0; (20 << 20) + 1]);
    let updates = caller.result("getUpdates", &json!({})).await;
    let get = async |update: usize| {
        let id = &updates[update]["message"]["document"]["file_id"];
        caller.call("getFile", &json!({ "file_id": id })).await
    };
    assert_eq!(get(1).await["ok"], true);
    assert_eq!(get(2).await["description"], "Bad Request: file is too big");
    let unknown = caller.refusal("getFile", &json!({ "file_id": "x" })).await;
    assert_eq!(unknown, "Bad Request: invalid file_id");
}

#[tokio::test]
async fn uploads_keep_to_their_kinds_and_sizes() {
    let (telegram, caller, person) = stage().await;
    let chat = person.id().to_string();
    let send = async |kind: &str, name: &str, file: Vec<u8>| {
        let method = format!("send{}{}", kind[..1].to_uppercase(), &kind[1..]);
        caller.upload(&method, &[("chat_id", &chat)], kind, name, file).await
    };
    let photo = send("photo", "a.jpg", pictures::jpeg(1)).await;
    assert_eq!(photo["result"]["photo"].as_array().map(Vec::len), Some(3), "{photo}");
    let document = send("document", "a.zip", vec![1; 10]).await;
    assert_eq!(document["result"]["document"]["file_name"], "a.zip", "{document}");
    let audio = send("audio", "a.mp3", vec![1; 10]).await;
    assert_eq!(audio["result"]["audio"]["duration"], 0, "{audio}");
    let refused = [
        ("photo", b"no picture".to_vec(), "Bad Request: IMAGE_PROCESS_FAILED"),
        (
            "photo",
            pictures::encode(&pictures::picture(2100, 100, 1), image::ImageFormat::Png),
            "Bad Request: PHOTO_INVALID_DIMENSIONS",
        ),
        (
            "photo",
            vec![0; (10 << 20) + 1],
            "Bad Request: file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes",
        ),
        ("document", Vec::new(), "Bad Request: file must be non-empty"),
        ("document", vec![0; (50 << 20) + 1], "Request Entity Too Large"),
    ];
    for (kind, file, why) in refused {
        assert_eq!(send(kind, "a.file", file).await["description"], why);
    }
    let photo_id = &photo["result"]["photo"][0]["file_id"];
    let again = caller.result("sendPhoto", &json!({ "chat_id": chat, "photo": photo_id })).await;
    assert_eq!(again["photo"], photo["result"]["photo"]);
    let refused = [
        ("sendDocument", "document", photo_id.clone(), "Bad Request: can't use file of type Photo as Document"),
        ("sendPhoto", "photo", json!("x"), "Bad Request: wrong file identifier/HTTP URL specified"),
        ("sendPhoto", "photo", Value::Null, "Bad Request: there is no photo in the request"),
    ];
    for (method, field, file, why) in refused {
        assert_eq!(caller.refusal(method, &json!({ "chat_id": chat, field: file })).await, why);
    }
    let long = json!({ "chat_id": chat, "photo": photo_id, "caption": "я".repeat(1025) });
    assert_eq!(caller.refusal("sendPhoto", &long).await, "Bad Request: message caption is too long");
    telegram.assert_no_violations();
}

#[tokio::test]
async fn an_album_has_two_to_ten_items_of_a_kind() {
    let (telegram, caller, person) = stage().await;
    let chat = person.id();
    let photo = caller.upload("sendPhoto", &[("chat_id", &chat.to_string())], "photo", "a", pictures::jpeg(1)).await;
    let document = caller.upload("sendDocument", &[("chat_id", &chat.to_string())], "document", "a", vec![1]).await;
    let photo = json!({ "type": "photo", "media": photo["result"]["photo"][0]["file_id"], "caption": "x" });
    let document = json!({ "type": "document", "media": document["result"]["document"]["file_id"] });
    let params = |media: &[&Value]| json!({ "chat_id": chat, "media": media });
    let sent = caller.result("sendMediaGroup", &params(&[&photo; 10])).await;
    let sent = sent.as_array().expect("a list");
    assert!(sent.len() == 10 && sent.iter().all(|one| one["media_group_id"] == sent[0]["media_group_id"]));
    let refused = [
        (params(&[]), "there are no messages to send"),
        (params(&[&photo; 11]), "too many messages to send as an album"),
        (params(&[&photo, &document]), "document can't be mixed with other media types"),
    ];
    for (params, why) in refused {
        assert_eq!(caller.refusal("sendMediaGroup", &params).await, format!("Bad Request: {why}"));
    }
    telegram.assert_no_violations();
    let mut with_buttons = params(&[&photo, &photo]);
    with_buttons["reply_markup"] = json!({ "inline_keyboard": [] });
    caller.result("sendMediaGroup", &with_buttons).await;
    assert_eq!(telegram.violations(), ["sendMediaGroup has no parameter `reply_markup`"]);
}
