//! Workers that die, hang, swell or never start: the photo gets its verdict, and nobody else notices.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aisha_imaging::{Limits, Pool, PoolError};
use aisha_tests::harness::app::{PATIENCE, program};
use aisha_tests::harness::pictures;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};
use rustix::process::Signal;

use super::{expected, file, of_kernel, pid, pool, pool_with, signal, told, until, worker};

#[tokio::test]
async fn a_photo_whose_worker_is_killed_gets_its_verdict_from_another() {
    let pool = Arc::new(pool());
    let bytes = pictures::camera_jpeg(4000, 3000);
    let photo = file(&bytes);
    let first = worker(&pool).await;
    let path = photo.path().to_owned();
    let reading = tokio::spawn({
        let pool = Arc::clone(&pool);
        async move { told(&pool, &path).await }
    });
    until("a worker in the middle of the photo", || {
        let io = String::from_utf8(of_kernel(first, "io")?).ok()?;
        let taken: usize = io.lines().find_map(|line| line.strip_prefix("rchar: "))?.parse().ok()?;
        (taken > bytes.len() / 2).then_some(())
    })
    .await;
    signal(first, Signal::KILL);
    assert_eq!(reading.await.expect("no panic"), expected(&bytes));
    assert_ne!(worker(&pool).await, first);
}

#[tokio::test]
async fn a_photo_whose_worker_hangs_gets_its_verdict_from_another() {
    // Long enough for a good worker on a busy machine, short enough to wait for.
    let pool = pool_with(|settings| settings.picture_time = Duration::from_secs(2));
    let bytes = pictures::jpeg(1);
    let photo = file(&bytes);
    let first = worker(&pool).await;
    signal(first, Signal::STOP);
    assert_eq!(told(&pool, photo.path()).await, expected(&bytes));
    assert_ne!(worker(&pool).await, first);
    assert!(of_kernel(first, "status").is_none(), "the worker that hung is still there");
}

#[tokio::test]
async fn a_worker_that_is_killed_at_rest_is_replaced() {
    let pool = pool();
    let photo = file(&pictures::jpeg(1));
    for _ in 0..5 {
        let killed = worker(&pool).await;
        signal(killed, Signal::KILL);
        until("another worker", || pool.processes().first().copied().map(pid).filter(|now| *now != killed)).await;
        assert!(told(&pool, photo.path()).await.is_ok());
    }
}

#[tokio::test]
async fn a_photo_that_swells_beyond_the_memory_allowed_is_corrupt_and_harms_nobody() {
    // 400 kB of file and 200 MB of pixels.
    let bomb = file(&one_colour(8192));
    let photo = file(&pictures::jpeg(1));
    let pool_of = |megabytes: u64| {
        pool_with(|settings| {
            settings.limits = Limits { max_side: 8192, ..Limits::default() };
            settings.memory_bytes = megabytes * 1024 * 1024;
        })
    };
    let tight = pool_of(192);
    let first = worker(&tight).await;
    let (swollen, other) = tokio::join!(tight.read(1, bomb.path()), tight.read(2, photo.path()));
    let Err(PoolError::Image(refusal)) = swollen else { panic!("{swollen:?}") };
    let sentence = "The file is damaged: the decoder gave up on it. Send the photo again, from the original file.";
    assert_eq!(refusal.to_string(), sentence);
    assert!(other.is_ok(), "{other:?}");
    assert_ne!(worker(&tight).await, first);
    // It was the memory, and nothing else about the file.
    assert!(told(&pool_of(1024), bomb.path()).await.is_ok());
}

#[tokio::test]
async fn where_no_worker_starts_photos_are_unavailable_and_once_one_does_they_are_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = folder.path().join("aisha-api");
    let pool = pool_with(|settings| settings.program = missing.clone());
    let photo = file(&pictures::jpeg(1));
    for _ in 0..2 {
        let unavailable = pool.read(0, photo.path()).await;
        assert!(matches!(unavailable, Err(PoolError::Unavailable(_))), "{unavailable:?}");
    }
    symlink(program(), &missing).expect("a link to the program");
    worker(&pool).await;
    until_read(&pool, photo.path()).await;
}

#[tokio::test]
async fn a_program_that_is_no_worker_makes_photos_unavailable() {
    let photo = file(&pictures::jpeg(1));
    // One that ends at once, one that talks nonsense.
    for program in ["/bin/true", "/bin/cat"] {
        let pool = pool_with(|settings| {
            settings.program = program.into();
            settings.arguments.clear();
        });
        let unavailable = pool.read(0, photo.path()).await;
        assert!(matches!(unavailable, Err(PoolError::Unavailable(_))), "{program}: {unavailable:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_gone_is_not_the_fault_of_the_photo() {
    let pool = pool();
    let first = worker(&pool).await;
    let missing = pool.read(0, Path::new("/nowhere/1.jpg")).await;
    assert!(matches!(missing, Err(PoolError::Unavailable(_))), "{missing:?}");
    assert_eq!(worker(&pool).await, first);
}

#[tokio::test]
async fn a_file_over_the_limit_is_not_even_sent() {
    let pool = pool_with(|settings| settings.limits.max_bytes = 1000);
    let bytes = pictures::jpeg(1);
    let photo = file(&bytes);
    let limits = Limits { max_bytes: 1000, ..Limits::default() };
    assert_eq!(told(&pool, photo.path()).await, aisha_imaging::read(&bytes, &limits));
}

/// A square PNG of one colour.
fn one_colour(side: u32) -> Vec<u8> {
    let pixels = vec![90; side as usize * side as usize * 3];
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Sub);
    encoder.write_image(&pixels, side, side, ExtendedColorType::Rgb8).expect("a picture can be encoded");
    bytes
}

/// Tries until the pool has noticed its worker.
async fn until_read(pool: &Pool, photo: &Path) {
    let read = async { while pool.read(0, photo).await.is_err() {} };
    tokio::time::timeout(PATIENCE, read).await.expect("the pool reads again");
}
