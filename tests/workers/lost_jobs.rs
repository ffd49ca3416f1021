//! A training whose job is not there, as after a database was brought back from a copy: it is looked after like every
//! one that has not ended.

use aisha_api::domain::clock::Clock;
use aisha_api::fal::sandbox::{Fault, Rule, UploadFault};
use aisha_api::storage::Db;
use aisha_api::workers::sweep_once;
use aisha_tests::harness::{Backend, Person, TestApp};
use chrono::TimeDelta;
use serde_json::json;

use crate::watch::{Begun, until};

async fn execute(db: &Db, sql: &'static str) {
    match db {
        Db::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(drop),
        Db::Sqlite(pool, _) => sqlx::query(sql).execute(pool).await.map(drop),
    }
    .expect("a change behind the back of the service");
}

async fn a_training_that_lost_its_job_gets_another(backend: Backend) {
    for is_packed in [true, false] {
        let clock = Clock::held_at(Clock::system().now());
        let Some(app) = TestApp::start_at(clock.clone(), backend, |_| {}).await else { return };
        let fal = Person::new(format!("{}/", app.fal_url()), None);
        // Its photo set does not reach fal, so its job waits for another attempt.
        fal.post("sandbox/faults", json!([Rule::new(Fault::Upload(UploadFault::Nginx503))])).await.expect(200);
        let begun = Begun::on(&app).await;
        app.quiet().await;
        execute(&app.rooms().db, "delete from jobs").await;
        if !is_packed {
            execute(&app.rooms().db, "update trainings set training_set_key = null").await;
        }
        fal.delete("sandbox/faults").await.expect(200);
        sweep_once(app.rooms()).await.expect("a round");
        app.quiet().await;
        let waiting = begun.get().await;
        assert_eq!((&waiting["status"], &waiting["deadline_at"]), (&json!("preparing"), &json!(null)));

        clock.advance(TimeDelta::minutes(10));
        sweep_once(app.rooms()).await.expect("a round");
        let ended = until("the end", async || {
            app.rooms().signals.jobs.notify_one();
            app.quiet().await;
            clock.advance(TimeDelta::seconds(2));
            Some(begun.get().await).filter(|training| training["status"] == "completed")
        })
        .await;
        assert!(ended["deadline_at"].as_str() > ended["started_at"].as_str(), "{ended:#}");
        assert_eq!(fal.get("sandbox/requests").await.expect(200).as_array().map(Vec::len), Some(1));
        begun.assert_told(&["training.completed", "avatar.completed"]).await;
        app.finish().await;
    }
}

#[tokio::test]
async fn a_training_that_lost_its_job_gets_another_on_one_machine() {
    a_training_that_lost_its_job_gets_another(Backend::Embedded).await;
}

#[tokio::test]
async fn a_training_that_lost_its_job_gets_another_on_postgres_and_s3() {
    a_training_that_lost_its_job_gets_another(Backend::Production).await;
}
