//! The way of one request: it waits in the queue, runs, ends, and is told of. Each stage reads from the request's file
//! what is left to do, so the same way is taken up again after a restart.

use std::io::Result;
use std::sync::Arc;

use serde_json::json;

use super::house::House;
use super::requests::{Ended, Request};
use super::{clock, faults, runners, webhooks};

/// Takes a request on its way, until it is told of or the sandbox stops.
pub(super) fn start(house: &Arc<House>, id: String) {
    let (house, tasks) = (Arc::clone(house), house.tasks.clone());
    tasks.spawn(async move {
        let way = async {
            end(&house, &id).await?;
            webhooks::deliver(&house, &id).await
        };
        tokio::select! {
            () = house.stopping.cancelled() => {}
            done = way => {
                if let Err(error) = done {
                    tracing::error!(request.id = %id, %error, "the fal sandbox lost track of a request");
                }
            }
        }
    });
}

async fn end(house: &House, id: &str) -> Result<()> {
    let Some(request) = house.requests.find(id).filter(|request| request.ended.is_none()) else { return Ok(()) };
    let ended = tokio::select! {
        ended = run(house, &request) => ended?,
        () = cancelled(house, id) => Ended::cancelled(clock::now()),
    };
    // A request that was taken out of the queue has ended already.
    house.requests.update(id, |request| _ = request.ended.get_or_insert(ended))?;
    Ok(())
}

async fn run(house: &House, request: &Request) -> Result<Ended> {
    clock::sleep_until(request.starts_at).await;
    let (status, body) = match runners::run(house, request).await? {
        Ok(output) => (200, output),
        Err(errors) => (422, json!({ "detail": errors })),
    };
    Ok(faults::spoil(Ended { at: clock::now(), status, body, error_type: None }, request.fault))
}

async fn cancelled(house: &House, id: &str) {
    let mut changes = house.requests.changes();
    loop {
        if house.requests.find(id).is_none_or(|request| request.cancelling || request.ended.is_some()) {
            return;
        }
        // The sender lives in the house, which we hold.
        let _ = changes.changed().await;
    }
}
