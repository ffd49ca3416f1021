//! The program as a child of the test, at an address that stays the same over all its lives.

use std::cell::RefCell;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use aisha_tests::harness::Person;
use reqwest::Method;

use crate::watch::until;

/// The program and where it lives.
pub(super) struct Program {
    pub(super) folder: PathBuf,
    port: u16,
    /// Where it keeps its things, if not in its folder.
    settings: Vec<(String, String)>,
    process: RefCell<Option<Child>>,
}

impl Program {
    pub(super) fn new(folder: &Path, settings: Vec<(String, String)>) -> Self {
        // Free now, and asked for by nobody else: the address must stay the same over all starts.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound port has an address").port();
        Self { folder: folder.to_owned(), port, settings, process: RefCell::default() }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Starts it and waits until it is ready.
    pub(super) async fn start(&self) {
        assert!(self.start_with(&[]).await, "it ended at its start");
    }

    /// Starts it with settings of this one life, and waits until it is ready; `false` if it has ended before.
    pub(super) async fn start_with(&self, settings: &[(&str, &str)]) -> bool {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aisha-api-under-test"));
        command.arg("serve").current_dir(&self.folder).stdout(Stdio::null()).env_clear();
        command.env("AISHA_DATA_DIR", &self.folder).env("AISHA_LISTEN", format!("127.0.0.1:{}", self.port));
        command.env("AISHA_SANDBOX_TRAINING_SECONDS", "1").env("AISHA_SWEEP_SECONDS", "1");
        command.env("AISHA_JOB_LEASE_SECONDS", "2").env("AISHA_FACE_MODEL", "off").envs(self.settings.iter().cloned());
        command.env("AISHA_KEY_REQUESTS_PER_SECOND", "0").env("AISHA_USER_REQUESTS_PER_SECOND", "0");
        command.envs(settings.iter().copied());
        *self.process.borrow_mut() = Some(command.spawn().expect("the program starts"));
        let anybody = Person::new(self.url(), None);
        until("a service that is ready", async || {
            if self.has_ended() {
                return Some(false);
            }
            let ready = anybody.request(Method::GET, "/readyz").send().await;
            ready.is_ok_and(|answer| answer.status().is_success()).then_some(true)
        })
        .await
    }

    /// Whether it has ended by itself.
    pub(super) fn has_ended(&self) -> bool {
        let mut process = self.process.borrow_mut();
        process.as_mut().expect("it runs").try_wait().expect("a child can be asked").is_some()
    }

    /// Kills it as the kernel or a power cut would.
    pub(super) fn kill(&self) {
        let mut process = self.process.borrow_mut().take().expect("it runs");
        // It may have ended by itself.
        let _ = process.kill();
        process.wait().expect("a killed child ends");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.borrow_mut().take() {
            let _ = (process.kill(), process.wait());
        }
    }
}
