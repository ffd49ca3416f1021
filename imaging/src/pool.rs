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
        // Two waiting pictures a worker keep it busy; whoever comes later waits with its bytes outside the queue.
        let (jobs, queue) = mpsc::channel(workers.get() * 2);
        let queue = Arc::new(Mutex::new(queue));
        let mut pool = Self { jobs: Some(jobs), workers: Vec::with_capacity(workers.get()) };
        for number in 0..workers.get() {
            let queue = Arc::clone(&queue);
            let worker =
                thread::Builder::new().name(format!("imaging-{number}")).spawn(move || work(&queue, limits))?;
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

fn work(queue: &Mutex<mpsc::Receiver<Job>>, limits: Limits) {
    let mut reader = Reader::new(limits);
    loop {
        // The lock is held while waiting: one worker waits for the queue, the others for the lock.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(Job { bytes, reply }) = job else { return };
        if reply.is_closed() {
            continue;
        }
        let verdict = catch_unwind(AssertUnwindSafe(|| reader.read(&bytes))).unwrap_or_else(|_| {
            // The panic may have left the buffers half changed.
            reader = Reader::new(limits);
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
