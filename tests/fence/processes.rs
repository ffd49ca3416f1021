//! No worker outlives whom it works for.

use std::num::NonZeroUsize;
use std::process::{Command, Stdio};
use std::sync::Arc;

use aisha_tests::harness::app::program;
use aisha_tests::harness::pictures;
use rustix::process::Signal;

use super::{file, of_kernel, pid, pool, pool_with, signal, until, worker};

#[tokio::test]
async fn a_dropped_pool_leaves_no_process_not_even_a_dead_one() {
    let pool = pool_with(|settings| settings.workers = NonZeroUsize::new(3).expect("three"));
    let all = until("three workers", || Some(pool.processes()).filter(|all| all.len() == 3)).await;
    drop(pool);
    for process in all {
        assert!(of_kernel(pid(process), "status").is_none(), "{process} is still there");
    }
}

#[tokio::test]
async fn a_pool_dropped_in_the_middle_of_a_photo_leaves_no_process() {
    let pool = Arc::new(pool());
    let photo = file(&pictures::jpeg(1));
    let process = worker(&pool).await;
    // It will not answer; whoever waits is told when the pool is gone.
    signal(process, Signal::STOP);
    {
        let reading = pool.read(0, photo.path());
        tokio::select! {
            biased;
            _ = reading => panic!("a stopped worker answered"),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(pool);
    assert!(of_kernel(process, "status").is_none(), "{process:?} is still there");
}

#[tokio::test]
async fn a_killed_service_leaves_no_worker() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(program());
    command.arg("serve").current_dir(&folder).stdout(Stdio::null()).env_clear();
    command.env("AISHA_DATA_DIR", folder.path()).env("AISHA_LISTEN", "127.0.0.1:0").env("AISHA_PICTURE_WORKERS", "2");
    let mut service = command.spawn().expect("the program starts");
    let workers = until("two workers", || Some(workers_of(service.id())).filter(|all| all.len() == 2)).await;
    // One that is busy, or hangs, does not see that its input ends.
    signal(pid(workers[0]), Signal::STOP);
    service.kill().expect("a child can be killed");
    service.wait().expect("a killed child ends");
    for worker in workers {
        until("the end of a worker", || is_gone(worker).then_some(())).await;
    }
}

/// The processes that this one has started and that are called like workers.
fn workers_of(service: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").expect("the processes");
    let numbers = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let is_worker = |number: &u32| {
        let status = of_kernel(pid(*number), "status").and_then(|status| String::from_utf8(status).ok());
        status.is_some_and(|status| {
            status.starts_with("Name:\taisha-picture\n") && status.contains(&format!("\nPPid:\t{service}\n"))
        })
    };
    numbers.filter(is_worker).collect()
}

/// Whether a process has ended. Whoever inherits an orphan may take its time to bury it.
fn is_gone(process: u32) -> bool {
    let status = of_kernel(pid(process), "status").and_then(|status| String::from_utf8(status).ok());
    status.is_none_or(|status| status.contains("\nState:\tZ"))
}
