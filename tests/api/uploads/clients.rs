//! Clients that are slow, many, or gone: they cost room on the disk for a while, and nobody else anything.

use std::time::Duration;

use aisha_api::config::Config;
use aisha_api::storage::objects;
use aisha_tests::harness::{Person, TestApp, app, pictures, raw_http};
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{count, narrow, outcomes, path};

const MB: u64 = 1024 * 1024;

/// Begins to send a picture of this length and stays.
async fn begin(app: &TestApp, person: &Person, avatar: &str, length: usize) -> TcpStream {
    let mut socket = raw_http::connect(app).await;
    let head = raw_http::head(person, "POST", &path(avatar), "image/jpeg", length);
    socket.write_all(&[head.as_bytes(), &pictures::jpeg(0)[..100]].concat()).await.expect("the head is read");
    socket
}

/// Waits until so much room is taken.
async fn taken(app: &TestApp, bytes: u64) {
    let taken = async {
        while app.rooms().spool.taken() < bytes {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(app::PATIENCE, taken).await.expect("the uploads begin");
}

#[tokio::test]
async fn forty_slow_clients_stop_neither_others_nor_their_own_user() {
    let app = TestApp::new().await;
    let (slow, fast) = (app.person("slow").await, app.person("fast").await);
    let (held, avatar) = (slow.avatar().await, fast.avatar().await);
    let mut sockets = join_all((0..40).map(|_| begin(&app, &slow, &held, 10_000_000))).await;
    taken(&app, 400 * 1_000_000).await;
    fast.upload_photos(&avatar, 8).await;
    slow.upload_photos(&held, 4).await;
    for socket in &mut sockets {
        socket.write_all(b"x").await.expect("they are still being listened to");
    }
    drop(sockets);
    app.spool_is_empty().await;
    app.finish().await;
}

#[tokio::test]
async fn who_has_a_quarter_of_the_room_waits_for_it_and_nobody_else_does() {
    let app = narrow().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let (avatar, other) = (ann.avatar().await, bob.avatar().await);
    let socket = begin(&app, &ann, &avatar, 1024 * 1024).await;
    taken(&app, MB).await;
    let refused = ann.upload_body(&avatar, None, pictures::jpeg(1)).await;
    assert!(refused.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
    refused.problem(503, "unavailable");
    bob.upload_photos(&other, 3).await;
    drop(socket);
    app.spool_is_empty().await;
    ann.upload_photos(&avatar, 3).await;
    app.finish().await;
}

#[tokio::test]
async fn who_finds_no_room_is_asked_to_come_again_and_leaves_nothing() {
    let app = narrow().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let mut sockets = Vec::new();
    for name in ["bob", "cid", "dan", "eve"] {
        let person = app.person(name).await;
        let avatar = person.avatar().await;
        sockets.push(begin(&app, &person, &avatar, 1024 * 1024).await);
    }
    taken(&app, 4 * MB).await;
    let form = ann.upload(&avatar, vec![("1.jpg", pictures::jpeg(1)), ("2.jpg", pictures::jpeg(2))]).await;
    for refused in [form, ann.upload_body(&avatar, None, pictures::jpeg(1)).await] {
        assert!(refused.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
        refused.problem(503, "unavailable");
    }
    drop(sockets);
    app.spool_is_empty().await;
    assert_eq!(count(&ann, &avatar).await, 0);
    ann.upload_photos(&avatar, 2).await;
    app.finish().await;
}

/// Half a minute and 16 KB a second, in short.
fn hasty(config: &mut Config) {
    config.uploads.grace = Duration::from_millis(300);
    config.uploads.bytes_per_second = 1024 * 1024;
}

#[tokio::test]
async fn a_body_that_trickles_is_cut_and_others_keep_their_speed() {
    let app = TestApp::with(hasty).await;
    let (slow, fast) = (app.person("slow").await, app.person("fast").await);
    let (held, avatar) = (slow.avatar().await, fast.avatar().await);
    let mut socket = begin(&app, &slow, &held, 10_000_000).await;
    let trickle = async {
        let (mut from, mut to) = socket.split();
        let drops = async {
            // Far more often than anything that looks for silence would mind, until the service has had enough.
            while to.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let mut answer = Vec::new();
        tokio::select! {
            _ = from.read_to_end(&mut answer) => {}
            () = drops => { from.read_to_end(&mut answer).await.ok(); }
        }
        String::from_utf8_lossy(&answer).into_owned()
    };
    let trickle = tokio::time::timeout(app::PATIENCE, trickle);
    let (answer, _) = tokio::join!(trickle, fast.upload_photos(&avatar, 5));
    let answer = answer.expect("the service ends it");
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"request_timeout\""), "{answer}");
    assert_eq!(count(&slow, &held).await, 0);
    app.spool_is_empty().await;
    app.finish().await;
}

#[tokio::test]
async fn a_client_that_breaks_off_leaves_no_file() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let sockets = join_all((0..10).map(|_| begin(&app, &ann, &avatar, 300_000))).await;
    taken(&app, 10 * 300_000).await;
    drop(sockets);
    app.spool_is_empty().await;
    assert_eq!(count(&ann, &avatar).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn what_a_killed_process_left_is_gone_after_the_next_start() {
    let mut app = TestApp::new().await;
    let dead = app.config().spool_dir().join("process-dead");
    std::fs::create_dir(&dead).expect("a folder");
    std::fs::write(dead.join("upload-half"), "half a picture").expect("a file");
    app.restart().await;
    assert!(!dead.exists());
    assert!(app.spooled().is_empty());
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 1).await;
    app.finish().await;
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_told_as_ours_and_leaves_nothing() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    for folder in std::fs::read_dir(app.config().spool_dir()).expect("the spool") {
        std::fs::remove_dir_all(folder.expect("a folder").path()).expect("removed");
    }
    let refused = ann.upload_body(&avatar, None, pictures::jpeg(1)).await;
    assert!(refused.header("retry-after").is_some());
    refused.problem(503, "unavailable");
    assert_eq!(count(&ann, &avatar).await, 0);
    assert_eq!(objects::list(&app.rooms().db).await.expect("the ledger"), []);
    app.finish().await;
}

/// A file that is known needs no look at it: it is found by its bytes alone, even where nothing could be decoded.
#[tokio::test]
async fn the_same_bytes_again_are_found_and_not_taken_in() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let files = || (0..10).map(|number| ("x.jpg", pictures::jpeg(number))).collect();
    let first = ann.upload(&avatar, files()).await.expect(201);
    let again = ann.upload(&avatar, files()).await.expect(200);
    assert_eq!(outcomes(&again), ["duplicate"; 10]);
    let ids = |report: &serde_json::Value| -> Vec<_> {
        report["results"].as_array().expect("results").iter().map(|result| result["photo"]["id"].clone()).collect()
    };
    assert_eq!(ids(&first), ids(&again));
    app.spool_is_empty().await;
    app.finish().await;
}
