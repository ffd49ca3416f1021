//! Outgoing webhooks: each event is brought to the endpoints that are told of it, until it has arrived or the schedule is
//! over.
//!
//! Deliveries are no jobs: an endpoint that hangs would hold the places of all other work. Each endpoint has a few places
//! of its own, and one only while it fails, so the slow wait for themselves.

mod attempt;

use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::{Id, JoinSet};
use uuid::Uuid;

use crate::app::App;
use crate::domain::event::Event;
use crate::domain::ids::WebhookEndpointId;
use crate::storage::{StorageError, events, webhook_deliveries, webhook_endpoints};

/// Attempts at once in this process, and at one endpoint while it answers.
const AT_ONCE: usize = 512;
const AT_ONE_ENDPOINT: usize = 8;
/// Endpoints looked at in one round.
const ENDPOINTS: i64 = 200;
/// Numbers looked at in one step, so that nobody waits long for the database.
const NUMBERS: i64 = 500;
/// What other processes leave, and what is due by the clock, is seen after so long.
const POLL: Duration = Duration::from_secs(1);
/// Several times what an attempt may take: then its process is dead.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// How long attempts under way may take when the service stops; after that they are made again.
const STOP_PATIENCE: Duration = Duration::from_secs(16);

/// Runs until the service stops.
pub(super) async fn run(app: App) {
    let mut under_way = UnderWay::default();
    while !app.signals.shutdown.is_cancelled() {
        if let Err(error) = round(&app, &mut under_way).await {
            tracing::warn!(%error, "webhooks cannot be delivered");
        }
        tokio::select! {
            () = under_way.one_ends() => {}
            () = app.signals.webhooks.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            () = app.signals.shutdown.cancelled() => {}
        }
    }
    let all_end = async {
        while !under_way.tasks.is_empty() {
            under_way.one_ends().await;
        }
    };
    if tokio::time::timeout(STOP_PATIENCE, all_end).await.is_err() {
        tracing::warn!("some webhooks were still under way; they are sent again");
    }
}

/// The attempts under way, each with its endpoint.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<()>,
    endpoints: HashMap<Id, WebhookEndpointId>,
}

impl UnderWay {
    fn places(&self, endpoint: WebhookEndpointId, is_failing: bool) -> usize {
        let taken = self.endpoints.values().filter(|one| **one == endpoint).count();
        let most = if is_failing { 1 } else { AT_ONE_ENDPOINT };
        most.saturating_sub(taken).min(AT_ONCE.saturating_sub(self.tasks.len()))
    }

    /// Waits until an attempt has ended, and takes note of all that have; for ever if there is none.
    async fn one_ends(&mut self) {
        let Some(ended) = self.tasks.join_next_with_id().await else { return std::future::pending().await };
        let mut ended = Some(ended);
        while let Some(one) = ended {
            let id = one.map_or_else(|panicked| panicked.id(), |(id, ())| id);
            self.endpoints.remove(&id);
            ended = self.tasks.try_join_next_with_id();
        }
    }
}

/// Begins what has happened, and tries what is due.
async fn round(app: &App, under_way: &mut UnderWay) -> Result<(), StorageError> {
    while webhook_deliveries::begin(&app.db, NUMBERS, app.now()).await? {}
    for (id, is_failing) in webhook_deliveries::due(&app.db, ENDPOINTS, app.now()).await? {
        let places = under_way.places(id, is_failing);
        if places == 0 {
            continue;
        }
        match start(app, under_way, id, places).await {
            // A row that cannot be read must not hold up the other endpoints.
            Err(error @ StorageError::Corrupt(_)) => {
                tracing::error!(%error, endpoint.id = %id, "a webhook endpoint cannot be served");
            }
            started => started?,
        }
    }
    Ok(())
}

/// Tries so many deliveries to an endpoint.
async fn start(app: &App, under_way: &mut UnderWay, id: WebhookEndpointId, places: usize) -> Result<(), StorageError> {
    let Some(endpoint) = webhook_endpoints::load(&app.db, id).await? else { return Ok(()) };
    let (now, lease_id) = (app.now(), Uuid::new_v4());
    let limit = i64::try_from(places).unwrap_or(1);
    let deliveries = webhook_deliveries::claim(&app.db, id, limit, (lease_id, now + LEASE), now).await?;
    let ids: Vec<_> = deliveries.iter().map(|delivery| delivery.event_id).collect();
    let events = events::list_by_id(&app.db, &ids).await?;
    let mut events: HashMap<_, Event> = events.into_iter().map(|event| (event.id, event)).collect();
    for delivery in deliveries {
        // One of a kind that this version does not know waits for a process that does.
        let Some(event) = events.remove(&delivery.event_id) else { continue };
        let task = attempt::run(app.clone(), endpoint.clone(), delivery, lease_id, event);
        let task = under_way.tasks.spawn(task);
        under_way.endpoints.insert(task.id(), id);
    }
    Ok(())
}
