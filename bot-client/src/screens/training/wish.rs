//! Before a training: how thoroughly, how long, how much.

use aisha_openapi::avatars::Avatar;
use aisha_openapi::preflight::Preflight;
use aisha_openapi::trainings::TrainingQuote;
use aisha_openapi::vocabulary::{Importance, Preset};

use super::Tap;
use crate::buttons::{Button, Door};
use crate::screens::create::name_of;
use crate::texts::{Texts, t};
use crate::view::{View, dollars, door, escape, key};

/// Pieces of advice that are told.
const MOST_ADVICE: usize = 4;

/// What a way of learning is called.
pub(super) fn preset_name(texts: &Texts, preset: Preset) -> String {
    match preset {
        Preset::Fast => t!(texts, "training-fast"),
        Preset::Balanced => t!(texts, "training-balanced"),
        Preset::Quality => t!(texts, "training-quality"),
    }
}

/// The choice how thoroughly to learn; as long as something is missing, what that is.
#[must_use]
pub(super) fn presets(texts: &Texts, avatar: &Avatar, look: &Preflight) -> View {
    let name = escape(&name_of(texts, avatar));
    if !look.ready {
        return not_ready(texts, avatar, look);
    }
    let mut paragraphs = vec![t!(texts, "training-choose", name = name, photos = look.count.usable)];
    paragraphs.extend(look.presets.iter().map(|quote| {
        let what = match quote.preset {
            Preset::Fast => t!(texts, "training-fast-what"),
            Preset::Balanced => t!(texts, "training-balanced-what"),
            Preset::Quality => t!(texts, "training-quality-what"),
        };
        format!("<b>{}</b> · {}\n{what}", preset_name(texts, quote.preset), time_and_price(texts, quote))
    }));
    paragraphs.extend(advice(texts, look, Importance::Advised));
    let choices = look.presets.iter().map(|quote| {
        let label = format!("{} · {}", preset_name(texts, quote.preset), dollars(quote.cost_estimate_usd));
        key(label, Button::Training(Tap::Choose(quote.preset)))
    });
    View::new(paragraphs.join("\n\n"))
        .grid(1, choices)
        .row([door(t!(texts, "training-more-photos"), Door::Photos(avatar.id))])
        .back_or_menu(texts)
}

/// The question whether to begin.
#[must_use]
pub(super) fn confirm(texts: &Texts, avatar: &Avatar, look: &Preflight, preset: Preset) -> View {
    let quote = look.presets.iter().find(|quote| quote.preset == preset).filter(|_| look.ready);
    let Some(quote) = quote else { return not_ready(texts, avatar, look) };
    let text = t!(
        texts,
        "training-confirm",
        name = escape(&name_of(texts, avatar)),
        preset = preset_name(texts, preset),
        photos = quote.photos,
        minutes = minutes(texts, quote),
        price = dollars(quote.cost_estimate_usd)
    );
    let start = t!(texts, "training-start", price = dollars(quote.cost_estimate_usd));
    View::new(text).row([key(start, Button::Training(Tap::Start))]).back(texts)
}

/// What is missing before a training can begin.
fn not_ready(texts: &Texts, avatar: &Avatar, look: &Preflight) -> View {
    let title = t!(texts, "training-not-ready", name = escape(&name_of(texts, avatar)));
    let paragraphs: Vec<String> = [title].into_iter().chain(advice(texts, look, Importance::Required)).collect();
    let view = View::new(paragraphs.join("\n\n"));
    let view = if look.missing.is_empty() {
        view.row([door(t!(texts, "training-add-photos"), Door::Photos(avatar.id))])
    } else {
        view.row([key(t!(texts, "training-complete"), Button::Training(Tap::Complete))])
    };
    view.back_or_menu(texts)
}

/// The service's advice, in its words, the most important first.
fn advice(texts: &Texts, look: &Preflight, importance: Importance) -> Option<String> {
    let told = look.recommendations.iter().filter(|advice| advice.importance == importance).take(MOST_ADVICE);
    let told: Vec<String> = told.map(|advice| format!("• {}", escape(&advice.detail))).collect();
    let title = match importance {
        Importance::Required => t!(texts, "training-required"),
        Importance::Advised => t!(texts, "training-advised"),
    };
    (!told.is_empty()).then(|| format!("{title}\n{}", told.join("\n")))
}

fn time_and_price(texts: &Texts, quote: &TrainingQuote) -> String {
    format!("{} · {}", minutes(texts, quote), dollars(quote.cost_estimate_usd))
}

fn minutes(texts: &Texts, quote: &TrainingQuote) -> String {
    let (from, to) = (quote.minutes_min, quote.minutes_max);
    let span = if from == to { from.to_string() } else { format!("{from}–{to}") };
    t!(texts, "training-minutes", span = span)
}

#[cfg(test)]
mod tests {
    use aisha_openapi::preflight::Recommendation;
    use aisha_openapi::vocabulary::{AvatarStatus, Locale, RecommendationCode};

    use super::super::super::fixtures::{HARD_NAME, avatar, golden, good, look};
    use super::*;

    #[test]
    fn the_ways_of_learning_are_offered_with_time_and_price() {
        let ann = avatar(HARD_NAME, AvatarStatus::PhotosUploading);
        golden("training_presets", |texts| presets(texts, &ann, &look(&good(7), texts.locale)));
        let without_advice = |locale| Preflight { recommendations: Vec::new(), ..look(&good(21), locale) };
        golden("training_presets_plenty", |texts| presets(texts, &ann, &without_advice(texts.locale)));
        golden("training_confirm", |texts| confirm(texts, &ann, &look(&good(7), texts.locale), Preset::Balanced));
    }

    #[test]
    fn what_is_missing_is_told_instead() {
        let ann = avatar(HARD_NAME, AvatarStatus::PhotosUploading);
        golden("training_too_few", |texts| presets(texts, &ann, &look(&good(3), texts.locale)));
        let few = confirm(Texts::of(Locale::En), &ann, &look(&good(3), Locale::En), Preset::Fast);
        assert_eq!(few, presets(Texts::of(Locale::En), &ann, &look(&good(3), Locale::En)));
        golden("training_incomplete", |texts| {
            let words = match texts.locale {
                Locale::En => "Complete the avatar: some of its details are missing.",
                Locale::Ru => "Дополните аватар: указаны не все данные.",
            };
            let complete = Recommendation {
                code: RecommendationCode::CompleteDetails,
                importance: Importance::Required,
                detail: words.to_owned(),
                photo_ids: Vec::new(),
            };
            let look = look(&good(7), texts.locale);
            let missing = vec!["gender".to_owned()];
            presets(texts, &ann, &Preflight { ready: false, missing, recommendations: vec![complete], ..look })
        });
    }
}
