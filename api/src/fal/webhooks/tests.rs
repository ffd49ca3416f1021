use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router};
use chrono::TimeDelta;
use ring::signature::Ed25519KeyPair;
use serde_json::json;

use super::super::fixtures::{Receiver, Stage, now, serve, settings_at, until};
use super::super::signature::{SIGNATURE, TIMESTAMP, USER_ID, sign};
use super::super::{Fal, FalSettings};
use super::*;

const QUICK: Duration = Duration::from_millis(200);

fn delivery(body: Value) -> Delivery {
    serde_json::from_value(body).expect("a delivery")
}

fn headers(key: &Ed25519KeyPair, user_id: &str, at: DateTime<Utc>, body: &[u8]) -> HeaderMap {
    let timestamp = at.timestamp().to_string();
    let signature = sign(key, "1", user_id, &timestamp, body);
    let pairs = [(REQUEST_ID, "1"), (USER_ID, user_id), (TIMESTAMP, &timestamp), (SIGNATURE, &signature)];
    pairs.into_iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
}

/// The key with which the sandbox in this stage signs.
fn signing_key(stage: &Stage) -> Ed25519KeyPair {
    let seed = std::fs::read_to_string(stage.folder.path().join("fal/signing-key")).expect("the key");
    Ed25519KeyPair::from_seed_unchecked(&hex::decode(seed).expect("hex")).expect("a seed")
}

const BODY: &[u8] = br#"{"request_id":"1","status":"OK","payload":{"seed":7}}"#;
const ACCOUNT: &str = "sandbox-account";

#[test]
fn a_success_carries_the_output() {
    let body = json!({"request_id": "1", "gateway_request_id": "2", "status": "OK", "payload": {"seed": 7}});
    assert_eq!(delivery(body).outcome(), Some(Outcome::Completed(json!({"seed": 7}))));
}

#[test]
fn an_error_carries_fals_word_for_it() {
    let detail = json!({"detail": [{"loc": ["body"], "msg": "not a zip", "type": "invalid_archive"}]});
    let body = json!({"request_id": "1", "status": "ERROR", "error": "Invalid status code: 422", "payload": detail});
    let Some(Outcome::Failed { code, message, raw }) = delivery(body).outcome() else { panic!("not a failure") };
    assert_eq!((code.as_str(), message.as_str()), ("invalid_archive", "not a zip"));
    assert_eq!(raw, detail);

    let bare = json!({"request_id": "1", "status": "ERROR", "error": "Invalid status code: 499", "payload": null});
    let Some(Outcome::Failed { code, .. }) = delivery(bare).outcome() else { panic!("not a failure") };
    assert_eq!(code, "http_499");
}

#[test]
fn an_output_that_is_not_in_the_delivery_must_be_fetched() {
    let lost = json!({"request_id": "1", "status": "OK", "payload": null, "payload_error": "not serialisable"});
    assert_eq!(delivery(lost).outcome(), None);
    assert_eq!(delivery(json!({"request_id": "1", "status": "OK"})).outcome(), None);
}

#[test]
fn an_unknown_status_is_not_read() {
    assert!(serde_json::from_value::<Delivery>(json!({"request_id": "1", "status": "MAYBE"})).is_err());
}

#[tokio::test]
async fn a_delivery_of_the_sandbox_is_believed_and_tells_the_same_as_the_result() {
    let stage = Stage::new(QUICK).await;
    let receiver = Receiver::new(&[]).await;
    let verifier = stage.fal.webhook_verifier();
    for input in [json!({}), json!({ "images_data_url": stage.photos(5).await.as_str() })] {
        let request = stage.submit(&input, &receiver.url).await;
        let number = receiver.deliveries().len();
        let (headers, body) = receiver.delivery(number).await;
        let delivery = verifier.verify(&headers, &body, now()).await.expect("believed");
        assert_eq!(delivery.request_id, request.request_id);
        assert_eq!(delivery.outcome().expect("an outcome"), stage.outcome(&request).await);

        let mut changed = body.to_vec();
        *changed.last_mut().expect("a byte") = b' ';
        assert_eq!(verifier.verify(&headers, &changed, now()).await, Err(WebhookError::Signature));
        let late = now() + TimeDelta::seconds(302);
        assert_eq!(verifier.verify(&headers, &body, late).await, Err(WebhookError::Stale));
    }
}

#[tokio::test]
async fn what_is_truly_signed_and_not_meant_for_us_is_refused() {
    let stage = Stage::new(QUICK).await;
    let (key, verifier) = (signing_key(&stage), stage.fal.webhook_verifier());
    verifier.verify(&headers(&key, ACCOUNT, now(), BODY), BODY, now()).await.expect("believed");

    let foreign = headers(&key, "another customer", now(), BODY);
    assert_eq!(verifier.verify(&foreign, BODY, now()).await, Err(WebhookError::ForeignAccount));
    let other = br#"{"request_id":"2","status":"OK","payload":{}}"#;
    let swapped = headers(&key, ACCOUNT, now(), other);
    assert_eq!(verifier.verify(&swapped, other, now()).await, Err(WebhookError::OtherRequest));
    let text = headers(&key, ACCOUNT, now(), b"text");
    assert_eq!(verifier.verify(&text, b"text", now()).await, Err(WebhookError::Unreadable));
    let bare = HeaderMap::new();
    assert!(matches!(verifier.verify(&bare, BODY, now()).await, Err(WebhookError::Header(_))));

    let settings = FalSettings { account_id: None, ..stage.sandbox.fal_settings() };
    let open = Fal::new(settings).expect("a client").webhook_verifier();
    open.verify(&foreign, BODY, now()).await.expect("believed when our own id is not known");
}

#[tokio::test]
async fn a_changed_key_of_fal_is_learned() {
    let stage = Stage::new(QUICK).await;
    let verifier = stage.fal.webhook_verifier();
    verifier.verify(&headers(&signing_key(&stage), ACCOUNT, now(), BODY), BODY, now()).await.expect("believed");

    let Stage { folder, sandbox, .. } = stage;
    sandbox.stop().await;
    std::fs::remove_file(folder.path().join("fal/signing-key")).expect("removed");
    let stage = Stage::in_folder(folder, QUICK).await;
    let renewed = signing_key(&stage);
    // Within the first minute after a look at fal there is no second one.
    assert_eq!(
        verifier.verify(&headers(&renewed, ACCOUNT, now(), BODY), BODY, now()).await,
        Err(WebhookError::Signature)
    );
    let later = now() + TimeDelta::seconds(61);
    verifier.verify(&headers(&renewed, ACCOUNT, later, BODY), BODY, later).await.expect("believed");
}

#[tokio::test]
async fn the_keys_in_hand_stay_in_use_while_fal_is_away() {
    let stage = Stage::new(QUICK).await;
    let (key, verifier, fresh) = (signing_key(&stage), stage.fal.webhook_verifier(), stage.fal.webhook_verifier());
    verifier.verify(&headers(&key, ACCOUNT, now(), BODY), BODY, now()).await.expect("believed");
    stage.sandbox.stop().await;
    let tomorrow = now() + TimeDelta::hours(25);
    verifier.verify(&headers(&key, ACCOUNT, tomorrow, BODY), BODY, tomorrow).await.expect("believed");
    assert_eq!(fresh.verify(&headers(&key, ACCOUNT, now(), BODY), BODY, now()).await, Err(WebhookError::NoKeys));
}

#[tokio::test]
async fn wrong_signatures_do_not_make_us_call_fal_again_and_again() {
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    let set = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        std::future::ready(Json(
            json!({"keys": [{"crv": "Ed25519", "x": "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"}]}),
        ))
    };
    let origin = serve(Router::new().route("/jwks.json", get(set))).await;
    let verifier = Arc::new(Fal::new(settings_at(&origin)).expect("a client").webhook_verifier());
    let wrong = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a seed");
    let at = now();
    let flood = (0..30).map(|_| {
        let (verifier, headers) = (Arc::clone(&verifier), headers(&wrong, ACCOUNT, at, BODY));
        tokio::spawn(async move { verifier.verify(&headers, BODY, at).await })
    });
    for answer in futures_util::future::join_all(flood).await {
        assert_eq!(answer.expect("no panic"), Err(WebhookError::Signature));
    }
    assert_eq!(looks.load(Ordering::SeqCst), 1);
    let later = at + TimeDelta::seconds(61);
    let headers = headers(&wrong, ACCOUNT, later, BODY);
    until(async || verifier.verify(&headers, BODY, later).await.err()).await;
    assert_eq!(looks.load(Ordering::SeqCst), 2);
}
