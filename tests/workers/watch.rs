//! Looking on until something has happened, with an end to patience.

use std::path::PathBuf;
use std::time::Duration;

use aisha_api::config::{Config, FalConfig};
use aisha_api::domain::ids::TrainingId;
use aisha_api::domain::training::Training;
use aisha_api::storage::trainings;
use aisha_tests::harness::app::PATIENCE;
use aisha_tests::harness::{Person, TestApp, fal};
use serde_json::Value;

const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Looks until there is something to see.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("never seen: {what}"))
}

/// A person with an avatar, its five photos, and its training begun.
pub(crate) struct Begun {
    pub(crate) ann: Person,
    pub(crate) avatar: String,
    pub(crate) training: String,
}

impl Begun {
    pub(crate) async fn on(app: &TestApp) -> Self {
        let ann = app.person("ann").await;
        let avatar = ann.avatar().await;
        ann.upload_photos(&avatar, 5).await;
        Self::training(app, ann, avatar).await
    }

    pub(crate) async fn training(_app: &TestApp, ann: Person, avatar: String) -> Self {
        let training = ann.train(&avatar, "t-1").await.expect(202);
        let training = training["id"].as_str().expect("an id").to_owned();
        Self { ann, avatar, training }
    }

    pub(crate) async fn get(&self) -> Value {
        self.ann.get(&format!("/v1/trainings/{}", self.training)).await.expect(200)
    }

    /// Waits until the training is in one of these states, and gives it as it is then.
    pub(crate) async fn reaches(&self, statuses: &[&str]) -> Value {
        until(&format!("a training that is {}", statuses.join(" or ")), async || {
            let training = self.get().await;
            statuses.contains(&training["status"].as_str().expect("a status")).then_some(training)
        })
        .await
    }

    /// The training as it is kept.
    pub(crate) async fn row(&self, app: &TestApp) -> Training {
        let id = TrainingId(self.training.parse().expect("an id"));
        trainings::find_for_job(&app.rooms().db, id).await.expect("a look").expect("a training")
    }

    /// How often each of these things was told, and nothing else of the ends.
    pub(crate) async fn assert_told(&self, expected: &[&str]) {
        let kinds = "training.completed,training.failed,training.cancelled,avatar.completed,avatar.failed";
        let told = until("all the events", async || {
            let events = self.ann.get(&format!("/v1/events?types={kinds}")).await.expect(200);
            let told: Vec<String> = events["data"].as_array()?.iter().map(|event| event["type"].to_string()).collect();
            (told.len() >= expected.len()).then_some(told)
        })
        .await;
        assert_eq!(told, expected.iter().map(|kind| format!("{kind:?}")).collect::<Vec<_>>());
    }

    /// Waits for the completion and checks that it was told once.
    pub(crate) async fn completes_once(&self) -> Value {
        let training = self.reaches(&["completed", "failed", "cancelled"]).await;
        assert_eq!(training["status"], "completed", "{training:#}");
        self.assert_told(&["training.completed", "avatar.completed"]).await;
        training
    }
}

/// The folder of the sandbox inside the service.
pub(crate) fn sandbox(app: &TestApp) -> fal::Folder {
    let FalConfig::Sandbox(config) = &app.config().fal else { panic!("fal is not played by the sandbox inside") };
    fal::Folder::new(&config.folder)
}

/// The folder of the objects.
pub(crate) fn objects(config: &Config) -> PathBuf {
    config.data_dir.join("objects")
}
