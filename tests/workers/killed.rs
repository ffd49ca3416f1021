//! The program as a child of the test, at an address that stays the same over all its lives, to be killed as the kernel
//! or a power cut would; and whoever talks to it all the same.

use std::cell::RefCell;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use aisha_api::accounts::ensure_developer_key;
use aisha_api::config::{Config, DatabaseConfig, ObjectsConfig};
use aisha_api::domain::clock::Clock;
use aisha_api::domain::ids::Ids;
use aisha_api::domain::secret::Secret;
use aisha_api::service::open_database;
use aisha_api::storage::db::MIGRATIONS;
use aisha_tests::harness::app::config_in;
use aisha_tests::harness::object_store::ObjectStore;
use aisha_tests::harness::{Person, postgres};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;

use crate::watch::until;

/// The program on its data, its developer's key, and the settings by which a test opens what it has left.
pub(crate) struct Killed {
    pub(crate) program: Program,
    pub(crate) key: Secret,
    pub(crate) config: Config,
    _kept: (TempDir, Option<ObjectStore>),
}

impl Killed {
    /// On SQLite and a folder.
    pub(crate) async fn on_one_machine() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = Program::new(folder.path(), Vec::new());
        program.start().await;
        let key = until("the developer's key", async || {
            std::fs::read_to_string(folder.path().join("dev-key")).ok().filter(|key| key.ends_with('\n'))
        })
        .await;
        Self { program, key: Secret::new(key.trim()), config: config_in(folder.path()), _kept: (folder, None) }
    }

    /// On a server and a bucket; `None`, after saying so, if the machine has no Postgres.
    pub(crate) async fn on_postgres_and_s3() -> Option<Self> {
        let database = postgres::database(&MIGRATIONS).await?;
        let (folder, store) = (tempfile::tempdir().expect("a temporary folder"), ObjectStore::start().await);
        let bucket = store.settings.clone();
        let mut settings = ObjectStore::variables(&bucket);
        settings.push(("DATABASE_URL", database.clone()));
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let program = Program::new(folder.path(), settings);
        program.start().await;
        let mut config = config_in(folder.path());
        config.database = DatabaseConfig::Postgres(Secret::new(database));
        config.objects = ObjectsConfig::S3(Box::new(bucket));
        let key = make_developer(&config, folder.path()).await;
        Some(Self { program, key, config, _kept: (folder, Some(store)) })
    }
}

/// Makes the developer's key, which only the embedded database makes by itself.
pub(crate) async fn make_developer(config: &Config, folder: &Path) -> Secret {
    let db = open_database(&config.database).await.expect("the database");
    let (clock, file) = (Clock::system(), folder.join("key"));
    ensure_developer_key(&db, &clock, &Ids::random(clock.clone()), &file).await.expect("a key");
    db.close().await;
    Secret::new(std::fs::read_to_string(file).expect("the key").trim())
}

/// The program and where it lives.
pub(crate) struct Program {
    pub(crate) folder: PathBuf,
    port: u16,
    /// Where it keeps its things, if not in its folder.
    settings: Vec<(String, String)>,
    process: RefCell<Option<Child>>,
}

impl Program {
    pub(crate) fn new(folder: &Path, settings: Vec<(String, String)>) -> Self {
        // Free now, and asked for by nobody else: the address must stay the same over all starts.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound port has an address").port();
        Self { folder: folder.to_owned(), port, settings, process: RefCell::default() }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Starts it and waits until it is ready.
    pub(crate) async fn start(&self) {
        assert!(self.start_with(&[]).await, "it ended at its start");
    }

    /// Starts it with settings of this one life, and waits until it is ready; `false` if it has ended before.
    pub(crate) async fn start_with(&self, settings: &[(&str, &str)]) -> bool {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aisha-api-under-test"));
        command.arg("serve").current_dir(&self.folder).stdout(Stdio::null()).env_clear();
        command.env("AISHA_DATA_DIR", &self.folder).env("AISHA_LISTEN", format!("127.0.0.1:{}", self.port));
        command.env("AISHA_SANDBOX_TRAINING_SECONDS", "1").env("AISHA_SWEEP_SECONDS", "1");
        command.env("AISHA_JOB_LEASE_SECONDS", "2").env("AISHA_FACE_MODEL", "off").envs(self.settings.iter().cloned());
        command.env("AISHA_KEY_REQUESTS_PER_SECOND", "0").env("AISHA_USER_REQUESTS_PER_SECOND", "0");
        // Only what a test asks for is counted.
        command.env("AISHA_PREVIEW_PACK", "off");
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
    pub(crate) fn has_ended(&self) -> bool {
        let mut process = self.process.borrow_mut();
        process.as_mut().expect("it runs").try_wait().expect("a child can be asked").is_some()
    }

    /// Kills it as the kernel or a power cut would.
    pub(crate) fn kill(&self) {
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

/// Sends a request until it is answered, as a client does that knows of `Idempotency-Key`.
pub(crate) async fn answered(request: impl Fn() -> RequestBuilder) -> Value {
    until("an answer", async || {
        let answer = request().send().await.ok()?;
        let status = answer.status();
        let body = answer.json::<Value>().await.ok()?;
        assert!(status.is_success() || status.as_u16() >= 500 || status.as_u16() == 409, "{status} {body:#}");
        status.is_success().then_some(body)
    })
    .await
}

pub(crate) fn id(body: &Value) -> String {
    body["id"].as_str().expect("an id").to_owned()
}
