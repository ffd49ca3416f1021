//! Faults of a run.

use super::super::super::super::CancelAnswer;
use super::*;

#[tokio::test]
async fn a_stuck_request_stays_where_it_is() {
    for (fault, least) in [(RunFault::StuckInQueue, 900), (RunFault::StuckInProgress, 930)] {
        let (stage, ..) = ended(Rule::new(Fault::Run(fault)).ms(900)).await;
        let record = &stage.record().await[0];
        let took = milliseconds_between(record, "/submitted_at", "/ended_at");
        assert!(took >= least, "{fault:?}: {took}");
    }
    let stage = Stage::new(Duration::ZERO).await;
    stage.misbehave(&[once(Fault::Run(RunFault::StuckInQueue)), once(Fault::Run(RunFault::StuckInProgress))]).await;
    let (queued, running) = (stage.training(&nowhere()).await, stage.training(&nowhere()).await);
    assert!(matches!(stage.outcome(&stage.training(&nowhere()).await).await, Outcome::Completed(_)));
    assert!(matches!(stage.fal.status(&queued).await.expect("a status"), Status::InQueue { .. }));
    assert!(matches!(stage.fal.status(&running).await.expect("a status"), Status::InProgress { .. }));
    assert_eq!(stage.fal.cancel(&queued).await.expect("an answer"), CancelAnswer::Removed);
}

#[tokio::test]
async fn a_request_that_goes_back_to_the_queue_runs_again() {
    let stage = Stage::new(Duration::from_secs(1)).await;
    stage.misbehave(&[Rule::new(Fault::Run(RunFault::BackToQueue)).ms(500)]).await;
    let request = stage.training(&nowhere()).await;
    let mut words = Vec::new();
    until(async || {
        let word = match stage.fal.status(&request).await.expect("a status") {
            Status::InQueue { .. } => 'q',
            Status::InProgress { .. } => 'p',
            Status::Completed { .. } => 'c',
            Status::NotFound => '?',
        };
        if words.last() != Some(&word) {
            words.push(word);
        }
        (word == 'c').then_some(())
    })
    .await;
    assert_eq!(words, ['q', 'p', 'q', 'p', 'c']);
    assert!(matches!(stage.fal.result(&request).await.expect("a result"), Outcome::Completed(_)));
}

#[tokio::test]
async fn a_run_that_fails_is_completed_with_an_error() {
    let (stage, request, outcome) = ended(Rule::new(Fault::Run(RunFault::CompletedWithError))).await;
    let Outcome::Failed { code, .. } = outcome else { panic!("{outcome:?}") };
    let Status::Completed { error, error_type, .. } = stage.fal.status(&request).await.expect("a status") else {
        panic!("not over")
    };
    assert_eq!((code.as_str(), error_type.as_deref()), ("runner_server_error", Some("runner_server_error")));
    assert!(error.is_some());
}

#[tokio::test]
async fn an_output_that_cannot_be_used_is_the_same_in_result_and_webhook() {
    for fault in [RunFault::WrongTypes, RunFault::MissingLora, RunFault::ForeignHost] {
        let stage = Stage::new(QUICK).await;
        stage.misbehave(&[Rule::new(Fault::Run(fault))]).await;
        let receiver = Receiver::new(&[]).await;
        let request = stage.training(&receiver.url).await;
        let Outcome::Completed(output) = stage.outcome(&request).await else { panic!("{fault:?}") };
        let delivery: Value = serde_json::from_slice(&receiver.delivery(0).await.1).expect("JSON");
        assert_eq!(delivery["payload"], output);
        let weights = Trainer::Portrait.weights(&output);
        assert_eq!(weights.is_ok(), fault == RunFault::ForeignHost, "{fault:?}: {output:#}");
        if let Ok(weights) = weights {
            let refused = stage.fal.download(&weights.lora_url, &stage.folder.path().join("x"), 99).await;
            assert!(matches!(refused, Err(FalError::ForeignHost { .. })));
        }
    }
}
