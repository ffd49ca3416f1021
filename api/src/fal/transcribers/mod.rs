//! The transcribers: what listens to recordings and writes down what is said. What each is fed and answers differs, so
//! each has a file of its own and the rest of the service sees only [`Recorded`] and [`Heard`]. Fields are those of fal's
//! schemas of late 2026.

mod heard;
mod whisper;
mod wizper;

use serde_json::Value;

pub use heard::Heard;

use super::error::FalError;

/// Every transcriber that the service knows.
pub static ALL: [&Transcriber; 2] = [&wizper::TRANSCRIBER, &whisper::TRANSCRIBER];

/// A transcriber of fal.
#[derive(Debug)]
pub struct Transcriber {
    endpoint: &'static str,
    microusd_per_minute: i64,
    /// Where its output names the languages that it has heard.
    languages: &'static str,
    input: fn(&Recorded) -> Value,
}

/// What is to be listened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The address of the recording, which fal can read without a key.
    pub audio_url: String,
    /// The language it is in, by its code; `None` leaves it to the model to tell.
    pub language: Option<String>,
}

/// The transcriber behind an endpoint id.
#[must_use]
pub fn find(endpoint: &str) -> Option<&'static Transcriber> {
    ALL.into_iter().find(|transcriber| transcriber.endpoint == endpoint)
}

impl Transcriber {
    /// The endpoint id at fal.
    #[must_use]
    pub const fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// The price for when no other is set, in millionths of a US dollar for a minute.
    #[must_use]
    pub const fn usual_price(&self) -> i64 {
        self.microusd_per_minute
    }

    /// The input to submit.
    #[must_use]
    pub fn input(&self, recorded: &Recorded) -> Value {
        (self.input)(recorded)
    }

    /// What is said, in the output of a completed request.
    pub fn read(&self, output: &Value) -> Result<Heard, FalError> {
        heard::read(output, self.languages)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_language_that_nobody_names_is_left_to_the_model() {
        let recorded = |language: Option<&str>| Recorded {
            audio_url: "https://aisha.example/a.ogg".to_owned(),
            language: language.map(str::to_owned),
        };
        for transcriber in ALL {
            assert_eq!(find(transcriber.endpoint()).map(Transcriber::endpoint), Some(transcriber.endpoint()));
            // Left out, it would be taken for English by one of them.
            assert_eq!(transcriber.input(&recorded(None)).get("language"), Some(&Value::Null));
            let input = transcriber.input(&recorded(Some("ru")));
            assert_eq!((&input["language"], &input["task"]), (&json!("ru"), &json!("transcribe")));
            assert_eq!(input["audio_url"], "https://aisha.example/a.ogg");
        }
    }
}
