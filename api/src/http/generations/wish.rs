//! What a person wants to see, checked as it comes.

use aisha_openapi::generations::NewGeneration;
use aisha_openapi::problem::FieldError;

use crate::app::App;
use crate::domain::generation::seed;
use crate::http::problem::{Problem, internal};
use crate::launch::order::{Look, Order};

const MAX_PROMPT: usize = 2000;

/// Checks every field.
pub(super) fn read(app: &App, new: NewGeneration) -> Result<Order<'_>, Problem> {
    let mut errors = Vec::new();
    let look = match new.style_id.as_deref().map(|id| app.settings.styles.style(id)) {
        None => Look::Words,
        Some(Some(style)) => Look::Style(style),
        Some(None) => {
            errors.push(error("/style_id", "unknown", "must be one of `GET /v1/styles`".to_owned()));
            Look::Words
        }
    };
    let words = new.prompt.trim().to_owned();
    // A style can be asked for without another word.
    check_text("/prompt", &words, usize::from(new.style_id.is_none()), &mut errors);
    let negative_prompt = new.negative_prompt.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    check_text("/negative_prompt", negative_prompt.as_deref().unwrap_or_default(), 0, &mut errors);
    if !(1..=4).contains(&new.num_images) {
        errors.push(error("/num_images", "out_of_range", "must be from 1 to 4".to_owned()));
    }
    if new.seed.is_some_and(|seed| seed < 0) {
        errors.push(error("/seed", "out_of_range", format!("must be from 0 to {}", i64::MAX)));
    }
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    Ok(Order {
        words,
        negative_prompt,
        look,
        aspect_ratio: new.aspect_ratio,
        num_images: new.num_images,
        seed: match new.seed {
            Some(seed) => seed,
            None => seed().map_err(|_| internal())?,
        },
    })
}

fn check_text(pointer: &str, text: &str, least: usize, errors: &mut Vec<FieldError>) {
    if !(least..=MAX_PROMPT).contains(&text.chars().count()) {
        errors.push(error(pointer, "length", format!("must have {least} to {MAX_PROMPT} characters")));
    } else if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
        errors.push(error(pointer, "control_character", "must be text".to_owned()));
    }
}

fn error(pointer: &str, code: &str, detail: String) -> FieldError {
    FieldError { pointer: pointer.to_owned(), code: code.to_owned(), detail }
}
