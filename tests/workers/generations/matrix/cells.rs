//! What is met, and the one end that is true then.

use aisha_api::domain::ids::GenerationId;
use aisha_api::fal::sandbox::{CancelFault, Fault, FileFault, ResultFault, RunFault, StatusFault, SubmitFault};
use aisha_tests::harness::TestApp;
use serde_json::{Value, json};

use super::super::studio::{Studio, at_fal, drawing, fal};
use crate::watch::until;

/// How late it is, where fal is to be asked first.
const LATE_MS: u32 = 6000;

/// How often a fault acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasting {
    Once,
    ForEver,
}

/// A fault, how long it lasts, and whether fal's webhook comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) fault: Fault,
    lasting: Lasting,
    is_told: bool,
}

/// How a generation is to end: with pictures, given up, or failed with this code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Made,
    Cancelled,
    Failed(&'static str),
}

impl Cell {
    pub(super) fn all(lasting: Lasting) -> Vec<Self> {
        // Nothing is uploaded for a picture.
        let faults = Fault::all().into_iter().filter(|fault| !matches!(fault, Fault::Upload(_)));
        let cells = faults.flat_map(|fault| [true, false].map(|is_told| Self { fault, lasting, is_told }));
        cells.filter(|cell| cell.is_told || !matches!(cell.fault, Fault::Webhook(_) | Fault::Cancel(_))).collect()
    }

    pub(super) fn name(self) -> String {
        let lasting = if self.lasting == Lasting::Once { "once" } else { "for ever" };
        format!("{}, {lasting}, {}", self.fault, if self.is_told { "told" } else { "untold" })
    }

    /// What is asked for. A fault of the submission that acts once cannot stand here: the next one brings the same words.
    fn prompt(self) -> String {
        let mut words = vec!["in the rain".to_owned()];
        if !self.is_once_at_submission() {
            let times = if self.lasting == Lasting::Once { ",times=1" } else { "" };
            words.push(format!("sandbox:{}{times}", self.fault.to_string().replace(' ', "=")));
        }
        match self.fault {
            Fault::Cancel(_) => words.push("sandbox:run=stuck_in_progress".to_owned()),
            _ if self.is_told_late() => words.push(format!("sandbox:webhook=delayed,ms={LATE_MS}")),
            _ if !self.is_told => words.push("sandbox:webhook=lost".to_owned()),
            _ => {}
        }
        words.join(" ")
    }

    /// Whether fal is asked before its webhook comes; otherwise the fault would not be met.
    pub(super) fn is_told_late(self) -> bool {
        self.is_told && matches!(self.fault, Fault::Status(_))
    }

    fn is_once_at_submission(self) -> bool {
        matches!(self.fault, Fault::Submit(_)) && self.lasting == Lasting::Once
    }

    /// Whether fal never ends it by itself.
    fn is_stuck(self) -> bool {
        matches!(self.fault, Fault::Run(RunFault::StuckInQueue | RunFault::StuckInProgress) | Fault::Cancel(_))
    }

    /// Whether fal accepts the first submission, and ends it.
    pub(super) fn is_drawn_at_once(self) -> bool {
        let is_accepted = match self.fault {
            Fault::Submit(fault) => matches!(
                fault,
                SubmitFault::AnswerCut | SubmitFault::Slow | SubmitFault::Garbage | SubmitFault::WebhookFirst
            ),
            _ => true,
        };
        is_accepted && !self.is_stuck()
    }

    /// How it is to end, and how often fal has accepted it then.
    pub(super) fn end(self) -> (End, usize) {
        match self.fault {
            Fault::Submit(fault) => self.end_of_submission(fault),
            Fault::Run(fault) => (end_of_run(fault), 1),
            // Whether fal hears of it or not, its owner does not want it.
            Fault::Cancel(CancelFault::Refused | CancelFault::Ignored | CancelFault::Nginx503) => (End::Cancelled, 1),
            Fault::Status(_) | Fault::Result(_) | Fault::File(_) | Fault::Webhook(_) => (self.end_of_answer(), 1),
            Fault::Upload(_) => unreachable!("nothing is uploaded for a picture"),
        }
    }

    fn end_of_submission(self, fault: SubmitFault) -> (End, usize) {
        use End::{Failed, Made};

        let is_once = self.lasting == Lasting::Once;
        match fault {
            SubmitFault::AnswerCut | SubmitFault::Garbage => match (self.is_told, is_once) {
                (true, _) => (Made, 1),
                (false, true) => (Made, 2),
                (false, false) => (Failed("submission_unknown"), 2),
            },
            SubmitFault::RateLimited | SubmitFault::RateLimitedSilently if !is_once => (Failed("submission_failed"), 0),
            // What stands in front of fal has answered; whether fal has it cannot be known.
            SubmitFault::Nginx503 | SubmitFault::Timeout504 if !is_once => (Failed("submission_unknown"), 0),
            SubmitFault::Slow
            | SubmitFault::WebhookFirst
            | SubmitFault::RateLimited
            | SubmitFault::RateLimitedSilently
            | SubmitFault::Nginx503
            | SubmitFault::Timeout504 => (Made, 1),
            SubmitFault::KeyRefused => (Failed("fal_key_refused"), 0),
            SubmitFault::AccountLocked => (Failed("fal_account_locked"), 0),
            SubmitFault::Validation422 => (Failed("fal_refused"), 0),
        }
    }

    /// Of what fal tells and gives. Where one way to know fails the other one helps; there is only one to the files.
    fn end_of_answer(self) -> End {
        let is_lasting = self.lasting == Lasting::ForEver;
        let is_lost = match self.fault {
            Fault::Status(fault) => is_lasting && !self.is_told && fault != StatusFault::Slow,
            Fault::Result(_) => is_lasting && !self.is_told,
            Fault::File(fault) => is_lasting && fault != FileFault::Slow,
            _ => false,
        };
        match self.fault {
            _ if !is_lost => End::Made,
            Fault::Status(_) => End::Failed("timed_out"),
            Fault::Result(ResultFault::Expired) | Fault::File(FileFault::Gone) => End::Failed("result_expired"),
            _ => End::Failed("result_unreadable"),
        }
    }

    /// Asks for the pictures, and waits until fal has heard of it.
    pub(super) async fn begin(self, app: &TestApp, studio: &Studio) -> GenerationId {
        if !self.is_once_at_submission() {
            let id = studio.ask(&self.prompt()).await;
            if let Fault::Cancel(_) = self.fault {
                at_fal(app, id).await;
                studio.cancel(id).await;
            }
            return id;
        }
        let fal = fal(app);
        fal.post("sandbox/faults", json!([drawing(self.fault).times(1)])).await.expect(200);
        let id = studio.ask(&self.prompt()).await;
        until("the submission", async || {
            let rules = fal.get("sandbox/faults").await.expect(200);
            let is_mine = |rule: &&Value| rule["fault"] == json!(self.fault) && rule["request_id"].is_null();
            rules.as_array().expect("rules").iter().filter(is_mine).all(|rule| rule["hits"] == 1).then_some(())
        })
        .await;
        app.quiet().await;
        id
    }
}

fn end_of_run(fault: RunFault) -> End {
    match fault {
        RunFault::BackToQueue => End::Made,
        RunFault::StuckInQueue | RunFault::StuckInProgress => End::Failed("timed_out"),
        RunFault::CompletedWithError => End::Failed("runner_server_error"),
        RunFault::WrongTypes | RunFault::MissingLora => End::Failed("result_unreadable"),
        RunFault::ForeignHost => End::Failed("result_refused"),
    }
}
