//! Who may know whom. `domain` knows nobody; `storage`, `files` and `fal` know the domain; the door and the workers know
//! those and never each other; only who starts the service knows both.

use std::collections::BTreeSet;

use crate::sources::{self, Source};

/// A crate with rooms: its folder, what each room may know of the others, and which rooms may know an outside world.
struct House {
    folder: &'static str,
    rooms: &'static [(&'static str, &'static [&'static str])],
    worlds: &'static [(&'static str, &'static [&'static str])],
}

const HOUSES: &[House] = &[
    House { folder: "api/src/", rooms: ROOMS, worlds: WORLDS },
    House { folder: "bot-client/src/", rooms: BOT_ROOMS, worlds: BOT_WORLDS },
];

/// The rooms of the service, each with the rooms it may name.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("storage", &["domain"]),
    ("files", &["domain"]),
    ("fal", &["domain"]),
    ("prompts", &["domain"]),
    ("webhooks", &["domain"]),
    ("config", &["domain", "fal", "files", "prompts"]),
    ("accounts", &["domain", "storage"]),
    ("feed", &["domain", "storage"]),
    ("inventory", &["files", "storage"]),
    ("metrics", &[]),
    ("rate_limits", &["config", "domain"]),
    ("app", &["config", "domain", "fal", "feed", "files", "metrics", "prompts", "rate_limits", "storage", "webhooks"]),
    ("launch", &["app", "domain", "fal", "storage"]),
    ("http", &["app", "domain", "fal", "feed", "files", "launch", "prompts", "storage", "webhooks"]),
    ("workers", &["app", "domain", "fal", "files", "inventory", "launch", "prompts", "storage", "webhooks"]),
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
            "prompts",
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
    ("reqwest", &["fal", "webhooks", "cli", "demo", "prompts"]),
    ("aws_sdk_s3", &["files"]),
    ("toml", &["config"]),
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

/// The rooms of the Telegram client. A screen knows the service and the words, and nothing of how it is shown.
const BOT_ROOMS: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("config", &[]),
    ("api", &[]),
    ("texts", &[]),
    ("buttons", &["screens"]),
    ("view", &["buttons", "texts"]),
    ("telegram", &["api", "buttons", "config", "texts", "view"]),
    ("screens", &["api", "buttons", "telegram", "texts", "view"]),
    ("delivery", &["screens"]),
    ("storage", &["buttons", "screens", "telegram"]),
    ("bot", &["api", "lanes", "storage", "telegram"]),
    ("lanes", &["bot", "turn"]),
    ("card", &["api", "bot", "buttons", "clock", "screens", "storage", "telegram", "texts", "view"]),
    ("handle", &["api", "bot", "buttons", "clock", "delivery", "screens", "storage", "telegram", "texts"]),
    ("turn", &["api", "bot", "card", "clock", "handle", "screens", "storage", "telegram", "texts"]),
    ("inbox", &["bot", "clock", "telegram", "texts"]),
    ("events", &["api", "bot", "clock", "delivery", "storage"]),
    ("parcels", &["api", "screens", "telegram", "texts"]),
    ("outbox", &["api", "bot", "clock", "delivery", "parcels", "screens", "storage", "telegram", "texts", "view"]),
];

/// Crates that stand for an outside world, each with the rooms of the Telegram client that may name it.
const BOT_WORLDS: &[(&str, &[&str])] = &[
    ("sqlx", &["storage"]),
    ("reqwest", &["api", "telegram/mod", "telegram/updates"]),
    ("teloxide", &["telegram"]),
    ("i18n_embed", &["texts"]),
    ("anyhow", &["api/mod", "events", "inbox", "lib", "main", "outbox", "storage/mod", "telegram/mod"]),
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
    for (house, source) in houses() {
        let room = room(house, &source);
        if matches!(room, "lib" | "main") {
            continue;
        }
        let (_, allowed) = house.rooms.iter().find(|(name, _)| *name == room).unwrap_or_else(|| {
            panic!("{}: the room `{room}` is new; say in the list of rooms which ones it may know", source.path)
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
    for (house, source) in houses() {
        let inside = inside(house, &source).trim_end_matches("/mod");
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
    for (house, source) in houses().filter(|(_, source)| !source.path.ends_with("/tests.rs")) {
        let inside = inside(house, &source);
        for (number, line) in source.code() {
            for (name, rooms) in house.worlds.iter().filter(|(name, _)| paths_of(line, name).next().is_some()) {
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
    for (_, source) in houses().filter(|(house, source)| room(house, source) != "config") {
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

/// Every source of every house.
fn houses() -> impl Iterator<Item = (&'static House, Source)> {
    HOUSES.iter().flat_map(|house| sources::of(house.folder).into_iter().map(move |source| (house, source)))
}

/// The path of a source in its house, without its ending.
fn inside<'a>(house: &House, source: &'a Source) -> &'a str {
    source.path.trim_start_matches(house.folder).trim_end_matches(".rs")
}

/// The first word of that path.
fn room<'a>(house: &House, source: &'a Source) -> &'a str {
    inside(house, source).split('/').next().unwrap_or_default()
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
