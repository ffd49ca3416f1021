//! Statistics of a person and of an avatar.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What there is and what came of it, counted when you ask. What was deleted is not in it, but for the money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Statistics {
    /// Avatars; 1 in the statistics of one.
    pub avatars: i64,
    /// The photos.
    pub photos: Count,
    /// The trainings.
    pub trainings: TrainingStatistics,
    /// The generations.
    pub generations: GenerationStatistics,
    /// The transcriptions; none in the statistics of an avatar.
    pub transcriptions: Count,
    /// What all files take in the store, in bytes: photos, weights, pictures and the small copies of them, recordings.
    #[schema(example = 73_400_320)]
    pub stored_bytes: i64,
    /// What it should have cost, in US dollars. Of a person, what was deleted is still in it.
    #[schema(example = 2.435)]
    pub spent_usd: f64,
}

/// How many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Count {
    /// All.
    pub total: i64,
    /// Those of each status that there are any of.
    #[schema(example = json!({"valid": 12}))]
    pub by_status: BTreeMap<String, i64>,
}

/// What became of trainings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrainingStatistics {
    /// All.
    pub total: i64,
    /// Those of each status that there are any of.
    #[schema(example = json!({"completed": 2, "failed": 1}))]
    pub by_status: BTreeMap<String, i64>,
    /// Completed ones among those that completed or failed, 0 to 1; null before the first.
    #[schema(example = 0.95)]
    pub success_rate: Option<f64>,
    /// How long those that completed took from the wish to the weights; null before the first.
    pub duration: Option<Duration>,
}

/// How long it took, in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Duration {
    /// On average.
    #[schema(example = 744)]
    pub average_seconds: i64,
    /// The shortest.
    #[schema(example = 301)]
    pub shortest_seconds: i64,
    /// The longest.
    #[schema(example = 1210)]
    pub longest_seconds: i64,
}

/// What became of generations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GenerationStatistics {
    /// All.
    pub total: i64,
    /// Those of each status that there are any of.
    #[schema(example = json!({"completed": 40, "moderated": 1}))]
    pub by_status: BTreeMap<String, i64>,
    /// Pictures that are there.
    pub pictures: i64,
    /// Generations among the favourites.
    pub favourites: i64,
}
