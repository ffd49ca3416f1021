//! All settings, as they are, and the choice of the language.

use aisha_openapi::users::Me;
use aisha_openapi::vocabulary::Locale;

use super::{Tap, defaults, zones};
use crate::buttons::{Button, Door};
use crate::texts::{Texts, t};
use crate::view::{Key, View, door, escape, key};

/// All settings.
#[must_use]
pub(super) fn view(texts: &Texts, me: &Me) -> View {
    let zone = me
        .timezone
        .as_deref()
        .map_or_else(|| t!(texts, "settings-zone-none"), |zone| escape(&zones::name(texts, zone)));
    let (ratio, count) = defaults::defaults(me);
    let text = t!(
        texts,
        "settings-menu",
        language = language_name(texts.locale),
        zone = zone,
        shape = defaults::shape(texts, ratio),
        count = count
    );
    let tap = |label: String, tap| key(label, Button::Settings(tap));
    View::new(text)
        .row([tap(t!(texts, "settings-language"), Tap::Languages), tap(t!(texts, "settings-zone"), Tap::Zones)])
        .row([tap(t!(texts, "settings-defaults"), Tap::Defaults)])
        .row([tap(t!(texts, "settings-statistics"), Tap::Statistics), tap(t!(texts, "settings-export"), Tap::Export)])
        .row([tap(t!(texts, "settings-delete"), Tap::Delete)])
        .row([door(t!(texts, "home-help"), Door::Help)])
        .back(texts)
}

/// The choice of the language, which those understand who do not understand this one.
#[must_use]
pub(super) fn languages(texts: &Texts) -> View {
    let choice = |locale: Locale| -> Key {
        let tick = if locale == texts.locale { "✅ " } else { "" };
        key(format!("{tick}{}", language_name(locale)), Button::Settings(Tap::Language(locale)))
    };
    View::new(t!(texts, "settings-languages")).row([choice(Locale::Ru), choice(Locale::En)]).back(texts)
}

/// A language, in itself.
const fn language_name(locale: Locale) -> &'static str {
    match locale {
        Locale::Ru => "Русский",
        Locale::En => "English",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::fixtures::{golden, me};
    use super::*;

    #[test]
    fn the_settings_are_drawn_as_they_are() {
        golden("settings_menu", |texts| view(texts, &me(json!({"bot": {"ratio": "3:4", "count": 2}}))));
        let unset = Me { timezone: None, ..me(json!({})) };
        golden("settings_menu_unset", |texts| view(texts, &unset));
        let foreign = Me { timezone: Some("America/Argentina/La_Rioja".to_owned()), ..me(json!({})) };
        golden("settings_menu_foreign_zone", |texts| view(texts, &foreign));
        golden("settings_language", languages);
    }
}
