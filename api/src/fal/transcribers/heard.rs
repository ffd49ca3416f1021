//! What is said, in a transcriber's output, read strictly: an output that is not as documented is an error and never a
//! guess. Times can be null, and mostly the last one is.

use serde_json::Value;

use crate::domain::transcript::{Segment, Transcript};
use crate::fal::error::FalError;

/// Eight hours of speech have half a megabyte of text; what is far above that is none.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;
/// Pieces of a text; a week of them has fewer.
const MOST_SEGMENTS: usize = 200_000;
/// No recording is as long as this, in seconds.
const LATEST: f64 = 1e7;

/// What a transcriber has heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What is said.
    pub transcript: Transcript,
    /// In which languages, by their codes.
    pub languages: Vec<String>,
}

pub(super) fn read(output: &Value, languages: &str) -> Result<Heard, FalError> {
    let text = output.get("text").and_then(Value::as_str).ok_or_else(|| wrong("text"))?;
    let chunks = match output.get("chunks") {
        None | Some(Value::Null) => &[][..],
        Some(chunks) => chunks.as_array().ok_or_else(|| wrong("chunks"))?,
    };
    let mut segments: Vec<Segment> = Vec::with_capacity(chunks.len().min(MOST_SEGMENTS));
    let mut length = text.len();
    for chunk in chunks {
        let segment = segment(chunk, segments.last())?;
        length += segment.text.len();
        segments.push(segment);
    }
    if text.len() > LONGEST_TEXT || length > 2 * LONGEST_TEXT || segments.len() > MOST_SEGMENTS {
        return Err(FalError::TooLarge { limit: LONGEST_TEXT as u64 });
    }
    let languages = match output.get(languages) {
        None | Some(Value::Null) => Vec::new(),
        Some(list) => list.as_array().and_then(|list| words(list)).ok_or_else(|| wrong(languages))?,
    };
    Ok(Heard { transcript: Transcript { text: text.trim().to_owned(), segments }, languages })
}

/// One that does not tell when it begins does so where the one before it has ended.
fn segment(chunk: &Value, before: Option<&Segment>) -> Result<Segment, FalError> {
    let times = chunk.get("timestamp").and_then(Value::as_array).filter(|times| times.len() == 2);
    let text = chunk.get("text").and_then(Value::as_str).map(|text| text.trim().to_owned());
    let (times, text) = times.zip(text).ok_or_else(|| wrong("chunks"))?;
    let (start, end) = (millis(&times[0])?, millis(&times[1])?);
    let earlier = before.map_or(0, |before| before.end_millis.unwrap_or(before.start_millis));
    let start_millis = start.unwrap_or(earlier);
    // One that ends before it begins has told nothing of its end.
    Ok(Segment { start_millis, end_millis: end.filter(|end| *end >= start_millis), text })
}

/// Seconds as milliseconds; `None` for null.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10^10 after the check")]
fn millis(seconds: &Value) -> Result<Option<u64>, FalError> {
    if seconds.is_null() {
        return Ok(None);
    }
    let seconds = seconds.as_f64().filter(|seconds| (0.0..LATEST).contains(seconds));
    seconds.map(|seconds| Some((seconds * 1000.0).round() as u64)).ok_or_else(|| wrong("chunks"))
}

/// A few short words.
fn words(list: &[Value]) -> Option<Vec<String>> {
    let word = |word: &Value| Some(word.as_str().filter(|word| word.len() <= 40)?.replace('\0', ""));
    if list.len() > 100 { None } else { list.iter().map(word).collect() }
}

fn wrong(name: &str) -> FalError {
    FalError::Unreadable(format!("{name} of the output has another shape than documented"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(output: &Value) -> Result<Heard, FalError> {
        read(output, "languages")
    }

    #[test]
    fn times_may_be_null_and_nothing_is_made_up_for_an_end() {
        let heard = of(&json!({
            "text": " One. Two. Three.",
            "chunks": [
                {"timestamp": [0.0, 2.5], "text": " One."},
                {"timestamp": [null, null], "text": " Two."},
                {"timestamp": [9, 4], "text": " Three."},
            ],
            "languages": ["en"],
        }))
        .expect("an output");
        let times: Vec<_> = heard.transcript.segments.iter().map(|one| (one.start_millis, one.end_millis)).collect();
        assert_eq!(times, [(0, Some(2500)), (2500, None), (9000, None)]);
        assert_eq!((heard.transcript.text.as_str(), heard.languages), ("One. Two. Three.", vec!["en".to_owned()]));
    }

    #[test]
    fn silence_is_a_result() {
        for output in [json!({"text": ""}), json!({"text": " ", "chunks": [], "languages": []})] {
            assert_eq!(of(&output).expect("silence").transcript, Transcript::default());
        }
    }

    #[test]
    fn what_is_of_another_shape_is_no_text() {
        let chunk = |chunk: Value| json!({"text": "a", "chunks": [chunk], "languages": []});
        for output in [
            json!(null),
            json!({}),
            json!({"text": 7}),
            json!({"text": null, "chunks": []}),
            json!({"text": "a", "chunks": {}}),
            json!({"text": "a", "languages": "en"}),
            json!({"text": "a", "languages": [7]}),
            chunk(json!({})),
            chunk(json!({"timestamp": [0.0], "text": "a"})),
            chunk(json!({"timestamp": [0.0, 1.0, 2.0], "text": "a"})),
            chunk(json!({"timestamp": ["0", "1"], "text": "a"})),
            chunk(json!({"timestamp": [-1.0, 1.0], "text": "a"})),
            chunk(json!({"timestamp": [0.0, 1e300], "text": "a"})),
            chunk(json!({"timestamp": [0.0, 1.0]})),
        ] {
            assert!(matches!(of(&output), Err(FalError::Unreadable(_))), "{output}");
        }
        let long = json!({"text": "a".repeat(LONGEST_TEXT + 1)});
        assert!(matches!(of(&long), Err(FalError::TooLarge { .. })));
    }
}
