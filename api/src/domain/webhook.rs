//! Outgoing webhooks: endpoints that are told of events, and when a delivery is tried again.

use aisha_openapi::vocabulary::{DeliveryStatus, DisabledReason, EventType};
use aisha_openapi::webhooks::WebhookAttempt;
use chrono::{DateTime, TimeDelta, Utc};

use super::event::Subscriber;
use super::ids::{EventId, WebhookEndpointId};
use super::signing_keys::SigningKeys;

/// Somebody who is told of events.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Whose it is, and whose events it hears.
    pub owner: Subscriber,
    /// Where events are sent.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Only these kinds; all if none is named.
    pub event_types: Vec<EventType>,
    /// Why nothing is sent; `None` while it is enabled.
    pub disabled: Option<DisabledReason>,
    /// What is signed with.
    pub keys: SigningKeys,
    /// What is signed with, too, until then.
    pub old_keys: Option<(SigningKeys, DateTime<Utc>)>,
    /// It is told of events above this number.
    pub from_seq: i64,
    /// Since when no attempt has succeeded.
    pub failing_since: Option<DateTime<Utc>>,
    /// Counts its changes.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// An event on its way to an endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookDelivery {
    /// The event.
    pub event_id: EventId,
    /// How far it is.
    pub status: DeliveryStatus,
    /// How often it was tried on the present schedule.
    pub tries: i32,
    /// The last attempts, oldest first.
    pub attempts: Vec<WebhookAttempt>,
    /// When it is tried next.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
}

/// How long the keys from before a rotation hold.
pub const ROTATION: TimeDelta = TimeDelta::hours(24);
/// An endpoint at which nothing has succeeded for so long is disabled when a schedule comes to its end.
pub const PATIENCE: TimeDelta = TimeDelta::hours(72);
/// Attempts that are remembered of a delivery: two schedules.
pub const ATTEMPTS_KEPT: usize = 20;
/// Seconds between two attempts: 75 hours and a half together, so that a weekend passes.
const SCHEDULE: [i64; 9] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// What a receiver may ask for in `Retry-After`.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(24);

impl WebhookEndpoint {
    /// The keys to sign with at this time, the newest first.
    pub fn keys_at(&self, now: DateTime<Utc>) -> impl Iterator<Item = &SigningKeys> {
        let old = self.old_keys.as_ref().filter(|(_, until)| now < *until).map(|(keys, _)| keys);
        std::iter::once(&self.keys).chain(old)
    }
}

/// When to try again after so many failed tries; `None` when the schedule is over. Up to a tenth is added by `spread`,
/// any number, so that deliveries that failed together do not come back together.
#[must_use]
pub fn next_attempt(
    tries: i32,
    retry_after: Option<TimeDelta>,
    spread: u32,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let place = usize::try_from(tries).ok()?.checked_sub(1)?;
    let seconds = SCHEDULE.get(place)?;
    let pause = TimeDelta::milliseconds(seconds * 1000 + i64::from(spread) % (seconds * 100));
    let asked = retry_after.unwrap_or_default().min(LONGEST_PAUSE);
    Some(now + pause.max(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_lasts_for_three_days_and_ends() {
        let start = DateTime::UNIX_EPOCH;
        for spread in [0, u32::MAX] {
            let mut now = start;
            let mut tries = 1;
            while let Some(next) = next_attempt(tries, None, spread, now) {
                assert!(next > now);
                (now, tries) = (next, tries + 1);
            }
            assert_eq!(tries, 10);
            assert!(now - start > PATIENCE && now - start < TimeDelta::hours(84), "{}", now - start);
        }
        assert_eq!(next_attempt(0, None, 0, start), None);
    }

    #[test]
    fn a_receiver_may_ask_for_time() {
        let now = DateTime::UNIX_EPOCH;
        let after = |asked| next_attempt(1, Some(asked), 0, now).map(|next| next - now);
        assert_eq!(after(TimeDelta::minutes(2)), Some(TimeDelta::minutes(2)));
        assert_eq!(after(TimeDelta::seconds(1)), Some(TimeDelta::seconds(5)), "not sooner than planned");
        assert_eq!(after(TimeDelta::days(90)), Some(LONGEST_PAUSE));
    }
}
