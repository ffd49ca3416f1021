//! Every way in which fal fails, met by a training: once, and for ever. Whatever happens, the training comes to an end
//! that is true, tells it once, and is submitted once; and a model that can be had from fal is had.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aisha_api::config::FalConfig;
use aisha_api::domain::clock::Clock;
use aisha_api::domain::training::Training;
use aisha_api::fal::sandbox::{Fault, FileFault, Rule, RunFault, SubmitFault};
use aisha_api::files::Key;
use aisha_api::storage::objects;
use aisha_api::workers::sweep_once;
use aisha_openapi::vocabulary::TrainingStatus;
use aisha_tests::harness::{Backend, Person, TestApp};
use chrono::TimeDelta;
use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use serde_json::json;

use crate::watch::{Begun, until};

/// Services at once.
const AT_ONCE: usize = 8;
/// A job that takes so long will not end by itself.
const JOB_PATIENCE: Duration = Duration::from_mins(2);
/// Steps of the clock while deliveries are still fresh: fal's clock goes on beside it, and five minutes are allowed.
const STEPS: u32 = 80;
const STEP: TimeDelta = TimeDelta::seconds(2);
/// What a step takes on fal's clock, so that fal's training of a second ends early in the steps.
const STEP_TIME: Duration = Duration::from_millis(60);
/// Leaps of the clock until every deadline has passed. Each is longer than any pause between two attempts.
const LEAPS: u32 = 60;
const LEAP: TimeDelta = TimeDelta::minutes(7);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lasting {
    Once,
    ForEver,
}

/// A fault and how long it lasts.
#[derive(Debug, Clone, Copy)]
struct Cell {
    fault: Fault,
    lasting: Lasting,
}

impl Cell {
    fn name(self) -> String {
        let lasting = if self.lasting == Lasting::Once { "once" } else { "for ever" };
        format!("{}, {lasting}", self.fault)
    }

    fn rule(self) -> Rule {
        let rule = Rule::new(self.fault);
        if self.lasting == Lasting::Once { rule.times(1) } else { rule }
    }

    /// Whether a good model can be had in the end in some way: by asking again, or because the signed webhook or the
    /// result tells of it where the other does not.
    fn leaves_a_model(self) -> bool {
        match self.fault {
            Fault::Upload(_) | Fault::Submit(SubmitFault::RateLimited | SubmitFault::RateLimitedSilently) => {
                self.lasting == Lasting::Once
            }
            Fault::Submit(fault) => matches!(
                fault,
                SubmitFault::AnswerCut | SubmitFault::Slow | SubmitFault::Garbage | SubmitFault::WebhookFirst
            ),
            Fault::Run(fault) => fault == RunFault::BackToQueue,
            Fault::File(fault) => fault == FileFault::Slow || self.lasting == Lasting::Once,
            Fault::Status(_) | Fault::Result(_) | Fault::Webhook(_) => true,
            // Whether it ends before or after the cancellation is fal's.
            Fault::Cancel(_) => false,
        }
    }

    async fn run(self) -> Result<(), String> {
        let clock = Clock::held_at(Clock::system().now());
        let is_cancelled = matches!(self.fault, Fault::Cancel(_));
        let settings = |config: &mut aisha_api::config::Config| {
            if let FalConfig::Sandbox(sandbox) = &mut config.fal {
                // Long enough to be cancelled on the way.
                sandbox.training = Duration::from_secs(if is_cancelled { 4 } else { 1 });
            }
        };
        let app = TestApp::start_at(clock.clone(), Backend::Embedded, settings).await.expect("embedded");
        let fal = Person::new(format!("{}/", app.fal_url()), None);
        fal.post("sandbox/faults", json!(self.rule())).await.expect(200);
        let begun = Begun::on(&app).await;
        if is_cancelled {
            begun.reaches(&["queued", "running"]).await;
            begun.ann.post_empty(&format!("/v1/trainings/{}/cancel", begun.training)).await.expect(202);
        }
        let verdict = self.watch(&app, &clock, &fal, &begun).await;
        app.finish_without_looking().await;
        verdict
    }

    async fn watch(self, app: &TestApp, clock: &Clock, fal: &Person, begun: &Begun) -> Result<(), String> {
        let training = live(app, clock, begun).await?;
        if let Fault::Webhook(_) = self.fault {
            // What comes after the end must change nothing either.
            until("a delivery", async || {
                let request = &fal.get("sandbox/requests").await.expect(200)[0];
                let is_sent = request["deliveries"] != json!([]) || request["delivery"]["state"] != "waiting";
                is_sent.then_some(())
            })
            .await;
            app.quiet().await;
        }
        self.judge(app, fal, begun, &training).await?;
        nothing_is_left_over(app, clock).await
    }

    async fn judge(self, app: &TestApp, fal: &Person, begun: &Begun, training: &Training) -> Result<(), String> {
        let rules = fal.get("sandbox/faults").await.expect(200);
        demand(rules[0]["hits"].as_u64() > Some(0), || "the fault was never met".to_owned())?;
        let end = format!("{} ({:?}, {:?})", training.status, training.status_reason, training.error_code);
        let submissions = fal.get("sandbox/requests").await.expect(200);
        let count = submissions.as_array().map_or(0, Vec::len);
        demand(count <= 1, || format!("{count} submissions; {end}"))?;

        let told = told(begun).await;
        let expected: &[String] =
            if training.status.is_final() { &[format!("training.{}", training.status)] } else { &[] };
        demand(told == expected, || format!("told {told:?}; {end}"))?;
        let is_declared = training.status.is_final() || training.status == TrainingStatus::Stalled;
        demand(is_declared, || format!("never ends: {end}"))?;
        if self.leaves_a_model() {
            demand(training.status == TrainingStatus::Completed, || format!("a model can be had, and it is {end}"))?;
        }
        if training.status == TrainingStatus::Completed {
            fal.delete("sandbox/faults").await.expect(200);
            let url = submissions[0]["output"]["diffusers_lora_file"]["url"].as_str().ok_or("fal has no weights")?;
            let truth = fal.follow(url).await.bytes;
            let kept = weights(app, training).await;
            demand(kept == truth, || format!("{} bytes were kept of weights of {} bytes", kept.len(), truth.len()))?;
        }
        Ok(())
    }
}

/// Lets time pass until the training has ended, or until it should have; gives it as it is then.
async fn live(app: &TestApp, clock: &Clock, begun: &Begun) -> Result<Training, String> {
    for step in 0..STEPS + LEAPS {
        let quiet = tokio::time::timeout(JOB_PATIENCE, app.quiet()).await;
        quiet.map_err(|_| format!("a job does not end within {JOB_PATIENCE:?}"))?;
        let training = begun.row(app).await;
        if training.status.is_final() {
            return Ok(training);
        }
        if step < STEPS {
            clock.advance(STEP);
            // Not a wait for the service, but the time of fal, which nobody holds.
            tokio::time::sleep(STEP_TIME).await;
        } else {
            clock.advance(LEAP);
            sweep_once(app.rooms()).await.expect("a round");
        }
        app.rooms().signals.jobs.notify_one();
    }
    Ok(begun.row(app).await)
}

fn demand(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// The ends that were told.
async fn told(begun: &Begun) -> Vec<String> {
    let kinds = "training.completed,training.failed,training.cancelled";
    let path = format!("/v1/events?types={kinds}");
    // Numbers are given a moment after the commit.
    let wait = if begun.get().await["completed_at"].is_null() { "" } else { "&wait=10" };
    let events = begun.ann.get(&format!("{path}{wait}")).await.expect(200);
    let events = events["data"].as_array().cloned().unwrap_or_default();
    events.iter().filter_map(|event| event["type"].as_str().map(str::to_owned)).collect()
}

/// Looks hours later whether the store has just what the ledger says is in use.
async fn nothing_is_left_over(app: &TestApp, clock: &Clock) -> Result<(), String> {
    clock.advance(TimeDelta::hours(2));
    sweep_once(app.rooms()).await.expect("a round");
    app.rooms().signals.jobs.notify_one();
    app.quiet().await;
    let stored = app.rooms().files.list("").await.expect("a listing").iter().map(ToString::to_string).collect();
    let ledger = objects::list(&app.rooms().db).await.expect("the ledger");
    let live: BTreeSet<String> = ledger.into_iter().filter(|(_, state)| state == "live").map(|(key, _)| key).collect();
    demand(live == stored, || format!("stored are {stored:?}, in use {live:?}"))
}

async fn weights(app: &TestApp, training: &Training) -> Vec<u8> {
    let key = Key::parse(training.lora_key.clone().expect("a completed training has weights")).expect("a key");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weights");
    app.rooms().files.fetch(&key, &path).await.expect("a store").expect("the weights");
    std::fs::read(path).expect("a file")
}

async fn meet_every_fault(lasting: Lasting) {
    let cells: Vec<Cell> = Fault::all().into_iter().map(|fault| Cell { fault, lasting }).collect();
    let verdicts = stream::iter(cells).map(|cell| async move {
        let verdict = AssertUnwindSafe(cell.run()).catch_unwind().await;
        let verdict = verdict.unwrap_or_else(|_| Err("the test itself gave up; see above".to_owned()));
        verdict.err().map(|error| (cell.name(), error))
    });
    let failing: BTreeMap<String, String> =
        verdicts.buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await;
    assert!(failing.is_empty(), "{failing:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_that_is_met_once_costs_only_time() {
    Box::pin(meet_every_fault(Lasting::Once)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_that_stays_leads_to_one_true_end() {
    Box::pin(meet_every_fault(Lasting::ForEver)).await;
}
