//! What a person has and what came of it.

use aisha_openapi::statistics::Statistics;

use crate::texts::{Texts, t};
use crate::view::{View, dollars};

/// What there is, counted.
#[must_use]
pub(super) fn view(texts: &Texts, statistics: &Statistics) -> View {
    let trainings = &statistics.trainings;
    let mut lines = vec![
        t!(texts, "settings-statistics-title"),
        String::new(),
        t!(texts, "settings-statistics-avatars", n = statistics.avatars),
        t!(texts, "settings-statistics-photos", n = statistics.photos.total),
    ];
    let completed = trainings.by_status.get("completed").copied().unwrap_or_default();
    lines.push(t!(texts, "settings-statistics-trainings", n = trainings.total, completed = completed));
    if let Some(duration) = &trainings.duration {
        let minutes = (duration.average_seconds + 59) / 60;
        lines.push(t!(texts, "settings-statistics-duration", n = minutes));
    }
    let (pictures, favourites) = (statistics.generations.pictures, statistics.generations.favourites);
    lines.push(t!(texts, "settings-statistics-pictures", n = pictures));
    if favourites > 0 {
        lines.push(t!(texts, "settings-statistics-favourites", n = favourites));
    }
    lines.push(t!(texts, "settings-statistics-stored", megabytes = megabytes(statistics.stored_bytes)));
    lines.push(t!(texts, "settings-statistics-spent", price = dollars((statistics.spent_usd * 100.0).round() / 100.0)));
    View::new(lines.join("\n")).back(texts)
}

/// Bytes in whole megabytes, rounded up: nothing takes no room.
fn megabytes(bytes: i64) -> i64 {
    bytes.max(0).unsigned_abs().div_ceil(1 << 20).try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::{golden, statistics};
    use super::*;

    #[test]
    fn what_there_is_is_counted() {
        golden("settings_statistics", |texts| view(texts, &statistics(3)));
        golden("settings_statistics_nothing", |texts| view(texts, &statistics(0)));
        assert_eq!([megabytes(0), megabytes(1), megabytes(1 << 20)], [0, 1, 1]);
    }
}
