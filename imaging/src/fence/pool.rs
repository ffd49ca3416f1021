//! The door of the fence: a fixed number of workers behind one queue in which owners take turns.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::runtime;
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinSet;

use super::slot::Slot;
use super::turns::{Ticket, Turns};
use super::wire::Made;
use super::worker::Task;
use super::{PoolError, PoolSettings};
use crate::sheet::{Layout, Sheet};
use crate::{Origin, Picture};

/// Processes that read pictures, each with a [`crate::Reader`].
///
/// Dropping the pool ends the processes and waits for their end.
pub struct Pool {
    queue: Arc<Queue>,
    /// Dropped, it tells the slots to end.
    open: Option<watch::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Pool {
    /// Starts a pool. Whether its program can be started is found out behind it: until then pictures wait, and if it
    /// cannot they are [`PoolError::Unavailable`] until it can.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(settings: PoolSettings) -> io::Result<Self> {
        let queue = Arc::new(Queue::new(settings.workers.get()));
        let (open, closed) = watch::channel(());
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let slots = serve(Arc::clone(&queue), Arc::new(settings), closed);
        // A thread of its own: a worker dies with the thread that started it, and the threads of a runtime come and go.
        let thread = thread::Builder::new().name("pictures".to_owned()).spawn(move || runtime.block_on(slots))?;
        Ok(Self { queue, open: Some(open), thread: Some(thread) })
    }

    /// What [`crate::Reader::read`] says of the content of `file`. `owner` is whose picture it is, for fairness only.
    ///
    /// A caller that stops waiting takes its picture out of the queue. A picture that no worker survives is corrupt.
    pub async fn read(&self, owner: u128, file: &Path) -> Result<Picture, PoolError> {
        self.read_from(Origin::Photo, owner, file).await
    }

    /// The same for pictures from wherever they are; see [`crate::Reader::read_from`].
    pub async fn read_from(&self, origin: Origin, owner: u128, file: &Path) -> Result<Picture, PoolError> {
        match self.ask(owner, Task::Picture(origin, file.to_owned())).await? {
            Made::Picture(picture) => Ok(*picture),
            Made::Sheet(_) => Err(PoolError::Unavailable("a worker mistook a photo for a contact sheet".into())),
        }
    }

    /// The JPEG of a contact sheet; see [`crate::sheet::render`]. `owner` is whose pictures they are, for fairness only.
    pub async fn sheet(&self, owner: u128, sheet: Sheet) -> Result<Vec<u8>, PoolError> {
        self.sheet_as(Layout::Rows, owner, sheet).await
    }

    /// The same with its tiles lying so; see [`crate::sheet::render_as`].
    pub async fn sheet_as(&self, layout: Layout, owner: u128, sheet: Sheet) -> Result<Vec<u8>, PoolError> {
        match self.ask(owner, Task::Sheet(sheet, layout)).await? {
            Made::Sheet(jpeg) => Ok(jpeg),
            Made::Picture(_) => Err(PoolError::Unavailable("a worker mistook a contact sheet for a photo".into())),
        }
    }

    /// The numbers of the processes that stand ready or are busy, for who watches them.
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        self.queue.state().places.iter().filter_map(|place| place.process).collect()
    }

    async fn ask(&self, owner: u128, task: Task) -> Result<Made, PoolError> {
        let (reply, verdict) = oneshot::channel();
        let _standing = self.queue.join(owner, Job { task, reply })?;
        verdict.await.unwrap_or_else(|_| Err(out_of_order()))
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.open = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to tell: what goes wrong in it is told to those who wait.
            let _ = thread.join();
        }
    }
}

/// A picture that waits, and who waits for it.
pub(super) struct Job {
    pub(super) task: Task,
    pub(super) reply: oneshot::Sender<Result<Made, PoolError>>,
}

/// What waits, and who works on it.
pub(super) struct Queue {
    state: Mutex<State>,
    arrival: Notify,
}

struct State {
    turns: Turns<Job>,
    places: Vec<Place>,
}

#[derive(Clone, Default)]
struct Place {
    process: Option<u32>,
    is_out_of_order: bool,
}

impl Queue {
    fn new(places: usize) -> Self {
        let state = State { turns: Turns::new(), places: vec![Place::default(); places] };
        Self { state: Mutex::new(state), arrival: Notify::new() }
    }

    /// Takes the next job, or waits for one. Dropped while it waits, it has taken none.
    pub(super) async fn next(&self) -> Job {
        loop {
            if let Some(job) = self.state().turns.next() {
                return job;
            }
            self.arrival.notified().await;
        }
    }

    /// Notes which process stands at a place.
    pub(super) fn set_process(&self, number: usize, process: Option<u32>) {
        if let Some(place) = self.state().places.get_mut(number) {
            place.process = process;
        }
    }

    /// Notes whether workers can be started at a place. Where the last place is lost, nobody is left waiting.
    pub(super) fn set_out_of_order(&self, number: usize, is_out_of_order: bool) {
        let mut state = self.state();
        if let Some(place) = state.places.get_mut(number) {
            place.is_out_of_order = is_out_of_order;
        }
        if state.is_out_of_order() {
            state.turns = Turns::new();
        }
    }

    fn join(&self, owner: u128, job: Job) -> Result<Standing<'_>, PoolError> {
        let mut state = self.state();
        if state.is_out_of_order() {
            return Err(out_of_order());
        }
        let ticket = state.turns.push(owner, job);
        drop(state);
        self.arrival.notify_one();
        Ok(Standing { queue: self, owner, ticket })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_out_of_order(&self) -> bool {
        self.places.iter().all(|place| place.is_out_of_order)
    }
}

/// A place in a line, left when it is dropped.
struct Standing<'a> {
    queue: &'a Queue,
    owner: u128,
    ticket: Ticket,
}

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        // Dropped after the lock: a job may hold much.
        let left = self.queue.state().turns.remove(self.owner, self.ticket);
        drop(left);
    }
}

/// Keeps all places, until the pool is closed.
async fn serve(queue: Arc<Queue>, settings: Arc<PoolSettings>, closed: watch::Receiver<()>) {
    let mut slots = JoinSet::new();
    for number in 0..settings.workers.get() {
        let (queue, settings, mut closed) = (Arc::clone(&queue), Arc::clone(&settings), closed.clone());
        slots.spawn(async move {
            let mut slot = Slot::new(number, &queue, &settings);
            tokio::select! {
                () = slot.serve() => {}
                _ = closed.changed() => {}
            }
            slot.end().await;
        });
    }
    while slots.join_next().await.is_some() {}
}

fn out_of_order() -> PoolError {
    PoolError::Unavailable("the workers do not start".into())
}
