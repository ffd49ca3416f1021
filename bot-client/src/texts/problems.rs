//! What the bot says when the service says no.

use aisha_openapi::problem::ProblemCode;

use super::Texts;

impl Texts {
    /// What happened and what to do about it, without a technical word. Every code has its words, in both languages.
    #[must_use]
    pub fn problem(&self, code: ProblemCode) -> String {
        let key = format!("problem-{}", code.as_str().replace('_', "-"));
        self.find(&key).unwrap_or_else(|| super::t!(self, "problem-internal-error"))
    }
}
