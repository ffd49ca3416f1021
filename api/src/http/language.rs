//! The language people are answered in: what the request asks for, else what the person has chosen. Codes never change
//! with it; names and sentences about photos do.

use std::convert::Infallible;

use aisha_openapi::vocabulary::Locale;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::app::App;
use crate::domain::principal::Principal;
use crate::storage::{StorageError, users};

/// A language that the sentences exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// English, where nobody has asked for another one.
    En,
    /// Russian.
    Ru,
}

impl Language {
    /// The best of what an `Accept-Language` header asks for: the highest weight wins, and the first of equals. `None`
    /// where it names no language of ours, or asks for any above all: many programs send `*` without a thought.
    fn of_header(header: &str) -> Option<Self> {
        let mut best = (None, 0.0);
        for range in header.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
            let weight = weight.filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0);
            let language = match tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "ru" => Some(Self::Ru),
                "en" => Some(Self::En),
                "*" => None,
                _ => continue,
            };
            if weight > best.1 {
                best = (language, weight);
            }
        }
        best.0
    }
}

impl From<Locale> for Language {
    fn from(locale: Locale) -> Self {
        match locale {
            Locale::Ru => Self::Ru,
            Locale::En => Self::En,
        }
    }
}

/// What a request asks for, if it asks for a language of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AcceptLanguage(Option<Language>);

impl AcceptLanguage {
    /// The language to answer in: without a wish the one that the person has chosen, and without that English.
    pub(super) async fn or_chosen_by(self, app: &App, me: &Principal) -> Result<Language, StorageError> {
        if let Some(asked) = self.0 {
            return Ok(asked);
        }
        let user = users::find(&app.db, me.subject).await?;
        Ok(user.and_then(|user| user.preferences.locale).map_or(Language::En, Language::from))
    }
}

impl<S: Sync> FromRequestParts<S> for AcceptLanguage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let header = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(Self(header.and_then(Language::of_header)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_weight_wins_and_what_we_do_not_speak_is_passed_over() {
        let cases = [
            ("ru", Some(Language::Ru)),
            ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", Some(Language::Ru)),
            ("en-GB,en;q=0.9,ru;q=0.8", Some(Language::En)),
            ("de, RU;q=0.5", Some(Language::Ru)),
            ("en;q=0.1, ru;q=0.2", Some(Language::Ru)),
            ("ru;q=0, en", Some(Language::En)),
            ("de-DE", None),
            ("", None),
            ("ru;q=nonsense", None),
            ("*", None),
            ("*, ru;q=0.5", None),
            ("ru, *;q=0.1", Some(Language::Ru)),
        ];
        for (header, expected) in cases {
            assert_eq!(Language::of_header(header), expected, "{header}");
        }
    }
}
