//! What pictures are like unless one says otherwise. It is kept with the service, under a key of the bot's own.

use aisha_openapi::users::Me;
use aisha_openapi::vocabulary::AspectRatio;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Tap;
use crate::buttons::Button;
use crate::texts::{Texts, t};
use crate::view::{Key, View, key};

/// Under which the bot keeps what is its own, among what other programs keep with a person.
const KEY: &str = "bot";
/// What one generation makes at the most.
const MOST: u8 = 4;

/// What is kept. What does not read, such as a shape that has gone, counts as not chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<AspectRatio>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u8>,
}

/// The shape of pictures, if one is chosen, and how many are made at once, 1 to 4.
pub(in crate::screens) fn defaults(me: &Me) -> (Option<AspectRatio>, u8) {
    let Kept { ratio, count } = kept(me);
    (ratio, count.unwrap_or(1).clamp(1, MOST))
}

fn kept(me: &Me) -> Kept {
    let bot = me.settings.get(KEY);
    bot.and_then(|bot| Kept::deserialize(bot).ok()).unwrap_or_default()
}

/// Everything that is kept with a person, after a tap. What other programs keep stays, and so does what an earlier or
/// later bot keeps beside these two.
pub(super) fn changed(me: &Me, tap: Tap) -> Map<String, Value> {
    let mut settings = me.settings.clone();
    let mut bot = match settings.remove(KEY) {
        Some(Value::Object(bot)) => bot,
        _ => Map::new(),
    };
    match tap {
        Tap::Ratio(ratio) => drop(bot.insert("ratio".to_owned(), ratio.as_str().into())),
        Tap::AnyRatio => drop(bot.remove("ratio")),
        Tap::Count(count) => drop(bot.insert("count".to_owned(), count.clamp(1, MOST).into())),
        _ => {}
    }
    settings.insert(KEY.to_owned(), Value::Object(bot));
    settings
}

/// A shape in words.
pub(super) fn shape(texts: &Texts, ratio: Option<AspectRatio>) -> String {
    match ratio {
        None => t!(texts, "settings-shape-any"),
        Some(AspectRatio::Square) => t!(texts, "settings-shape-square"),
        Some(AspectRatio::Portrait) => t!(texts, "settings-shape-portrait"),
        Some(AspectRatio::Landscape) => t!(texts, "settings-shape-landscape"),
        Some(AspectRatio::Tall) => t!(texts, "settings-shape-tall"),
        Some(AspectRatio::Wide) => t!(texts, "settings-shape-wide"),
    }
}

/// The choice of both.
#[must_use]
pub(super) fn view(texts: &Texts, me: &Me) -> View {
    let (chosen, count) = defaults(me);
    let ticked = |label: String, is_chosen: bool, tap: Tap| -> Key {
        key(if is_chosen { format!("✅ {label}") } else { label }, Button::Settings(tap))
    };
    let ratios = AspectRatio::ALL
        .iter()
        .map(|&ratio| ticked(shape(texts, Some(ratio)), chosen == Some(ratio), Tap::Ratio(ratio)));
    let any = ticked(shape(texts, None), chosen.is_none(), Tap::AnyRatio);
    let counts = (1..=MOST).map(|n| ticked(n.to_string(), n == count, Tap::Count(n)));
    View::new(t!(texts, "settings-defaults-text"))
        .grid(2, ratios.chain([any]))
        .row([key(t!(texts, "settings-count"), Button::Label)])
        .row(counts)
        .back(texts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::fixtures::{golden, me};
    use super::*;

    #[test]
    fn the_choices_are_drawn() {
        golden("settings_defaults", |texts| view(texts, &me(json!({"bot": {"ratio": "9:16", "count": 4}}))));
        golden("settings_defaults_unset", |texts| view(texts, &me(json!({}))));
    }

    #[test]
    fn what_others_keep_is_left_alone() {
        let before = me(json!({"cli": {"theme": "dark"}, "bot": {"count": 3, "later": true}}));
        let after = Value::Object(changed(&before, Tap::Ratio(AspectRatio::Tall)));
        assert_eq!(after, json!({"cli": {"theme": "dark"}, "bot": {"count": 3, "later": true, "ratio": "9:16"}}));
        assert_eq!(defaults(&me(after.clone())), (Some(AspectRatio::Tall), 3));
        assert_eq!(defaults(&me(Value::Object(changed(&me(after), Tap::AnyRatio)))), (None, 3));
    }

    #[test]
    fn what_does_not_read_is_not_chosen() {
        assert_eq!(defaults(&me(json!({}))), (None, 1));
        assert_eq!(defaults(&me(json!({"bot": "yes"}))), (None, 1));
        assert_eq!(defaults(&me(json!({"bot": {"ratio": "2:1", "count": 2}}))), (None, 1));
        assert_eq!(defaults(&me(json!({"bot": {"count": 90}}))), (None, 4));
    }
}
