//! The language people are answered in. Codes never change with it; sentences about photos do.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

/// A language that the sentences exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// English, and whatever nobody has asked otherwise.
    En,
    /// Russian.
    Ru,
}

impl Language {
    /// The best of what an `Accept-Language` header asks for: the highest weight wins, and the first of equals.
    fn of_header(header: &str) -> Self {
        let mut best = (Self::En, 0.0);
        for range in header.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
            let weight = weight.filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0);
            let language = match tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "ru" => Self::Ru,
                "en" | "*" => Self::En,
                _ => continue,
            };
            if weight > best.1 {
                best = (language, weight);
            }
        }
        best.0
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let header = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(header.map_or(Self::En, Self::of_header))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_weight_wins_and_what_we_do_not_speak_is_passed_over() {
        let cases = [
            ("ru", Language::Ru),
            ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", Language::Ru),
            ("en-GB,en;q=0.9,ru;q=0.8", Language::En),
            ("de, RU;q=0.5", Language::Ru),
            ("en;q=0.1, ru;q=0.2", Language::Ru),
            ("ru;q=0, en", Language::En),
            ("de-DE", Language::En),
            ("", Language::En),
            ("ru;q=nonsense", Language::En),
        ];
        for (header, expected) in cases {
            assert_eq!(Language::of_header(header), expected, "{header}");
        }
    }
}
