//! Uploads under strain: slow clients, full disks, broken lines, forms that nobody should send.

mod clients;
mod digests;
mod forms;

use aisha_tests::harness::{Person, TestApp};
use serde_json::Value;

fn path(avatar: &str) -> String {
    format!("/v1/avatars/{avatar}/photos")
}

/// What became of each file: its outcome, or the code of its refusal.
fn outcomes(report: &Value) -> Vec<&str> {
    let results = report["results"].as_array().unwrap_or_else(|| panic!("no report: {report:#}"));
    results
        .iter()
        .map(|result| result["problem"]["code"].as_str().or(result["outcome"].as_str()).expect("one"))
        .collect()
}

async fn count(person: &Person, avatar: &str) -> usize {
    person.get(&path(avatar)).await.expect(200)["data"].as_array().expect("photos").len()
}

/// A service that takes files of a megabyte, and holds four of them: one for each person.
async fn narrow() -> TestApp {
    TestApp::with(|config| {
        config.photos.max_bytes = 1024 * 1024;
        config.uploads.spool_bytes = 4 * 1024 * 1024;
        config.uploads.patience = std::time::Duration::from_millis(100);
    })
    .await
}
