//! What is wished for, and the card it is put together on.

use aisha_openapi::avatars::Avatar;
use aisha_openapi::generations::{Generation, NewGeneration};
use aisha_openapi::packs::NewPackRun;
use aisha_openapi::styles::Style;
use aisha_openapi::vocabulary::AspectRatio;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Tap;
use crate::buttons::Button;
use crate::screens::avatars::titled;
use crate::screens::create::name_of;
use crate::texts::{Texts, t};
use crate::view::{View, cut, dollars, escape, key, shortened, ticked};

/// What is wished for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Who is to be seen.
    pub avatar: Uuid,
    /// What is to be seen.
    pub prompt: Option<String>,
    /// The words as the person wrote them, where `prompt` has been worked on.
    pub own: Option<String>,
    /// The id of the style.
    pub style: Option<String>,
    /// The shape of the pictures; without one, that of the style.
    pub ratio: Option<AspectRatio>,
    /// How many pictures, 1 to 4.
    pub count: u8,
    /// Whether it is known that nobody works on words here.
    pub unaided: bool,
}

impl Wish {
    /// Nothing yet, but who is to be seen.
    #[must_use]
    pub const fn of(avatar: Uuid) -> Self {
        Self { avatar, prompt: None, own: None, style: None, ratio: None, count: 1, unaided: false }
    }

    /// What was wished for once, to be changed.
    pub(super) fn again(generation: &Generation) -> Self {
        Self {
            prompt: Some(generation.prompt.clone()).filter(|prompt| !prompt.is_empty()),
            style: generation.style_id.clone(),
            ratio: Some(generation.aspect_ratio),
            count: u8::try_from(generation.num_images).unwrap_or(1).clamp(1, 4),
            ..Self::of(generation.avatar_id)
        }
    }

    /// Whether nothing tells what is to be seen.
    pub(super) const fn is_empty(&self) -> bool {
        self.prompt.is_none() && self.style.is_none()
    }

    /// The wish, to be fulfilled.
    pub(super) fn to_order(&self) -> NewGeneration {
        NewGeneration {
            prompt: self.prompt.clone().unwrap_or_default(),
            style_id: self.style.clone(),
            negative_prompt: None,
            aspect_ratio: self.ratio,
            num_images: self.count.into(),
            seed: None,
            training_id: None,
        }
    }

    /// The wish, to be priced: the price depends on the shape and the number alone, so any words will do until there are
    /// some.
    pub(super) fn to_price(&self) -> NewGeneration {
        let mut order = self.to_order();
        if self.is_empty() {
            "portrait".clone_into(&mut order.prompt);
        }
        order
    }
}

/// A run of a pack, one image a picture, each in its own shape.
pub(super) fn run_of(pack: &str) -> NewPackRun {
    NewPackRun {
        pack_id: Some(pack.to_owned()),
        styles: Vec::new(),
        aspect_ratio: None,
        num_images: 1,
        training_id: None,
    }
}

/// The shape in words.
pub(super) fn shape(texts: &Texts, ratio: AspectRatio) -> String {
    match ratio {
        AspectRatio::Square => t!(texts, "generate-shape-square"),
        AspectRatio::Portrait => t!(texts, "generate-shape-portrait"),
        AspectRatio::Landscape => t!(texts, "generate-shape-landscape"),
        AspectRatio::Tall => t!(texts, "generate-shape-tall"),
        AspectRatio::Wide => t!(texts, "generate-shape-wide"),
    }
}

/// The wish. `several` tells whether another avatar could be pictured.
pub(super) fn card(
    texts: &Texts,
    wish: &Wish,
    avatar: &Avatar,
    several: bool,
    style: Option<&Style>,
    price: Option<f64>,
) -> View {
    let words = match &wish.prompt {
        Some(prompt) => format!("<blockquote>{}</blockquote>", escape(&cut(prompt, 700))),
        None if wish.style.is_some() => t!(texts, "generate-hint-words-too"),
        None => t!(texts, "generate-hint-words"),
    };
    let mut lines = Vec::new();
    if let Some(style) = style {
        let description = escape(&shortened(&style.description, 200));
        lines.push(t!(
            texts,
            "generate-line-style",
            name = escape(&shortened(&style.name, 60)),
            description = description
        ));
    }
    let chosen = wish.ratio.or(style.map(|style| style.aspect_ratio)).unwrap_or(AspectRatio::Square);
    lines.push(t!(texts, "generate-line-shape", shape = shape(texts, chosen)));
    if let Some(price) = price {
        lines.push(t!(texts, "generate-line-price", n = wish.count, price = dollars(price)));
    }
    let title = t!(texts, "generate-wish-title", name = titled(texts, avatar));
    let tap = |label: String, tap| key(label, Button::Generate(tap));
    let mut view = View::new(format!("{title}\n\n{words}\n\n{}", lines.join("\n")));
    if !wish.is_empty() {
        view = view.row([tap(t!(texts, "generate-create", n = wish.count), Tap::Create)]);
    }
    view = view.row([
        tap(t!(texts, "generate-choose-style"), Tap::Categories),
        tap(t!(texts, "generate-choose-set"), Tap::Packs),
    ]);
    if let Some(style) = style {
        let liked = if style.is_favourite {
            tap(t!(texts, "generate-unlike-style"), Tap::UnlikeStyle)
        } else {
            tap(t!(texts, "generate-like-style"), Tap::LikeStyle)
        };
        view = view.row([liked, tap(t!(texts, "generate-no-style"), Tap::NoStyle)]);
    } else if wish.style.is_some() {
        view = view.row([tap(t!(texts, "generate-no-style"), Tap::NoStyle)]);
    }
    if wish.prompt.is_some() {
        let improve = (!wish.unaided && wish.own.is_none()).then(|| tap(t!(texts, "generate-improve"), Tap::Improve));
        let own = wish.own.is_some().then(|| tap(t!(texts, "generate-own-words"), Tap::OwnWords));
        view = view.row(improve.into_iter().chain(own).chain([tap(t!(texts, "generate-no-words"), Tap::NoWords)]));
    }
    let ratios = AspectRatio::ALL.iter();
    view = view
        .row(ratios.map(|ratio| tap(ticked(ratio.as_str(), chosen == *ratio), Tap::Ratio(*ratio))))
        .row((1..=4).map(|n| tap(ticked(&t!(texts, "generate-count", n = n), wish.count == n), Tap::Count(n))));
    if several {
        view = view.row([tap(t!(texts, "generate-other-avatar"), Tap::Whom)]);
    }
    view.back(texts)
}

/// The avatars that can be pictured.
pub(super) fn whom(texts: &Texts, wish: &Wish, avatars: &[Avatar]) -> View {
    let keys = avatars.iter().take(90).map(|avatar| {
        let star = if avatar.is_main { " ⭐" } else { "" };
        let label = ticked(&format!("{}{star}", name_of(texts, avatar)), avatar.id == wish.avatar);
        key(label, Button::Generate(Tap::Avatar(avatar.id)))
    });
    View::new(t!(texts, "generate-whom")).grid(2, keys).back(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::fixtures::{HARD_NAME, generation, golden, id, style, trained};
    use aisha_openapi::vocabulary::GenerationStatus;

    fn wish() -> Wish {
        Wish::of(id(1))
    }

    #[test]
    fn a_wish_grows() {
        let ann = trained(HARD_NAME);
        golden("generate_wish_empty", |texts| card(texts, &wish(), &ann, false, None, Some(0.035)));
        let words = Wish { prompt: Some("on a <balcony> & in the sun".to_owned()), count: 2, ..wish() };
        golden("generate_wish_words", |texts| card(texts, &words, &ann, true, None, Some(0.07)));
        let unaided = Wish { unaided: true, ..words.clone() };
        golden("generate_wish_unaided", |texts| card(texts, &unaided, &ann, false, None, None));
        let styled = Wish { style: Some("noir".to_owned()), ratio: Some(AspectRatio::Wide), ..wish() };
        let noir = style("noir", "film", "Film & <noir>");
        golden("generate_wish_style", |texts| card(texts, &styled, &ann, false, Some(&noir), Some(0.035)));
        golden("generate_wish_style_gone", |texts| card(texts, &styled, &ann, false, None, None));
        let long = "a <garden> & 😀 ".repeat(150);
        let all = Wish { prompt: Some(long.clone()), own: Some(long), count: 4, ..styled };
        let liked = Style { is_favourite: true, ..noir };
        golden("generate_wish_all", |texts| card(texts, &all, &ann, true, Some(&liked), Some(0.14)));
    }

    #[test]
    fn somebody_else_can_be_pictured() {
        golden("generate_whom", |texts| whom(texts, &wish(), &[trained(HARD_NAME), trained("Bob")]));
    }

    #[test]
    fn a_wish_can_be_made_again() {
        let again = Wish::again(&generation("in the sun", GenerationStatus::Failed));
        let order = again.to_order();
        assert_eq!((order.prompt.as_str(), order.num_images), ("in the sun", 2));
        assert!(!wish().to_price().prompt.is_empty() && wish().to_order().prompt.is_empty());
    }
}
