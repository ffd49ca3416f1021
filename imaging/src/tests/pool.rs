//! The pool: same verdicts as a reader, from many tasks at once, bounded, and gone when dropped.

use std::num::NonZeroUsize;
use std::sync::Arc;

use bytes::Bytes;

use super::rendering::jpeg;
use super::verdict;
use crate::{Limits, Pool};

fn pool(workers: usize) -> Pool {
    Pool::new(NonZeroUsize::new(workers).unwrap(), Limits::default()).unwrap()
}

#[tokio::test]
async fn a_burst_larger_than_the_queue_is_read_in_full() {
    let pool = Arc::new(pool(2));
    let good = Bytes::from(jpeg(600, 520));
    let bad = good.slice(..good.len() / 2);
    let expected = [verdict(&good), verdict(&bad)];
    let tasks: Vec<_> = (0..30)
        .map(|number| {
            let (pool, bytes) = (Arc::clone(&pool), if number % 2 == 0 { good.clone() } else { bad.clone() });
            tokio::spawn(async move { pool.read(bytes).await })
        })
        .collect();
    for (number, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.unwrap(), expected[number % 2]);
    }
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_disturb_the_others() {
    let pool = pool(1);
    let bytes = Bytes::from(jpeg(600, 520));
    for _ in 0..20 {
        // Polled once, so that the picture is in the queue, and dropped.
        tokio::select! {
            biased;
            _ = pool.read(bytes.clone()) => {}
            () = std::future::ready(()) => {}
        }
    }
    assert!(pool.read(bytes).await.is_ok());
}

#[tokio::test]
async fn a_dropped_pool_has_ended_its_threads() {
    let pool = pool(2);
    let bytes = Bytes::from(jpeg(600, 520));
    assert!(pool.read(bytes.clone()).await.is_ok());
    drop(pool);
    // The workers held the only other references to the bytes.
    assert!(bytes.try_into_mut().is_ok());
}
