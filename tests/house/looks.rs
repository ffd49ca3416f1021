//! How files look: short, introduced, and named for what is in them.

use crate::sources;

/// A file this long is a folder that has not noticed yet.
const LONGEST: usize = 500;
/// Names that say nothing of what is in a file.
const SAYS_NOTHING: &[&str] = &["common", "helper", "helpers", "manager", "misc", "util", "utils"];
const FOLDERS: &[&str] = &["api/src", "bot-client/src", "imaging/src", "openapi/src", "tests"];

#[test]
fn no_file_is_long() {
    for source in FOLDERS.iter().flat_map(|folder| sources::of(folder)) {
        let length = source.text.lines().count();
        assert!(length < LONGEST, "{} has {length} lines: make it a folder", source.path);
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for source in FOLDERS.iter().flat_map(|folder| sources::of(folder)) {
        // What a file of tests is for stands in the file that it tests.
        if !source.path.ends_with("/tests.rs") && !source.path.contains("/tests/mod.rs") {
            assert!(source.text.starts_with("//! "), "{} does not begin with `//!`", source.path);
        }
    }
}

#[test]
fn every_name_says_something() {
    for source in FOLDERS.iter().flat_map(|folder| sources::of(folder)) {
        for name in source.path.trim_end_matches(".rs").split('/') {
            assert!(!SAYS_NOTHING.contains(&name), "{}: what is in it?", source.path);
        }
    }
}

#[test]
fn every_lint_that_is_silenced_says_why() {
    for source in FOLDERS.iter().flat_map(|folder| sources::of(folder)) {
        for attribute in ["#[allow(", "#[expect("] {
            // This file names them, too.
            for (at, _) in source.text.match_indices(attribute).filter(|_| !source.path.ends_with("house/looks.rs")) {
                let end = source.text[at..].find(")]").map_or(source.text.len(), |end| at + end);
                let line = source.text[..at].lines().count();
                assert!(source.text[at..end].contains("reason = "), "{}:{line}: why?", source.path);
            }
        }
    }
}
