//! Styles: ways to picture an avatar that somebody has thought out before, and packs of them. They are data of the
//! service, the same for everybody.

mod template;

use std::collections::BTreeSet;

use aisha_openapi::vocabulary::{AspectRatio, TrainingType};
use serde::Deserialize;

pub use self::template::{Sitter, Template};

/// The longest id, in characters.
const LONGEST_ID: usize = 40;
/// The most pictures of a pack.
pub const MOST_PICTURES: usize = 24;

/// All styles and packs, checked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// What styles are sorted into, in the order in which they are shown.
    #[serde(rename = "category")]
    pub categories: Vec<Category>,
    /// The styles, in the order in which they are shown.
    #[serde(rename = "style")]
    pub styles: Vec<Style>,
    /// The packs, in the order in which they are shown.
    #[serde(rename = "pack", default)]
    pub packs: Vec<Pack>,
}

/// A text in the languages that people are answered in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
}

/// What styles are sorted into.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Stable.
    pub id: String,
    /// What people read.
    pub name: Texts,
}

/// A way to picture an avatar.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// Stable: it is kept with the pictures.
    pub id: String,
    /// The id of its category.
    pub category: String,
    /// What people read.
    pub name: Texts,
    /// The same at more length.
    pub description: Texts,
    /// What the model is told.
    pub prompt: Template,
    /// What must not be seen, for models that can be told so.
    pub negative_prompt: Option<String>,
    /// The shape of its pictures, unless another one is asked for.
    pub aspect_ratio: AspectRatio,
}

/// A set of pictures that go together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Stable: it is kept with its runs.
    pub id: String,
    /// What people read.
    pub name: Texts,
    /// The same at more length.
    pub description: Texts,
    /// The kind of avatar it is for; `None` is any.
    pub training_type: Option<TrainingType>,
    /// The shape of pictures that have none of their own.
    pub aspect_ratio: Option<AspectRatio>,
    /// From 1 to [`MOST_PICTURES`].
    pub pictures: Vec<PackPicture>,
}

/// A picture of a pack: in a style, perhaps with words of the pack's, or by a prompt of the pack's alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackPicture {
    /// The id of its style.
    pub style: Option<String>,
    /// Words for the style, or the whole prompt where there is none.
    pub prompt: Option<Template>,
    /// Its shape, if it has one of its own.
    pub aspect_ratio: Option<AspectRatio>,
}

impl Catalogue {
    /// The catalogue, if it keeps every rule; otherwise the first that it breaks, in one line.
    pub fn checked(self) -> Result<Self, String> {
        let categories = check_ids("category", self.categories.iter().map(|category| &category.id))?;
        let styles = check_ids("style", self.styles.iter().map(|style| &style.id))?;
        check_ids("pack", self.packs.iter().map(|pack| &pack.id))?;
        for Style { id, category, prompt, .. } in &self.styles {
            prompt.check().map_err(|problem| format!("the prompt of the style {id} {problem}"))?;
            if !categories.contains(category.as_str()) {
                return Err(format!("the style {id} is in the category {category}, which there is not"));
            }
        }
        for Pack { id, pictures, .. } in &self.packs {
            if !(1..=MOST_PICTURES).contains(&pictures.len()) {
                return Err(format!("the pack {id} must have 1 to {MOST_PICTURES} pictures"));
            }
            for (number, picture) in (1..).zip(pictures) {
                picture.check(&styles).map_err(|problem| format!("picture {number} of the pack {id} {problem}"))?;
            }
        }
        Ok(self)
    }

    /// The style with this id.
    #[must_use]
    pub fn style(&self, id: &str) -> Option<&Style> {
        self.styles.iter().find(|style| style.id == id)
    }

    /// The pack with this id.
    #[must_use]
    pub fn pack(&self, id: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.id == id)
    }
}

impl PackPicture {
    fn check(&self, styles: &BTreeSet<&str>) -> Result<(), String> {
        match (&self.style, &self.prompt) {
            (Some(style), _) if !styles.contains(style.as_str()) => {
                Err(format!("is in the style {style}, which there is not"))
            }
            (Some(_), Some(words)) => words.check_words().map_err(|problem| format!("has a prompt that {problem}")),
            (Some(_), None) => Ok(()),
            (None, Some(prompt)) => prompt.check().map_err(|problem| format!("has a prompt that {problem}")),
            (None, None) => Err("has neither a style nor a prompt".to_owned()),
        }
    }
}

fn check_ids<'a>(what: &str, ids: impl Iterator<Item = &'a String>) -> Result<BTreeSet<&'a str>, String> {
    let mut known = BTreeSet::new();
    for id in ids {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=LONGEST_ID).contains(&id.len()) || !id.bytes().all(letters) {
            return Err(format!("the id of a {what} must be 1 to {LONGEST_ID} small letters, digits or _: {id:?}"));
        }
        if !known.insert(id.as_str()) {
            return Err(format!("there are two of the {what} {id}"));
        }
    }
    Ok(known)
}
