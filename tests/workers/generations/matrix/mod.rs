//! Every way in which fal fails, met by a generation: once, and for ever; with fal's webhook, and without it. Each comes
//! to the one end that is true, in time, tells it once, and is submitted again only where that is allowed. Pictures that
//! can be had are had, to the last byte.

mod cells;

use std::collections::BTreeMap;
use std::time::Duration;

use aisha_api::config::{Config, ObjectsConfig};
use aisha_api::domain::clock::Clock;
use aisha_api::domain::generation::Generation;
use aisha_api::domain::ids::GenerationId;
use aisha_api::fal::sandbox::{Fault, WebhookFault};
use aisha_openapi::vocabulary::GenerationStatus;
use aisha_tests::harness::{Backend, TestApp};
use chrono::TimeDelta;
use serde_json::{Value, json};

use self::cells::{Cell, End, Lasting};
use super::studio::{
    Studio, assert_objects_are_rows, content, drawn, event_of, fal, hours_later, round, row, submissions, token, told,
};

/// Steps of the clock while deliveries are still fresh: fal's clock goes on beside it, and five minutes are allowed.
const STEPS: u32 = 80;
const STEP: TimeDelta = TimeDelta::seconds(2);
/// What a step takes on fal's clock: in all of them together a webhook that is late has come.
const STEP_TIME: Duration = Duration::from_millis(100);
/// Leaps of the clock until every deadline has passed.
const LEAPS: u32 = 30;
const LEAP: TimeDelta = TimeDelta::minutes(2);
/// Half an hour at fal, behind a submission whose answer was lost; and no more than a pause between two looks.
const LONGEST: TimeDelta = TimeDelta::minutes(30 + 10 + 5);

/// What is known when all have ended.
struct Facts {
    submissions: BTreeMap<GenerationId, Vec<Value>>,
    rules: Vec<Value>,
    told: BTreeMap<GenerationId, Vec<String>>,
}

impl Facts {
    async fn of(app: &TestApp, generation: &Generation) -> Self {
        let rules = fal(app).get("sandbox/faults").await.expect(200);
        let rules = rules.as_array().cloned().unwrap_or_default();
        let told = told(app, generation).await.into_iter();
        let told = told.map(|(id, kinds)| (id, kinds.iter().map(ToString::to_string).collect())).collect();
        Self { submissions: submissions(app).await, rules, told }
    }

    /// How often a fault has acted on these requests.
    fn hits(&self, fault: Fault, requests: &[Value]) -> u64 {
        let is_of = |rule: &&Value| {
            rule["fault"] == json!(fault) && requests.iter().any(|one| one["request_id"] == rule["request_id"])
        };
        self.rules.iter().filter(is_of).filter_map(|rule| rule["hits"].as_u64()).sum()
    }

    async fn judge(&self, app: &TestApp, cell: Cell, generation: &Generation) -> Result<(), String> {
        let sent = self.submissions.get(&generation.id).map_or(&[][..], Vec::as_slice);
        let code = generation.error_code.as_deref();
        let found = format!("{} ({code:?}) after {} submissions", generation.status, sent.len());
        let (end, accepted) = cell.end();
        let (status, expected_code) = match end {
            End::Made => (GenerationStatus::Completed, None),
            End::Cancelled => (GenerationStatus::Cancelled, None),
            End::Failed(code) => (GenerationStatus::Failed, Some(code)),
        };
        let is_so = (generation.status, code, sent.len()) == (status, expected_code, accepted);
        demand(is_so, || format!("{found}, not {status} ({expected_code:?}) after {accepted}"))?;
        if !matches!(cell.fault, Fault::Submit(_)) {
            demand(self.hits(cell.fault, sent) > 0, || "the fault was never met".to_owned())?;
        }
        let told = self.told.get(&generation.id).map_or(&[][..], Vec::as_slice);
        demand(told == [event_of(status).to_string()], || format!("told {told:?}; {found}"))?;
        let lasted = generation.completed_at.unwrap_or_default() - generation.created_at;
        demand(lasted <= LONGEST, || format!("it took {} minutes; {found}", lasted.num_minutes()))?;
        demand((end == End::Made) == (generation.images.len() == 1), || format!("{:?}", generation.images))?;
        if end == End::Made {
            self.compare(app, generation, sent).await?;
        }
        Ok(())
    }

    /// Looks whether what is kept is what fal has made for the submission that counts.
    async fn compare(&self, app: &TestApp, generation: &Generation, sent: &[Value]) -> Result<(), String> {
        let image = generation.images.first().cloned().flatten().ok_or("fal has kept the picture back")?;
        let counts = sent.last().filter(|last| token(last) == generation.attempt_token).ok_or("another one counts")?;
        let url = counts["output"]["images"][0]["url"].as_str().ok_or("fal has no picture")?;
        let (truth, kept) = (fal(app).follow(url).await.bytes, content(app, &image.original_key).await);
        demand(kept == truth, || format!("{} bytes are kept of {}", kept.len(), truth.len()))?;
        let thumbnail = image::load_from_memory(&content(app, &image.thumbnail_key).await);
        demand(thumbnail.is_ok(), || "the thumbnail is no picture".to_owned())
    }
}

fn demand(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// Lets time pass until all have ended, or until they should have.
async fn live(app: &TestApp, clock: &Clock, all: &[(Cell, GenerationId)]) {
    for step in 0..STEPS + LEAPS {
        app.quiet().await;
        let mut open = 0;
        for (_, id) in all {
            open += u32::from(!row(app, *id).await.status.is_final());
        }
        if open == 0 {
            return;
        }
        if step < STEPS {
            clock.advance(STEP);
            // Not a wait for the service, but the time of fal, which nobody holds.
            tokio::time::sleep(STEP_TIME).await;
            app.rooms().signals.jobs.notify_one();
        } else {
            clock.advance(LEAP);
            round(app).await;
        }
    }
}

async fn meet_every_fault(lasting: Lasting, backend: Backend) {
    let clock = Clock::held_at(Clock::system().now());
    let settings = |config: &mut Config| {
        config.resubmissions = 1;
        // A bucket goes by a clock of its own, and what is signed for it would not be good yet.
        config.objects = ObjectsConfig::Folder(config.data_dir.join("objects"));
    };
    let Some(app) = TestApp::start_at(clock.clone(), backend, settings).await else { return };
    let studio = Studio::on(&app).await;
    let (last, first): (Vec<_>, Vec<_>) = Cell::all(lasting).into_iter().partition(|cell| cell.is_told_late());
    let mut all = Vec::new();
    for cell in first {
        all.push((cell, cell.begin(&app, &studio).await));
    }
    app.quiet().await;
    drawn(&app, all.iter().filter(|(cell, _)| cell.is_drawn_at_once()).count()).await;
    for cell in last {
        all.push((cell, cell.begin(&app, &studio).await));
    }
    live(&app, &clock, &all).await;

    let facts = Facts::of(&app, &row(&app, all[0].1).await).await;
    // What is compared now is what fal has, and no fault of it.
    fal(&app).delete("sandbox/faults").await.expect(200);
    let mut failing = BTreeMap::new();
    for (cell, id) in &all {
        if let Err(error) = facts.judge(&app, *cell, &row(&app, *id).await).await {
            failing.insert(cell.name(), error);
        }
    }
    assert!(failing.is_empty(), "{} of {}: {failing:#?}", failing.len(), all.len());
    let ids: Vec<_> = all.into_iter().map(|(_, id)| id).collect();
    hours_later(&app).await;
    assert_objects_are_rows(&app, &ids).await;
    app.finish().await;
}

#[test]
fn no_fault_is_left_out() {
    let cells: Vec<_> = Cell::all(Lasting::Once).iter().map(|cell| cell.fault).collect();
    for &fault in WebhookFault::ALL {
        assert!(cells.contains(&Fault::Webhook(fault)), "{fault:?}");
    }
    assert!(cells.len() >= 80, "{}", cells.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_that_is_met_once_costs_only_time_on_one_machine() {
    Box::pin(meet_every_fault(Lasting::Once, Backend::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_that_is_met_once_costs_only_time_on_postgres() {
    Box::pin(meet_every_fault(Lasting::Once, Backend::Production)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_that_stays_leads_to_one_true_end_on_one_machine() {
    Box::pin(meet_every_fault(Lasting::ForEver, Backend::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_that_stays_leads_to_one_true_end_on_postgres() {
    Box::pin(meet_every_fault(Lasting::ForEver, Backend::Production)).await;
}
