//! How many requests a key and a person may make, counted in the memory of this process by the generic cell rate
//! algorithm: several processes allow so much each.

use std::fmt;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::config::{Rate, RequestLimits};
use crate::domain::clock::Clock;
use crate::domain::ids::{KeyId, UserId};

/// The limits, and who has used how much of them.
#[derive(Debug)]
pub struct RateLimits {
    keys: Limit<KeyId>,
    users: Limit<UserId>,
}

impl RateLimits {
    /// Nobody has used anything yet.
    #[must_use]
    pub fn new(limits: RequestLimits, clock: &Clock) -> Self {
        Self { keys: Limit::new(limits.key, clock), users: Limit::new(limits.user, clock) }
    }

    /// Counts a request of a key. If it is one too many, tells how long to wait, and it does not count.
    pub fn pass_key(&self, id: KeyId) -> Result<(), Duration> {
        self.keys.pass(&id)
    }

    /// Counts a request for a person, in the same way.
    pub fn pass_user(&self, id: UserId) -> Result<(), Duration> {
        self.users.pass(&id)
    }

    /// Forgets who has all of their allowance again, so that memory does not grow with the number of people.
    pub fn forget_idle(&self) {
        self.keys.forget_idle();
        self.users.forget_idle();
    }

    /// How many keys and people are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.keys.remembered() + self.users.remembered()
    }
}

/// One limit, for each of many; without a limiter there is none.
struct Limit<K: Hash + Eq + Clone>(Option<Limiter<K>>);

type Limiter<K> = RateLimiter<K, HashMapStateStore<K>, Ticks, NoOpMiddleware<Duration>>;

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(rate: Rate, clock: &Clock) -> Self {
        let (per_second, burst) = (NonZeroU32::new(rate.per_second), NonZeroU32::new(rate.burst));
        Self(per_second.zip(burst).map(|(per_second, burst)| {
            RateLimiter::hashmap_with_clock(Quota::per_second(per_second).allow_burst(burst), Ticks(clock.clone()))
        }))
    }

    fn pass(&self, id: &K) -> Result<(), Duration> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check_key(id).map_err(|until| until.wait_time_from(limiter.clock().now()))
    }

    fn forget_idle(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    fn remembered(&self) -> usize {
        self.0.as_ref().map_or(0, RateLimiter::len)
    }
}

impl<K: Hash + Eq + Clone> fmt::Debug for Limit<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Limit of {}", self.remembered())
    }
}

/// The clock of the service, as the limiters read it.
#[derive(Clone)]
struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    fn limits(user: Rate) -> (RateLimits, Clock) {
        let clock = Clock::held_at(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"));
        (RateLimits::new(RequestLimits { key: Rate::default(), user }, &clock), clock)
    }

    fn user(number: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_burst_is_taken_and_then_as_many_as_the_seconds_that_pass() {
        let (limits, clock) = limits(Rate { per_second: 2, burst: 3 });
        for _ in 0..3 {
            assert_eq!(limits.pass_user(user(1)), Ok(()));
        }
        assert_eq!(limits.pass_user(user(1)), Err(Duration::from_millis(500)));
        assert_eq!(limits.pass_user(user(2)), Ok(()), "another has an allowance of their own");
        clock.advance(TimeDelta::milliseconds(500));
        assert_eq!(limits.pass_user(user(1)), Ok(()));
        assert!(limits.pass_user(user(1)).is_err());
    }

    #[test]
    fn without_a_rate_there_is_no_limit_and_nobody_is_remembered() {
        let (limits, _) = limits(Rate { per_second: 0, burst: 1 });
        for _ in 0..1000 {
            assert_eq!(limits.pass_user(user(1)), Ok(()));
        }
        assert_eq!(limits.remembered(), 0);
    }

    #[test]
    fn whoever_rests_is_forgotten() {
        let (limits, clock) = limits(Rate { per_second: 2, burst: 4 });
        for number in 0..100 {
            assert_eq!(limits.pass_user(user(number)), Ok(()));
        }
        assert_eq!(limits.remembered(), 100);
        clock.advance(TimeDelta::seconds(9));
        assert_eq!(limits.pass_user(user(7)), Ok(()));
        limits.forget_idle();
        assert_eq!(limits.remembered(), 1);
    }
}
