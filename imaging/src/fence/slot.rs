//! One place in the pool: a worker that is kept alive, and the pictures that it is given.

use std::time::Duration;

use super::pool::{Job, Queue};
use super::wire::Made;
use super::worker::{Lost, Task, Worker, undecodable};
use super::{PoolError, PoolSettings};

/// After so many workers in a row that did not start, those who wait are told.
const GIVEN_UP: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// One place in the pool.
pub(super) struct Slot<'a> {
    number: usize,
    queue: &'a Queue,
    settings: &'a PoolSettings,
    worker: Option<Worker>,
    /// Workers in a row that did nothing before they ended.
    failures: u32,
}

impl<'a> Slot<'a> {
    pub(super) const fn new(number: usize, queue: &'a Queue, settings: &'a PoolSettings) -> Self {
        Self { number, queue, settings, worker: None, failures: 0 }
    }

    /// Takes one picture after another out of the queue, for ever.
    pub(super) async fn serve(&mut self) {
        loop {
            if let Err(error) = self.ready().await {
                self.failures += 1;
                tracing::error!(%error, "a picture worker does not start");
                if self.failures >= GIVEN_UP {
                    self.queue.set_out_of_order(self.number, true);
                }
                self.pause().await;
                continue;
            }
            self.queue.set_out_of_order(self.number, false);
            let Some(worker) = &mut self.worker else { continue };
            let job = tokio::select! {
                job = self.queue.next() => job,
                _ = worker.ended() => {
                    self.failures += 1;
                    self.lose(&Lost::Idle).await;
                    self.pause().await;
                    continue;
                }
            };
            let verdict = self.verdict(&job).await;
            // The caller may have gone in the meantime.
            let _ = job.reply.send(verdict);
        }
    }

    /// Ends the worker.
    pub(super) async fn end(&mut self) {
        self.queue.set_process(self.number, None);
        if let Some(worker) = self.worker.take() {
            worker.end().await;
        }
    }

    /// What is said of a picture. One that a worker did not survive is given to a fresh one: the machine may have been
    /// out of memory, or somebody may have killed the wrong process.
    async fn verdict(&mut self, job: &Job) -> Result<Made, PoolError> {
        for _ in 0..2 {
            if let Err(error) = self.ready().await {
                self.failures += 1;
                return Err(PoolError::Unavailable(format!("a worker does not start: {error}").into()));
            }
            let Some(worker) = &mut self.worker else { break };
            match worker.ask(&job.task, self.settings).await {
                Ok(verdict) => {
                    self.failures = 0;
                    return verdict;
                }
                Err(lost @ Lost::File(_)) => {
                    self.end().await;
                    return Err(PoolError::Unavailable(lost.to_string().into()));
                }
                Err(lost) => self.lose(&lost).await,
            }
        }
        match job.task {
            Task::Picture(..) => Err(undecodable().into()),
            Task::Sheet(..) => Err(PoolError::Unavailable("the workers did not survive a contact sheet".into())),
        }
    }

    /// Has a worker stand here.
    async fn ready(&mut self) -> std::io::Result<()> {
        if self.worker.is_none() {
            let worker = Worker::start(self.settings).await?;
            self.queue.set_process(self.number, worker.id());
            self.worker = Some(worker);
        }
        Ok(())
    }

    async fn lose(&mut self, lost: &Lost) {
        self.queue.set_process(self.number, None);
        if let Some(worker) = self.worker.take() {
            let end = worker.end_after(lost).await;
            tracing::warn!(why = %lost, end, "a picture worker is lost; another takes its place");
        }
    }

    /// The first failure costs no time: most are one of a kind.
    async fn pause(&self) {
        if let Some(doublings) = self.failures.checked_sub(2) {
            let pause = FIRST_PAUSE * 2_u32.saturating_pow(doublings.min(16));
            tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
        }
    }
}
