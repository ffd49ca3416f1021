//! The longest recording that is taken: it comes, lies and is fetched in pieces.

use aisha_tests::harness::{Program, id, sounds};

/// What the service may take beyond what it took before, in MB, where the recording has a hundred.
const ROOM: f64 = 40.0;

#[tokio::test]
async fn a_hundred_megabytes_cost_no_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [("AISHA_LOG", "error"), ("AISHA_FACE_MODEL", "off"), ("AISHA_PICTURE_WORKERS", "1")];
    let program = Program::start(env!("CARGO_BIN_EXE_aisha-api-under-test"), folder.path(), &settings).await;
    let person = program.developer();
    let first = person.transcribe("t-1", sounds::wav(1, 1)).await.expect(202);
    person.transcription_in(&id(&first), "completed").await;
    let before = program.peaks().first().copied().unwrap_or_default();

    let most: u32 = 100 * 1024 * 1024;
    let mut bytes = sounds::wav((most - 44) / 8000, 2);
    bytes.resize(most as usize, 128);
    let begun = person.transcribe("t-2", bytes.clone()).await.expect(202);
    assert_eq!(begun["size_bytes"], most);
    person.transcription_in(&id(&begun), "completed").await;
    bytes.push(128);
    person.transcribe("t-3", bytes).await.problem(422, "file_too_large");
    let peak = program.peaks().first().copied().unwrap_or_default();
    assert!(peak - before < ROOM, "{before} MB before, {peak} MB with it");
    program.stop().await;
}
