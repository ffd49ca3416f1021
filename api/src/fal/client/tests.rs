use std::time::Duration;

use axum::body::Body;
use axum::response::Response as Answered;
use serde_json::json;
use url::Url;

use super::super::fixtures::{self, Receiver, Stage, archive, nowhere, until};
use super::super::{CancelAnswer, Handle, Outcome, Status, Trainer, progress};
use super::*;
use crate::domain::secret::Secret;

const QUICK: Duration = Duration::from_millis(300);
/// Longer than any test waits.
const NEVER: Duration = Duration::from_hours(10);
const HOUR: Duration = Duration::from_hours(1);

fn answered(status: u16, headers: &[(&str, &str)], body: &'static str) -> Answered {
    let response = headers
        .iter()
        .fold(Answered::builder().status(status), |response, (name, value)| response.header(*name, *value));
    response.body(Body::from(body)).expect("a response")
}

fn handle(id: &str) -> Handle {
    let empty = String::new();
    Handle {
        endpoint: Trainer::Portrait.endpoint().to_owned(),
        request_id: id.to_owned(),
        status_url: empty.clone(),
        response_url: empty.clone(),
        cancel_url: empty,
    }
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_sent() {
    let stage = Stage::new(QUICK).await;
    let sent = archive(stage.folder.path(), 5);
    let url = stage.fal.upload(&sent, "application/zip", "my photos.zip", HOUR).await.expect("uploaded");
    let back = stage.folder.path().join("back");
    let size = stage.fal.download(url.as_str(), &back, 1 << 20).await.expect("downloaded");
    let sent = std::fs::read(sent).expect("the file");
    assert_eq!(size, sent.len() as u64);
    assert_eq!(std::fs::read(back).expect("the copy"), sent);
}

#[tokio::test]
async fn a_large_file_goes_in_parts_and_comes_back_whole() {
    let stage = Stage::new(QUICK).await;
    let fal = Fal::with_parts(stage.sandbox.fal_settings(), 1_000_000, 400_000).expect("a client");
    let content: Vec<u8> = (0..1_100_000_u32).flat_map(u32::to_le_bytes).take(1_100_000).collect();
    let sent = stage.folder.path().join("large");
    std::fs::write(&sent, &content).expect("written");
    let url = fal.upload(&sent, "application/zip", "large.zip", HOUR).await.expect("uploaded");
    let back = stage.folder.path().join("back");
    fal.download(url.as_str(), &back, 2_000_000).await.expect("downloaded");
    assert!(std::fs::read(back).expect("the copy") == content);
}

#[tokio::test]
async fn a_file_is_forgotten_after_its_lifetime() {
    let stage = Stage::new(QUICK).await;
    let sent = archive(stage.folder.path(), 1);
    let url = stage.fal.upload(&sent, "application/zip", "a.zip", Duration::from_secs(1)).await.expect("uploaded");
    let back = stage.folder.path().join("back");
    until(async || {
        matches!(stage.fal.download(url.as_str(), &back, 1 << 20).await, Err(FalError::FileGone)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_training_waits_runs_tells_its_steps_and_leaves_its_files() {
    let stage = Stage::new(Duration::from_secs(2)).await;
    let request = stage.training(&nowhere()).await;
    assert_eq!(stage.fal.status(&request).await.expect("a status"), Status::InQueue { position: Some(0) });
    assert_eq!(stage.fal.result(&request).await.expect("an answer"), Outcome::Pending);

    let percent = until(async || match stage.fal.status(&request).await.expect("a status") {
        Status::InProgress { logs } => progress(&logs, 1000).filter(|percent| *percent > 0),
        _ => None,
    });
    assert!(percent.await < 100);

    let Outcome::Completed(output) = stage.outcome(&request).await else { panic!("not completed") };
    let weights = Trainer::Portrait.weights(&output).expect("weights");
    let file = stage.folder.path().join("lora");
    let size = stage.fal.download(&weights.lora_url, &file, 1 << 20).await.expect("downloaded");
    assert_eq!(output["diffusers_lora_file"]["file_size"], size);
    let config = weights.config_url.expect("a config");
    stage.fal.download(&config, &file, 1 << 20).await.expect("downloaded");
    let config: Value = serde_json::from_slice(&std::fs::read(file).expect("the file")).expect("JSON");
    assert_eq!(config["instance_prompt"], "ann_k");
}

#[tokio::test]
async fn every_trainer_takes_what_it_is_fed_here() {
    let stage = Stage::new(QUICK).await;
    let photos = stage.photos(5).await;
    for trainer in Trainer::ALL {
        let input = trainer.input(&trainer.plan(aisha_openapi::vocabulary::Preset::Fast), "ann_k", photos.as_str());
        let submitted = stage.fal.submit(trainer.endpoint(), &input, &nowhere(), None).await.expect("submitted");
        let Outcome::Completed(output) = stage.outcome(&Handle::new(trainer.endpoint(), &submitted)).await else {
            panic!("{trainer:?} failed")
        };
        trainer.weights(&output).expect("weights");
    }
}

#[tokio::test]
async fn a_wrong_key_is_told_as_such_on_every_call() {
    let stage = Stage::new(QUICK).await;
    let fal = Fal::new(FalSettings { key: Secret::new("nonsense"), ..stage.sandbox.fal_settings() }).expect("a client");
    let file = archive(stage.folder.path(), 1);
    let request = handle("7");
    let endpoint = Trainer::Portrait.endpoint();
    let refused = |error: FalError| assert!(matches!(error, FalError::KeyRefused), "{error}");
    refused(fal.submit(endpoint, &json!({}), &nowhere(), None).await.expect_err("refused"));
    refused(fal.status(&request).await.expect_err("refused"));
    refused(fal.result(&request).await.expect_err("refused"));
    refused(fal.cancel(&request).await.expect_err("refused"));
    refused(fal.upload(&file, "application/zip", "a.zip", HOUR).await.expect_err("refused"));
}

#[tokio::test]
async fn an_unknown_endpoint_is_refused_for_certain() {
    let stage = Stage::new(QUICK).await;
    let error = stage.fal.submit("fal-ai/no-such-model", &json!({}), &nowhere(), None).await.expect_err("refused");
    assert!(matches!(error, FalError::Refused { status: 404, .. }) && !error.is_uncertain(), "{error}");
}

#[tokio::test]
async fn a_wrong_input_is_accepted_and_ends_as_a_failure() {
    let stage = Stage::new(QUICK).await;
    let request = stage.submit(&json!({ "steps": 0 }), &nowhere()).await;
    let Outcome::Failed { code, message, raw } = stage.outcome(&request).await else { panic!("not failed") };
    assert_eq!((code.as_str(), message.as_str()), ("missing", "Field required"));
    assert_eq!(raw["detail"][1]["type"], "greater_than_equal");
    let Status::Completed { error, .. } = stage.fal.status(&request).await.expect("a status") else {
        panic!("not over")
    };
    assert_eq!(error.as_deref(), Some("Invalid status code: 422"));
}

#[tokio::test]
async fn an_archive_that_cannot_be_used_is_told_with_fals_own_word() {
    let stage = Stage::new(QUICK).await;
    let text = stage.folder.path().join("text");
    std::fs::write(&text, "not an archive").expect("written");
    let text = stage.fal.upload(&text, "application/zip", "a.zip", HOUR).await.expect("uploaded");
    for (url, word) in [
        (text, "invalid_archive"),
        (stage.photos(3).await, "archive_file_count_below_minimum"),
        (stage.sandbox.url().join("files/none/a.zip").expect("an address"), "file_download_error"),
        (nowhere(), "file_download_error"),
    ] {
        let request = stage.submit(&json!({ "images_data_url": url.as_str() }), &nowhere()).await;
        let Outcome::Failed { code, .. } = stage.outcome(&request).await else { panic!("not failed") };
        assert_eq!(code, word);
    }
}

#[tokio::test]
async fn a_waiting_training_is_removed_and_a_running_one_is_asked_to_stop() {
    let stage = Stage::new(NEVER).await;
    let waiting = stage.training(&nowhere()).await;
    assert_eq!(stage.fal.cancel(&waiting).await.expect("an answer"), CancelAnswer::Removed);
    assert_eq!(stage.fal.cancel(&waiting).await.expect("an answer"), CancelAnswer::AlreadyCompleted);

    let stage = Stage::new(Duration::from_secs(20)).await;
    let running = stage.training(&nowhere()).await;
    until(async || {
        matches!(stage.fal.status(&running).await.expect("a status"), Status::InProgress { .. }).then_some(())
    })
    .await;
    assert_eq!(stage.fal.cancel(&running).await.expect("an answer"), CancelAnswer::Requested);
    let Outcome::Failed { code, .. } = stage.outcome(&running).await else { panic!("not cancelled") };
    assert_eq!(code, "client_cancelled");
    let Status::Completed { error_type, .. } = stage.fal.status(&running).await.expect("a status") else {
        panic!("not over")
    };
    assert_eq!(error_type.as_deref(), Some("client_cancelled"));
}

#[tokio::test]
async fn an_unknown_request_is_not_found() {
    let stage = Stage::new(QUICK).await;
    let request = handle("01890000-0000-7000-8000-000000000000");
    assert_eq!(stage.fal.status(&request).await.expect("a status"), Status::NotFound);
    assert_eq!(stage.fal.result(&request).await.expect("an answer"), Outcome::Gone);
    assert_eq!(stage.fal.cancel(&request).await.expect("an answer"), CancelAnswer::NotFound);
}

#[tokio::test]
async fn addresses_from_elsewhere_are_rebuilt_and_never_followed() {
    let stage = Stage::new(NEVER).await;
    let good = stage.training(&nowhere()).await;
    let foreign = Handle { status_url: "http://127.0.0.1:1/steal".into(), cancel_url: "nonsense".into(), ..good };
    assert!(matches!(stage.fal.status(&foreign).await.expect("a status"), Status::InQueue { .. }));
    assert_eq!(stage.fal.cancel(&foreign).await.expect("an answer"), CancelAnswer::Removed);
}

#[tokio::test]
async fn a_sandbox_that_is_started_again_goes_on() {
    let stage = Stage::new(Duration::from_secs(2)).await;
    let receiver = Receiver::new(&[]).await;
    let request = stage.training(&receiver.url).await;
    until(async || {
        matches!(stage.fal.status(&request).await.expect("a status"), Status::InProgress { .. }).then_some(())
    })
    .await;
    let Stage { folder, sandbox, fal } = stage;
    sandbox.stop().await;
    assert!(fal.status(&request).await.is_err_and(|error| error.is_transient()), "it is away");

    let stage = Stage::in_folder(folder, Duration::from_secs(2)).await;
    assert!(
        matches!(stage.fal.status(&request).await.expect("a status"), Status::InProgress { .. }),
        "and back where it was"
    );
    assert!(matches!(stage.outcome(&request).await, Outcome::Completed(_)));
    let (_, body) = receiver.delivery(0).await;
    assert!(body.starts_with(b"{"));
}

#[tokio::test]
async fn a_delivery_that_did_not_arrive_is_sent_after_a_restart() {
    let stage = Stage::new(QUICK).await;
    let receiver = Receiver::new(&[503]).await;
    let request = stage.training(&receiver.url).await;
    receiver.delivery(0).await;
    let Stage { folder, sandbox, .. } = stage;
    sandbox.stop().await;
    let stage = Stage::in_folder(folder, QUICK).await;
    let (headers, body) = receiver.delivery(1).await;
    let delivery = stage.fal.webhook_verifier().verify(&headers, &body, fixtures::now()).await.expect("believed");
    assert_eq!(delivery.request_id, request.request_id);
}

#[tokio::test]
async fn files_are_fetched_from_allowed_hosts_only() {
    let stage = Stage::new(QUICK).await;
    let to = stage.folder.path().join("file");
    for url in ["https://evil.example/lora?token=secret", "http://169.254.169.254/latest", "file:///etc/passwd"] {
        let error = stage.fal.download(url, &to, 1 << 20).await.expect_err("refused");
        assert!(matches!(error, FalError::ForeignHost { .. }), "{error}");
        assert!(!error.to_string().contains("token"));
    }
    assert!(!to.exists());
}

#[tokio::test]
async fn a_file_larger_than_agreed_is_cut_off_and_leaves_nothing() {
    let stage = Stage::new(QUICK).await;
    let to = stage.folder.path().join("file");
    let announced = stage.photos(5).await;
    let error = stage.fal.download(announced.as_str(), &to, 100).await.expect_err("too large");
    assert!(matches!(error, FalError::TooLarge { limit: 100 }));

    let endless = || {
        let chunks = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[0; 4096])));
        Answered::new(Body::from_stream(chunks))
    };
    let fal = fixtures::fal_that_answers(endless).await;
    let url = fal.inner.settings.queue_url.join("files/1/a").expect("an address");
    let error = fal.download(url.as_str(), &to, 100_000).await.expect_err("too large");
    assert!(matches!(error, FalError::TooLarge { .. }));
    assert!(!to.exists());
}

#[tokio::test]
async fn a_redirect_of_a_file_is_not_followed() {
    let fal = fixtures::fal_that_answers(|| answered(302, &[("location", "http://127.0.0.1:1/")], "")).await;
    let folder = tempfile::tempdir().expect("a folder");
    let url = fal.inner.settings.queue_url.join("files/1/a").expect("an address");
    let error = fal.download(url.as_str(), &folder.path().join("file"), 100).await.expect_err("refused");
    assert!(matches!(error, FalError::Refused { status: 302, .. }), "{error}");
}

#[tokio::test]
async fn a_submit_tells_what_is_certain_and_what_is_not() {
    let submit = async |fal: &Fal| fal.submit("fal-ai/x", &json!({}), &nowhere(), None).await.expect_err("an error");

    let closed = Fal::new(fixtures::settings_at(&nowhere())).expect("a client");
    let error = submit(&closed).await;
    assert!(matches!(error, FalError::Unreachable(_)) && !error.is_uncertain(), "{error}");

    for (status, body, uncertain) in [
        (503, "<html>nginx</html>", true),
        (500, r#"{"detail":"Internal Server Error"}"#, true),
        (409, "", true),
        (200, "<html>", true),
        (200, r#"{"request_id":""}"#, true),
        (403, r#"{"detail":"User is locked. Reason: Exhausted balance."}"#, false),
        (422, r#"{"detail":"No"}"#, false),
    ] {
        let fal = fixtures::fal_that_answers(move || answered(status, &[], body)).await;
        let error = submit(&fal).await;
        assert_eq!(error.is_uncertain(), uncertain, "{status}: {error}");
        assert_eq!(matches!(error, FalError::AccountLocked(_)), status == 403);
    }

    let fal = fixtures::fal_that_answers(|| answered(429, &[("retry-after", "7")], "")).await;
    let FalError::RateLimited { retry_after } = submit(&fal).await else { panic!("not limited") };
    assert_eq!(retry_after, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_is_an_unknown_outcome() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = Url::parse(&format!("http://{}", listener.local_addr().expect("an address"))).expect("an address");
    let breaking = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut request = [0; 1024];
        let read = tokio::io::AsyncReadExt::read(&mut socket, &mut request).await.expect("a request");
        assert!(read > 0);
    });
    let fal = Fal::new(fixtures::settings_at(&origin)).expect("a client");
    let error = fal.submit("fal-ai/x", &json!({}), &nowhere(), None).await.expect_err("broken");
    assert!(error.is_uncertain(), "{error}");
    breaking.await.expect("the server saw the request");
}

#[tokio::test]
async fn only_the_id_is_indispensable_in_a_submit_answer() {
    let body = r#"{"request_id":"7","status_url":null,"cancel_url":"https://evil.example/x","queue_position":-1}"#;
    let fal = fixtures::fal_that_answers(move || answered(200, &[], body)).await;
    let submitted = fal.submit("fal-ai/flux-2/klein/lora", &json!({}), &nowhere(), None).await.expect("accepted");
    assert_eq!(submitted.status_url.path(), "/fal-ai/flux-2/requests/7/status");
    assert_eq!(submitted.response_url.path(), "/fal-ai/flux-2/requests/7");
    assert_eq!(submitted.cancel_url.path(), "/fal-ai/flux-2/requests/7/cancel");
    assert_eq!((submitted.cancel_url.host_str(), submitted.queue_position), (Some("127.0.0.1"), None));
}

#[tokio::test]
async fn a_failing_gateway_is_not_taken_for_a_failed_training() {
    let of_a_request: &[(&str, &str)] = &[("x-fal-request-id", "7")];
    for (status, headers, body, is_final) in [
        (503, &[] as &[_], "<html>nginx</html>", false),
        (500, &[], r#"{"detail":"Internal Server Error"}"#, false),
        (502, of_a_request, "<html>", false),
        (504, of_a_request, r#"{"detail":"Took too long","error_type":"request_timeout"}"#, true),
        (422, of_a_request, r#"{"detail":[{"msg":"no face","type":"face_detection_error"}]}"#, true),
        (499, of_a_request, r#"{"detail":"Request cancelled by the client."}"#, true),
    ] {
        let fal = fixtures::fal_that_answers(move || answered(status, headers, body)).await;
        match fal.result(&handle("7")).await {
            Ok(Outcome::Failed { .. }) => assert!(is_final, "{status}"),
            Err(error) => assert!(!is_final && error.is_transient(), "{status}: {error}"),
            other => panic!("{status}: {other:?}"),
        }
    }
}
