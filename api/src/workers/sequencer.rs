//! Numbers events as soon as they are committed, and tells waiting readers.

use std::time::Duration;

use crate::app::App;
use crate::storage::events;

/// Events of other processes are seen after so long; those of this one are signalled.
const POLL: Duration = Duration::from_millis(500);

/// Runs until the service stops.
pub(super) async fn run(app: App) {
    let mut known = 0;
    while !app.signals.shutdown.is_cancelled() {
        match events::number(&app.db).await {
            Ok(last) => {
                if let Err(error) = app.signals.feed.publish(&app.db, last).await {
                    tracing::warn!(%error, "events cannot be handed out");
                }
                if last > known {
                    known = last;
                    app.signals.webhooks.notify_one();
                }
            }
            Err(error) => tracing::warn!(%error, "events cannot be numbered"),
        }
        tokio::select! {
            () = app.signals.events.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            () = app.signals.shutdown.cancelled() => {}
        }
    }
}
