mod rules;
mod runs;
mod steps;
mod submissions;
mod webhooks;

use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use super::super::super::fixtures::{Receiver, Stage, nowhere, until};
use super::super::super::{FalError, Handle, Outcome, Status, Submitted, Trainer};
use super::*;

const QUICK: Duration = Duration::from_millis(300);
const NEVER: Duration = Duration::from_hours(10);

fn once(fault: Fault) -> Rule {
    Rule::new(fault).times(1)
}

async fn submit(stage: &Stage, input: Value) -> std::result::Result<Submitted, FalError> {
    stage.fal.submit(Trainer::Portrait.endpoint(), &input, &nowhere(), None).await
}

/// A training with a fault, and what became of it.
async fn ended(rule: Rule) -> (Stage, Handle, Outcome) {
    let stage = Stage::new(QUICK).await;
    stage.misbehave(&[rule]).await;
    let request = stage.training(&nowhere()).await;
    let outcome = stage.outcome(&request).await;
    (stage, request, outcome)
}

fn milliseconds_between(record: &Value, from: &str, to: &str) -> i64 {
    let time = |pointer| -> chrono::DateTime<chrono::Utc> {
        serde_json::from_value(record.pointer(pointer).expect("a time").clone()).expect("a time")
    };
    (time(to) - time(from)).num_milliseconds()
}

#[tokio::test]
async fn the_record_counts_what_was_submitted_called_and_delivered() {
    let stage = Stage::new(QUICK).await;
    let receiver = Receiver::new(&[500]).await;
    let request = stage.training(&receiver.url).await;
    let before = stage.record().await[0]["calls"]["status"].as_u64().expect("a count");
    stage.fal.status(&request).await.expect("a status");
    receiver.delivery(1).await;
    stage.fal.result(&request).await.expect("a result");
    stage.fal.cancel(&request).await.expect("an answer");
    let record = until(async || {
        let record = stage.record().await.remove(0);
        (record["delivery"]["state"] == "arrived").then_some(record)
    })
    .await;
    assert_eq!(record["calls"], json!({ "status": before + 1, "result": 1, "cancel": 1 }));
    assert_eq!((&record["state"], &record["result_status"]), (&json!("COMPLETED"), &json!(200)));
    let webhook = Url::parse(record["webhook_url"].as_str().expect("a webhook")).expect("an address");
    assert_eq!((webhook, &record["request_id"]), (receiver.url.clone(), &json!(request.request_id)));
    assert_eq!((&record["deliveries"][0]["answer"], &record["deliveries"][1]["answer"]), (&json!(500), &json!(200)));
}
