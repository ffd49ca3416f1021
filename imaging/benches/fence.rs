//! What the fence costs: `cargo bench -p aisha-imaging --bench fence [-- FILE…]`.
//!
//! Each photo is read by a reader in this process and by a pool with one worker, in turns, so that a noisy machine is
//! noisy for both. CPU time of the pool is that of both processes.

use std::env;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use aisha_imaging::fence::work;
use aisha_imaging::{FaceModel, Limits, Pool, PoolSettings, Reader};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::Builder;

/// The word with which this program is the worker of its own pool.
const WORKER: &str = "picture-worker";
const ROUNDS: u32 = 10;
const PHOTOS_A_ROUND: u32 = 10;

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if words.first().is_some_and(|word| word == WORKER) {
        return work();
    }
    let settings = PoolSettings {
        program: env::current_exe().expect("a bench is a program"),
        arguments: vec![WORKER.into()],
        workers: NonZeroUsize::MIN,
        limits: Limits::default(),
        face_model: FaceModel::BuiltIn,
        memory_bytes: 512 * 1024 * 1024,
        picture_time: Duration::from_secs(10),
    };
    let pool = Pool::start(settings).expect("a pool");
    println!("{:40} {:>22} {:>22}", "ms a photo", "reader: wall     CPU", "pool: wall     CPU");
    for file in words.iter().map(PathBuf::from) {
        measure(&file, &pool);
    }
    ExitCode::SUCCESS
}

fn measure(file: &Path, pool: &Pool) {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let mut reader = Reader::new(Limits::default());
    let through_reader = |reader: &mut Reader| {
        let bytes = std::fs::read(file).expect("a readable file");
        reader.read(&bytes).expect("a good photo");
    };
    let through_pool = || {
        runtime.block_on(pool.read(0, file)).expect("a good photo");
    };
    // The first photo finds cold caches and no buffers.
    through_reader(&mut reader);
    through_pool();
    let (mut alone, mut fenced) = ((Duration::ZERO, Duration::ZERO), (Duration::ZERO, Duration::ZERO));
    for _ in 0..ROUNDS {
        add(&mut alone, pool, || through_reader(&mut reader));
        add(&mut fenced, pool, through_pool);
    }
    let ms = |time: Duration| time.as_secs_f64() * 1000.0 / f64::from(ROUNDS * PHOTOS_A_ROUND);
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let [a, b, c, d] = [alone.0, alone.1, fenced.0, fenced.1].map(ms);
    println!("{name:40} {a:>14.2} {b:>7.2} {c:>14.2} {d:>7.2}");
    for process in pool.processes() {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let memory = status.lines().filter(|line| line.starts_with("VmPeak") || line.starts_with("VmRSS"));
        println!("{:40} worker: {}", "", memory.collect::<Vec<_>>().join(", ").replace(['\t', ' '], ""));
    }
}

/// Adds wall and CPU time of one round.
fn add((wall, cpu): &mut (Duration, Duration), pool: &Pool, mut read: impl FnMut()) {
    let (begun, used) = (Instant::now(), cpu_time(pool));
    for _ in 0..PHOTOS_A_ROUND {
        read();
    }
    *wall += begun.elapsed();
    *cpu += cpu_time(pool).saturating_sub(used);
}

/// The CPU time of this process and of the workers.
fn cpu_time(pool: &Pool) -> Duration {
    let own = clock_gettime(ClockId::ProcessCPUTime);
    let own = Duration::try_from(own).unwrap_or_default();
    pool.processes().into_iter().filter_map(worker_time).sum::<Duration>() + own
}

/// The kernel tells it in hundredths of a second.
fn worker_time(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * 10))
}
