//! Every way in which fal fails a transcription: each comes to the one end that is true, tells it once, and is submitted
//! again only where that is allowed. And recordings that fal cannot get, or will not take.

use aisha_api::config::Config;
use aisha_api::domain::clock::Clock;
use aisha_api::fal::sandbox::{Fault, RunFault, SubmitFault, WebhookFault};
use aisha_api::files::Key;
use aisha_api::storage::spending;
use aisha_openapi::vocabulary::{EventType, TranscriptionStatus as S};
use aisha_tests::harness::{Backend, TestApp};
use chrono::TimeDelta;
use serde_json::json;

use super::desk::{ask, ended, fal, listening, round, row, submissions, told};

/// Leaps of the clock until every deadline has passed.
const LEAPS: u32 = 50;

/// How a transcription ends that meets this for ever, without a webhook: its code, and how often fal has accepted it.
fn end(fault: Fault) -> (S, Option<&'static str>, usize) {
    let failed = |code, accepted| (S::Failed, Some(code), accepted);
    match fault {
        Fault::Submit(fault) => match fault {
            SubmitFault::AnswerCut | SubmitFault::Garbage => failed("submission_unknown", 2),
            SubmitFault::Nginx503 | SubmitFault::Timeout504 => failed("submission_unknown", 0),
            SubmitFault::RateLimited | SubmitFault::RateLimitedSilently => failed("submission_failed", 0),
            SubmitFault::KeyRefused => failed("fal_key_refused", 0),
            SubmitFault::AccountLocked => failed("fal_account_locked", 0),
            SubmitFault::Validation422 => failed("fal_refused", 0),
            SubmitFault::Slow | SubmitFault::WebhookFirst => (S::Completed, None, 1),
        },
        Fault::Run(fault) => match fault {
            // A text names no host.
            RunFault::BackToQueue | RunFault::ForeignHost => (S::Completed, None, 1),
            RunFault::StuckInQueue | RunFault::StuckInProgress => failed("timed_out", 1),
            RunFault::CompletedWithError => failed("runner_server_error", 1),
            RunFault::WrongTypes | RunFault::MissingLora => failed("result_unreadable", 1),
        },
        _ => unreachable!("not among those that are tried"),
    }
}

#[tokio::test]
async fn whatever_fal_does_each_ends_truly_and_once() {
    let faults = Fault::all().into_iter().filter(|fault| matches!(fault, Fault::Submit(_) | Fault::Run(_)));
    for fault in faults {
        let clock = Clock::held_at(Clock::system().now());
        let app = TestApp::living_by(clock.clone(), |config: &mut Config| config.resubmissions = 1).await;
        let lost = listening(Fault::Webhook(WebhookFault::Lost));
        let rule = listening(fault);
        let rule = if fault == Fault::Submit(SubmitFault::Slow) { rule.ms(100) } else { rule };
        fal(&app).post("sandbox/faults", json!([rule, lost])).await.expect(200);
        let id = ask(&app.person("ann").await).await;
        let mut found = row(&app, id).await;
        for _ in 0..LEAPS {
            if found.status.is_final() {
                break;
            }
            round(&app).await;
            // fal goes by a clock of its own.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            clock.advance(TimeDelta::minutes(2));
            found = row(&app, id).await;
        }
        let accepted = submissions(&app).await.remove(&id).unwrap_or_default().len();
        let (status, code, times) = end(fault);
        assert_eq!((found.status, found.error_code.as_deref(), accepted), (status, code, times), "{fault}");
        assert_eq!(told(&app, &found).await.len(), 1, "{fault}");
        app.finish_after_failed_jobs().await;
    }
}

#[tokio::test]
async fn a_recording_that_is_gone_is_offered_once_more_and_then_it_is_said_so() {
    let app = TestApp::with(|config: &mut Config| config.resubmissions = 1).await;
    let ann = app.person("ann").await;
    let held = listening(Fault::Submit(SubmitFault::Slow)).ms(500);
    app.break_fal(held).await;
    let id = ask(&ann).await;
    let key = Key::parse(row(&app, id).await.audio.key).expect("a key");
    app.rooms().files.delete(&key).await.expect("a deletion");
    let failed = ended(&app, id).await;
    assert_eq!((failed.status, failed.error_code.as_deref()), (S::Failed, Some("file_download_error")), "{failed:#?}");
    assert_eq!(told(&app, &failed).await, [EventType::TranscriptionFailed]);
    assert_eq!(submissions(&app).await[&id].len(), 2);
    app.settled().await;
    // The test took it from the store behind the ledger's back.
    app.finish_without_looking().await;
}

async fn what_fal_has_not_got_waits(backend: Backend) {
    let clock = Clock::held_at(Clock::system().now());
    let Some(app) = TestApp::start_at(clock.clone(), backend, |_| {}).await else { return };
    app.break_fal(listening(Fault::Submit(SubmitFault::RateLimited))).await;
    let ann = app.person("ann").await;
    let (kept, given_up) = (ask(&ann).await, ask(&ann).await);
    app.quiet().await;
    spending::stop(&app.rooms().db, Some("the month is over"), app.rooms().now()).await.expect("the switch");
    fal(&app).delete("sandbox/faults").await.expect(200);
    for _ in 0..10 {
        clock.advance(TimeDelta::seconds(20));
        round(&app).await;
    }
    for id in [kept, given_up] {
        let waiting = row(&app, id).await;
        assert_eq!((waiting.status, waiting.status_reason.as_deref()), (S::Pending, Some("spending_stopped")));
    }
    assert!(submissions(&app).await.is_empty(), "nothing is spent");
    ann.post_empty(&format!("/v1/transcriptions/{given_up}/cancel")).await.expect(202);
    assert_eq!(row(&app, given_up).await.status, S::Cancelled, "there is nobody to ask");
    assert!(spending::resume(&app.rooms().db).await.expect("the switch"));
    crate::watch::until("the end", async || {
        clock.advance(TimeDelta::seconds(5));
        app.rooms().signals.jobs.notify_one();
        app.quiet().await;
        row(&app, kept).await.status.is_final().then_some(())
    })
    .await;
    assert_eq!(row(&app, kept).await.status, S::Completed);
    assert_eq!(submissions(&app).await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn what_fal_has_not_got_waits_on_one_machine() {
    what_fal_has_not_got_waits(Backend::Embedded).await;
}

#[tokio::test]
async fn what_fal_has_not_got_waits_on_postgres_and_s3() {
    what_fal_has_not_got_waits(Backend::Production).await;
}
