//! What may be spent: caps a day, for each person and for each key, and the switch that stops it all.
//!
//! A day is one of UTC. What fal may have begun counts as spent at its estimate; what has certainly not reached fal when
//! it ends costs nothing.

use std::fmt;
use std::iter::Sum;

use chrono::{DateTime, Days, NaiveTime, Utc};

use super::Refusal;
use super::ids::{KeyId, UserId};
use super::run::Run;

/// What a run costs and who began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expense {
    /// Which run.
    pub run: Run,
    /// For whom.
    pub user_id: UserId,
    /// Through which key.
    pub key_id: KeyId,
    /// In millionths of a US dollar.
    pub cost_microusd: i64,
    /// When.
    pub started_at: DateTime<Utc>,
}

/// The most of a day. `None` is no cap, and 0 allows nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caps {
    /// Trainings.
    pub trainings: Option<i64>,
    /// Generations, of up to four pictures each.
    pub generations: Option<i64>,
    /// Transcriptions.
    pub transcriptions: Option<i64>,
    /// The cost of all, in millionths of a US dollar.
    pub microusd: Option<i64>,
}

/// What was spent in a day so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Trainings.
    pub trainings: i64,
    /// Generations.
    pub generations: i64,
    /// Transcriptions.
    pub transcriptions: i64,
    /// The cost of all, in millionths of a US dollar.
    pub microusd: i64,
}

impl Spent {
    const NOTHING: Self = Self { trainings: 0, generations: 0, transcriptions: 0, microusd: 0 };

    /// What one run takes of a day.
    #[must_use]
    pub const fn of(run: Run, microusd: i64) -> Self {
        match run {
            Run::Training(_) => Self { trainings: 1, microusd, ..Self::NOTHING },
            Run::Generation(_) => Self { generations: 1, microusd, ..Self::NOTHING },
            Run::Transcription(_) => Self { transcriptions: 1, microusd, ..Self::NOTHING },
        }
    }
}

impl Sum for Spent {
    fn sum<I: Iterator<Item = Self>>(spent: I) -> Self {
        spent.fold(Self::default(), |sum, one| Self {
            trainings: sum.trainings.saturating_add(one.trainings),
            generations: sum.generations.saturating_add(one.generations),
            transcriptions: sum.transcriptions.saturating_add(one.transcriptions),
            microusd: sum.microusd.saturating_add(one.microusd),
        })
    }
}

/// Whose caps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A person's.
    User,
    /// A key's, which may act for many.
    Key,
}

/// One of the caps. Displays as what it allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cap {
    /// So many trainings.
    Trainings(Holder, i64),
    /// So many generations.
    Generations(Holder, i64),
    /// So many transcriptions.
    Transcriptions(Holder, i64),
    /// So many millionths of a US dollar.
    Money(Holder, i64),
}

/// All spending is stopped by the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// What people are told of it.
    pub reason: Option<String>,
    /// Since when.
    pub stopped_at: DateTime<Utc>,
}

impl Caps {
    /// Whether there is any.
    #[must_use]
    pub const fn is_any(&self) -> bool {
        self.trainings.is_some()
            || self.generations.is_some()
            || self.transcriptions.is_some()
            || self.microusd.is_some()
    }

    /// Whether so much more fits into the day, all of it.
    pub fn admit(&self, holder: Holder, spent: Spent, wanted: Spent, now: DateTime<Utc>) -> Result<(), Refusal> {
        let price = wanted.microusd;
        let by_trainings =
            self.trainings.map(|most| (Cap::Trainings(holder, most), spent.trainings, wanted.trainings, most));
        let by_generations =
            self.generations.map(|most| (Cap::Generations(holder, most), spent.generations, wanted.generations, most));
        let by_transcriptions = self
            .transcriptions
            .map(|most| (Cap::Transcriptions(holder, most), spent.transcriptions, wanted.transcriptions, most));
        // What is not wanted cannot be too much, whatever was spent before.
        let by_number = [by_trainings, by_generations, by_transcriptions];
        let by_number = by_number.into_iter().flatten().filter(|(_, _, more, _)| *more > 0);
        let by_money = self.microusd.map(|most| (Cap::Money(holder, most), spent.microusd, price, most));
        for (cap, spent, more, most) in by_number.chain(by_money) {
            if more > most {
                return Err(Refusal::AboveCap { cap, price });
            }
            if spent > most - more {
                return Err(Refusal::CapReached { cap, price, opens_at: day_after(now) });
            }
        }
        Ok(())
    }
}

/// When the day of this time began.
#[must_use]
pub fn day_of(now: DateTime<Utc>) -> DateTime<Utc> {
    now.date_naive().and_time(NaiveTime::MIN).and_utc()
}

/// When the next day begins.
#[must_use]
pub fn day_after(now: DateTime<Utc>) -> DateTime<Utc> {
    day_of(now).checked_add_days(Days::new(1)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Millionths of a US dollar, for people.
#[must_use]
pub fn dollars(microusd: i64) -> String {
    // To the cent, and upwards, so that no price looks lower than it is.
    let cents = microusd.div_euclid(10_000) + i64::from(microusd.rem_euclid(10_000) > 0);
    format!("${}.{:02}", cents / 100, cents % 100)
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "a person",
            Self::Key => "a key",
        })
    }
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trainings(holder, 1) => write!(f, "1 training a day for {holder}"),
            Self::Trainings(holder, most) => write!(f, "{most} trainings a day for {holder}"),
            Self::Generations(holder, 1) => write!(f, "1 generation a day for {holder}"),
            Self::Generations(holder, most) => write!(f, "{most} generations a day for {holder}"),
            Self::Transcriptions(holder, 1) => write!(f, "1 transcription a day for {holder}"),
            Self::Transcriptions(holder, most) => write!(f, "{most} transcriptions a day for {holder}"),
            Self::Money(holder, most) => write!(f, "{} a day for {holder}", dollars(*most)),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::{GenerationId, TrainingId};

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_176_000, 0).expect("a time")
    }

    fn admit(trainings: Option<i64>, microusd: Option<i64>, spent: (i64, i64)) -> Result<(), Refusal> {
        let spent = Spent { trainings: spent.0, microusd: spent.1, ..Spent::default() };
        let wanted = Spent::of(Run::Training(TrainingId(Uuid::nil())), 2_400_000);
        Caps { trainings, generations: Some(0), transcriptions: Some(0), microusd }.admit(
            Holder::User,
            spent,
            wanted,
            noon(),
        )
    }

    #[test]
    fn what_just_fits_is_admitted_and_nothing_more() {
        assert_eq!(admit(None, None, (1000, i64::MAX)), Ok(()), "no cap");
        assert_eq!(admit(Some(3), Some(7_200_000), (2, 4_800_000)), Ok(()));
        for (trainings, microusd) in [(Some(2), None), (None, Some(7_199_999))] {
            let refused = admit(trainings, microusd, (2, 4_800_000));
            assert!(matches!(refused, Err(Refusal::CapReached { .. })), "{refused:?}");
        }
        assert!(matches!(admit(None, Some(i64::MAX), (0, i64::MAX)), Err(Refusal::CapReached { .. })));
    }

    #[test]
    fn what_no_day_allows_is_not_put_off() {
        for (trainings, microusd) in [(Some(0), None), (None, Some(0)), (None, Some(2_399_999))] {
            let refused = admit(trainings, microusd, (0, 0));
            assert!(matches!(refused, Err(Refusal::AboveCap { .. })), "{refused:?}");
        }
    }

    #[test]
    fn each_kind_of_run_has_a_number_of_its_own_and_both_share_the_money() {
        let caps = Caps { trainings: Some(1), generations: Some(2), transcriptions: Some(0), microusd: Some(10) };
        let one = Spent::of(Run::Generation(GenerationId(Uuid::nil())), 1);
        let admit = |generations, microusd| {
            caps.admit(Holder::Key, Spent { trainings: 7, generations, transcriptions: 7, microusd }, one, noon())
        };
        assert_eq!(admit(1, 9), Ok(()));
        let reached = |cap| Err(Refusal::CapReached { cap, price: 1, opens_at: day_after(noon()) });
        assert_eq!(admit(2, 9), reached(Cap::Generations(Holder::Key, 2)));
        assert_eq!(admit(1, 10), reached(Cap::Money(Holder::Key, 10)));
    }

    #[test]
    fn many_at_once_fit_together_or_not_at_all() {
        let caps = Caps { generations: Some(12), microusd: Some(1200), ..Caps::default() };
        let pack = |pictures| -> Spent {
            (0..pictures).map(|_| Spent::of(Run::Generation(GenerationId(Uuid::nil())), 100)).sum()
        };
        let admit = |spent, wanted| caps.admit(Holder::User, spent, wanted, noon());
        assert_eq!(admit(Spent::default(), pack(12)), Ok(()));
        assert!(matches!(admit(pack(1), pack(12)), Err(Refusal::CapReached { price: 1200, .. })));
        let never = Refusal::AboveCap { cap: Cap::Generations(Holder::User, 12), price: 1300 };
        assert_eq!(admit(Spent::default(), pack(13)), Err(never), "no day has room for it");
    }

    #[test]
    fn a_cap_opens_with_the_next_day() {
        let midnight = day_of(noon());
        for now in [midnight, noon(), midnight + TimeDelta::days(1) - TimeDelta::microseconds(1)] {
            assert_eq!((day_of(now), day_after(now)), (midnight, midnight + TimeDelta::days(1)));
        }
    }

    #[test]
    fn money_is_never_shown_as_less() {
        let cases = [(0, "$0.00"), (1, "$0.01"), (10_000, "$0.01"), (2_400_000, "$2.40"), (123_456_789, "$123.46")];
        for (microusd, shown) in cases {
            assert_eq!(dollars(microusd), shown);
        }
    }
}
