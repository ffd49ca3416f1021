//! Where uploads lie while they arrive: nobody else's, bounded, and gone with who made them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use aisha_api::domain::ids::UserId;
use aisha_api::files::{FilesError, Spool, SpooledFile};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Bytes, Duration};

const MB: u64 = 1024 * 1024;

fn start(root: &Path) -> Spool {
    Spool::start(root, 16 * MB, Duration::from_millis(50)).expect("the spool opens")
}

fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

async fn receive(spool: &Spool, bytes: &[u8]) -> Result<SpooledFile, FilesError> {
    let mut arrival = spool.begin(spool.place(user(1), 4 * MB).await.expect("room"));
    for piece in bytes.chunks(10_000) {
        arrival.write(Bytes::copy_from_slice(piece)).await?;
    }
    arrival.finish().await
}

fn files_in(root: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(root).unwrap().map(|folder| folder.unwrap().path());
    folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|file| file.unwrap().path())).collect()
}

#[tokio::test]
async fn a_file_arrives_whole_and_is_its_owners_alone() {
    let root = tempfile::tempdir().unwrap();
    let spool = start(root.path());
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|n| n.to_be_bytes()[3]).collect();
    for bytes in [&bytes[..], &bytes[..1], &[]] {
        let file = receive(&spool, bytes).await.unwrap();
        assert!(fs::read(file.path()).unwrap() == bytes);
        assert_eq!(file.length(), bytes.len() as u64);
        assert_eq!(file.sha256()[..], Sha256::digest(bytes)[..]);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(file.path()), mode(file.path().parent().unwrap())), (0o600, 0o700));
    }
}

#[tokio::test]
async fn a_file_goes_with_who_holds_it_and_so_does_its_room() {
    let root = tempfile::tempdir().unwrap();
    let spool = start(root.path());
    let file = receive(&spool, &[7; 5000]).await.unwrap();
    assert_eq!((files_in(root.path()).len(), spool.taken()), (1, 8192));
    drop(file);
    assert_eq!((files_in(root.path()).len(), spool.taken()), (0, 0));
}

#[tokio::test]
async fn who_finds_no_room_in_time_is_told_so_and_others_find_some() {
    let root = tempfile::tempdir().unwrap();
    let spool = start(root.path());
    let held = spool.place(user(1), 4 * MB).await.unwrap();
    assert!(spool.place(user(1), 1).await.is_none());
    let others = [spool.place(user(2), 4 * MB).await, spool.place(user(3), 4 * MB).await];
    assert!(others.iter().all(Option::is_some));
    drop(held);
    assert!(spool.place(user(1), 4 * MB).await.is_some());
}

#[tokio::test]
async fn what_the_dead_left_is_removed_and_what_the_living_write_is_not() {
    let root = tempfile::tempdir().unwrap();
    let dead = root.path().join("process-dead");
    fs::create_dir(&dead).unwrap();
    fs::write(dead.join("upload-half"), "half a pic").unwrap();
    let living = start(root.path());
    assert!(!dead.exists());
    let file = receive(&living, b"a picture").await.unwrap();
    let next = start(root.path());
    assert_eq!(fs::read(file.path()).unwrap(), b"a picture");
    drop((next, file));
    assert!(files_in(root.path()).is_empty());
    drop(living);
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_our_fault_and_not_the_files() {
    let root = tempfile::tempdir().unwrap();
    let spool = start(root.path());
    for folder in fs::read_dir(root.path()).unwrap() {
        fs::remove_dir_all(folder.unwrap().path()).unwrap();
    }
    let error = receive(&spool, b"a picture").await.unwrap_err();
    assert!(matches!(error, FilesError::Local { .. }) && error.is_of_the_store(), "{error:?}");
    assert_eq!(spool.taken(), 0);
}
