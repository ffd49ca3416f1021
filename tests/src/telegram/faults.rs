//! What may go wrong between a bot and Telegram, told by a test in advance.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It is refused with 429 and these seconds to wait; nothing is done.
    RetryAfter(u32),
    /// It is refused with this status, such as 413 or 502; nothing is done.
    Status(u16),
    /// The connection ends before anything is done.
    LoseRequest,
    /// It is done, and the connection ends before the answer is sent.
    LoseAnswer,
    /// It is done, and the answer does not come, for as long as anybody waits for it.
    HoldAnswer,
    /// It is done after this time.
    Delay(Duration),
}

/// A rule: which calls meet with what.
#[derive(Debug, Clone)]
pub struct Fault {
    method: Option<String>,
    chat: Option<i64>,
    spared: usize,
    times: usize,
    effect: Effect,
}

/// The rules in force.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Vec<Fault>>);

impl Fault {
    /// The next call of any method meets with this.
    pub fn any(effect: Effect) -> Self {
        Self { method: None, chat: None, spared: 0, times: 1, effect }
    }

    /// The next call of this method meets with this. Downloads are the method `file`.
    pub fn on(method: &str, effect: Effect) -> Self {
        Self { method: Some(method.to_lowercase()), ..Self::any(effect) }
    }

    /// Only calls for this chat.
    #[must_use]
    pub fn in_chat(self, chat: i64) -> Self {
        Self { chat: Some(chat), ..self }
    }

    /// Not the next such call but the nth, from 1.
    #[must_use]
    pub fn nth(self, nth: usize) -> Self {
        Self { spared: nth.saturating_sub(1), ..self }
    }

    /// So many such calls, one after another.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Every such call from then on.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(usize::MAX)
    }
}

impl Faults {
    pub(super) fn add(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What a call meets with: the first rule that fits decides, and each that fits has seen one call more.
    pub(super) fn meet(&self, method: &str, chat: Option<i64>) -> Option<Effect> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut met = None;
        for fault in faults.iter_mut() {
            let fits = fault.method.as_ref().is_none_or(|only| *only == method)
                && fault.chat.is_none_or(|only| Some(only) == chat);
            if !fits {
                continue;
            }
            if fault.spared > 0 {
                fault.spared -= 1;
            } else if met.is_none() {
                met = Some(fault.effect.clone());
                fault.times = fault.times.saturating_sub(usize::from(fault.times != usize::MAX));
            }
        }
        faults.retain(|fault| fault.times > 0);
        met
    }
}
