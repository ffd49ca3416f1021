//! Faults at the submit call.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::super::super::super::fixtures::plain;
use super::*;

#[tokio::test]
async fn each_fault_is_heard_as_what_it_is_and_accepts_what_it_says() {
    for &fault in SubmitFault::ALL {
        let stage = Stage::new(NEVER).await;
        let ms = if fault == SubmitFault::Slow { 50 } else { 6500 };
        stage.misbehave(&[once(Fault::Submit(fault)).ms(ms)]).await;
        let heard = submit(&stage, json!({})).await;
        let (is_heard, accepted) = match (fault, &heard) {
            (SubmitFault::AnswerCut, Err(FalError::Interrupted(_)))
            | (SubmitFault::Garbage, Err(FalError::Unreadable(_)))
            | (SubmitFault::Slow | SubmitFault::WebhookFirst, Ok(_)) => (true, 1),
            (SubmitFault::RateLimited, Err(FalError::RateLimited { retry_after })) => {
                (*retry_after == Some(Duration::from_secs(7)), 0)
            }
            (SubmitFault::RateLimitedSilently, Err(FalError::RateLimited { retry_after: None }))
            | (SubmitFault::Nginx503, Err(FalError::Unavailable { status: 503, .. }))
            | (SubmitFault::Timeout504, Err(FalError::Unavailable { status: 504, .. }))
            | (SubmitFault::KeyRefused, Err(FalError::KeyRefused))
            | (SubmitFault::AccountLocked, Err(FalError::AccountLocked(_)))
            | (SubmitFault::Validation422, Err(FalError::Refused { status: 422, .. })) => (true, 0),
            _ => (false, 0),
        };
        assert!(is_heard, "{fault:?}: {heard:?}");
        assert_eq!(stage.record().await.len(), accepted, "{fault:?}");
        submit(&stage, json!({})).await.expect("the next one is accepted");
    }
}

#[tokio::test]
async fn a_cut_answer_has_not_one_byte() {
    let stage = Stage::new(NEVER).await;
    stage.misbehave(&[once(Fault::Submit(SubmitFault::AnswerCut))]).await;
    let address = stage.sandbox.url().socket_addrs(|| None).expect("an address")[0];
    let mut socket = TcpStream::connect(address).await.expect("a connection");
    let path = Trainer::Portrait.endpoint();
    let head = format!("POST /{path} HTTP/1.1\r\nhost: x\r\nauthorization: Key a:b\r\ncontent-length: 2\r\n\r\n{{}}");
    socket.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer).await;
    assert_eq!(String::from_utf8_lossy(&answer), "");
    assert_eq!(stage.record().await.len(), 1);
}

#[tokio::test]
async fn a_proxy_and_a_timeout_are_told_apart_by_their_headers() {
    let stage = Stage::new(NEVER).await;
    let submit = || plain().post(stage.at(Trainer::Portrait.endpoint())).header("authorization", "Key a:b").body("{}");
    stage.misbehave(&[once(Fault::Submit(SubmitFault::Nginx503)), once(Fault::Submit(SubmitFault::Timeout504))]).await;
    let page = submit().send().await.expect("an answer");
    assert!(page.headers().get("x-fal-request-id").is_none());
    assert!(page.text().await.expect("a page").contains("<center>nginx</center>"));
    let timeout = submit().send().await.expect("an answer");
    assert_eq!(timeout.headers()["x-fal-request-timeout-type"], "user");
}

#[tokio::test]
async fn a_slow_answer_takes_its_time_and_an_overtaken_one_comes_after_the_webhook() {
    let stage = Stage::new(NEVER).await;
    stage.misbehave(&[once(Fault::Submit(SubmitFault::Slow)).ms(400)]).await;
    let begun = Instant::now();
    submit(&stage, json!({})).await.expect("accepted");
    assert!(begun.elapsed() >= Duration::from_millis(400));

    let receiver = Receiver::new(&[]).await;
    stage.misbehave(&[once(Fault::Submit(SubmitFault::WebhookFirst))]).await;
    let request = stage.training(&receiver.url).await;
    assert_eq!(receiver.deliveries().len(), 1);
    assert!(matches!(stage.fal.result(&request).await.expect("a result"), Outcome::Completed(_)));
}
