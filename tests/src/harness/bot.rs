//! The Telegram client, between a service and a Telegram of a test: in the test's own process, or as a program to be
//! killed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use aisha_api::accounts::{NewKey, create_key};
use aisha_api::domain::secret::Secret;
use aisha_bot::config::{Config, Environment};
use aisha_openapi::vocabulary::Scope;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::app::TestApp;
use crate::telegram::FakeTelegram;

/// A key that may act for the people of a Telegram's bot, as the operator makes it.
pub async fn bot_key(app: &TestApp, telegram: &FakeTelegram) -> Secret {
    let scopes = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Admin).collect();
    let bot_id = telegram.token().split(':').next().expect("a token begins with the bot's id");
    let issuer = Some(format!("telegram:{bot_id}"));
    let new = NewKey { account: "bot".to_owned(), name: "test".to_owned(), scopes, issuer, expires_at: None };
    let rooms = app.rooms();
    create_key(&rooms.db, &rooms.clock, &rooms.ids, new).await.expect("a key").1
}

/// The settings of a bot.
pub fn settings(api: &str, key: &Secret, telegram: &FakeTelegram, folder: &Path) -> Vec<(String, String)> {
    let settings = [
        ("AISHA_API_URL", api),
        ("AISHA_API_KEY", key.expose()),
        ("TELEGRAM_BOT_TOKEN", telegram.token()),
        ("TELEGRAM_API_URL", &telegram.url()),
        ("AISHA_BOT_DATA_DIR", folder.to_str().expect("a folder with a name in Unicode")),
    ];
    settings.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

/// A bot in the process of the test. End its test with [`Bot::stop`].
pub struct Bot {
    settings: Vec<(String, String)>,
    folder: TempDir,
    running: Option<(oneshot::Sender<()>, JoinHandle<anyhow::Result<()>>)>,
}

impl Bot {
    /// A bot between a service and a Telegram.
    pub async fn start(app: &TestApp, telegram: &FakeTelegram) -> Self {
        let key = bot_key(app, telegram).await;
        Self::start_with(&app.url(""), &key, telegram)
    }

    /// A bot that finds the service at this address.
    pub fn start_with(api: &str, key: &Secret, telegram: &FakeTelegram) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings = settings(api, key, telegram, folder.path());
        let mut bot = Self { settings, folder, running: None };
        bot.begin();
        bot
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn begin(&mut self) {
        let env: Environment = self.settings.iter().cloned().collect();
        let config = Config::from_env(&env).expect("the settings are whole");
        let (stop, stopped) = oneshot::channel();
        let run = tokio::spawn(aisha_bot::run(config, async move {
            let _ = stopped.await;
        }));
        self.running = Some((stop, run));
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(mut self) {
        self.end().await;
    }

    /// Stops it and starts it again on what it remembers.
    pub async fn restart(&mut self) {
        self.end().await;
        self.begin();
    }

    /// Stops it and starts it again without anything that it remembered.
    ///
    /// # Panics
    ///
    /// When its folder cannot be emptied.
    pub async fn restart_without_memory(&mut self) {
        self.end().await;
        for entry in std::fs::read_dir(self.folder()).expect("its folder") {
            std::fs::remove_file(entry.expect("a file").path()).expect("a file can be deleted");
        }
        self.begin();
    }

    async fn end(&mut self) {
        let (stop, run) = self.running.take().expect("it runs");
        let _ = stop.send(());
        run.await.expect("it does not panic").expect("it ends well");
    }
}

/// The bot as a program of its own, to be killed as the kernel or a power cut would.
pub struct BotProgram {
    executable: PathBuf,
    settings: Vec<(String, String)>,
    process: Option<Child>,
}

impl BotProgram {
    /// Starts it with these settings.
    pub fn start(settings: Vec<(String, String)>) -> Self {
        let executable = super::app::program().with_file_name("aisha-bot-under-test");
        let mut program = Self { executable, settings, process: None };
        program.begin();
        program
    }

    /// Starts it again on what it has left.
    pub fn begin(&mut self) {
        let mut command = Command::new(&self.executable);
        command.env_clear().envs(self.settings.iter().cloned()).stdout(Stdio::null());
        self.process = Some(command.spawn().expect("the bot starts"));
    }

    /// Starts it again if it has ended itself; whether it had.
    pub fn revive(&mut self) -> bool {
        let process = self.process.as_mut().expect("it runs");
        let has_ended = process.try_wait().expect("a child can be asked").is_some();
        if has_ended {
            self.begin();
        }
        has_ended
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.as_ref().expect("it runs").id()
    }

    /// Ends it at once, wherever it is.
    pub fn kill(&mut self) {
        let mut process = self.process.take().expect("it runs");
        process.kill().expect("it can be killed");
        process.wait().expect("a child ends");
    }
}

impl Drop for BotProgram {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = (process.kill(), process.wait());
        }
    }
}
