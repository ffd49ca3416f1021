//! Prompts, before anything is made of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A prompt to be worked on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftPrompt {
    /// In any language, 1 to 2000 characters.
    #[schema(min_length = 1, max_length = 2000, example = "на балконе осенним утром")]
    pub prompt: String,
    /// Whom it is about: then its trigger phrase is in the prompt.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub avatar_id: Option<Uuid>,
}

/// What a model would be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FinalPrompt {
    /// In English and in one line.
    #[schema(example = "annx7 on a balcony on an autumn morning, soft low sun, 50mm lens")]
    pub final_prompt: String,
}
