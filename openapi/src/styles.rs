//! Styles and packs that pictures can be asked for in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::vocabulary::{AspectRatio, TrainingType};

/// Everything there is to choose from, in the order in which to show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StyleCatalogue {
    /// What styles are sorted into.
    pub categories: Vec<StyleCategory>,
    /// The styles.
    pub styles: Vec<Style>,
    /// The packs.
    pub packs: Vec<Pack>,
}

/// What styles are sorted into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StyleCategory {
    /// Its id.
    #[schema(example = "portrait")]
    pub id: String,
    /// What people read, in the language of the request.
    #[schema(example = "Portrait")]
    pub name: String,
}

/// A way to picture an avatar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Style {
    /// Its id, for `style_id`.
    #[schema(example = "window_light")]
    pub id: String,
    /// The id of its category.
    #[schema(example = "portrait")]
    pub category_id: String,
    /// What people read, in the language of the request.
    #[schema(example = "Window light")]
    pub name: String,
    /// The same at more length.
    #[schema(example = "Soft daylight from the side, quiet and close")]
    pub description: String,
    /// What the model is told: `{trigger}` and `{gender}` are the avatar's, `{prompt}` is where your words go.
    #[schema(example = "close portrait photo of {trigger} {gender} beside a tall window, {prompt}, soft north light")]
    pub prompt: String,
    /// What must not be seen, for models that can be told so.
    pub negative_prompt: Option<String>,
    /// The shape of its pictures, unless you ask for another one.
    pub aspect_ratio: AspectRatio,
    /// Whether it is among your favourites.
    pub is_favourite: bool,
}

/// A set of pictures that go together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pack {
    /// Its id, for `pack_id`.
    #[schema(example = "business_portraits")]
    pub id: String,
    /// What people read, in the language of the request.
    #[schema(example = "Business portraits")]
    pub name: String,
    /// The same at more length.
    #[schema(example = "Twelve pictures for profiles, talks and the press")]
    pub description: String,
    /// The kind of avatar it is for; null for any.
    pub training_type: Option<TrainingType>,
    /// Its pictures, in their order.
    pub pictures: Vec<PackPicture>,
}

/// A picture of a pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackPicture {
    /// The style it is in; null for one that has a prompt of its own.
    #[schema(example = "headshot")]
    pub style_id: Option<String>,
    /// Words for its style, or its whole prompt; null where the style says it all.
    #[schema(example = "navy suit and white shirt, pale blue backdrop")]
    pub prompt: Option<String>,
    /// Its shape, unless you ask for another one.
    pub aspect_ratio: AspectRatio,
}
