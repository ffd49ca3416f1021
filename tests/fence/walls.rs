//! What a worker has, and what it has not.

use std::path::PathBuf;

use aisha_tests::harness::pictures;

use super::{file, of_kernel, pool, pool_with, told, worker};

#[tokio::test]
async fn a_worker_has_no_environment_no_folder_and_no_file_but_its_pipes() {
    let pool = pool();
    let worker = worker(&pool).await;
    assert_eq!(of_kernel(worker, "environ").as_deref(), Some(b"".as_slice()));
    let folder = format!("/proc/{}/", worker.as_raw_pid());
    assert_eq!(std::fs::read_link(format!("{folder}cwd")).expect("a folder"), PathBuf::from("/"));
    let mut open = Vec::new();
    for entry in std::fs::read_dir(format!("{folder}fd")).expect("its files") {
        let entry = entry.expect("a file");
        let target = std::fs::read_link(entry.path()).expect("what it is");
        assert!(target.to_string_lossy().starts_with("pipe:"), "{target:?}");
        open.push(entry.file_name().into_string().expect("a number"));
    }
    open.sort();
    assert_eq!(open, ["0", "1", "2"]);
}

#[tokio::test]
async fn a_worker_can_open_nothing_start_nothing_and_take_only_so_much() {
    let pool = pool_with(|settings| settings.memory_bytes = 300 * 1024 * 1024);
    let worker = worker(&pool).await;
    let photo = file(&pictures::jpeg(1));
    assert!(told(&pool, photo.path()).await.is_ok());
    let limits = String::from_utf8(of_kernel(worker, "limits").expect("its limits")).expect("text");
    let limit = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).expect(name);
        line[name.len()..].split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(limit("Max open files"), ["3", "3"]);
    assert_eq!(limit("Max processes"), ["0", "0"]);
    assert_eq!(limit("Max file size"), ["0", "0"]);
    assert_eq!(limit("Max core file size"), ["0", "0"]);
    assert_eq!(limit("Max address space"), ["314572800", "314572800"]);
    let seconds: u64 = limit("Max cpu time")[0].parse().expect("a number of seconds");
    assert!((21..=25).contains(&seconds), "{seconds}");
    let status = String::from_utf8(of_kernel(worker, "status").expect("its status")).expect("text");
    assert!(status.contains("NoNewPrivs:\t1\n"), "{status}");
    assert!(status.contains("Threads:\t1\n"), "{status}");
    assert!(status.starts_with("Name:\taisha-picture\n"), "{status}");
}
