//! There is no compile-time check of the queries, so each must have run here: a public function of the storage that
//! stands in no test fails.

use std::fs;
use std::path::{Path, PathBuf};

/// Functions that need no test of their own, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// The room of a macro that makes its functions for others, and these.
const MADE_FOR_RUNS: (&str, [&str; 2]) = ("run_steps", ["generations", "transcriptions"]);

#[test]
fn every_public_function_of_the_storage_stands_in_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests: String = sources(&root.join("storage")).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let storage = root.join("../api/src/storage");
    let mut found = 0;
    for path in sources(&storage) {
        for call in public_functions(&storage, &path) {
            found += 1;
            let is_exception = EXCEPTIONS.iter().any(|(name, _)| *name == call);
            assert_ne!(tests.contains(&format!("{call}(")), is_exception, "{call} of {}", path.display());
        }
    }
    assert!(found > 60, "only {found} functions were found: has the storage moved?");
}

/// What a call of each public function of a file looks like: `avatars::find` for a free one, `.begin` for a method, and
/// `Db::open_sqlite` for one without a self.
fn public_functions(storage: &Path, path: &Path) -> Vec<String> {
    let room = path.strip_prefix(storage).unwrap().iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
    let text = fs::read_to_string(path).unwrap();
    if room == MADE_FOR_RUNS.0 {
        let functions = text.lines().filter_map(|line| line.trim_start().strip_prefix("pub async fn "));
        let names: Vec<&str> = functions.map(|line| line.split_once('(').unwrap().0).collect();
        return MADE_FOR_RUNS
            .1
            .iter()
            .flat_map(|room| names.iter().map(move |name| format!("{room}::{name}")))
            .collect();
    }
    let mut functions = Vec::new();
    let mut of = "";
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("impl ").filter(|rest| !rest.contains(" for ")) {
            of = name.trim_end_matches(" {");
        }
        let Some((_, signature)) = line.trim_start().split_once("fn ").filter(|(before, _)| is_public(before)) else {
            continue;
        };
        let (name, arguments) = signature.split_once(['(', '<']).unwrap();
        let takes_self = arguments.contains("self") || (arguments.is_empty() && lines.peek().unwrap().contains("self"));
        functions.push(match (line.starts_with(' '), takes_self) {
            (false, _) => format!("{room}::{name}"),
            (true, true) => format!(".{name}"),
            (true, false) => format!("{of}::{name}"),
        });
    }
    functions
}

fn is_public(before: &str) -> bool {
    let mut words = before.split_whitespace();
    words.next() == Some("pub") && words.all(|word| matches!(word, "async" | "const"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
