//! What the service tells of everybody: read in order and never twice, for how far it was read is noted in the same
//! transaction as what follows from it.

use std::time::Duration;

use aisha_openapi::events::Event;
use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::EventType;
use chrono::TimeDelta;

use crate::api::ApiError;
use crate::bot::Bot;
use crate::clock::now;
use crate::delivery::Delivery;
use crate::storage::Shown;

/// What the service calls this reader.
const READER: &str = "aisha-bot";
/// The kinds that are of interest here.
const KINDS: &[EventType] = &[
    EventType::TrainingStarted,
    EventType::TrainingProgress,
    EventType::TrainingCompleted,
    EventType::TrainingFailed,
    EventType::TrainingStalled,
    EventType::TrainingCancelled,
    EventType::GenerationCreated,
    EventType::GenerationCompleted,
    EventType::GenerationFailed,
    EventType::GenerationCancelled,
    EventType::GenerationModerated,
    EventType::PackCompleted,
    EventType::TranscriptionCompleted,
    EventType::TranscriptionFailed,
    EventType::TranscriptionCancelled,
    EventType::TranscriptionDigestCompleted,
    EventType::TranscriptionDigestFailed,
];
/// A card shows progress no more often than this.
const PROGRESS: TimeDelta = TimeDelta::seconds(10);
/// The waits between attempts while the service is away, in seconds.
const WAITS: [u64; 4] = [1, 2, 5, 10];

/// Reads events until the bot stops.
pub async fn run(bot: Bot) -> anyhow::Result<()> {
    let kinds = KINDS.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(",");
    let mut after = bot.storage.reader().await?;
    let mut attempt = 0;
    loop {
        let read = async {
            let from = match after {
                Some(after) => after,
                None => where_to_begin(&bot).await?,
            };
            read(&bot, from, &kinds).await
        };
        let wait = tokio::select! {
            () = bot.lanes.stopped() => return Ok(()),
            read = read => match read {
                Ok((events, next)) => {
                    take(&bot, &events, next).await?;
                    after = Some(next);
                    attempt = 0;
                    Duration::ZERO
                }
                Err(error) => {
                    tracing::warn!(%error, "the events cannot be read");
                    let wait = Duration::from_secs(WAITS[attempt.min(WAITS.len() - 1)]);
                    attempt += 1;
                    wait
                }
            },
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = bot.lanes.stopped() => return Ok(()),
        }
    }
}

/// Where a bot without a memory begins: where the last one has told the service it was, or at the oldest event. What was
/// told already is told again only if that was lost, too.
async fn where_to_begin(bot: &Bot) -> Result<i64, ApiError> {
    let reader = bot.api.consumer(READER).await?;
    Ok(reader.map_or(0, |reader| reader.acknowledged_seq))
}

/// The events after a number. If they are no longer kept, those from the oldest on.
async fn read(bot: &Bot, after: i64, kinds: &str) -> Result<(Vec<Event>, i64), ApiError> {
    match bot.api.events(after, kinds).await {
        Ok(list) => Ok((list.data, list.next_after)),
        Err(ApiError::Refused(ProblemCode::EventsGone)) => {
            let oldest = bot.api.oldest_event(after).await?;
            tracing::warn!(after, ?oldest, "events were missed: they are kept for 30 days");
            Ok((Vec::new(), oldest.map_or(after, |oldest| oldest - 1)))
        }
        Err(error) => Err(error),
    }
}

/// Notes what follows from events, all or nothing, and has the cards drawn.
async fn take(bot: &Bot, events: &[Event], next: i64) -> anyhow::Result<()> {
    let mut notices = Vec::new();
    let mut shown = Vec::new();
    for event in events {
        // Whoever has no id at Telegram is none of ours.
        let Some(chat) = event.subject.external_id.as_deref().and_then(|id| id.parse().ok()) else { continue };
        if let Some(delivery) = delivery(event) {
            notices.push((format!("{}:{}", event.kind.as_str(), event.resource.id), chat, delivery.write()));
        }
        let now = now();
        let not_since = if event.kind == EventType::TrainingProgress { now - PROGRESS } else { now };
        let set = event.details.get("pack_id").and_then(|id| id.as_str()?.parse().ok());
        for id in [Some(event.resource.id), event.avatar_id, set].into_iter().flatten() {
            shown.push(Shown { chat, id, push: false, not_since });
        }
    }
    if events.is_empty() && bot.storage.reader().await? == Some(next) {
        return Ok(());
    }
    bot.storage.take_news(next, &notices, &shown, now()).await?;
    if !notices.is_empty() {
        bot.news.notify_one();
    }
    for shown in &shown {
        bot.lanes.wake(bot, shown.chat);
    }
    // The service's own note of it is for a bot that has lost its file; a lost note costs nothing.
    if let Err(error) = bot.api.acknowledge(READER, next).await {
        tracing::debug!(%error, "the service was not told how far the events are read");
    }
    Ok(())
}

/// What is told beside the card about an event.
fn delivery(event: &Event) -> Option<Delivery> {
    let id = event.resource.id;
    match event.kind {
        EventType::TrainingCompleted | EventType::TrainingFailed | EventType::TrainingStalled => {
            Some(Delivery::Training(id))
        }
        EventType::GenerationCompleted | EventType::GenerationFailed | EventType::GenerationModerated => {
            Some(Delivery::Generation(id))
        }
        EventType::PackCompleted => Some(Delivery::Pack(id)),
        EventType::TranscriptionCompleted | EventType::TranscriptionFailed => Some(Delivery::Transcript(id)),
        _ => None,
    }
}
