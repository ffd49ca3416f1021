//! The words of all faults, by the step at which each acts, and what each does.

use serde::{Deserialize, Serialize};

macro_rules! faults {
    ($($(#[$step_doc:meta])* $step:ident = $key:literal, $name:ident {
        $($(#[$doc:meta])* $fault:ident = $word:literal,)+
    })+) => {
        /// A fault: a step of a request's way and what goes wrong there. In JSON `{"<step>": "<word>"}`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Fault {
            $($(#[$step_doc])* #[serde(rename = $key)] $step($name),)+
        }

        impl Fault {
            /// Every fault there is, step by step.
            #[must_use]
            pub fn all() -> Vec<Self> {
                let steps = [$($name::ALL.iter().copied().map(Self::$step).collect::<Vec<_>>()),+];
                steps.concat()
            }
        }

        impl std::fmt::Display for Fault {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $(Self::$step(fault) => write!(f, "{} {}", $key, fault.as_str())),+ }
            }
        }

        $(
            $(#[$step_doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
            pub enum $name {
                $($(#[$doc])* #[serde(rename = $word)] $fault,)+
            }

            impl $name {
                /// Every fault of this step.
                pub const ALL: &'static [Self] = &[$(Self::$fault),+];

                /// Its word.
                #[must_use]
                pub const fn as_str(self) -> &'static str {
                    match self { $(Self::$fault => $word),+ }
                }
            }

            impl TryFrom<Fault> for $name {
                type Error = Fault;

                fn try_from(fault: Fault) -> Result<Self, Fault> {
                    if let Fault::$step(fault) = fault { Ok(fault) } else { Err(fault) }
                }
            }
        )+
    };
}

faults! {
    /// At the upload of a file's bytes.
    Upload = "upload", UploadFault {
        /// 403: the signed address or the token is not accepted.
        Refused = "refused",
        /// The connection breaks after the first bytes.
        Cut = "cut",
        /// 503 from the proxy in front of the file host.
        Nginx503 = "nginx_503",
    }
    /// At the submit call. Nothing is accepted, except where it says so.
    Submit = "submit", SubmitFault {
        /// Accepted; the connection breaks before the first byte of the answer.
        AnswerCut = "answer_cut",
        /// Accepted; the answer comes `ms` later.
        Slow = "slow",
        /// Accepted; the answer is 200 and not JSON.
        Garbage = "garbage",
        /// Accepted and done at once: the webhook arrives before the answer is given.
        WebhookFirst = "webhook_first",
        /// 429 with `Retry-After`, of `ms` in whole seconds.
        RateLimited = "rate_limited",
        /// 429 that does not say when to come again.
        RateLimitedSilently = "rate_limited_silently",
        /// 503 from the proxy in front of fal.
        Nginx503 = "nginx_503",
        /// 504: the start timeout of the request has passed.
        Timeout504 = "timeout_504",
        /// 401: the key is not known.
        KeyRefused = "key_refused",
        /// 403: the balance is used up.
        AccountLocked = "account_locked",
        /// 422: the gateway itself finds the input wrong.
        Validation422 = "validation_422",
    }
    /// How the run of an accepted request goes. Decided when it is accepted, and true for status, result and webhook
    /// alike; it acts once a request.
    Run = "run", RunFault {
        /// Stays in the queue for `ms`, or for ever.
        StuckInQueue = "stuck_in_queue",
        /// Runs for `ms`, or for ever.
        StuckInProgress = "stuck_in_progress",
        /// Goes back to the queue in the middle of its run, for `ms` or as long as it waited first, and runs again.
        BackToQueue = "back_to_queue",
        /// Ends as failed by the platform: `COMPLETED` with an `error`, and a result with status 500.
        CompletedWithError = "completed_with_error",
        /// The output has values of other types than documented.
        WrongTypes = "wrong_types",
        /// The output names no weights, no pictures, or no text.
        MissingLora = "missing_lora",
        /// The weights, or the only picture, are said to lie on a host that is not fal's.
        ForeignHost = "foreign_host",
    }
    /// At a status call.
    Status = "status", StatusFault {
        /// 404, as for a request that fal does not know.
        NotFound = "not_found",
        /// 503 from the proxy in front of fal.
        Nginx503 = "nginx_503",
        /// 200 and not JSON.
        Garbage = "garbage",
        /// The true answer, `ms` later.
        Slow = "slow",
        /// The connection breaks before the answer.
        Cut = "cut",
        /// 401: the key is not known any more.
        KeyRefused = "key_refused",
        /// 403: the balance is used up.
        AccountLocked = "account_locked",
    }
    /// At a result call.
    Result = "result", ResultFault {
        /// 404: fal has not kept the result.
        Expired = "expired",
        /// 503 from the proxy in front of fal.
        Nginx503 = "nginx_503",
        /// 200 and not JSON.
        Garbage = "garbage",
    }
    /// At the download of a file that a run has left; never of one that was uploaded.
    File = "file", FileFault {
        /// 404: fal has not kept the file.
        Gone = "gone",
        /// 302 to a host that is not fal's.
        Redirect = "redirect",
        /// Zeros that never end and are never announced: a kilobyte every `ms`, or every 10 ms.
        Endless = "endless",
        /// The second half is missing: fewer bytes than `Content-Length` says.
        Truncated = "truncated",
        /// 200 with nothing in it.
        Empty = "empty",
        /// The true bytes, in ten portions over `ms`.
        Slow = "slow",
    }
    /// At a cancel call.
    Cancel = "cancel", CancelFault {
        /// 400 `ALREADY_COMPLETED`; the request goes on.
        Refused = "refused",
        /// The answer that a good cancellation gets; the request goes on.
        Ignored = "ignored",
        /// 503 from the proxy in front of fal.
        Nginx503 = "nginx_503",
    }
    /// At an attempt to deliver the webhook; a repetition is an attempt of its own.
    Webhook = "webhook", WebhookFault {
        /// Not sent, and taken for delivered.
        Lost = "lost",
        /// Sent `ms` later.
        Delayed = "delayed",
        /// Sent `ms` after the submission at the earliest.
        NeverBefore = "never_before",
        /// Sent three times at once.
        Tripled = "tripled",
        /// Held back until no held delivery has joined for `ms`; then the last that joined goes first.
        Shuffled = "shuffled",
        /// Signed, but another body than the one that is sent.
        BadSignature = "bad_signature",
        /// Truly signed ten minutes ago.
        StaleTimestamp = "stale_timestamp",
        /// Truly signed, for another account.
        ForeignAccount = "foreign_account",
        /// Without the output: `payload_error` says that it could not be put in.
        PayloadError = "payload_error",
        /// Sent, and whatever is answered counts as a redirect: it is never repeated.
        Redirected = "redirected",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_fault_has_a_name_of_its_own_and_comes_back_from_json() {
        let names: HashSet<String> = Fault::all().iter().map(Fault::to_string).collect();
        assert_eq!(names.len(), Fault::all().len());
        for fault in Fault::all() {
            let json = serde_json::to_value(fault).expect("JSON");
            let (step, word) = json.as_object().and_then(|object| object.iter().next()).expect("one step");
            assert_eq!(fault.to_string(), format!("{step} {}", word.as_str().expect("a word")));
            assert_eq!(serde_json::from_value::<Fault>(json).expect("a fault"), fault);
        }
    }
}
