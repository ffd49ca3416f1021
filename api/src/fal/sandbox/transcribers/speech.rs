//! What is said in a recording that nobody listens to: words that follow from its bytes, in sentences of some seconds.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How long a sentence takes, in seconds.
const SENTENCE: i64 = 5;
/// Sentences of the longest text: more than a week of them is not needed.
const MOST: i64 = 20_000;

const ENGLISH: [&str; 16] = [
    "the", "printer", "sends", "our", "poster", "on", "Monday", "we", "need", "two", "proofs", "Anna", "calls",
    "about", "colours", "tomorrow",
];
const RUSSIAN: [&str; 16] = [
    "типография",
    "пришлёт",
    "нам",
    "плакат",
    "в",
    "понедельник",
    "нужно",
    "две",
    "пробы",
    "Анна",
    "позвонит",
    "насчёт",
    "цвета",
    "завтра",
    "мы",
    "решили",
];

/// The text and its pieces, as the models give them.
pub(super) fn of(digest: &str, seconds: i64, language: &str) -> (String, Value) {
    let words = if language == "ru" { RUSSIAN } else { ENGLISH };
    let (mut text, mut chunks) = (String::new(), Vec::new());
    let mut begin = 0;
    for number in 0..MOST {
        if begin >= seconds {
            break;
        }
        let end = (begin + SENTENCE).min(seconds);
        let sentence = sentence(digest, number, &words);
        chunks.push(json!({ "timestamp": [begin, end], "text": sentence }));
        text.push_str(&sentence);
        begin = end;
    }
    (text, Value::Array(chunks))
}

/// Models begin each piece with a space.
fn sentence(digest: &str, number: i64, words: &[&str; 16]) -> String {
    let chosen = Sha256::digest(format!("{digest}/{number}"));
    let length = 4 + usize::from(chosen[0] % 5);
    let mut sentence: Vec<_> = chosen[1..=length].iter().map(|byte| words[usize::from(byte % 16)].to_owned()).collect();
    if let Some(first) = sentence.first_mut() {
        let capital: String = first.chars().take(1).flat_map(char::to_uppercase).collect();
        *first = capital + &first.chars().skip(1).collect::<String>();
    }
    format!(" {}.", sentence.join(" "))
}
