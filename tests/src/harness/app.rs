//! A whole service for one test: its own database, its own store, the fal sandbox, and people who use it over HTTP.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aisha_api::accounts::{NewKey, create_key};
use aisha_api::config::{Config, DatabaseConfig, Environment, FaceModelFile, FalConfig, ObjectsConfig, RequestLimits};
use aisha_api::domain::clock::Clock;
use aisha_api::domain::ids::Ids;
use aisha_api::domain::secret::Secret;
use aisha_api::fal::sandbox::Rule;
use aisha_api::fal::{FalSettings, FileHosts};
use aisha_api::service::Service;
use aisha_api::storage::db::MIGRATIONS;
use aisha_api::storage::{Db, jobs, objects};
use aisha_openapi::vocabulary::Scope;
use chrono::{DateTime, Utc};
use serde_json::json;
use tempfile::TempDir;
use url::Url;

use super::object_store::ObjectStore;
use super::person::Person;
use super::postgres;

/// How long a test waits for what must come. Far above what anything takes, so that only what never comes fails.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Where a service keeps its things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One file and a folder: the service on one machine.
    Embedded,
    /// A server and a bucket: the production shape.
    Production,
}

/// A running service. End its test with [`TestApp::finish`], which looks whether everything was left in order.
pub struct TestApp {
    service: Option<Service>,
    config: Config,
    clock: Clock,
    folder: Option<TempDir>,
    store: Option<ObjectStore>,
}

impl TestApp {
    /// The service on one machine.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The service on one machine, with other settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start(Backend::Embedded, change).await.expect("the embedded service needs nothing from the machine")
    }

    /// The service on one machine, with other settings, living by this clock.
    pub async fn living_by(clock: Clock, change: impl FnOnce(&mut Config)) -> Self {
        let started = Self::start_at(clock, Backend::Embedded, change).await;
        started.expect("the embedded service needs nothing from the machine")
    }

    /// The service on this backend; `None`, after saying so, if the machine has no Postgres.
    pub async fn on(backend: Backend) -> Option<Self> {
        Self::start(backend, |_| {}).await
    }

    /// The service on this backend with other settings.
    pub async fn start(backend: Backend, change: impl FnOnce(&mut Config)) -> Option<Self> {
        Self::start_at(Clock::system(), backend, change).await
    }

    /// The service on this backend with other settings and by this clock.
    pub async fn start_at(clock: Clock, backend: Backend, change: impl FnOnce(&mut Config)) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = config_in(folder.path());
        let mut store = None;
        if backend == Backend::Production {
            config.database = DatabaseConfig::Postgres(Secret::new(postgres::database(&MIGRATIONS).await?));
            let started = ObjectStore::start().await;
            config.objects = ObjectsConfig::S3(Box::new(started.settings.clone()));
            store = Some(started);
        }
        change(&mut config);
        let mut app = Self::open(config, clock).await;
        app.folder = Some(folder);
        app.store = store;
        Some(app)
    }

    /// The service on what another one has left.
    pub async fn open(config: Config, clock: Clock) -> Self {
        let mut app = Self { service: None, config, clock, folder: None, store: None };
        app.begin().await;
        app
    }

    /// Stops the process-to-be and starts it again on the same data, at the same address.
    pub async fn restart(&mut self) {
        let port = self.service.as_ref().and_then(|service| service.url().port()).expect("an address");
        self.service().stop().await;
        self.config.listen.set_port(port);
        self.begin().await;
    }

    async fn begin(&mut self) {
        let ids = Ids::random(self.clock.clone());
        let service = Service::start_with(&self.config, self.clock.clone(), ids).await;
        self.service = Some(service.expect("the service starts"));
    }

    /// The settings it was started with.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The rooms of the service.
    pub fn rooms(&self) -> &aisha_api::app::App {
        self.service.as_ref().expect("the service runs").app()
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        let base = self.service.as_ref().expect("the service runs").url();
        base.join(path.trim_start_matches('/')).expect("a path").into()
    }

    /// The address of the fal sandbox.
    pub fn fal_url(&self) -> String {
        let FalConfig::Sandbox(sandbox) = &self.config.fal else { panic!("the service has no sandbox") };
        let port = std::fs::read_to_string(sandbox.folder.join("port")).expect("the sandbox keeps its port");
        format!("http://127.0.0.1:{}", port.trim())
    }

    /// Has the fal sandbox do this wrong from now on.
    pub async fn break_fal(&self, rule: Rule) {
        let fal = Person::new(format!("{}/", self.fal_url()), None);
        fal.post("sandbox/faults", json!([rule])).await.expect(200);
    }

    /// Has the fal sandbox do everything right again.
    pub async fn mend_fal(&self) {
        let fal = Person::new(format!("{}/", self.fal_url()), None);
        fal.delete("sandbox/faults").await.expect(200);
    }

    /// A person with an account and a key that may do all a user may.
    pub async fn person(&self, name: &str) -> Person {
        let scopes = Scope::ALL.iter().copied().filter(|scope| !matches!(scope, Scope::ActAs | Scope::Admin)).collect();
        self.person_with(name, scopes, None).await
    }

    /// A person whose key may do this, perhaps for the users of an issuer.
    pub async fn person_with(&self, name: &str, scopes: Vec<Scope>, issuer: Option<&str>) -> Person {
        let issuer = issuer.map(str::to_owned);
        let (account, name) = (name.to_owned(), "test".to_owned());
        self.person_of(NewKey { account, name, scopes, issuer, expires_at: None }).await
    }

    /// A person with exactly this key.
    pub async fn person_of(&self, new: NewKey) -> Person {
        let rooms = self.rooms();
        let (_, secret) = create_key(&rooms.db, &rooms.clock, &rooms.ids, new).await.expect("a key");
        Person::new(self.url(""), Some(secret))
    }

    /// Somebody without a key.
    pub fn stranger(&self) -> Person {
        Person::new(self.url(""), None)
    }

    /// Waits for the jobs, and looks whether everything was left in order: no job failed, no object without a row, no
    /// row without its object.
    pub async fn finish(self) {
        self.settled().await;
        self.finish_after_failed_jobs().await;
    }

    /// Like `finish`, for a test in which jobs fail for good.
    pub async fn finish_after_failed_jobs(mut self) {
        let (stored, ledger) = self.stored_and_ledger().await;
        let live: Vec<String> =
            ledger.iter().filter(|(_, state)| state == "live").map(|(key, _)| key.clone()).collect();
        assert_eq!(stored, live, "the store and the ledger differ; ledger: {ledger:#?}");
        self.service().stop().await;
    }

    /// Stops the service without a look at what it leaves, for a test that took things away behind its back.
    pub async fn finish_without_looking(mut self) {
        self.service().stop().await;
    }

    /// Waits until no job is due or under way, and looks whether one has failed. Jobs for later may wait.
    pub async fn settled(&self) {
        self.quiet().await;
        let counts = jobs::count(&self.rooms().db).await.expect("a count");
        assert!(counts.iter().all(|(state, _)| state != "failed"), "a job failed for good");
    }

    /// Waits until no job is due or under way, however they end.
    pub async fn quiet(&self) {
        let rooms = self.rooms();
        let busy = async {
            while busy(&rooms.db, rooms.now()).await.expect("a look") > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, busy).await.expect("the jobs come to an end");
    }

    /// What lies in the store, and the ledger at the same moment. Both are read between jobs: a run that nobody waits for
    /// may end while they are read, and then they are read again.
    async fn stored_and_ledger(&self) -> (Vec<String>, Vec<(String, String)>) {
        let rooms = self.rooms();
        let unmoved = async {
            loop {
                self.quiet().await;
                let before = objects::list(&rooms.db).await.expect("the ledger");
                let stored = rooms.files.list("").await.expect("a listing");
                self.quiet().await;
                let after = objects::list(&rooms.db).await.expect("the ledger");
                if before == after {
                    let mut stored: Vec<String> = stored.iter().map(ToString::to_string).collect();
                    stored.sort();
                    break (stored, after);
                }
            }
        };
        tokio::time::timeout(PATIENCE, unmoved).await.expect("the objects come to rest")
    }

    /// Waits until no upload holds any room, and looks whether each took its file along.
    pub async fn spool_is_empty(&self) {
        let empty = async {
            while self.rooms().spool.taken() > 0 || !self.spooled().is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, empty).await.expect("the uploads are done or given up");
    }

    /// The files that lie in the spool.
    pub fn spooled(&self) -> Vec<PathBuf> {
        let folders = std::fs::read_dir(self.config.spool_dir()).expect("the spool");
        let files = folders.map(|folder| std::fs::read_dir(folder.expect("a process's folder").path()));
        files.flat_map(|files| files.expect("its files").map(|file| file.expect("a file").path())).collect()
    }

    fn service(&mut self) -> Service {
        self.service.take().expect("the service runs")
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        assert!(self.service.is_none() || std::thread::panicking(), "a test ends its service with `finish`");
    }
}

/// Jobs that are due or under way. One query, because a job that is claimed between two is in neither.
async fn busy(db: &Db, now: DateTime<Utc>) -> sqlx::Result<i64> {
    let sql = "select count(*) from jobs where status = 'running' or (status = 'waiting' and run_at <= $1)";
    match db {
        Db::Postgres(pool) => sqlx::query_scalar(sql).bind(now).fetch_one(pool).await,
        Db::Sqlite(pool, _) => sqlx::query_scalar(sql).bind(now).fetch_one(pool).await,
    }
}

/// The settings of a service that keeps everything in this folder, listens on a free port and trains in a second.
pub fn config_in(folder: &Path) -> Config {
    let mut config = Config::from_env(&Environment::default()).expect("the defaults");
    folder.clone_into(&mut config.data_dir);
    config.listen.set_port(0);
    config.pictures.program = program();
    config.database = DatabaseConfig::Sqlite(folder.join("aisha.sqlite"));
    config.objects = ObjectsConfig::Folder(folder.join("objects"));
    // Looking for faces is most of what a photo costs; the tests that are about them turn it on.
    config.pictures.face_model = FaceModelFile::Off;
    // Tests count pictures, too; those about the first look at a training turn it on.
    config.preview.clear();
    // Tests are in a hurry; those about these limits set them.
    config.requests = RequestLimits::default();
    // Tests count submissions; the one about a second submission allows it.
    config.resubmissions = 0;
    if let FalConfig::Sandbox(sandbox) = &mut config.fal {
        sandbox.folder = folder.join("fal-sandbox");
        sandbox.training = Duration::from_secs(1);
    }
    config
}

/// Has photos looked at for faces, as the service does by default.
pub fn with_faces(config: &mut Config) {
    config.pictures.face_model = FaceModelFile::BuiltIn;
}

/// The program under test: cargo builds it before any test of this crate and puts it beside the folder of the tests.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test is a program");
    test.ancestors().nth(2).expect("tests lie in a folder of the build").join("aisha-api-under-test")
}

/// A fal that nobody reaches: a training waits for it, and its webhooks cannot be checked.
pub fn unreachable_fal(config: &mut Config) {
    let nowhere: Url = "http://127.0.0.1:9".parse().expect("a URL");
    config.fal = FalConfig::Fal(Box::new(FalSettings {
        key: Secret::new("id:secret"),
        queue_url: nowhere.clone(),
        rest_url: nowhere.clone(),
        jwks_url: nowhere.clone(),
        account_id: None,
        file_hosts: FileHosts::Origin(nowhere),
    }));
}
