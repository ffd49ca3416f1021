//! What is wanted, before it is known of whom.

use aisha_openapi::vocabulary::AspectRatio;

use crate::domain::avatar::Avatar;
use crate::domain::generation::Wish;
use crate::domain::style::{Sitter, Style, Template};
use crate::domain::training::Training;
use crate::fal::generators::{self, Generator};

/// Pictures of nobody yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order<'a> {
    /// In somebody's words; empty where the look says it all.
    pub words: String,
    /// What must not be seen.
    pub negative_prompt: Option<String>,
    /// How they look.
    pub look: Look<'a>,
    /// Their shape, if one was named.
    pub aspect_ratio: Option<AspectRatio>,
    /// 1 to 4.
    pub num_images: i32,
    /// Where the chance begins.
    pub seed: i64,
}

/// How pictures look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look<'a> {
    /// As the words say.
    Words,
    /// In this style.
    Style(&'a Style),
    /// As this prompt of a pack says.
    Prompt(&'a Template),
}

impl Order<'_> {
    /// The wish, for this avatar as this training has learned it.
    #[must_use]
    pub fn wish(self, avatar: &Avatar, training: &Training) -> Wish {
        let settings = &training.settings;
        let sitter = Sitter::new(&settings.trigger_phrase, avatar.details.gender, settings.training_type);
        let (template, style) = match self.look {
            Look::Words => (None, None),
            Look::Style(style) => (Some(&style.prompt), Some(style)),
            Look::Prompt(template) => (Some(template), None),
        };
        let generator = generators::for_trainer(&settings.endpoint);
        // Nobody has asked for the style's, so nobody is warned where it has to be left out.
        let of_style = style.and_then(|style| style.negative_prompt.clone());
        let of_style = of_style.filter(|_| generator.is_some_and(Generator::takes_negative_prompt));
        let negative_prompt: Vec<_> = self.negative_prompt.into_iter().chain(of_style).collect();
        let usual = style.map_or(AspectRatio::Square, |style| style.aspect_ratio);
        Wish {
            styled_prompt: template.map(|template| template.fill(&sitter, &self.words)),
            prompt: self.words,
            negative_prompt: (!negative_prompt.is_empty()).then(|| negative_prompt.join(", ")),
            style_id: style.map(|style| style.id.clone()),
            aspect_ratio: self.aspect_ratio.unwrap_or(usual),
            num_images: self.num_images,
            seed: self.seed,
        }
    }
}
