//! Styles and packs to choose from.

use aisha_openapi::avatars::Avatar;
use aisha_openapi::styles::{Pack, Style, StyleCatalogue};

use super::{Tap, Wish};
use crate::buttons::{Button, Slug};
use crate::screens::avatars::titled;
use crate::texts::{Texts, t};
use crate::view::{Key, View, dollars, escape, key, pager, shortened, ticked};

/// Styles or packs on a page.
const ON_A_PAGE: usize = 8;

fn named(name: &str) -> String {
    shortened(name, 40)
}

fn slug_key(label: String, id: &str, tap: impl Fn(Slug) -> Tap) -> Option<Key> {
    Slug::of(id).map(|id| key(label, Button::Generate(tap(id))))
}

/// What styles are sorted into, the favourites first.
pub(super) fn categories(texts: &Texts, wish: &Wish, catalogue: &StyleCatalogue) -> View {
    let mut view = View::new(t!(texts, "generate-categories"));
    let liked = catalogue.styles.iter().filter(|style| style.is_favourite).count();
    if liked > 0 {
        view = view.row([key(t!(texts, "generate-liked-styles", n = liked), Button::Generate(Tap::Liked))]);
    }
    let chosen = catalogue.styles.iter().find(|style| Some(&style.id) == wish.style.as_ref());
    let keys = catalogue.categories.iter().take(80).filter_map(|category| {
        let holds = chosen.is_some_and(|style| style.category_id == category.id);
        slug_key(ticked(&named(&category.name), holds), &category.id, Tap::Category)
    });
    view.grid(2, keys).back(texts)
}

/// The styles of a category, or those that are liked.
pub(super) fn styles(texts: &Texts, wish: &Wish, catalogue: &StyleCatalogue, category: Option<&str>, page: u8) -> View {
    let title = match category {
        Some(id) => catalogue.categories.iter().find(|category| category.id == id).map(|found| escape(&found.name)),
        None => Some(t!(texts, "generate-liked-title")),
    };
    let title = title.unwrap_or_else(|| t!(texts, "generate-styles-title"));
    let belongs = |style: &&Style| category.map_or(style.is_favourite, |category| style.category_id == category);
    let found: Vec<&Style> = catalogue.styles.iter().filter(belongs).collect();
    let pages = found.len().div_ceil(ON_A_PAGE).max(1);
    let page = usize::from(page).min(pages - 1);
    let shown: Vec<&Style> = found.into_iter().skip(page * ON_A_PAGE).take(ON_A_PAGE).collect();
    let told = shown.iter().map(|style| {
        format!("<b>{}</b> — {}", escape(&named(&style.name)), escape(&shortened(&style.description, 200)))
    });
    let mut text = vec![format!("🎭 <b>{title}</b>"), told.collect::<Vec<_>>().join("\n")];
    if shown.is_empty() {
        text = vec![format!("🎭 <b>{title}</b>"), t!(texts, "generate-no-styles")];
    }
    let keys = shown.iter().filter_map(|style| {
        let chosen = Some(&style.id) == wish.style.as_ref();
        slug_key(ticked(&named(&style.name), chosen), &style.id, Tap::Style)
    });
    View::new(text.join("\n\n"))
        .grid(2, keys)
        .row(pager(page, pages, |page| Button::Generate(Tap::Page(page))))
        .back(texts)
}

/// The packs for an avatar of this kind.
pub(super) fn packs(texts: &Texts, avatar: &Avatar, catalogue: &StyleCatalogue, page: u8) -> View {
    let fits = |pack: &&Pack| pack.training_type.is_none() || pack.training_type == avatar.training_type;
    let found: Vec<&Pack> = catalogue.packs.iter().filter(fits).collect();
    let pages = found.len().div_ceil(ON_A_PAGE).max(1);
    let page = usize::from(page).min(pages - 1);
    let text = if found.is_empty() { t!(texts, "generate-no-packs") } else { t!(texts, "generate-packs") };
    let mut view = View::new(text);
    for pack in found.into_iter().skip(page * ON_A_PAGE).take(ON_A_PAGE) {
        let label = t!(texts, "generate-pack-row", name = named(&pack.name), n = pack.pictures.len());
        view = view.row(slug_key(label, &pack.id, Tap::Set));
    }
    view.row(pager(page, pages, |page| Button::Generate(Tap::Page(page)))).back(texts)
}

/// One pack, before it is asked for.
pub(super) fn set(texts: &Texts, avatar: &Avatar, pack: &Pack, price: Option<f64>) -> View {
    let pictures = pack.pictures.len();
    let mut text = t!(
        texts,
        "generate-set",
        name = escape(&named(&pack.name)),
        description = escape(&shortened(&pack.description, 300)),
        avatar = titled(texts, avatar)
    );
    if let Some(price) = price {
        text = format!("{text}\n\n{}", t!(texts, "generate-line-price", n = pictures, price = dollars(price)));
    }
    View::new(text).row([key(t!(texts, "generate-create", n = pictures), Button::Generate(Tap::Create))]).back(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::fixtures::{HARD_NAME, catalogue, golden, id, trained};

    #[test]
    fn styles_are_found_by_category_and_page() {
        let wish = Wish { style: Some("light_9".to_owned()), ..Wish::of(id(1)) };
        golden("generate_categories", |texts| categories(texts, &wish, &catalogue()));
        golden("generate_styles", |texts| styles(texts, &wish, &catalogue(), Some("light"), 0));
        golden("generate_styles_last_page", |texts| styles(texts, &wish, &catalogue(), Some("light"), u8::MAX));
        golden("generate_styles_liked", |texts| styles(texts, &wish, &catalogue(), None, 0));
        golden("generate_styles_none", |texts| styles(texts, &wish, &catalogue(), Some("gone"), 0));
    }

    #[test]
    fn packs_are_for_avatars_of_their_kind() {
        let ann = trained(HARD_NAME);
        golden("generate_packs", |texts| packs(texts, &ann, &catalogue(), 0));
        let none = StyleCatalogue { packs: Vec::new(), ..catalogue() };
        golden("generate_packs_none", |texts| packs(texts, &ann, &none, 0));
        golden("generate_set", |texts| set(texts, &ann, &catalogue().packs[0], Some(0.42)));
    }
}
