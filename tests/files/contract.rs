//! What both stores promise.

use std::path::Path;

use aisha_api::files::{FilesError, LONGEST_LINK, Packed};
use chrono::TimeDelta;

use super::{Bytes, Duration, HOUR, Store, key, now};

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_a_folder {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::Store::folder()).await;
            })+
        }
        mod on_s3 {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::Store::s3().await).await;
            })+
        }
    };
}

on_both!(
    what_was_put_is_read_back,
    what_was_never_put_is_not_there,
    the_same_bytes_may_be_put_again,
    deleting_twice_is_a_success,
    a_list_holds_exactly_the_keys_with_the_prefix_in_order,
    a_list_longer_than_one_page_is_whole,
    a_large_file_goes_there_and_back_unchanged,
    a_file_that_cannot_be_read_is_not_stored,
    a_file_that_is_taken_over_stays_when_its_first_name_is_gone,
    a_file_that_is_not_there_is_not_taken_over,
    links_of_one_hour_are_the_same,
    a_fetch_replaces_the_file_that_stood_there,
    a_signed_link_opens_its_object,
    a_changed_link_is_refused,
    an_expired_link_is_refused,
    a_link_that_lives_too_long_or_not_at_all_is_not_given_out,
    a_usable_store_passes_its_check,
    many_writers_at_once_lose_nothing,
    an_object_is_read_piece_by_piece,
    an_archive_holds_its_objects_and_nobody_holds_the_archive,
);

async fn what_was_put_is_read_back(store: Store) {
    let photo = key("photos/one/original.jpg");
    store.files.put(&photo, Bytes::from_static(b"bytes")).await.unwrap();
    store.files.put(&key("empty.txt"), Bytes::new()).await.unwrap();
    assert!(store.files.exists(&photo).await.unwrap());
    assert_eq!(store.files.read(&photo).await.unwrap().unwrap(), "bytes");
    assert_eq!(store.files.read(&key("empty.txt")).await.unwrap().unwrap(), "");
}

async fn what_was_never_put_is_not_there(store: Store) {
    store.files.put(&key("a/b/c.txt"), Bytes::from_static(b"c")).await.unwrap();
    let to = tempfile::tempdir().unwrap();
    for absent in ["a/b/d.txt", "x/y"].map(key) {
        assert!(!store.files.exists(&absent).await.unwrap(), "{absent}");
        assert_eq!(store.files.read(&absent).await.unwrap(), None, "{absent}");
        assert_eq!(store.files.fetch(&absent, &to.path().join("file")).await.unwrap(), None, "{absent}");
    }
    assert_eq!(names_in(to.path()), [""; 0], "a fetch of nothing made a file");
}

async fn the_same_bytes_may_be_put_again(store: Store) {
    for _ in 0..2 {
        store.files.put(&key("a/b.txt"), Bytes::from_static(b"same")).await.unwrap();
    }
    assert_eq!(store.files.read(&key("a/b.txt")).await.unwrap().unwrap(), "same");
}

async fn deleting_twice_is_a_success(store: Store) {
    store.files.put(&key("a/b.txt"), Bytes::from_static(b"b")).await.unwrap();
    for gone in ["a/b.txt", "a/b.txt", "never/there.txt"].map(key) {
        store.files.delete(&gone).await.unwrap();
        assert!(!store.files.exists(&gone).await.unwrap());
    }
    assert_eq!(store.files.list("").await.unwrap(), []);
}

async fn a_list_holds_exactly_the_keys_with_the_prefix_in_order(store: Store) {
    let all = ["a/1.txt", "a/10.txt", "a/2/deep.txt", "ab/3.txt", "b.txt"];
    for name in all.iter().rev() {
        store.files.put(&key(name), Bytes::from_static(b"x")).await.unwrap();
    }
    let cases: [(&str, &[&str]); 8] = [
        ("", &all),
        ("a", &all[..4]),
        ("a/", &all[..3]),
        ("a/1", &all[..2]),
        ("a/2/deep", &all[2..3]),
        ("b.txt", &all[4..]),
        ("c", &[]),
        ("../", &[]),
    ];
    for (prefix, expected) in cases {
        let listed = store.files.list(prefix).await.unwrap();
        assert_eq!(listed.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "prefix {prefix:?}");
    }
}

async fn a_list_longer_than_one_page_is_whole(store: Store) {
    // A page of S3 is a thousand keys.
    let puts = (0..1005).map(|n| {
        let files = store.files.clone();
        async move { files.put(&key(&format!("many/{n:04}.txt")), Bytes::from_static(b"x")).await.unwrap() }
    });
    futures_util::StreamExt::for_each_concurrent(futures_util::stream::iter(puts), 16, |put| put).await;
    let listed = store.files.list("many/").await.unwrap();
    assert_eq!(listed.len(), 1005);
    assert_eq!(listed.last().unwrap().as_str(), "many/1004.txt");
}

async fn a_large_file_goes_there_and_back_unchanged(store: Store) {
    let local = tempfile::tempdir().unwrap();
    let (from, to) = (local.path().join("from"), local.path().join("to"));
    let bytes: Vec<u8> = (0..20_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    std::fs::write(&from, &bytes).unwrap();
    let weights = key("weights/one.safetensors");
    store.files.put_file(&weights, &from).await.unwrap();
    assert_eq!(store.files.fetch(&weights, &to).await.unwrap(), Some(20_000_000));
    assert!(std::fs::read(&to).unwrap() == bytes, "the bytes have changed on their way");
    assert_eq!(names_in(local.path()), ["from", "to"]);
}

async fn a_file_that_cannot_be_read_is_not_stored(store: Store) {
    let error = store.files.put_file(&key("a.zip"), Path::new("/nowhere/at/all")).await.unwrap_err();
    assert!(matches!(error, FilesError::Local { .. }) && !error.is_transient(), "{error:?}");
    assert_eq!(store.files.list("").await.unwrap(), []);
}

async fn a_file_that_is_taken_over_stays_when_its_first_name_is_gone(store: Store) {
    let local = tempfile::tempdir().unwrap();
    let file = local.path().join("file");
    std::fs::write(&file, "bytes").unwrap();
    store.files.settle(&file).await.unwrap();
    for _ in 0..2 {
        store.files.adopt(&key("a/b.txt"), &file).await.unwrap();
    }
    std::fs::remove_file(&file).unwrap();
    assert_eq!(store.files.read(&key("a/b.txt")).await.unwrap().unwrap(), "bytes");
}

async fn a_file_that_is_not_there_is_not_taken_over(store: Store) {
    let error = store.files.adopt(&key("a.zip"), Path::new("/nowhere/at/all")).await.unwrap_err();
    assert!(matches!(error, FilesError::Local { .. }) && !error.is_transient(), "{error:?}");
    assert_eq!(store.files.list("").await.unwrap(), []);
}

async fn links_of_one_hour_are_the_same(store: Store) {
    let (photo, hour) = (key("photos/one.jpg"), now() - TimeDelta::minutes(30));
    let link = store.files.signed_url(&photo, HOUR, hour).await.unwrap();
    assert_eq!(link, store.files.signed_url(&photo, HOUR, hour).await.unwrap());
    let head = store.files.signed_head_url(&photo, HOUR, hour).await.unwrap();
    assert_eq!(head, store.files.signed_head_url(&photo, HOUR, hour).await.unwrap());
    let later = store.files.signed_url(&photo, HOUR, hour + TimeDelta::seconds(1)).await.unwrap();
    assert_ne!(link, later);
}

async fn a_fetch_replaces_the_file_that_stood_there(store: Store) {
    let local = tempfile::tempdir().unwrap();
    let to = local.path().join("file");
    std::fs::write(&to, "something older and longer").unwrap();
    store.files.put(&key("a.txt"), Bytes::from_static(b"new")).await.unwrap();
    assert_eq!(store.files.fetch(&key("a.txt"), &to).await.unwrap(), Some(3));
    assert_eq!(std::fs::read(&to).unwrap(), b"new");
}

async fn a_signed_link_opens_its_object(store: Store) {
    let photo = key("photos/one/original.jpg");
    store.files.put(&photo, Bytes::from_static(b"bytes")).await.unwrap();
    for lifetime in [HOUR, LONGEST_LINK] {
        let link = store.files.signed_url(&photo, lifetime, now()).await.unwrap();
        assert_eq!(store.get(&link, now()).await.unwrap(), "bytes");
    }
    let link = store.files.signed_url(&key("not/there.jpg"), HOUR, now()).await.unwrap();
    store.get(&link, now()).await.unwrap_err();
}

async fn a_changed_link_is_refused(store: Store) {
    for name in ["one.txt", "two.txt"] {
        store.files.put(&key(name), Bytes::from_static(b"bytes")).await.unwrap();
    }
    let link = store.files.signed_url(&key("one.txt"), HOUR, now()).await.unwrap();
    let other_key = link.as_str().replacen("one.txt", "two.txt", 1);
    let mut longer = link.clone();
    let later = link.query_pairs().map(|(name, value)| match name.as_ref() {
        "expires" | "X-Amz-Expires" => (name.clone(), format!("{value}0").into()),
        _ => (name, value),
    });
    let later: Vec<_> = later.collect();
    longer.query_pairs_mut().clear().extend_pairs(later);
    let mut unsigned = link.clone();
    let rest: Vec<_> = link.query_pairs().filter(|(name, _)| !name.to_lowercase().ends_with("signature")).collect();
    unsigned.query_pairs_mut().clear().extend_pairs(rest);
    let mut bare = link.clone();
    bare.set_query(None);
    for changed in [other_key.parse().unwrap(), longer, unsigned, bare] {
        assert_ne!(changed, link);
        store.get(&changed, now()).await.expect_err(changed.as_str());
    }
    store.get(&link, now()).await.expect("the true link still opens");
}

async fn an_expired_link_is_refused(store: Store) {
    store.files.put(&key("one.txt"), Bytes::from_static(b"bytes")).await.unwrap();
    let an_hour_ago = now() - TimeDelta::hours(1) - TimeDelta::seconds(1);
    let link = store.files.signed_url(&key("one.txt"), HOUR, an_hour_ago).await.unwrap();
    store.get(&link, now()).await.unwrap_err();
}

async fn a_link_that_lives_too_long_or_not_at_all_is_not_given_out(store: Store) {
    for lifetime in [Duration::ZERO, Duration::from_millis(999), LONGEST_LINK + Duration::from_secs(1)] {
        let error = store.files.signed_url(&key("a.txt"), lifetime, now()).await.unwrap_err();
        assert!(matches!(error, FilesError::Lifetime(_)), "{error:?}");
    }
}

async fn a_usable_store_passes_its_check(store: Store) {
    store.files.check().await.unwrap();
    assert_eq!(store.files.list("").await.unwrap(), [], "the check left something behind");
}

async fn many_writers_at_once_lose_nothing(store: Store) {
    let puts = (0..32).map(|n| {
        let files = store.files.clone();
        // Half of them share a folder that does not exist yet, and pairs of them a key.
        async move { files.put(&key(&format!("new/{}/{}.txt", n % 2, n / 2)), Bytes::from_static(b"x")).await.unwrap() }
    });
    futures_util::future::join_all(puts).await;
    assert_eq!(store.files.list("new/").await.unwrap().len(), 32);
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The most that comes at once, from either store.
const LARGEST_PIECE: usize = 1024 * 1024;

/// Bytes that do not repeat.
fn noise(length: u32) -> Vec<u8> {
    (0..length).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect()
}

async fn an_object_is_read_piece_by_piece(store: Store) {
    let bytes = noise(5_000_000);
    store.files.put(&key("a/large"), bytes.clone().into()).await.unwrap();
    store.files.put(&key("a/empty"), Bytes::new()).await.unwrap();
    let mut reading = store.files.open(&key("a/large")).await.unwrap().expect("an object");
    let mut read = Vec::new();
    while let Some(piece) = reading.next().await.unwrap() {
        assert!(!piece.is_empty() && piece.len() <= LARGEST_PIECE, "{}", piece.len());
        read.extend_from_slice(&piece);
    }
    assert!(read == bytes);
    assert!(store.files.open(&key("a/empty")).await.unwrap().expect("an object").next().await.unwrap().is_none());
    assert!(store.files.open(&key("a/nothing")).await.unwrap().is_none());
}

async fn an_archive_holds_its_objects_and_nobody_holds_the_archive(store: Store) {
    let made_at = "2026-11-21T17:23:42Z".parse().unwrap();
    let mut packed = Vec::new();
    for (number, length) in [(1, 6_000_000), (2, 0), (3, 4_000_000), (4, 10)] {
        let object = key(&format!("a/{number}.jpg"));
        store.files.put(&object, noise(length).into()).await.unwrap();
        packed.push(Packed { name: format!("picture {number}.jpg"), key: object, made_at });
    }
    let mut pieces = store.files.archive(packed);
    let (mut archive, mut largest) = (Vec::new(), 0);
    while let Some(piece) = futures_util::TryStreamExt::try_next(&mut pieces).await.unwrap() {
        if archive.is_empty() {
            // What is behind is opened when its turn comes.
            store.files.delete(&key("a/3.jpg")).await.unwrap();
        }
        largest = largest.max(piece.len());
        archive.extend_from_slice(&piece);
    }
    assert!(largest <= LARGEST_PIECE, "{largest}");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names, ["picture 1.jpg", "picture 2.jpg", "picture 4.jpg"]);
    for (name, length) in names.iter().zip([6_000_000, 0, 10]) {
        let mut file = archive.by_name(name).unwrap();
        assert_eq!(file.compression(), zip::CompressionMethod::Stored);
        assert_eq!(file.last_modified().unwrap().to_string(), "2026-11-21 17:23:42");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
        assert!(bytes == noise(length), "{name}");
    }
    let nothing: Vec<Bytes> = futures_util::TryStreamExt::try_collect(store.files.archive(Vec::new())).await.unwrap();
    assert_eq!(zip::ZipArchive::new(std::io::Cursor::new(nothing.concat())).unwrap().len(), 0);
}
