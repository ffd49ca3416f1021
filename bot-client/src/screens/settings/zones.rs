//! Time zones: those that most people live in, by pages, with the time it is there; every other one by its name.

use aisha_openapi::vocabulary::Locale;
use chrono::{DateTime, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::Tap;
use crate::buttons::Button;
use crate::texts::{Texts, t};
use crate::view::{View, escape, key};

/// Zones on a page.
const PAGE: usize = 12;
/// The page whose zones those who speak English most likely live in.
const ENGLISH: u8 = 2;

/// The zones that have buttons, a dozen a page: Russia, her neighbours, Europe and Africa, Asia, the Pacific and America.
/// Their names in both languages stand in the texts.
const ZONES: &[Tz] = &[
    Tz::Europe__Kaliningrad,
    Tz::Europe__Moscow,
    Tz::Europe__Samara,
    Tz::Asia__Yekaterinburg,
    Tz::Asia__Omsk,
    Tz::Asia__Novosibirsk,
    Tz::Asia__Krasnoyarsk,
    Tz::Asia__Irkutsk,
    Tz::Asia__Yakutsk,
    Tz::Asia__Vladivostok,
    Tz::Asia__Magadan,
    Tz::Asia__Kamchatka,
    Tz::Europe__Minsk,
    Tz::Europe__Kyiv,
    Tz::Europe__Chisinau,
    Tz::Asia__Tbilisi,
    Tz::Asia__Yerevan,
    Tz::Asia__Baku,
    Tz::Asia__Almaty,
    Tz::Asia__Tashkent,
    Tz::Asia__Bishkek,
    Tz::Asia__Dushanbe,
    Tz::Asia__Ashgabat,
    Tz::Asia__Jerusalem,
    Tz::Europe__London,
    Tz::Europe__Lisbon,
    Tz::Europe__Paris,
    Tz::Europe__Berlin,
    Tz::Europe__Warsaw,
    Tz::Europe__Athens,
    Tz::Europe__Istanbul,
    Tz::Africa__Cairo,
    Tz::America__New_York,
    Tz::America__Chicago,
    Tz::America__Denver,
    Tz::America__Los_Angeles,
    Tz::Asia__Dubai,
    Tz::Asia__Kolkata,
    Tz::Asia__Bangkok,
    Tz::Asia__Shanghai,
    Tz::Asia__Tokyo,
    Tz::Australia__Sydney,
    Tz::Pacific__Auckland,
    Tz::Africa__Lagos,
    Tz::Africa__Johannesburg,
    Tz::America__Sao_Paulo,
    Tz::America__Mexico_City,
    Tz::America__Toronto,
];

/// The zone at this place of the list.
pub(super) fn listed(place: u8) -> Option<Tz> {
    ZONES.get(usize::from(place)).copied()
}

/// The page with a zone; without one that is listed, the page where most who speak the language find theirs.
pub(super) fn page_of(locale: Locale, zone: Option<&str>) -> u8 {
    let place = zone.and_then(|zone| ZONES.iter().position(|listed| listed.name() == zone));
    let likely = if locale == Locale::Ru { 0 } else { ENGLISH };
    place.and_then(|place| u8::try_from(place / PAGE).ok()).unwrap_or(likely)
}

/// What people call a zone: its city.
pub(super) fn name(texts: &Texts, zone: &str) -> String {
    let city = city(zone);
    texts.find(&text_key(city)).unwrap_or_else(|| city.replace('_', " "))
}

/// The zone that somebody means: by its name in the database, or by its city in either language.
pub(super) fn told(text: &str) -> Option<Tz> {
    let wanted = text.trim().to_lowercase();
    let plain = wanted.replace([' ', '-'], "_");
    let is_called = |zone: &Tz| {
        [Locale::En, Locale::Ru].iter().any(|locale| name(Texts::of(*locale), zone.name()).to_lowercase() == wanted)
    };
    let listed = ZONES.iter().find(|zone| is_called(zone));
    let known = || {
        TZ_VARIANTS.iter().find(|zone| {
            let name = zone.name().to_lowercase().replace('-', "_");
            name == plain || city(&name) == plain
        })
    };
    listed.or_else(known).copied()
}

/// A page of zones, each with the time it is there now.
#[must_use]
pub(super) fn view(texts: &Texts, chosen: Option<&str>, page: u8, now: DateTime<Utc>) -> View {
    let pages = ZONES.len().div_ceil(PAGE);
    let page = usize::from(page).min(pages - 1);
    let choices = ZONES.iter().enumerate().skip(page * PAGE).take(PAGE).map(|(place, zone)| {
        let tick = if chosen == Some(zone.name()) { "✅ " } else { "" };
        let time = now.with_timezone(zone).format("%H:%M");
        let place = u8::try_from(place).unwrap_or_default();
        key(format!("{tick}{} · {time}", name(texts, zone.name())), Button::Settings(Tap::Zone(place)))
    });
    let to = |label: &str, page: usize| {
        key(label, Button::Settings(Tap::ZonePage(u8::try_from(page % pages).unwrap_or_default())))
    };
    let here = key(format!("{} / {pages}", page + 1), Button::Label);
    let text = match chosen {
        Some(zone) => t!(texts, "settings-zone-now", zone = escape(&name(texts, zone))),
        None => t!(texts, "settings-zone-choose"),
    };
    View::new(text).grid(2, choices).row([to("◀️", page + pages - 1), here, to("▶️", page + 1)]).back(texts)
}

fn city(zone: &str) -> &str {
    zone.rsplit('/').next().unwrap_or(zone)
}

fn text_key(city: &str) -> String {
    format!("settings-city-{}", city.to_lowercase().replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::{golden, noon};
    use super::*;

    #[test]
    fn a_page_shows_the_time_there() {
        golden("settings_zones", |texts| view(texts, None, 0, noon()));
        golden("settings_zones_chosen", |texts| view(texts, Some("America/New_York"), 2, noon()));
        golden("settings_zones_last", |texts| view(texts, Some("America/Argentina/La_Rioja"), 99, noon()));
    }

    #[test]
    fn every_listed_zone_has_its_names_and_is_found_by_them() {
        assert_eq!(ZONES.len() % PAGE, 0);
        for zone in ZONES {
            for locale in [Locale::En, Locale::Ru] {
                let name = Texts::of(locale).find(&text_key(city(zone.name())));
                let name = name.unwrap_or_else(|| panic!("{zone} has no name in {locale}"));
                assert_eq!(told(&name), Some(*zone), "{name}");
            }
            assert_eq!(told(zone.name()), Some(*zone));
        }
    }

    #[test]
    fn a_zone_is_known_by_its_name_or_its_city() {
        assert_eq!(told(" europe/moscow "), Some(Tz::Europe__Moscow));
        assert_eq!(told("МОСКВА"), Some(Tz::Europe__Moscow));
        assert_eq!(told("port-au-prince"), Some(Tz::America__PortauPrince));
        assert_eq!(told("buenos aires").map(|zone| city(zone.name())), Some("Buenos_Aires"));
        assert_eq!(told("Atlantis"), None);
        assert_eq!(told(""), None);
    }

    #[test]
    fn the_first_page_is_the_likely_one() {
        assert_eq!(page_of(Locale::Ru, None), 0);
        assert_eq!(page_of(Locale::En, None), ENGLISH);
        assert_eq!(page_of(Locale::En, Some("Asia/Baku")), 1);
    }
}
