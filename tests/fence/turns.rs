//! Whose photo is next, and what of those who stop waiting.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use aisha_tests::harness::pictures;
use rustix::process::Signal;

use super::{expected, file, pool, pool_with, signal, told, worker};

#[tokio::test]
async fn a_burst_is_read_in_full() {
    let pool = Arc::new(pool_with(|settings| settings.workers = NonZeroUsize::new(2).expect("two")));
    let good = pictures::jpeg(1);
    let half = &good[..good.len() / 2];
    let verdicts = [expected(&good), expected(half)];
    let files = Arc::new([file(&good), file(half)]);
    let tasks: Vec<_> = (0..30)
        .map(|number| {
            let (pool, files) = (Arc::clone(&pool), Arc::clone(&files));
            tokio::spawn(async move { told(&pool, files[number % 2].path()).await })
        })
        .collect();
    for (number, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.expect("no panic"), verdicts[number % 2]);
    }
}

#[tokio::test]
async fn a_single_photo_does_not_wait_for_an_album() {
    let pool = Arc::new(pool());
    let photo = Arc::new(file(&pictures::jpeg(1)));
    let done = Arc::new(Mutex::new(Vec::new()));
    // Until all have come, the worker does nothing.
    let worker = worker(&pool).await;
    signal(worker, Signal::STOP);
    let read = |owner: u128| {
        let (pool, photo, done) = (Arc::clone(&pool), Arc::clone(&photo), Arc::clone(&done));
        tokio::spawn(async move {
            pool.read(owner, photo.path()).await.expect("a good photo");
            done.lock().expect("no panic").push(owner);
        })
    };
    let mut tasks: Vec<_> = (0..10).map(|_| read(1)).collect();
    tasks.push(read(2));
    // The tasks run in the order in which they were spawned; when this one runs again, all have asked.
    tokio::task::yield_now().await;
    signal(worker, Signal::CONT);
    for task in tasks {
        task.await.expect("no panic");
    }
    let order = done.lock().expect("no panic").clone();
    let single = order.iter().position(|owner| *owner == 2).expect("it was read");
    assert!(single <= 2, "{order:?}");
}

#[tokio::test]
async fn who_stops_waiting_does_not_disturb_the_others() {
    let pool = pool();
    let photo = file(&pictures::jpeg(1));
    for _ in 0..20 {
        // Polled once, so that the photo is in the queue, and dropped.
        tokio::select! {
            biased;
            _ = pool.read(0, photo.path()) => {}
            () = std::future::ready(()) => {}
        }
    }
    assert!(told(&pool, photo.path()).await.is_ok());
}
