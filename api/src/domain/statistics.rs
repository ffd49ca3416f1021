//! Statistics: what a person has and what came of it, and what went on in the whole service day by day. All of it is
//! counted from the things themselves when it is asked for.

use std::collections::BTreeMap;

use aisha_openapi::vocabulary::{GenerationStatus, TrainingStatus, TranscriptionStatus, ValidationStatus};
use chrono::TimeDelta;

/// What a person has, or one of their avatars.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Avatars.
    pub avatars: i64,
    /// Photos of each status.
    pub photos: BTreeMap<ValidationStatus, i64>,
    /// Trainings of each status.
    pub trainings: BTreeMap<TrainingStatus, i64>,
    /// How long completed trainings took from the wish to the weights.
    pub durations: Durations,
    /// Generations of each status.
    pub generations: BTreeMap<GenerationStatus, i64>,
    /// Pictures that are there.
    pub pictures: i64,
    /// Generations among the favourites.
    pub favourites: i64,
    /// Transcriptions of each status.
    pub transcriptions: BTreeMap<TranscriptionStatus, i64>,
    /// What all files take in the store.
    pub stored_bytes: i64,
    /// What it should have cost, in millionths of a US dollar.
    pub spent_microusd: i64,
}

impl Statistics {
    /// Completed trainings among those that completed or failed, 0 to 1; `None` before the first.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 trainings")]
    pub fn success_rate(&self) -> Option<f64> {
        let count = |status| self.trainings.get(&status).copied().unwrap_or_default();
        let (completed, failed) = (count(TrainingStatus::Completed), count(TrainingStatus::Failed));
        (completed + failed > 0).then(|| completed as f64 / (completed + failed) as f64)
    }
}

/// How long some things took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Durations {
    /// How many they are.
    pub count: i32,
    /// All together.
    pub sum: TimeDelta,
    /// The shortest.
    pub shortest: TimeDelta,
    /// The longest.
    pub longest: TimeDelta,
}

impl Durations {
    /// Takes in one more.
    pub fn add(&mut self, duration: TimeDelta) {
        self.shortest = if self.count == 0 { duration } else { self.shortest.min(duration) };
        self.longest = self.longest.max(duration);
        self.sum += duration;
        self.count += 1;
    }

    /// How long one took on average; `None` if there is none.
    #[must_use]
    pub fn average(&self) -> Option<TimeDelta> {
        self.sum.checked_div(self.count)
    }
}

/// What went on in a day, as far as it is still there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageDay {
    /// People seen for the first time.
    pub people: i64,
    /// Avatars made.
    pub avatars: i64,
    /// Photos taken in.
    pub photos: i64,
    /// Trainings asked for.
    pub trainings_started: i64,
    /// Trainings that completed.
    pub trainings_completed: i64,
    /// Trainings that failed.
    pub trainings_failed: i64,
    /// Generations asked for.
    pub generations: i64,
    /// Pictures that came of generations.
    pub pictures: i64,
    /// Transcriptions asked for.
    pub transcriptions: i64,
    /// Transcriptions that completed.
    pub transcriptions_completed: i64,
    /// What was spent, in millionths of a US dollar; deleted or not.
    pub cost_microusd: i64,
    /// Bytes of the files that came into the store.
    pub bytes: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_summed_up() {
        let mut durations = Durations::default();
        assert_eq!(durations.average(), None);
        for seconds in [30, 10, 20] {
            durations.add(TimeDelta::seconds(seconds));
        }
        let seconds = TimeDelta::seconds;
        assert_eq!(
            (durations.average(), durations.shortest, durations.longest),
            (Some(seconds(20)), seconds(10), seconds(30))
        );
    }

    #[test]
    fn what_was_given_up_is_no_failure() {
        let of = |trainings: &[(TrainingStatus, i64)]| {
            Statistics { trainings: trainings.iter().copied().collect(), ..Statistics::default() }.success_rate()
        };
        assert_eq!(of(&[(TrainingStatus::Cancelled, 3), (TrainingStatus::Running, 1)]), None);
        assert_eq!(of(&[(TrainingStatus::Completed, 3), (TrainingStatus::Cancelled, 9)]), Some(1.0));
        assert_eq!(of(&[(TrainingStatus::Completed, 3), (TrainingStatus::Failed, 1)]), Some(0.75));
    }
}
