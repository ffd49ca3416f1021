//! The service as a program of its own, to be killed, measured and started again.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aisha_api::domain::secret::Secret;

use super::app::PATIENCE;
use super::person::Person;

/// A running program on SQLite and a folder.
pub struct Program {
    executable: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Child,
}

impl Program {
    /// Starts `program` on what lies in `folder`, with these settings beside its own, and waits until it is ready.
    pub async fn start(program: &str, folder: &Path, settings: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound port has an address").port();
        drop(listener);
        let mut command = Command::new(program);
        command.arg("serve").current_dir(folder).stdout(Stdio::null()).env_clear();
        command.env("AISHA_DATA_DIR", folder).env("AISHA_LISTEN", format!("127.0.0.1:{port}"));
        command.env("AISHA_KEY_REQUESTS_PER_SECOND", "0").env("AISHA_USER_REQUESTS_PER_SECOND", "0");
        command.env("AISHA_PREVIEW_PACK", "off").envs(settings.iter().copied());
        let process = command.spawn().expect("the program starts");
        let started = Self { executable: program.into(), folder: folder.to_owned(), port, process };
        let anybody = Person::new(started.url(), None);
        let begun = Instant::now();
        loop {
            let ready = anybody.request(reqwest::Method::GET, "/readyz").send().await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return started;
            }
            assert!(begun.elapsed() < PATIENCE, "the program does not get ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Panics
    ///
    /// When it ends otherwise than well.
    pub async fn stop(mut self) {
        let id = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it runs");
        let ended = tokio::task::spawn_blocking(move || {
            let status = self.process.wait().expect("a child ends");
            (self, status)
        });
        let (_program, status) = tokio::time::timeout(PATIENCE, ended).await.expect("it stops").expect("a wait");
        assert!(status.success(), "{status}");
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Whoever has the developer key.
    pub fn developer(&self) -> Person {
        let key = std::fs::read_to_string(self.folder.join("dev-key")).expect("the program makes a key");
        Person::new(self.url(), Some(Secret::new(key.trim())))
    }

    /// Somebody else with an account and a key, made as the operator makes them.
    pub fn person(&self, name: &str) -> Person {
        let mut command = Command::new(&self.executable);
        command.args(["keys", "create", "--user", name]).current_dir(&self.folder).stderr(Stdio::null()).env_clear();
        let made = command.env("AISHA_DATA_DIR", &self.folder).output().expect("the program starts");
        let key = String::from_utf8(made.stdout).expect("a key is a text");
        Person::new(self.url(), Some(Secret::new(key.trim())))
    }

    /// Its processes: the service first, then those that read pictures, in the order of their numbers. The service alone
    /// where there is no `/proc`.
    pub fn processes(&self) -> Vec<u32> {
        let own = self.process.id();
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let mut children: Vec<u32> = numbers.filter(|&process| figure(process, "PPid:") == Some(own)).collect();
        children.sort_unstable();
        std::iter::once(own).chain(children).collect()
    }

    /// The memory that the service holds now, without the processes that read pictures, in MB. Zero where there is no
    /// `/proc`.
    pub fn holds(&self) -> f64 {
        memory(self.process.id())
    }

    /// The most memory each of its processes has had, in MB. Empty where there is no `/proc`.
    pub fn peaks(&self) -> Vec<f64> {
        self.processes()
            .into_iter()
            .filter_map(|process| Some(f64::from(figure(process, "VmHWM:")?) / 1024.0))
            .collect()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = (self.process.kill(), self.process.wait());
    }
}

/// The memory that a process holds now, in MB. Zero where there is no `/proc`.
pub fn memory(process: u32) -> f64 {
    figure(process, "VmRSS:").map_or(0.0, |held| f64::from(held) / 1024.0)
}

fn figure(process: u32, name: &str) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
