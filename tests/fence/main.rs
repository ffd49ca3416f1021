//! The fence around the decoders, with the real program behind it.

mod deaths;
mod processes;
mod turns;
mod walls;

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use aisha_imaging::{FaceModel, ImageError, Limits, Picture, Pool, PoolError, PoolSettings};
use aisha_tests::harness::app::{PATIENCE, program};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;

/// A pool with one worker.
fn pool() -> Pool {
    pool_with(|_| {})
}

/// A pool with one worker and other settings.
fn pool_with(change: impl FnOnce(&mut PoolSettings)) -> Pool {
    let mut settings = PoolSettings {
        program: program(),
        arguments: vec!["picture-worker".into()],
        workers: NonZeroUsize::MIN,
        limits: Limits::default(),
        face_model: FaceModel::BuiltIn,
        memory_bytes: 512 * 1024 * 1024,
        picture_time: Duration::from_secs(20),
    };
    change(&mut settings);
    Pool::start(settings).expect("a pool")
}

fn file(bytes: &[u8]) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), bytes).expect("room for a file");
    file
}

/// What the photo is told, where nothing of ours failed.
async fn told(pool: &Pool, file: &Path) -> Result<Picture, ImageError> {
    pool.read(0, file).await.map_err(|error| match error {
        PoolError::Image(error) => error,
        PoolError::Unavailable(why) => panic!("{why}"),
    })
}

/// What a reader in this process says.
fn expected(bytes: &[u8]) -> Result<Picture, ImageError> {
    aisha_imaging::read(bytes, &Limits::default())
}

/// The only worker of a pool, once it stands.
async fn worker(pool: &Pool) -> Pid {
    until("a worker", || pool.processes().first().copied().map(pid)).await
}

fn pid(process: u32) -> Pid {
    i32::try_from(process).ok().and_then(Pid::from_raw).expect("the number of a process")
}

/// A signal to a process that may have ended.
fn signal(process: Pid, signal: Signal) {
    let _ = kill_process(process, signal);
}

/// What the kernel tells of a process; nothing once it has ended and was buried.
fn of_kernel(process: Pid, what: &str) -> Option<Vec<u8>> {
    std::fs::read(format!("/proc/{}/{what}", process.as_raw_pid())).ok()
}

async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = look() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("{what} does not come"))
}
