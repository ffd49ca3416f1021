//! The end of a generation: written once, in one transaction with its event.

use aisha_openapi::vocabulary::{EventType, GenerationStatus};
use serde_json::{Value, json};

use crate::app::App;
use crate::domain::event::NewEvent;
use crate::domain::generation::{Ending, Generation, Image};
use crate::storage::{avatars, generations, objects};
use crate::workers::error::JobError;

/// Ends a generation as it was seen. Of all that come to tell it, only the first does anything; and who tells it of one
/// that has moved on meanwhile leaves it to the job that was left with the move.
pub(super) async fn end(app: &App, generation: &Generation, ending: &Ending) -> Result<(), JobError> {
    let now = app.now();
    let mut tx = app.begin().await?;
    // Who deletes the avatar gives up what is in its folder, so nothing may come into use there meanwhile.
    if avatars::lock(&mut tx, generation.user_id, generation.avatar_id).await?.is_none() {
        return Ok(());
    }
    if !generations::end(&mut tx, generation.id, generation.status, ending, now).await? {
        return Ok(());
    }
    if let Ending::Made { images, .. } = ending {
        for key in images.iter().flatten().flat_map(Image::keys) {
            if !objects::claim(&mut tx, key, now).await? {
                return Err(JobError::retry("the sweep took the copied pictures away; they are copied again"));
            }
        }
    }
    app.tell(&mut tx, event(generation, ending)).await?;
    app.end_pack(&mut tx, generation.pack_id).await?;
    app.commit(tx).await?;
    let status = ending.status();
    app.metrics.generations_ended.get_or_create(&[("status", status.as_str())]).inc();
    tracing::info!(generation.id = %generation.id, status = %status, "a generation has ended");
    Ok(())
}

fn event(generation: &Generation, ending: &Ending) -> NewEvent {
    let status = ending.status();
    let (kind, details) = match ending {
        Ending::Made { images, .. } => {
            let kind = match status {
                GenerationStatus::Moderated => EventType::GenerationModerated,
                _ => EventType::GenerationCompleted,
            };
            let flagged = images.iter().filter(|image| image.is_none()).count();
            (kind, json!({ "images": images.len() - flagged, "flagged": flagged }))
        }
        Ending::Failed { code, message, .. } => {
            (EventType::GenerationFailed, json!({ "error": code, "message": message }))
        }
        Ending::Cancelled => (EventType::GenerationCancelled, json!({})),
    };
    let mut event = NewEvent { state: Some(status.as_str()), ..generation.event(kind, None) };
    if let Value::Object(details) = details {
        event.details.extend(details);
    }
    event
}
