//! The styles and packs: those of this repository, or those of a file.

use std::sync::Arc;

use super::{ConfigError, Environment};
use crate::domain::style::Catalogue;

const NAME: &str = "AISHA_STYLES";
/// What is made by itself, one for each kind of avatar.
const PREVIEWS: [&str; 3] = ["first_look", "first_look_style", "first_look_object"];
const BUILT_IN: &str = include_str!("../../styles.toml");

/// Reads and checks them whole.
pub(super) fn from_env(env: &Environment) -> Result<Arc<Catalogue>, ConfigError> {
    let text = env.text(NAME)?;
    let catalogue = read(text.as_deref().unwrap_or(BUILT_IN));
    catalogue.map(Arc::new).map_err(|problem| ConfigError::new(NAME, problem))
}

/// The packs of which one is made by itself when a training has completed.
pub(super) fn preview(env: &Environment, catalogue: &Catalogue) -> Result<Vec<String>, ConfigError> {
    const NAME: &str = "AISHA_PREVIEW_PACK";
    let is_there = |id: &&str| catalogue.pack(id).is_some();
    let Some(text) = env.text(NAME)? else {
        // Another file need not have them.
        return Ok(PREVIEWS.iter().filter(|id| is_there(id)).map(|&id| id.to_owned()).collect());
    };
    if text == "off" {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = text.split(',').map(str::trim).collect();
    if ids.iter().all(is_there) {
        Ok(ids.into_iter().map(str::to_owned).collect())
    } else {
        Err(ConfigError::new(NAME, "must be ids of packs, separated by commas, or off"))
    }
}

fn read(text: &str) -> Result<Catalogue, String> {
    let catalogue: Catalogue = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        format!("line {line}: {}", error.message().replace('\n', " "))
    })?;
    catalogue.checked()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::style::Sitter;

    const SMALL: &str = r#"
        [[category]]
        id = "portrait"
        name = { en = "Portrait", ru = "Портрет" }

        [[style]]
        id = "plain"
        category = "portrait"
        name = { en = "Plain", ru = "Просто" }
        description = { en = "Plain", ru = "Просто" }
        prompt = "photo of {trigger}, {prompt}"
        aspect_ratio = "1:1"

        [[pack]]
        id = "two"
        name = { en = "Two", ru = "Два" }
        description = { en = "Two", ru = "Два" }
        pictures = [{ style = "plain" }, { prompt = "{trigger} at sea" }]
    "#;

    #[test]
    fn the_built_in_styles_keep_every_rule_and_are_worth_choosing_from() {
        let catalogue = read(BUILT_IN).expect("the file of the repository");
        assert!(catalogue.styles.len() >= 25 && catalogue.categories.len() >= 6 && catalogue.packs.len() >= 3);
        let ann = Sitter { trigger_phrase: "annx7", noun: Some("woman") };
        for style in &catalogue.styles {
            let prompt = style.prompt.fill(&ann, "in a red hat");
            assert!(prompt.contains("annx7 woman") && prompt.contains("in a red hat"), "{prompt}");
            assert!(!style.prompt.fill(&ann, "").contains(",,") && prompt.chars().count() < 1000);
        }
        for category in &catalogue.categories {
            let count = catalogue.styles.iter().filter(|style| style.category == category.id).count();
            assert!(count >= 4, "{} has {count} styles", category.id);
        }
        let business = catalogue.pack("business_portraits").expect("a pack");
        assert_eq!(business.pictures.len(), 12);
    }

    #[test]
    fn a_broken_file_is_told_in_one_line_with_its_place() {
        assert!(read(SMALL).is_ok());
        for (good, bad, told) in [
            ("[[style]]", "[[style]", "line 6: "),
            ("ru = \"Портрет\"", "de = \"Porträt\"", "line 4: "),
            ("\"1:1\"", "\"2:1\"", "line 12: "),
            ("category = \"portrait\"", "category = \"other\"", "the style plain is in the category other"),
            ("{trigger}, {prompt}", "{prompt}", "the prompt of the style plain must have {trigger} once"),
            ("id = \"plain\"", "id = \"Plain\"", "the id of a style"),
            ("style = \"plain\"", "style = \"fancy\"", "picture 1 of the pack two is in the style fancy"),
            ("prompt = \"{trigger} at sea\"", "prompt = \"at sea\"", "picture 2 of the pack two has a prompt"),
            ("prompt = \"{trigger} at sea\"", "", "picture 2 of the pack two has neither"),
        ] {
            assert!(SMALL.contains(good));
            let error = read(&SMALL.replace(good, bad)).expect_err(told);
            assert!(error.contains(told), "{error}");
            assert_eq!(error.lines().count(), 1);
        }
        assert!(read(&format!("{SMALL}\n[[category]]\nid = \"portrait\"\nname = {{ en = \"\", ru = \"\" }}")).is_err());
    }
}
