//! The one call that costs money: its answer lost or late, fal away, and the owner changing their mind meanwhile.

use std::time::Duration;

use aisha_api::config::{Config, FalConfig};
use aisha_api::domain::clock::Clock;
use aisha_api::domain::ids::{AvatarId, UserId};
use aisha_api::domain::page::PageRequest;
use aisha_api::fal::sandbox::{Sandbox, SandboxSettings};
use aisha_api::storage::{jobs, objects, photos, trainings};
use aisha_tests::harness::app::PATIENCE;
use aisha_tests::harness::wire::{Answer, Wire, dead_end};
use aisha_tests::harness::{Backend, TestApp, fal};
use chrono::TimeDelta;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;
use url::Url;

use crate::watch::{Begun, sandbox, until};

/// A fal on its own, which the service reaches through a wire.
struct Fal {
    sandbox: Option<Sandbox>,
    folder: TempDir,
}

impl Fal {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut fal = Self { sandbox: None, folder };
        fal.begin().await;
        fal
    }

    async fn begin(&mut self) {
        let settings = SandboxSettings {
            folder: self.folder.path().to_owned(),
            listen: None,
            training: Duration::from_secs(1),
            key: None,
        };
        self.sandbox = Some(Sandbox::start(settings).await.expect("the sandbox starts"));
    }

    async fn stop(&mut self) {
        self.sandbox.take().expect("a sandbox").stop().await;
    }

    fn url(&self) -> Url {
        self.sandbox.as_ref().expect("a sandbox").url()
    }

    /// Settings by which the service submits through `queue` and does all else directly.
    fn through(&self, queue: &Url) -> impl FnOnce(&mut Config) + use<> {
        let mut settings = self.sandbox.as_ref().expect("a sandbox").fal_settings();
        settings.queue_url = queue.clone();
        move |config| config.fal = FalConfig::Fal(Box::new(settings))
    }

    fn seen(&self) -> fal::Folder {
        fal::Folder::new(self.folder.path())
    }
}

async fn reached_fal(wire: &Wire) {
    timeout(PATIENCE, wire.reached_fal()).await.expect("the submission reaches fal");
}

#[tokio::test]
async fn a_submission_whose_answer_is_lost_is_not_repeated_and_completes_by_the_webhook() {
    let mut fal = Fal::start().await;
    let wire = Wire::to(&fal.url(), Answer::IsLost).await;
    let app = TestApp::with(fal.through(&wire.url)).await;
    let begun = Begun::on(&app).await;
    reached_fal(&wire).await;
    let training = begun.reaches(&["stalled", "completed"]).await;
    if training["status"] == "stalled" {
        assert_eq!(training["status_reason"], "submission_unknown");
        assert_eq!(training["fal_request_id"], json!(null));
    }
    let training = begun.completes_once().await;
    assert_eq!(training["fal_request_id"], fal.seen().only_request()["id"]);
    let stalls = begun.ann.get("/v1/events?types=training.stalled").await.expect(200);
    assert_eq!(stalls["data"][0]["details"]["reason"], "submission_unknown");
    app.finish().await;
    fal.stop().await;
}

#[tokio::test]
async fn a_submission_that_fal_refuses_is_repeated_until_fal_is_there() {
    let mut fal = Fal::start().await;
    let closed = dead_end().await;
    let app = TestApp::with(fal.through(&closed)).await;
    let begun = Begun::on(&app).await;
    let training = begun.reaches(&["submitting"]).await;
    assert_eq!(training["status_reason"], json!(null));
    assert_eq!(fal.seen().requests().len(), 0);
    let _wire = Wire::at(&closed, &fal.url(), Answer::Arrives).await;
    begun.completes_once().await;
    fal.seen().only_request();
    app.finish().await;
    fal.stop().await;
}

#[tokio::test]
async fn while_fal_is_away_a_training_waits_and_then_completes_once() {
    let mut fal = Fal::start().await;
    let app = TestApp::with(fal.through(&fal.url())).await;
    fal.stop().await;
    let begun = Begun::on(&app).await;
    until("the packed set", async || begun.row(&app).await.training_set_key).await;
    fal.begin().await;
    begun.completes_once().await;
    fal.seen().only_request();
    app.finish().await;
    fal.stop().await;
}

#[tokio::test]
async fn a_training_whose_submission_is_refused_can_be_cancelled() {
    let mut fal = Fal::start().await;
    let closed = dead_end().await;
    let app = TestApp::with(fal.through(&closed)).await;
    let begun = Begun::on(&app).await;
    until("a submission that was withdrawn", async || {
        let row = begun.row(&app).await;
        (row.fal_training_set_url.is_some() && row.submitted_at.is_none() && row.webhook_url.is_some()).then_some(())
    })
    .await;
    begun.ann.post_empty(&format!("/v1/trainings/{}/cancel", begun.training)).await.expect(202);
    begun.reaches(&["cancelled"]).await;
    begun.assert_told(&["training.cancelled"]).await;
    assert_eq!(fal.seen().requests().len(), 0);
    let avatar = begun.ann.get(&format!("/v1/avatars/{}", begun.avatar)).await.expect(200);
    assert_eq!(avatar["status"], "ready_for_training");
    app.finish().await;
    fal.stop().await;
}

#[tokio::test]
async fn a_training_that_fal_never_takes_fails_and_its_job_stays_to_be_looked_at() {
    let mut fal = Fal::start().await;
    let clock = Clock::held_at(Clock::system().now());
    let closed = dead_end().await;
    let app = TestApp::start_at(clock.clone(), Backend::Embedded, fal.through(&closed)).await.expect("embedded");
    let begun = Begun::on(&app).await;
    let training = until("the end of all attempts", async || {
        let training = begun.get().await;
        if training["status"] != "failed" {
            // A clock that leaps while a job runs takes its lease away.
            app.quiet().await;
            clock.advance(TimeDelta::minutes(7));
            app.rooms().signals.jobs.notify_one();
        }
        (training["status"] == "failed").then_some(training)
    })
    .await;
    assert_eq!(training["error"]["code"], "submission_failed");
    begun.assert_told(&["training.failed", "avatar.failed"]).await;
    app.quiet().await;
    let counts = jobs::count(&app.rooms().db).await.expect("a count");
    assert!(counts.contains(&("failed".to_owned(), 1)), "{counts:?}");
    app.finish_after_failed_jobs().await;
    fal.stop().await;
}

/// Each leap is longer than a lease, so that several workers do the same job beside each other and none of them can
/// write how it ended.
#[tokio::test]
async fn workers_that_lose_their_leases_still_bring_a_training_to_its_end() {
    let mut fal = Fal::start().await;
    let clock = Clock::held_at(Clock::system().now());
    let closed = dead_end().await;
    let through = fal.through(&closed);
    let settings = |config: &mut Config| {
        through(config);
        config.sweep_interval = Duration::from_millis(50);
    };
    let app = TestApp::start_at(clock.clone(), Backend::Embedded, settings).await.expect("embedded");
    let begun = Begun::on(&app).await;
    let training = until("an end", async || {
        clock.advance(TimeDelta::minutes(2));
        app.rooms().signals.jobs.notify_one();
        let training = begun.get().await;
        (training["status"] == "failed").then_some(training)
    })
    .await;
    let code = training["error"]["code"].as_str().expect("a code");
    assert!(["submission_failed", "submission_unknown"].contains(&code), "{training:#}");
    begun.assert_told(&["training.failed", "avatar.failed"]).await;
    assert_eq!(fal.seen().requests().len(), 0);
    app.finish_after_failed_jobs().await;
    fal.stop().await;
}

#[tokio::test]
async fn an_avatar_deleted_while_fal_is_called_leaves_nothing_and_fal_is_told_to_stop() {
    let mut fal = Fal::start().await;
    let wire = Wire::to(&fal.url(), Answer::IsHeld).await;
    let app = TestApp::with(fal.through(&wire.url)).await;
    let begun = Begun::on(&app).await;
    reached_fal(&wire).await;
    let row = begun.row(&app).await;
    begun.ann.delete(&format!("/v1/avatars/{}", begun.avatar)).await.expect(202);
    wire.release();
    until("the cancellation at fal", async || is_stopped(&fal.seen().only_request()).then_some(())).await;
    nothing_is_left(&app, row.user_id, row.avatar_id).await;
    app.finish().await;
    fal.stop().await;
}

#[tokio::test]
async fn an_avatar_deleted_while_it_is_trained_leaves_nothing_and_fal_is_told_to_stop() {
    let app = TestApp::with(|config| {
        if let FalConfig::Sandbox(sandbox) = &mut config.fal {
            sandbox.training = Duration::from_mins(10);
        }
    })
    .await;
    let begun = Begun::on(&app).await;
    begun.reaches(&["queued", "running"]).await;
    let row = begun.row(&app).await;
    begun.ann.delete(&format!("/v1/avatars/{}", begun.avatar)).await.expect(202);
    let fal = sandbox(&app);
    until("the cancellation at fal", async || is_stopped(&fal.only_request()).then_some(())).await;
    nothing_is_left(&app, row.user_id, row.avatar_id).await;
    app.finish().await;
}

fn is_stopped(request: &Value) -> bool {
    request["ended"]["error_type"] == "client_cancelled"
}

async fn nothing_is_left(app: &TestApp, user_id: UserId, avatar_id: AvatarId) {
    app.settled().await;
    let rooms = app.rooms();
    assert_eq!(rooms.files.list("").await.expect("a list"), []);
    assert_eq!(objects::list(&rooms.db).await.expect("the ledger"), []);
    let request = PageRequest { limit: 9, after: None };
    let trainings = trainings::list(&rooms.db, user_id, avatar_id, &request).await;
    assert_eq!(trainings.expect("a list").items, []);
    assert_eq!(photos::list(&rooms.db, user_id, avatar_id).await.expect("a list"), []);
}
