//! Hostile files and requests against the real program, a process of its own on SQLite and a folder: each gets the
//! answer that is declared for it within two seconds, nothing of it is stored, memory stays within bounds, and others
//! are served meanwhile.

mod siege;

use std::collections::BTreeMap;

use aisha_tests::hostile::{self, Case, originals};

use siege::Siege;

/// One test, because it takes times and weighs memory: another beside it would be measured along.
#[tokio::test(flavor = "multi_thread")]
async fn no_hostile_file_or_request_does_harm() {
    let originals = originals::all();
    let cases = hostile::files(&originals);
    they_are_many_and_of_every_kind(&cases);
    let mut siege = Siege::begin().await;
    siege.send_each_alone(&cases).await;
    siege.send_in_company(&cases, &originals).await;
    siege.send_requests().await;
    siege.end().await;
}

fn they_are_many_and_of_every_kind(cases: &[Case]) {
    let mut kinds = BTreeMap::new();
    for case in cases {
        *kinds.entry(case.kind).or_insert(0) += 1;
    }
    println!("{} cases: {kinds:?}", cases.len());
    assert!(cases.len() >= 500, "{} cases", cases.len());
    for (kind, _) in hostile::KINDS {
        assert!(kinds.get(kind).is_some_and(|&count| count >= 5), "few cases are a {kind}");
    }
}
