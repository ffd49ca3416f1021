//! Faults of single calls: status, result, cancellation, upload and download.

use super::super::super::super::CancelAnswer;
use super::super::super::super::fixtures::archive;
use super::*;

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn each_fault_of_a_status_is_heard_once_and_then_the_truth() {
    for &fault in StatusFault::ALL {
        let stage = Stage::new(NEVER).await;
        let request = stage.training(&nowhere()).await;
        stage.misbehave(&[once(Fault::Status(fault)).ms(300)]).await;
        let begun = Instant::now();
        let heard = stage.fal.status(&request).await;
        let is_heard = match (fault, &heard) {
            (StatusFault::NotFound, Ok(Status::NotFound))
            | (StatusFault::Nginx503, Err(FalError::Unavailable { status: 503, .. }))
            | (StatusFault::Garbage, Err(FalError::Unreadable(_)))
            | (StatusFault::Cut, Err(FalError::Interrupted(_)))
            | (StatusFault::KeyRefused, Err(FalError::KeyRefused))
            | (StatusFault::AccountLocked, Err(FalError::AccountLocked(_))) => true,
            (StatusFault::Slow, Ok(Status::InQueue { .. })) => begun.elapsed() >= Duration::from_millis(300),
            _ => false,
        };
        assert!(is_heard, "{fault:?}: {heard:?}");
        assert!(matches!(stage.fal.status(&request).await, Ok(Status::InQueue { .. })));
    }
}

#[tokio::test]
async fn each_fault_of_a_result_is_heard_once_and_then_the_truth() {
    let stage = Stage::new(QUICK).await;
    let request = stage.training(&nowhere()).await;
    let truth = stage.outcome(&request).await;
    for &fault in ResultFault::ALL {
        stage.misbehave(&[once(Fault::Result(fault))]).await;
        let heard = stage.fal.result(&request).await;
        let is_heard = matches!(
            (fault, &heard),
            (ResultFault::Expired, Ok(Outcome::Gone))
                | (ResultFault::Nginx503, Err(FalError::Unavailable { status: 503, .. }))
                | (ResultFault::Garbage, Err(FalError::Unreadable(_)))
        );
        assert!(is_heard, "{fault:?}: {heard:?}");
        assert_eq!(stage.fal.result(&request).await.expect("a result"), truth);
    }
}

#[tokio::test]
async fn a_cancellation_that_fails_changes_nothing() {
    for &fault in CancelFault::ALL {
        let stage = Stage::new(NEVER).await;
        let request = stage.training(&nowhere()).await;
        stage.misbehave(&[once(Fault::Cancel(fault))]).await;
        let heard = stage.fal.cancel(&request).await;
        let is_heard = matches!(
            (fault, &heard),
            (CancelFault::Refused, Ok(CancelAnswer::AlreadyCompleted))
                | (CancelFault::Ignored, Ok(CancelAnswer::Removed))
                | (CancelFault::Nginx503, Err(FalError::Unavailable { status: 503, .. }))
        );
        assert!(is_heard, "{fault:?}: {heard:?}");
        assert!(matches!(stage.fal.status(&request).await, Ok(Status::InQueue { .. })), "it goes on");
        assert_eq!(stage.fal.cancel(&request).await.expect("an answer"), CancelAnswer::Removed);
    }
}

#[tokio::test]
async fn each_fault_of_a_download_is_met_once_and_then_the_whole_file() {
    let stage = Stage::new(QUICK).await;
    let Outcome::Completed(output) = stage.outcome(&stage.training(&nowhere()).await).await else { panic!() };
    let weights = Trainer::Portrait.weights(&output).expect("weights");
    let size = output["diffusers_lora_file"]["file_size"].as_u64().expect("a size");
    let to = stage.folder.path().join("file");
    for &fault in FileFault::ALL {
        stage.misbehave(&[once(Fault::File(fault)).ms(if fault == FileFault::Slow { 300 } else { 0 })]).await;
        let begun = Instant::now();
        let met = stage.fal.download(&weights.lora_url, &to, 100_000).await;
        let is_met = match (fault, &met) {
            (FileFault::Gone, Err(FalError::FileGone))
            | (FileFault::Redirect, Err(FalError::Refused { status: 302, .. }))
            | (FileFault::Endless, Err(FalError::TooLarge { .. }))
            | (FileFault::Truncated, Err(FalError::Interrupted(_)))
            | (FileFault::Empty, Ok(0)) => true,
            (FileFault::Slow, Ok(met)) => *met == size && begun.elapsed() >= QUICK,
            _ => false,
        };
        assert!(is_met, "{fault:?}: {met:?}");
        assert_eq!(stage.fal.download(&weights.lora_url, &to, 100_000).await.expect("the file"), size);
    }
}

#[tokio::test]
async fn what_was_uploaded_is_never_spoilt() {
    let (_, _, outcome) = ended(Rule::new(Fault::File(FileFault::Gone))).await;
    assert!(matches!(outcome, Outcome::Completed(_)), "the archive was read: {outcome:?}");
}

#[tokio::test]
async fn each_fault_of_an_upload_is_met_once_and_then_it_goes_through() {
    let stage = Stage::new(QUICK).await;
    let file = archive(stage.folder.path(), 5);
    let upload = async || stage.fal.upload(&file, "application/zip", "a.zip", HOUR).await;
    for &fault in UploadFault::ALL {
        stage.misbehave(&[once(Fault::Upload(fault))]).await;
        let met = upload().await;
        let is_met = matches!(
            (fault, &met),
            (UploadFault::Refused, Err(FalError::UploadRefused))
                | (UploadFault::Cut, Err(FalError::Interrupted(_)))
                | (UploadFault::Nginx503, Err(FalError::Unavailable { status: 503, .. }))
        );
        assert!(is_met, "{fault:?}: {met:?}");
        upload().await.expect("uploaded");
    }
}
