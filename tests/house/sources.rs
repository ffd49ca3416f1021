//! The sources of the workspace, as text.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file.
pub(crate) struct Source {
    /// Its path below the workspace, such as `api/src/http/me.rs`.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

/// The Rust sources below a folder of the workspace.
pub(crate) fn of(folder: &str) -> Vec<Source> {
    let root = workspace();
    let mut sources = Vec::new();
    walk(&root.join(folder), &mut |path| {
        let text = fs::read_to_string(path).expect("a text");
        let path = path.strip_prefix(&root).expect("below the workspace").to_str().expect("a name in Unicode").into();
        sources.push(Source { path, text });
    });
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!sources.is_empty(), "there are no sources in {folder}");
    sources
}

/// The crates of the workspace: the folders with a manifest and its text.
pub(crate) fn crates() -> Vec<(String, String)> {
    let entries = fs::read_dir(workspace()).expect("the workspace");
    let mut crates: Vec<_> = entries
        .filter_map(|entry| {
            let path = entry.expect("an entry").path();
            let manifest = fs::read_to_string(path.join("Cargo.toml")).ok()?;
            Some((path.file_name()?.to_str()?.to_owned(), manifest))
        })
        .collect();
    crates.sort();
    crates
}

impl Source {
    /// The code without comments, line by line with the line's number.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = (1..).zip(self.text.lines());
        lines.map(|(number, line)| (number, line.split("//").next().unwrap_or_default()))
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a folder of the workspace").to_owned()
}

fn walk(folder: &Path, found: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found(&path);
        }
    }
}
