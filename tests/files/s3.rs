//! What is particular to an S3 store: its errors, its names, and the two addresses it may have.

use aisha_api::domain::secret::Secret;
use aisha_api::files::{Files, FilesError, S3, S3Settings};
use aisha_tests::harness::object_store::ObjectStore;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{Bytes, HOUR, Store, Url, key, now};

/// A GET without any credentials, as a browser or fal sends it.
pub(super) async fn get(link: &Url) -> Result<Bytes, String> {
    // An earlier test of this process may have done it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().build().expect("a client");
    let answer = client.get(link.clone()).send().await.expect("the store answers");
    match answer.status() {
        status if status.is_success() => answer.bytes().await.map_err(|error| error.to_string()),
        status => Err(status.to_string()),
    }
}

async fn refusal(change: impl FnOnce(&mut S3Settings)) -> (FilesError, String) {
    let store = ObjectStore::start().await;
    let mut settings = store.settings.clone();
    change(&mut settings);
    let error = Files::S3(S3::new(&settings)).check().await.expect_err("a wrong setting passed the check");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(settings.secret_key.expose()) && !shown.contains(&settings.access_key), "{shown}");
    (error, shown)
}

#[tokio::test]
async fn the_media_type_travels_with_the_object() {
    let store = Store::s3().await;
    store.files.put(&key("a.webp"), Bytes::from_static(b"x")).await.unwrap();
    let link = store.files.signed_url(&key("a.webp"), HOUR, now()).await.unwrap();
    get(&link).await.unwrap();
    let answer = reqwest::Client::builder().build().unwrap().get(link).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/webp");
}

#[tokio::test]
async fn an_object_without_its_link_is_private() {
    let store = ObjectStore::start().await;
    Files::S3(S3::new(&store.settings)).put(&key("a.txt"), Bytes::from_static(b"x")).await.unwrap();
    let plain = store.settings.endpoint.clone().unwrap().join("aisha/a.txt").unwrap();
    assert_eq!(get(&plain).await.unwrap_err(), "403 Forbidden");
}

#[tokio::test]
async fn a_missing_bucket_fails_the_check_for_good() {
    let (error, shown) = refusal(|settings| settings.bucket = "another".into()).await;
    assert!(!error.is_transient() && shown.contains("404"), "{shown}");
}

#[tokio::test]
async fn a_wrong_secret_fails_the_check_for_good() {
    let (error, shown) = refusal(|settings| settings.secret_key = Secret::new("guessed-secret")).await;
    assert!(!error.is_transient() && shown.contains("403"), "{shown}");
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_may_come_back() {
    // A port that was free a moment ago, and that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (error, shown) = refusal(|settings| settings.endpoint = format!("http://{port}").parse().ok()).await;
    assert!(error.is_transient() && shown.contains("refused"), "{shown}");
}

#[tokio::test]
async fn links_carry_the_public_address_of_the_store() {
    let store = ObjectStore::start().await;
    // The same server by its other name: only a link signed for that name opens there.
    let mut public = store.settings.endpoint.clone().unwrap();
    public.set_host(Some("localhost")).unwrap();
    let settings = S3Settings { public_endpoint: Some(public.clone()), ..store.settings.clone() };
    let files = Files::S3(S3::new(&settings));
    files.put(&key("a.txt"), Bytes::from_static(b"a")).await.unwrap();
    let link = files.signed_url(&key("a.txt"), HOUR, now()).await.unwrap();
    assert_eq!(link.origin(), public.origin());
    assert_eq!(get(&link).await.unwrap(), "a");
    let mut inside = link;
    inside.set_host(Some("127.0.0.1")).unwrap();
    get(&inside).await.expect_err("a link opened at an address it was not signed for");
}

#[test]
fn settings_do_not_show_their_secrets() {
    let settings = S3Settings {
        bucket: "b".into(),
        region: "r".into(),
        endpoint: None,
        public_endpoint: None,
        access_key: "k".into(),
        secret_key: Secret::new("hunter2"),
        session_token: Some(Secret::new("hunter3")),
        path_style: false,
    };
    let shown = format!("{settings:?} {:?}", Files::S3(S3::new(&settings)));
    assert!(shown.contains("***") && !shown.contains("hunter"), "{shown}");
}

#[tokio::test]
async fn a_download_cut_short_is_an_error_and_leaves_no_file() {
    let store = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = ObjectStore::start().await.settings.clone();
    settings.endpoint = format!("http://{}", store.local_addr().unwrap()).parse().ok();
    let files = Files::S3(S3::new(&settings));
    let local = tempfile::tempdir().unwrap();

    let promise_more_than_is_sent = async {
        let (mut connection, _) = store.accept().await.unwrap();
        assert!(connection.read(&mut [0; 4096]).await.unwrap() > 0);
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n0123456789").await.unwrap();
    };
    let (weights, to) = (key("a.zip"), local.path().join("to"));
    let (fetched, ()) = tokio::join!(files.fetch(&weights, &to), promise_more_than_is_sent);
    let error = fetched.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert_eq!(std::fs::read_dir(local.path()).unwrap().count(), 0, "half an object was left");
}
