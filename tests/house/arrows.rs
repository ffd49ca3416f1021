//! Who may know whom. `domain` knows nobody; `storage`, `files` and `fal` know the domain; the door and the workers know
//! those and never each other; only who starts the service knows both.

use std::collections::BTreeSet;

use crate::sources::{self, Source};

/// The rooms of the service, each with the rooms it may name.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("storage", &["domain"]),
    ("files", &["domain"]),
    ("fal", &["domain"]),
    ("webhooks", &["domain"]),
    ("config", &["domain", "fal", "files"]),
    ("accounts", &["domain", "storage"]),
    ("feed", &["domain", "storage"]),
    ("inventory", &["files", "storage"]),
    ("metrics", &[]),
    ("rate_limits", &["config", "domain"]),
    ("app", &["config", "domain", "fal", "feed", "files", "metrics", "rate_limits", "storage", "webhooks"]),
    ("http", &["app", "domain", "fal", "feed", "files", "storage", "webhooks"]),
    ("workers", &["app", "domain", "fal", "files", "inventory", "storage", "webhooks"]),
    (
        "service",
        &[
            "accounts",
            "app",
            "config",
            "domain",
            "fal",
            "files",
            "http",
            "rate_limits",
            "storage",
            "webhooks",
            "workers",
        ],
    ),
    ("demo", &["accounts", "config", "domain", "fal", "files", "service", "storage"]),
    ("cli", &["accounts", "config", "demo", "domain", "fal", "files", "http", "inventory", "service", "storage"]),
];

/// Crates that stand for an outside world, each with the rooms that may name it.
const WORLDS: &[(&str, &[&str])] = &[
    ("sqlx", &["storage"]),
    ("axum", &["http", "fal/sandbox", "fal/fixtures"]),
    ("utoipa", &["http"]),
    ("reqwest", &["fal", "webhooks", "cli", "demo"]),
    ("aws_sdk_s3", &["files"]),
    ("clap", &["cli", "demo", "main"]),
    ("anyhow", &["accounts", "cli", "demo", "main", "service"]),
    ("tracing_subscriber", &["config"]),
    // What is seen in a photo is a fact like its size; only the door and the workers let somebody look.
    (
        "aisha_imaging",
        &[
            "app",
            "cli",
            "demo",
            "domain/photo",
            "http",
            "service",
            "storage/photos",
            "workers/collect_generation",
            "workers/measure_photo",
        ],
    ),
];

/// The crates of ours that each crate of ours may depend on.
const CRATES: &[(&str, &[&str])] = &[
    ("openapi", &[]),
    ("imaging", &["aisha-openapi"]),
    ("bot-client", &["aisha-openapi"]),
    ("api", &["aisha-imaging", "aisha-openapi"]),
    ("tests", &["aisha-api", "aisha-bot", "aisha-imaging", "aisha-openapi"]),
];

#[test]
fn rooms_name_only_the_rooms_they_may_know() {
    let mut named = 0;
    for source in sources::of("api/src") {
        let room = room(&source);
        if matches!(room, "lib" | "main") {
            continue;
        }
        let (_, allowed) = ROOMS.iter().find(|(name, _)| *name == room).unwrap_or_else(|| {
            panic!("{}: the room `{room}` is new; say in ROOMS which rooms it may know", source.path)
        });
        for other in rooms_named_in(&source) {
            named += 1;
            assert!(other == room || allowed.contains(&other.as_str()), "{}: `{room}` names `{other}`", source.path);
        }
    }
    assert!(named > 100, "only {named} names were found: does this test still read the code?");
}

#[test]
fn no_path_climbs_out_of_its_room() {
    for source in sources::of("api/src") {
        let inside = source.path.trim_start_matches("api/src/").trim_end_matches(".rs").trim_end_matches("/mod");
        let depth = inside.split('/').count();
        // Indented lines stand in modules of their own, which are one deeper than the file.
        for (number, line) in source.code().filter(|(_, line)| !line.starts_with(' ')) {
            let climbs = line.matches("super::").count();
            assert!(climbs < depth, "{}:{number}: leave a room by `crate::`, where this test sees it", source.path);
        }
    }
}

#[test]
fn each_outside_world_has_its_rooms() {
    // A room's own tests play the world outside.
    for source in sources::of("api/src").iter().filter(|source| !source.path.ends_with("/tests.rs")) {
        let inside = source.path.trim_start_matches("api/src/").trim_end_matches(".rs");
        for (number, line) in source.code() {
            for (name, rooms) in WORLDS.iter().filter(|(name, _)| paths_of(line, name).next().is_some()) {
                let may = rooms.iter().any(|room| inside == *room || inside.starts_with(&format!("{room}/")));
                assert!(may, "{}:{number}: `{name}` belongs to {}", source.path, rooms.join(", "));
            }
        }
    }
}

#[test]
fn the_domain_does_nothing_but_think() {
    for source in sources::of("api/src/domain") {
        for (number, line) in source.code() {
            for world in ["tokio", "std::fs", "std::net", "tracing"] {
                assert!(paths_of(line, world).next().is_none(), "{}:{number}: `{world}` in the domain", source.path);
            }
        }
    }
}

#[test]
fn only_the_settings_read_the_environment() {
    for source in sources::of("api/src").iter().filter(|source| room(source) != "config") {
        for (number, line) in source.code() {
            assert!(!line.contains("env::var"), "{}:{number}: ask `config`", source.path);
        }
    }
}

#[test]
fn crates_depend_only_on_the_crates_they_may_know() {
    for (name, manifest) in sources::crates() {
        let (_, allowed) = CRATES
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| panic!("the crate `{name}` is new; say in CRATES which of ours it may know"));
        let dependencies = manifest.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
        for dependency in dependencies.filter(|dependency| dependency.starts_with("aisha-")) {
            assert!(allowed.contains(&dependency), "`{name}` depends on `{dependency}`");
        }
    }
}

/// The first word of a path below `api/src`.
fn room(source: &Source) -> &str {
    let inside = source.path.trim_start_matches("api/src/");
    inside.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// Every room that stands after a `crate::`, also in braces and over several lines.
fn rooms_named_in(source: &Source) -> BTreeSet<String> {
    let code: String = source.code().flat_map(|(_, line)| [line, "\n"]).collect();
    let mut rooms = BTreeSet::new();
    for path in paths_of(&code, "crate") {
        if let Some(group) = path.strip_prefix('{') {
            let mut depth = 0;
            let end = group.find(|letter| {
                depth += i32::from(letter == '{') - i32::from(letter == '}');
                depth < 0
            });
            let names = top_level(&group[..end.expect("a brace that is opened is closed")]);
            rooms.extend(names.iter().map(|name| first_word(name).to_owned()));
        } else {
            rooms.insert(first_word(path).to_owned());
        }
    }
    // Items of the crate's root, such as its version, are in no room.
    rooms.retain(|room| !room.is_empty());
    rooms
}

/// What follows each `name::` in a text, where `name` is a whole word.
fn paths_of<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let whole = move |&(at, _): &(usize, &str)| {
        !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':')
    };
    let found = text.match_indices(name).filter(whole);
    found.filter_map(move |(at, _)| text[at + name.len()..].strip_prefix("::"))
}

/// The parts of a list that its outermost commas separate.
fn top_level(list: &str) -> Vec<&str> {
    let mut depth = 0;
    let separate = |letter: char| {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        letter == ',' && depth == 0
    };
    list.split(separate).map(str::trim).collect()
}

fn first_word(path: &str) -> &str {
    path.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
}

#[test]
fn these_tests_see_every_way_to_name_a_room() {
    let source = |text: &str| Source { path: String::new(), text: text.to_owned() };
    let cases = [
        ("use crate::app::App;", "app"),
        ("use crate::{\n    app::{App, Settings},\n    domain,\n};", "app domain"),
        ("fn f() -> crate::storage::Db {", "storage"),
        ("$crate::storage::db::Db", "storage"),
        ("pub(in crate::fal) fn f()", "fal"),
        ("/// See [`crate::http`].", ""),
        ("use other_crate::http;", ""),
    ];
    for (text, expected) in cases {
        let rooms: Vec<_> = rooms_named_in(&source(text)).into_iter().collect();
        assert_eq!(rooms.join(" "), expected, "{text}");
    }
}
