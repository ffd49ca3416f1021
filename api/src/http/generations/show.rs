//! A generation as it stands in answers.

use aisha_openapi::generations::{Generation as GenerationBody, GenerationError, GenerationImage, GenerationWarning};
use aisha_openapi::vocabulary::WarningCode;

use crate::app::App;
use crate::domain::generation::{Generation, Image};
use crate::files::FilesError;
use crate::http::spending::usd;

/// The generation, with links to its pictures.
pub(in crate::http) async fn show(app: &App, generation: &Generation) -> Result<GenerationBody, FilesError> {
    let mut body = without_links(generation);
    for (shown, image) in body.images.iter_mut().zip(&generation.images) {
        if let Some(image) = image {
            shown.url = Some(app.link(&image.original_key).await?);
            shown.thumbnail_url = Some(app.link(&image.thumbnail_key).await?);
        }
    }
    Ok(body)
}

/// The generation alone.
pub(in crate::http) fn without_links(generation: &Generation) -> GenerationBody {
    let wish = generation.wish.clone();
    let images = (1..).zip(&generation.images).map(|(number, image)| show_image(number, image.as_ref())).collect();
    let error = generation
        .error_code
        .clone()
        .map(|code| GenerationError { code, message: generation.error_message.clone().unwrap_or_default() });
    GenerationBody {
        id: generation.id.0,
        avatar_id: generation.avatar_id.0,
        training_id: generation.training_id.0,
        pack_id: generation.pack_id,
        repeat_of: generation.repeat_of.map(|id| id.0),
        status: generation.status,
        status_reason: generation.status_reason.clone(),
        prompt: wish.prompt,
        final_prompt: generation.final_prompt.clone(),
        negative_prompt: wish.negative_prompt,
        style_id: wish.style_id,
        aspect_ratio: wish.aspect_ratio,
        num_images: wish.num_images,
        seed: wish.seed,
        endpoint: generation.endpoint.clone(),
        warnings: warnings(&generation.warnings),
        is_favourite: generation.is_favourite,
        cost_estimate_usd: usd(generation.cost_microusd),
        images,
        error,
        fal_request_id: generation.request.as_ref().map(|request| request.id.clone()),
        cancel_requested_at: generation.cancel_requested_at,
        deadline_at: generation.deadline_at,
        created_at: generation.created_at,
        started_at: generation.started_at,
        completed_at: generation.completed_at,
    }
}

/// What could not be followed, in words, too.
pub(in crate::http) fn warnings(codes: &[WarningCode]) -> Vec<GenerationWarning> {
    let warning = |&code: &WarningCode| GenerationWarning {
        code,
        detail: match code {
            WarningCode::NegativePromptUnsupported => {
                "This model has no negative prompts; say in the prompt what is to be seen instead."
            }
            WarningCode::PromptNotEnhanced => "The prompt went to the model as it was written.",
        }
        .to_owned(),
    };
    codes.iter().map(warning).collect()
}

fn show_image(number: i32, image: Option<&Image>) -> GenerationImage {
    GenerationImage {
        number,
        flagged: image.is_none(),
        format: image.map(|image| image.format),
        width: image.map(|image| image.width),
        height: image.map(|image| image.height),
        size_bytes: image.map(|image| image.size_bytes),
        url: None,
        thumbnail_url: None,
    }
}
