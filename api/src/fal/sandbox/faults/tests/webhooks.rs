//! Faults of a delivery.

use super::super::super::super::WebhookError;
use super::super::super::super::fixtures::now;
use super::*;

/// A training that is told of under this fault, to a receiver that answers so.
async fn told(rule: Rule, answers: &'static [u16]) -> (Stage, Receiver) {
    let stage = Stage::new(QUICK).await;
    stage.misbehave(&[rule]).await;
    let receiver = Receiver::new(answers).await;
    stage.training(&receiver.url).await;
    (stage, receiver)
}

/// What the sandbox tells of the only request, once its delivery has come to an end.
async fn delivered(stage: &Stage) -> Value {
    until(async || {
        let record = stage.record().await.remove(0);
        (record["delivery"]["state"] != "waiting").then_some(record)
    })
    .await
}

fn rule(fault: WebhookFault) -> Rule {
    once(Fault::Webhook(fault)).ms(400)
}

#[tokio::test]
async fn a_lost_delivery_never_comes_and_counts_as_arrived() {
    let (stage, receiver) = told(rule(WebhookFault::Lost), &[]).await;
    let record = delivered(&stage).await;
    assert_eq!((record["delivery"]["state"].as_str(), &record["deliveries"]), (Some("arrived"), &json!([])));
    assert_eq!(receiver.deliveries().len(), 0);
}

#[tokio::test]
async fn a_delayed_delivery_comes_so_much_later() {
    let from = [(WebhookFault::Delayed, "/ended_at", 400), (WebhookFault::NeverBefore, "/submitted_at", 1500)];
    for (fault, from, ms) in from {
        let (stage, _receiver) = told(rule(fault).ms(ms), &[]).await;
        let waited = milliseconds_between(&delivered(&stage).await, from, "/deliveries/0/at");
        assert!(waited >= i64::try_from(ms).expect("small"), "{fault:?}: {waited}");
    }
}

#[tokio::test]
async fn a_tripled_delivery_comes_three_times_the_same() {
    let (stage, receiver) = told(rule(WebhookFault::Tripled), &[]).await;
    assert_eq!(delivered(&stage).await["deliveries"].as_array().map(Vec::len), Some(3));
    let bodies: Vec<_> = receiver.deliveries().into_iter().map(|(_, body)| body).collect();
    assert!(bodies.len() == 3 && bodies.iter().all(|body| *body == bodies[0]));
}

#[tokio::test]
async fn shuffled_deliveries_come_in_the_opposite_order() {
    let stage = Stage::new(QUICK).await;
    let receiver = Receiver::new(&[]).await;
    stage.misbehave(&[Rule::new(Fault::Webhook(WebhookFault::Shuffled)).ms(1500)]).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        let request = stage.training(&receiver.url).await;
        stage.outcome(&request).await;
        made.push(request.request_id);
    }
    receiver.delivery(2).await;
    let id = |body: &[u8]| serde_json::from_slice::<Value>(body).expect("JSON")["request_id"].clone();
    let came: Vec<_> = receiver.deliveries().iter().map(|(_, body)| id(body)).collect();
    made.reverse();
    assert_eq!(came, made);
}

#[tokio::test]
async fn a_delivery_that_must_not_be_believed_is_not_and_its_repetition_is() {
    for (fault, error) in [
        (WebhookFault::BadSignature, WebhookError::Signature),
        (WebhookFault::StaleTimestamp, WebhookError::Stale),
        (WebhookFault::ForeignAccount, WebhookError::ForeignAccount),
    ] {
        let (stage, receiver) = told(rule(fault), &[401]).await;
        let (verifier, first, second) =
            (stage.fal.webhook_verifier(), receiver.delivery(0).await, receiver.delivery(1).await);
        assert_eq!(verifier.verify(&first.0, &first.1, now()).await, Err(error));
        verifier.verify(&second.0, &second.1, now()).await.expect("believed");
        let answers = delivered(&stage).await["deliveries"].clone();
        assert_eq!((&answers[0]["answer"], &answers[1]["answer"]), (&json!(401), &json!(200)));
    }
}

#[tokio::test]
async fn a_delivery_without_its_payload_sends_to_the_result() {
    let (stage, receiver) = told(rule(WebhookFault::PayloadError), &[]).await;
    let (headers, body) = receiver.delivery(0).await;
    let delivery = stage.fal.webhook_verifier().verify(&headers, &body, now()).await.expect("believed");
    assert!(delivery.payload_error.is_some() && delivery.outcome().is_none());
}

#[tokio::test]
async fn what_counts_as_redirected_is_not_repeated() {
    let (stage, receiver) = told(rule(WebhookFault::Redirected), &[503]).await;
    let record = delivered(&stage).await;
    assert_eq!((&record["delivery"]["state"], &record["deliveries"][0]["answer"]), (&json!("given_up"), &json!(503)));
    assert_eq!(receiver.deliveries().len(), 1);
}
