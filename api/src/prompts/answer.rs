//! What was asked for in a language model's answer, read strictly: an apology, half a sentence or a page of thoughts is no prompt,
//! and money is not spent on a picture of it.

use serde::Deserialize;
use serde_json::Value;

use super::PromptError;
use crate::domain::generation::places;

/// The longest prompt that is taken, in characters; as long as people may write.
const LONGEST: usize = 2000;
/// The longest text that is taken, in characters: more than anybody would call short.
const LONGEST_TEXT: usize = 30_000;

#[derive(Deserialize)]
struct Wanted {
    prompt: String,
}

/// The prompt in an answer of the protocol.
pub(super) fn read(answer: &Value, trigger_phrase: Option<&str>) -> Result<String, PromptError> {
    let content = content(answer)?;
    // Some wrap what was asked for in a block of code.
    let object = content.find('{').zip(content.rfind('}')).and_then(|(begin, end)| content.get(begin..=end));
    let wanted: Wanted = object
        .and_then(|object| serde_json::from_str(object).ok())
        .ok_or(PromptError::Unreadable("an answer of another shape"))?;
    let prompt = one_line(&wanted.prompt);
    if prompt.is_empty() || prompt.chars().count() > LONGEST {
        return Err(PromptError::Unreadable("a prompt that is empty or far too long"));
    }
    Ok(match trigger_phrase {
        Some(word) => verbatim(word, &prompt),
        None => prompt,
    })
}

/// The text in an answer of the protocol that is to be nothing but that.
pub(super) fn read_text(answer: &Value) -> Result<String, PromptError> {
    let plain = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let text: String = content(answer)?.chars().filter(plain).collect();
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_TEXT {
        return Err(PromptError::Unreadable("a text that is empty or far too long"));
    }
    Ok(text.to_owned())
}

/// What the model says, whole and without what it thought aloud.
fn content(answer: &Value) -> Result<&str, PromptError> {
    let choice = &answer["choices"][0];
    if !choice["message"]["refusal"].is_null() {
        return Err(PromptError::Unreadable("a refusal"));
    }
    if matches!(choice["finish_reason"].as_str(), Some("length" | "content_filter")) {
        return Err(PromptError::Unreadable("an answer that was cut"));
    }
    let content = choice["message"]["content"].as_str().ok_or(PromptError::Unreadable("an answer without content"))?;
    // Some models think aloud first.
    Ok(content.rsplit("</think>").next().unwrap_or_default())
}

fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Models like to begin a name with a capital letter.
fn verbatim(word: &str, prompt: &str) -> String {
    let mut text = prompt.to_owned();
    for place in places(word, prompt) {
        text.replace_range(place, word);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(content: &str) -> Result<String, PromptError> {
        read(&json!({"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}), Some("annx7"))
    }

    #[test]
    fn a_prompt_is_found_in_what_models_put_around_it() {
        for content in [
            r#"{"prompt": "annx7 in a garden"}"#,
            "```json\n{\"prompt\": \" Annx7 in\\na  garden \"}\n```",
            "<think>a {garden}?</think>\n{\"prompt\": \"ANNX7 in a garden\", \"language\": \"ru\"}",
            "Here it is: {\"prompt\": \"annx7 in a garden\"}. Enjoy!",
        ] {
            assert_eq!(of(content).expect(content), "annx7 in a garden");
        }
        assert_eq!(of(r#"{"prompt": "a garden {with} roses"}"#).expect("braces"), "a garden {with} roses");
    }

    #[test]
    fn a_text_is_taken_as_it_stands_and_not_half_of_it() {
        let text = |content: &str, end: &str| {
            read_text(&json!({"choices": [{"message": {"content": content}, "finish_reason": end}]}))
        };
        assert_eq!(text("<think>hm</think>\n- one\r\n- two\u{1b}\n", "stop").expect("a text"), "- one\n- two");
        assert!(text("half of", "length").is_err() && text(" \n", "stop").is_err());
        assert!(text(&"x".repeat(LONGEST_TEXT + 1), "stop").is_err());
    }

    #[test]
    fn what_is_no_prompt_is_not_taken_for_one() {
        for content in [
            "",
            "I'm sorry, I can't help with that.",
            "annx7 in a garden",
            "{}",
            r#"{"prompt": ""}"#,
            r#"{"prompt": null}"#,
            r#"{"prompt": ["annx7"]}"#,
            r#"{"prompt": "annx7 in a gar"#,
            "} {",
        ] {
            assert!(of(content).is_err(), "{content}");
        }
        assert!(of(&json!({"prompt": "x".repeat(LONGEST + 1)}).to_string()).is_err());
        for answer in [
            json!(null),
            json!([]),
            json!({"error": {"message": "no"}}),
            json!({"choices": []}),
            json!({"choices": [{"message": {"content": null}}]}),
            json!({"choices": [{"message": {"content": "{\"prompt\": \"x\"}", "refusal": "no"}}]}),
            json!({"choices": [{"message": {"content": "{\"prompt\": \"x\"}"}, "finish_reason": "length"}]}),
        ] {
            assert!(read(&answer, None).is_err(), "{answer}");
        }
    }
}
