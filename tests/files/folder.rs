//! What is particular to a folder: its links, its key, and what a killed process leaves.

use std::{
    fs::{self, File, FileTimes},
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::Barrier,
    time::SystemTime,
};

use aisha_api::files::{Files, FilesError, Folder, LinkError, Linked};
use chrono::{SubsecRound, TimeDelta};

use super::{Bytes, DateTime, HOUR, Url, Utc, base, key, now};

/// Does what the HTTP handler does with a link.
pub(super) async fn get(folder: &Folder, link: &Url, at: DateTime<Utc>) -> Result<Bytes, String> {
    let path = open(folder, link, at).await.map_err(|error| error.to_string())?.path;
    fs::read(path).map(Bytes::from).map_err(|error| error.to_string())
}

async fn open(folder: &Folder, link: &Url, at: DateTime<Utc>) -> Result<Linked, LinkError> {
    let key = link.path().strip_prefix("/api/v1/objects/").expect("links stand below the public address");
    let part = |wanted| link.query_pairs().find(|(name, _)| name == wanted).map_or(String::new(), |(_, v)| v.into());
    folder.open(key, &part("expires"), &part("signature"), at).await
}

fn start(data: &Path) -> Folder {
    Folder::start(&data.join("objects"), &base(), now()).expect("the folder opens")
}

#[tokio::test]
async fn a_link_says_why_it_does_not_open() {
    let data = tempfile::tempdir().unwrap();
    let folder = start(data.path());
    let files = Files::Folder(folder.clone());
    files.put(&key("a/b.txt"), Bytes::from_static(b"b")).await.unwrap();
    let link = files.signed_url(&key("a/b.txt"), HOUR, now()).await.unwrap();
    let end = now() + TimeDelta::hours(1);

    let opened = open(&folder, &link, end - TimeDelta::seconds(10)).await.unwrap();
    let until = end.trunc_subsecs(0);
    assert_eq!(opened, Linked { key: key("a/b.txt"), path: data.path().join("objects/a/b.txt"), until });
    assert_eq!(open(&folder, &link, end).await, Err(LinkError::Expired));
    let forged: Url = link.as_str().replacen("expires=1", "expires=2", 1).parse().unwrap();
    assert_eq!(open(&folder, &forged, now()).await, Err(LinkError::Invalid));
    for nonsense in ["", "!", "AAAA", "\u{1F980}"] {
        assert_eq!(folder.open("a/b.txt", "9999999999", nonsense, now()).await, Err(LinkError::Invalid));
    }
    files.delete(&key("a/b.txt")).await.unwrap();
    assert_eq!(open(&folder, &link, now()).await, Err(LinkError::NotFound));
    let a_folder = files.signed_url(&key("a"), HOUR, now()).await.unwrap();
    assert_eq!(open(&folder, &a_folder, now()).await, Err(LinkError::NotFound));
}

#[tokio::test]
async fn a_link_outlives_a_restart_but_not_the_key() {
    let data = tempfile::tempdir().unwrap();
    let files = Files::Folder(start(data.path()));
    files.put(&key("a.txt"), Bytes::from_static(b"a")).await.unwrap();
    let link = files.signed_url(&key("a.txt"), HOUR, now()).await.unwrap();
    assert!(open(&start(data.path()), &link, now()).await.is_ok());
    fs::remove_file(data.path().join("signing-key")).unwrap();
    assert_eq!(open(&start(data.path()), &link, now()).await, Err(LinkError::Invalid));
}

#[tokio::test]
async fn all_who_start_at_once_agree_on_one_signing_key() {
    for _ in 0..20 {
        let data = tempfile::tempdir().unwrap();
        let together = Barrier::new(16);
        let folders: Vec<Folder> = std::thread::scope(|scope| {
            let starting = || {
                together.wait();
                start(data.path())
            };
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(starting)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let at = now();
        let mut links = Vec::new();
        for folder in &folders {
            links.push(Files::Folder(folder.clone()).signed_url(&key("a.txt"), HOUR, at).await.unwrap());
        }
        assert!(links.iter().all(|link| *link == links[0]), "two signing keys were in use");
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 2, "more than the objects and the key was left");
    }
}

#[test]
fn the_signing_key_is_for_its_owner_only_and_a_damaged_one_is_refused() {
    let data = tempfile::tempdir().unwrap();
    start(data.path());
    let file = data.path().join("signing-key");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&file).unwrap().len(), 32);
    fs::write(&file, b"short").unwrap();
    let error = Folder::start(&data.path().join("objects"), &base(), now()).unwrap_err();
    assert!(matches!(error, FilesError::SigningKey), "{error:?}");
    assert!(!error.to_string().contains("short"));
}

#[test]
fn an_address_that_browsers_cannot_open_is_refused() {
    let data = tempfile::tempdir().unwrap();
    for base in ["mailto:a@b.c", "file:///srv", "data:,x"] {
        let error = Folder::start(&data.path().join("objects"), &base.parse().unwrap(), now()).unwrap_err();
        assert!(matches!(error, FilesError::PublicAddress), "{base}: {error:?}");
    }
}

#[tokio::test]
async fn what_a_killed_process_left_is_not_an_object_and_is_swept_after_a_day() {
    let data = tempfile::tempdir().unwrap();
    let files = Files::Folder(start(data.path()));
    let temporary = data.path().join("objects/.tmp");
    let (abandoned, fresh) = (temporary.join("abandoned"), temporary.join("fresh"));
    for path in [&abandoned, &fresh] {
        fs::write(path, b"half an obj").unwrap();
    }
    let two_days_ago = FileTimes::new().set_modified(SystemTime::from(now() - TimeDelta::days(2)));
    File::options().write(true).open(&abandoned).unwrap().set_times(two_days_ago).unwrap();
    for prefix in ["", ".tmp", ".tmp/", "."] {
        assert_eq!(files.list(prefix).await.unwrap(), [], "{prefix:?}");
    }
    start(data.path());
    assert!(!abandoned.exists() && fresh.exists());
}

#[tokio::test]
async fn a_folder_that_is_gone_fails_its_check_and_says_what_to_repair() {
    let data = tempfile::tempdir().unwrap();
    let files = Files::Folder(start(data.path()));
    fs::remove_dir_all(data.path().join("objects")).unwrap();
    let error = files.check().await.unwrap_err();
    assert!(matches!(error, FilesError::Folder { .. }) && !error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_folder_of_objects_is_no_object() {
    let data = tempfile::tempdir().unwrap();
    let files = Files::Folder(start(data.path()));
    files.put(&key("a/b/c.txt"), Bytes::from_static(b"c")).await.unwrap();
    for folder in ["a", "a/b"].map(key) {
        assert!(!files.exists(&folder).await.unwrap(), "{folder}");
        assert_eq!(files.read(&folder).await.unwrap(), None, "{folder}");
        assert_eq!(files.fetch(&folder, &data.path().join("to")).await.unwrap(), None, "{folder}");
        files.delete(&folder).await.unwrap();
    }
    assert_eq!(files.list("").await.unwrap(), [key("a/b/c.txt")]);
}

#[tokio::test]
async fn an_object_below_another_object_is_refused_and_absent() {
    let data = tempfile::tempdir().unwrap();
    let files = Files::Folder(start(data.path()));
    files.put(&key("a"), Bytes::from_static(b"a")).await.unwrap();
    files.put(&key("a/b"), Bytes::from_static(b"b")).await.unwrap_err();
    assert!(!files.exists(&key("a/b")).await.unwrap());
    assert_eq!(files.read(&key("a/b")).await.unwrap(), None);
    files.delete(&key("a/b")).await.unwrap();
    assert_eq!(files.list("").await.unwrap(), [key("a")]);
    assert_eq!(fs::read_dir(data.path().join("objects/.tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_file_is_taken_over_without_a_copy() {
    use std::os::unix::fs::MetadataExt;

    let data = tempfile::tempdir().unwrap();
    let files = Files::Folder(start(data.path()));
    let file = data.path().join("file");
    fs::write(&file, "bytes").unwrap();
    files.settle(&file).await.unwrap();
    files.adopt(&key("a/b.txt"), &file).await.unwrap();
    let inode = |path: &Path| fs::metadata(path).unwrap().ino();
    assert_eq!(inode(&data.path().join("objects/a/b.txt")), inode(&file));
    assert_eq!(fs::read_dir(data.path().join("objects/.tmp")).unwrap().count(), 0);
}

/// Such as one on another file system: there is no second name across two of them.
#[tokio::test]
async fn a_file_that_cannot_be_taken_over_is_copied() {
    let data = tempfile::tempdir().unwrap();
    let files = Files::Folder(start(data.path()));
    let elsewhere = Path::new("/proc/self/cmdline");
    files.adopt(&key("a/b.txt"), elsewhere).await.unwrap();
    assert_eq!(files.read(&key("a/b.txt")).await.unwrap().unwrap(), fs::read(elsewhere).unwrap());
}

#[tokio::test]
async fn a_folder_that_somebody_removed_is_made_again() {
    let data = tempfile::tempdir().unwrap();
    let files = Files::Folder(start(data.path()));
    for _ in 0..2 {
        files.put(&key("a/b/c.txt"), Bytes::from_static(b"c")).await.unwrap();
        fs::remove_dir_all(data.path().join("objects/a")).unwrap();
    }
}
