//! Faults on request: every way in which fal has been seen to fail, or says that it may, so that a client can be proven
//! against it. Without a rule nothing here acts.
//!
//! A [`Rule`] names a [`Fault`] and how far it reaches. There are three ways to give one:
//!
//! - for everybody, at a path that fal does not have: `POST /sandbox/faults` adds a rule or a list of them, `GET` lists
//!   them with how often each has acted, `DELETE` takes all away. No key is asked for;
//! - for one request, in the submitted input: `"sandbox": {"faults": [{"fault": {"webhook": "lost"}}]}`. fal ignores
//!   fields it does not know; here the field is taken out of the input before anything reads it;
//! - for one request, as a word of its prompt, where the prompt is all that the tester can give: `sandbox:webhook=lost`,
//!   with numbers of the rule behind it where they are wanted: `sandbox:file=slow,ms=500,times=1`.
//!
//! Of several rules that fit, the first that is not used up acts, so a list is a sequence. Rules outlive a restart.
//! `words` has the faults; `gateway`, `runs`, `files` and `uploads` do them, and the post of the webhooks does its own.

mod files;
mod gateway;
mod routes;
mod runs;
mod uploads;
mod words;

use std::io::{ErrorKind, Result};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use words::{
    CancelFault, Fault, FileFault, ResultFault, RunFault, StatusFault, SubmitFault, UploadFault, WebhookFault,
};

pub(super) use files::download;
pub(super) use gateway::{after_submit, at_cancel, at_result, at_status, at_submit};
pub(super) use routes::routes;
pub(super) use runs::{plan, spoil};
pub(super) use uploads::guard as guard_uploads;

use super::disk;

/// What a fault without `ms` waits.
const PAUSE: Duration = Duration::from_secs(1);

/// A fault and how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What goes wrong.
    pub fault: Fault,
    /// How often it acts; without it, always.
    #[serde(default)]
    pub times: Option<u32>,
    /// A duration in milliseconds, for the faults that have one.
    #[serde(default)]
    pub ms: Option<u64>,
    /// The only endpoint id for whose requests it acts.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The only request for which it acts.
    #[serde(default)]
    pub request_id: Option<String>,
    /// How often it has acted. Told by the sandbox, and ignored when it is sent to it.
    #[serde(default)]
    pub hits: u32,
}

impl Rule {
    /// A fault that always acts, for everybody.
    #[must_use]
    pub const fn new(fault: Fault) -> Self {
        Self { fault, times: None, ms: None, endpoint: None, request_id: None, hits: 0 }
    }

    /// The same, so many times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// The same, with this duration.
    #[must_use]
    pub fn ms(self, ms: u64) -> Self {
        Self { ms: Some(ms), ..self }
    }

    fn is_used_up(&self) -> bool {
        self.times.is_some_and(|times| self.hits >= times)
    }

    fn reaches(&self, endpoint: &str, request_id: &str) -> bool {
        self.endpoint.as_ref().is_none_or(|only| only == endpoint)
            && self.request_id.as_ref().is_none_or(|only| only == request_id)
    }
}

/// A fault that acts now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<F> {
    pub(super) fault: F,
    ms: Option<u64>,
}

impl<F> Hit<F> {
    /// How long it takes or waits.
    pub(super) fn pause(&self) -> Duration {
        self.ms.map_or(PAUSE, Duration::from_millis)
    }
}

/// The rules that are in force, kept in a file.
pub(super) struct Faults {
    file: PathBuf,
    rules: Mutex<Vec<Rule>>,
}

impl Faults {
    pub(super) fn open(file: PathBuf) -> Result<Self> {
        let rules = match disk::read_json(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            rules => rules?,
        };
        Ok(Self { file, rules: Mutex::new(rules) })
    }

    pub(super) fn add(&self, added: impl IntoIterator<Item = Rule>) -> Result<Vec<Rule>> {
        self.change(|rules| rules.extend(added.into_iter().map(|rule| Rule { hits: 0, ..rule })))
    }

    /// Takes the rules away that were given with this request.
    pub(super) fn forget(&self, request_id: &str) -> Result<()> {
        self.change(|rules| rules.retain(|rule| rule.request_id.as_deref() != Some(request_id))).map(drop)
    }

    /// The fault of this step that acts now on this request. Empty names stand for a call that is of no request.
    pub(super) fn take<F: TryFrom<Fault>>(&self, endpoint: &str, request_id: &str) -> Option<Hit<F>> {
        let mut rules = self.rules();
        let due = |rule: &&mut Rule| !rule.is_used_up() && rule.reaches(endpoint, request_id);
        let fits = |rule: &mut Rule| F::try_from(rule.fault).is_ok();
        let rule = rules.iter_mut().filter(due).find_map(|rule| fits(rule).then_some(rule))?;
        rule.hits += 1;
        let hit = Hit { fault: F::try_from(rule.fault).ok()?, ms: rule.ms };
        if let Err(error) = disk::write_json(&self.file, &*rules) {
            tracing::error!(%error, "the fal sandbox cannot keep its faults");
        }
        Some(hit)
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Rule>)) -> Result<Vec<Rule>> {
        let mut rules = self.rules();
        let mut changed = rules.clone();
        change(&mut changed);
        disk::write_json(&self.file, &changed)?;
        rules.clone_from(&changed);
        Ok(changed)
    }

    fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
