//! Prompts with places for the avatar and for a person's words.

use aisha_openapi::vocabulary::{Gender, TrainingType};
use serde::Deserialize;

use crate::domain::generation::places;

/// The longest template, in characters.
const LONGEST: usize = 1500;

/// A prompt with places: `{trigger}`, `{gender}` and `{prompt}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Template(String);

/// Who is pictured, as far as a template asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sitter<'a> {
    /// The word that stands for the avatar.
    pub trigger_phrase: &'a str,
    /// A man, a woman or a person; `None` for what is no person.
    pub noun: Option<&'static str>,
}

impl<'a> Sitter<'a> {
    /// Who is pictured by weights that were trained so.
    #[must_use]
    pub fn new(trigger_phrase: &'a str, gender: Option<Gender>, kind: TrainingType) -> Self {
        let noun = match gender {
            Some(Gender::Male) => "man",
            Some(Gender::Female) => "woman",
            Some(Gender::Other) | None => "person",
        };
        Self { trigger_phrase, noun: (kind == TrainingType::Portrait).then_some(noun) }
    }

    /// Words that are put beside the trigger phrase and so must not name the avatar again: where they begin with it, it
    /// goes, and elsewhere it becomes what it stands for.
    fn unnamed(&self, words: &str) -> String {
        let instead = format!("the {}", self.noun.unwrap_or("subject"));
        let (mut text, mut rest) = (String::with_capacity(words.len()), 0);
        for place in places(self.trigger_phrase, words) {
            let before = &words[rest..place.start];
            text.push_str(before);
            if !text.trim().is_empty() {
                text.push_str(&instead);
            }
            rest = place.end;
        }
        text.push_str(&words[rest..]);
        text.trim_matches(|letter: char| letter.is_whitespace() || letter == ',').to_owned()
    }
}

impl Template {
    /// The text with its places, as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The prompt of this avatar with these words in it, which may be none. Words for which there is no place go behind.
    #[must_use]
    pub fn fill(&self, sitter: &Sitter<'_>, words: &str) -> String {
        let words = sitter.unnamed(words);
        let value = |name: &str| match name {
            "trigger" => sitter.trigger_phrase,
            "gender" => sitter.noun.unwrap_or_default(),
            _ => words.as_str(),
        };
        let mut text = String::with_capacity(self.0.len() + words.len());
        let mut rest = self.0.as_str();
        while let Some((before, name, behind)) = next_place(rest) {
            text.push_str(before);
            text.push_str(value(name));
            rest = behind;
        }
        text.push_str(rest);
        if !self.has("prompt") {
            text.push_str(", ");
            text.push_str(&words);
        }
        tidy(&text)
    }

    /// What is wrong with a whole prompt, as the end of a sentence.
    pub(super) fn check(&self) -> Result<(), String> {
        self.check_places()?;
        if self.0.matches("{trigger}").count() != 1 {
            return Err("must have {trigger} once".to_owned());
        }
        if let Some((before, behind)) = self.0.split_once("{prompt}") {
            let (before, behind) = (before.trim_end(), behind.trim_start());
            let stands_alone = (before.is_empty() || before.ends_with(','))
                && (behind.is_empty() || behind.starts_with(','))
                && !behind.contains("{prompt}");
            if !stands_alone {
                return Err("may have {prompt} once, between two commas or at an end".to_owned());
            }
        }
        Ok(())
    }

    /// What is wrong with words that go into another template.
    pub(super) fn check_words(&self) -> Result<(), String> {
        self.check_places()?;
        if self.0.contains('{') { Err("has places, and is put into the style's".to_owned()) } else { Ok(()) }
    }

    fn check_places(&self) -> Result<(), String> {
        if self.0.trim().is_empty() || self.0.chars().count() > LONGEST {
            return Err(format!("must have 1 to {LONGEST} characters"));
        }
        let mut rest = self.0.as_str();
        while let Some((before, name, behind)) = next_place(rest) {
            if !matches!(name, "trigger" | "gender" | "prompt") || before.contains('}') {
                return Err(format!("has the place {{{name}}}; there are {{trigger}}, {{gender}} and {{prompt}}"));
            }
            rest = behind;
        }
        if rest.contains(['{', '}']) { Err("has a brace too many".to_owned()) } else { Ok(()) }
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(&format!("{{{name}}}"))
    }
}

/// What is before the next place, its name, and what is behind it.
fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, behind) = rest.split_once('}')?;
    Some((before, name, behind))
}

/// One space between words, and no comma for what stayed empty.
fn tidy(text: &str) -> String {
    let parts = text.split(',').map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: Sitter<'_> = Sitter { trigger_phrase: "annx7", noun: Some("woman") };
    const VASE: Sitter<'_> = Sitter { trigger_phrase: "vasex7", noun: None };

    fn template(text: &str) -> Template {
        Template(text.to_owned())
    }

    #[test]
    fn places_are_filled_and_what_stays_empty_leaves_no_gap() {
        let portrait = template("photo of {trigger} {gender} by a window, {prompt}, 85mm");
        assert_eq!(portrait.fill(&ANN, " in a red\n hat "), "photo of annx7 woman by a window, in a red hat, 85mm");
        assert_eq!(portrait.fill(&ANN, ""), "photo of annx7 woman by a window, 85mm");
        assert_eq!(portrait.fill(&VASE, "with tulips"), "photo of vasex7 by a window, with tulips, 85mm");
        let closed = template("bust of {trigger}, marble");
        assert_eq!(
            closed.fill(&ANN, "a {trigger} {x}"),
            "bust of annx7, marble, a {trigger} {x}",
            "words are no template"
        );
        assert_eq!(closed.fill(&ANN, ""), "bust of annx7, marble");
    }

    #[test]
    fn the_trigger_is_there_once_whoever_has_written_it() {
        let style = template("photo of {trigger} {gender}, {prompt}");
        for (words, expected) in [
            ("annx7 on a beach", "photo of annx7 woman, on a beach"),
            ("ANNX7, on a beach", "photo of annx7 woman, on a beach"),
            (
                "a portrait of annx7, and annx7 smiles",
                "photo of annx7 woman, a portrait of the woman, and the woman smiles",
            ),
            ("annx7", "photo of annx7 woman"),
            ("annx77 is another", "photo of annx7 woman, annx77 is another"),
        ] {
            assert_eq!(style.fill(&ANN, words), expected);
        }
        assert_eq!(template("{prompt}, {trigger}").fill(&VASE, "light on vasex7"), "light on the subject, vasex7");
    }

    #[test]
    fn a_template_that_cannot_be_filled_is_found_out() {
        for good in ["{trigger}", "{prompt}, photo of {trigger}", "photo of {trigger} {gender}, {prompt}"] {
            assert_eq!(template(good).check(), Ok(()), "{good}");
        }
        for bad in [
            "",
            "photo",
            "{trigger} and {trigger}",
            "{trigger} {name}",
            "{trigger} {prompt}",
            "{trigger}, {prompt}, {prompt}",
            "{trigger} {",
            "} {trigger}",
            "{trigger",
            "{{trigger}}",
        ] {
            assert!(template(bad).check().is_err(), "{bad}");
        }
        assert!(template(&format!("{{trigger}}{}", "x".repeat(LONGEST))).check().is_err());
        assert!(template("in a hat").check_words().is_ok() && template("of {trigger}").check_words().is_err());
    }
}
