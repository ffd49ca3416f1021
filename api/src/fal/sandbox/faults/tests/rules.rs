//! How far a rule reaches, how often it acts, and the ways to give one.

use std::path::Path;

use super::super::super::super::fixtures::plain;
use super::*;

fn faults(folder: &Path) -> Faults {
    Faults::open(folder.join("faults.json")).expect("opened")
}

#[test]
fn rules_act_in_turn_as_often_as_they_say_and_only_where_they_reach() {
    let folder = tempfile::tempdir().expect("a folder");
    let faults = faults(folder.path());
    let twice = Rule::new(Fault::Status(StatusFault::Nginx503)).times(2);
    let then = Rule { endpoint: Some("a/b".into()), ..once(Fault::Status(StatusFault::Garbage)) };
    let one = Rule { request_id: Some("7".into()), ..Rule::new(Fault::Webhook(WebhookFault::Lost)) };
    faults.add([twice, then, one]).expect("added");
    let status = |endpoint| faults.take::<StatusFault>(endpoint, "1").map(|hit| hit.fault);
    assert_eq!((status("a/b"), status("c/d")), (Some(StatusFault::Nginx503), Some(StatusFault::Nginx503)));
    assert_eq!((status("c/d"), status("a/b"), status("a/b")), (None, Some(StatusFault::Garbage), None));
    let is_lost = |id| faults.take::<WebhookFault>("a/b", id).is_some();
    assert!(is_lost("7") && is_lost("7") && !is_lost("8"));
    assert_eq!(faults.rules().iter().map(|rule| rule.hits).collect::<Vec<_>>(), [2, 1, 2]);
}

#[test]
fn rules_and_their_count_outlive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = faults(folder.path());
    before.add([Rule::new(Fault::File(FileFault::Gone)).times(2).ms(5)]).expect("added");
    before.take::<FileFault>("", "").expect("a fault");
    let after = faults(folder.path());
    assert_eq!(*after.rules(), *before.rules());
    assert!(after.take::<FileFault>("", "").is_some() && after.take::<FileFault>("", "").is_none());
}

#[tokio::test]
async fn they_are_added_listed_and_taken_away_over_http_and_a_wrong_word_is_told() {
    let stage = Stage::new(QUICK).await;
    let at = stage.at("sandbox/faults");
    for wrong in [r#"{"fault":{"webhook":"lsot"}}"#, r#"{"fault":{"webhook":"lost"},"time":3}"#, "[7]", "x"] {
        let request = plain().post(at.clone()).header("content-type", "application/json").body(wrong);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 422, "{wrong}");
        let text = answer.text().await.expect("a text");
        assert!(!wrong.contains("lsot") || text.contains("`lost`"), "{text}");
    }
    let one = json!({ "fault": { "webhook": "lost" }, "times": 2, "endpoint": "a/b" });
    plain().post(at.clone()).json(&one).send().await.expect("an answer");
    stage.misbehave(&[Rule::new(Fault::Status(StatusFault::Slow)).ms(3)]).await;
    let lost = Rule { endpoint: Some("a/b".into()), ..Rule::new(Fault::Webhook(WebhookFault::Lost)).times(2) };
    assert_eq!(stage.rules().await, [lost, Rule::new(Fault::Status(StatusFault::Slow)).ms(3)]);
    plain().delete(at).send().await.expect("an answer");
    assert_eq!(stage.rules().await, []);
}

#[tokio::test]
async fn an_input_brings_faults_for_its_own_request_and_they_are_no_part_of_it() {
    let stage = Stage::new(NEVER).await;
    let with = |fault: Value| json!({ "steps": 7, "sandbox": { "faults": [{ "fault": fault }] } });
    let submitted = submit(&stage, with(json!({"status": "not_found"}))).await.expect("accepted");
    let request = Handle::new(Trainer::Portrait.endpoint(), &submitted);
    assert_eq!(stage.fal.status(&request).await.expect("a status"), Status::NotFound);
    let other = stage.training(&nowhere()).await;
    assert!(matches!(stage.fal.status(&other).await.expect("a status"), Status::InQueue { .. }));
    let kept = stage.folder.path().join("fal/requests").join(format!("{}.json", request.request_id));
    let kept = serde_json::from_slice::<Value>(&std::fs::read(kept).expect("the request")).expect("JSON");
    assert_eq!(kept["input"], json!({ "steps": 7 }));

    let refused = submit(&stage, with(json!({"submit": "account_locked"}))).await.expect_err("refused");
    assert!(matches!(refused, FalError::AccountLocked(_)), "{refused}");
    assert_eq!(stage.rules().await.len(), 1, "what was given with a refused submission is forgotten");
    let wrong = submit(&stage, with(json!({"submit": "locked"}))).await.expect_err("refused");
    assert!(matches!(wrong, FalError::Refused { status: 422, .. }), "{wrong}");
    assert_eq!(stage.record().await.len(), 2);
}
