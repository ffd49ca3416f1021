//! Threads that read pictures. Decoding is pure CPU work of tens of milliseconds: on the async runtime it would stall
//! every other request, and with no bound on it a burst of uploads would eat the memory.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::error::{ImageError, corrupt};
use crate::{Limits, Picture, Reader};

/// A fixed number of threads, each with a [`Reader`], behind one bounded queue.
///
/// Dropping the pool ends the threads, each after the picture it is reading, and waits for them.
pub struct Pool {
    jobs: Option<mpsc::Sender<Job>>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// A pool of `workers` threads. Each takes about 40 MB while busy, up to 110 MB for progressive JPEGs.
    ///
    /// # Errors
    /// When the system gives no more threads.
    pub fn new(workers: NonZeroUsize, limits: Limits) -> std::io::Result<Self> {
        Self::of(workers, move || {
            let mut reader = Reader::new(limits);
            move |bytes: &[u8]| reader.read(bytes)
        })
    }

    /// A pool whose threads read with what `reader` makes, anew for each thread and after each panic.
    fn of<R>(workers: NonZeroUsize, reader: impl Fn() -> R + Clone + Send + 'static) -> std::io::Result<Self>
    where
        R: FnMut(&[u8]) -> Result<Picture, ImageError>,
    {
        // Two waiting pictures a worker keep it busy; whoever comes later waits with its bytes outside the queue.
        let (jobs, queue) = mpsc::channel(workers.get() * 2);
        let queue = Arc::new(Mutex::new(queue));
        let mut pool = Self { jobs: Some(jobs), workers: Vec::with_capacity(workers.get()) };
        for number in 0..workers.get() {
            let (queue, reader) = (Arc::clone(&queue), reader.clone());
            let worker =
                thread::Builder::new().name(format!("imaging-{number}")).spawn(move || work(&queue, reader))?;
            pool.workers.push(worker);
        }
        Ok(pool)
    }

    /// A pool with one thread for each core.
    ///
    /// # Errors
    /// When the system gives no more threads.
    pub fn with_all_cores(limits: Limits) -> std::io::Result<Self> {
        Self::new(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN), limits)
    }

    /// What [`Reader::read`] says of `bytes`. Waits while the queue is full. A caller that stops waiting takes its
    /// picture out of the queue. A decoder that panics makes the picture corrupt and harms nobody else.
    pub async fn read(&self, bytes: Bytes) -> Result<Picture, ImageError> {
        let (reply, verdict) = oneshot::channel();
        let Some(jobs) = &self.jobs else { return Err(undecodable()) };
        jobs.send(Job { bytes, reply }).await.map_err(|_| undecodable())?;
        verdict.await.map_err(|_| undecodable())?
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs = None;
        for worker in self.workers.drain(..) {
            // A worker catches the panics of decoders, so there is no result to look at.
            let _ = worker.join();
        }
    }
}

struct Job {
    bytes: Bytes,
    reply: oneshot::Sender<Result<Picture, ImageError>>,
}

fn work<R>(queue: &Mutex<mpsc::Receiver<Job>>, new_reader: impl Fn() -> R)
where
    R: FnMut(&[u8]) -> Result<Picture, ImageError>,
{
    let mut read = new_reader();
    loop {
        // The lock is held while waiting: one worker waits for the queue, the others for the lock.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(Job { bytes, reply }) = job else { return };
        if reply.is_closed() {
            continue;
        }
        let verdict = catch_unwind(AssertUnwindSafe(|| read(&bytes))).unwrap_or_else(|_| {
            // The panic may have left the buffers half changed.
            read = new_reader();
            Err(undecodable())
        });
        drop(bytes);
        // The caller may have gone in the meantime.
        let _ = reply.send(verdict);
    }
}

fn undecodable() -> ImageError {
    corrupt("the decoder gave up on it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::rendering::jpeg;
    use crate::tests::verdict;

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

    #[tokio::test]
    async fn a_decoder_that_panics_makes_its_picture_corrupt_and_harms_no_other() {
        let pool = Pool::of(NonZeroUsize::MIN, || {
            let mut reader = Reader::new(Limits::default());
            move |bytes: &[u8]| {
                assert_ne!(bytes, b"poison", "a decoder stumbles");
                reader.read(bytes)
            }
        });
        let pool = pool.unwrap();
        let good = Bytes::from(jpeg(600, 520));
        for _ in 0..3 {
            let refusal = pool.read(Bytes::from_static(b"poison")).await.unwrap_err();
            assert_eq!(refusal.code(), "corrupt_image");
            assert_eq!(pool.read(good.clone()).await, verdict(&good));
        }
    }
}
