//! Avatars.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vocabulary::{AvatarStatus, AvatarType, Gender, Preset, TrainingStatus, TrainingType};

/// An avatar to be: any of its details, the rest can follow by PATCH.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewAvatar {
    /// 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, example = "Ann")]
    pub name: Option<String>,
    /// Styles use it to fill their prompts.
    pub gender: Option<Gender>,
    /// What it is a picture of.
    pub avatar_type: Option<AvatarType>,
    /// Which trainer learns it.
    pub training_type: Option<TrainingType>,
    /// The word that stands for the avatar in prompts: 2 to 40 letters and digits. Made up if you give none.
    #[schema(min_length = 2, max_length = 40, pattern = "^[A-Za-z][A-Za-z0-9_]{1,39}$", example = "annx7")]
    pub trigger_phrase: Option<String>,
    /// Whatever you want to keep with it: a JSON object of up to 16 KB.
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Map<String, Value>>,
}

/// Changes to an avatar: fields that are left out stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AvatarPatch {
    /// 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, example = "Ann in spring")]
    pub name: Option<String>,
    /// Styles use it to fill their prompts.
    pub gender: Option<Gender>,
    /// What it is a picture of.
    pub avatar_type: Option<AvatarType>,
    /// Which trainer learns it.
    pub training_type: Option<TrainingType>,
    /// The word that stands for the avatar in prompts; trainings already made keep theirs.
    #[schema(min_length = 2, max_length = 40, pattern = "^[A-Za-z][A-Za-z0-9_]{1,39}$")]
    pub trigger_phrase: Option<String>,
    /// Replaces the whole object; up to 16 KB.
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Map<String, Value>>,
    /// The photo to show for it, one of its own. Until one is chosen, and when the chosen one is deleted, it is the
    /// first.
    pub cover: Option<Uuid>,
}

/// An avatar: a person, style or thing that can be trained and then pictured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Avatar {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    #[schema(example = "Ann")]
    pub name: Option<String>,
    /// Styles use it to fill their prompts.
    pub gender: Option<Gender>,
    /// What it is a picture of.
    pub avatar_type: Option<AvatarType>,
    /// Which trainer learns it.
    pub training_type: Option<TrainingType>,
    /// Where it stands.
    pub status: AvatarStatus,
    /// Why, where the status alone does not tell.
    pub status_reason: Option<String>,
    /// The one that is used when none is named; one a person.
    pub is_main: bool,
    /// The word that stands for the avatar in prompts.
    #[schema(example = "aisk3v9q")]
    pub trigger_phrase: String,
    /// Photos it has.
    pub photos_count: i64,
    /// Photos a training would use.
    pub usable_photos_count: i64,
    /// Photos a training needs.
    pub photos_needed: i64,
    /// Generations that were asked for with it and are still there, each of up to four pictures.
    pub generations_count: i64,
    /// The training whose weights are used for pictures.
    pub active_training_id: Option<Uuid>,
    /// The newest training.
    pub latest_training: Option<LatestTraining>,
    /// The photo to show for it.
    pub cover: Option<Uuid>,
    /// What was kept with it.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// Counts the changes; the same as the `ETag`.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// The newest training of an avatar, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LatestTraining {
    /// Its id.
    pub id: Uuid,
    /// 1 for the first.
    pub version: i32,
    /// Where it stands.
    pub status: TrainingStatus,
    /// What was asked for.
    pub preset: Preset,
}

/// A page of avatars, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AvatarPage {
    /// The avatars.
    pub data: Vec<Avatar>,
    /// Give it as `cursor` to get the next page; null on the last.
    pub next_cursor: Option<String>,
}
