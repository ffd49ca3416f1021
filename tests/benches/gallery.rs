//! A gallery of a million: `cargo bench -p aisha-tests --bench gallery`.
//!
//! One person has a million generations beside ten thousand others with some each, on both databases. A page far down is
//! to cost what the first one does, whatever is filtered; and the statistics, which are counted when they are asked for,
//! are to stay a matter of a moment. `AISHA_BENCH_GENERATIONS=10000 AISHA_BENCH_PEOPLE=100` makes it short.

use std::time::{Duration, Instant};

use aisha_api::domain::clock::Clock;
use aisha_api::domain::ids::{AvatarId, GenerationId, Ids, UserId};
use aisha_api::domain::page::{PageRequest, Place};
use aisha_api::storage::db::MIGRATIONS;
use aisha_api::storage::generations::{self, Filter};
use aisha_api::storage::{Db, statistics};
use aisha_openapi::vocabulary::{AspectRatio, GenerationStatus};
use aisha_tests::harness::{postgres, rows};
use chrono::{DateTime, NaiveDate};
use uuid::Uuid;

const PAGE: u8 = 100;
/// Generations of each of the other people.
const OF_OTHERS: i64 = 10;
const ROUNDS: usize = 101;
/// How much more a page far down may cost than the first one.
const PROMISED: f64 = 1.5;

#[tokio::main]
async fn main() {
    let count = |name: &str, usual: i64| {
        let given = std::env::vars().find(|(known, _)| known == name);
        given.map_or(usual, |(_, text)| text.parse().expect("a number"))
    };
    let (many, people) = (count("AISHA_BENCH_GENERATIONS", 1_000_000), count("AISHA_BENCH_PEOPLE", 10_000));
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = Db::open_sqlite(&folder.path().join("aisha.sqlite")).await.expect("a file");
    sqlite.migrate().await.expect("the schema");
    let mut kept = measure(&sqlite, many, people).await;
    match postgres::database(&MIGRATIONS).await {
        Some(url) => kept &= measure(&Db::open_postgres(&url).await.expect("a server"), many, people).await,
        None => println!("no Postgres, no figures of it"),
    }
    assert!(kept, "a page far down costs more than {PROMISED} times the first one");
}

/// Fills a database, measures, and tells whether pages keep what is promised.
async fn measure(db: &Db, many: i64, people: i64) -> bool {
    let begun = Instant::now();
    rows::people(db, people).await;
    rows::generations_of_people(db, OF_OTHERS).await;
    let (owner, avatar) = somebody(db).await;
    rows::generations(db, owner, avatar, many).await;
    rows::settle(db).await;
    println!("{}: {many} generations of one beside {people} people; filled in {:.0?}", db.engine(), begun.elapsed());

    let (owner, avatar) = (UserId(owner), AvatarId(avatar));
    let all = Filter::default;
    let filters = [
        ("all", all()),
        ("of an avatar", Filter { avatar_id: Some(avatar), ..all() }),
        ("favourites", Filter { is_favourite: Some(true), ..all() }),
        ("by shape", Filter { aspect_ratio: Some(AspectRatio::Square), ..all() }),
        ("completed", Filter { status: Some(GenerationStatus::Completed), ..all() }),
        (
            "of an avatar, completed",
            Filter { avatar_id: Some(avatar), status: Some(GenerationStatus::Completed), ..all() },
        ),
    ];
    let mut kept = true;
    for (name, filter) in filters {
        let (first, middle) = pages(db, owner, &filter, many).await;
        let ratio = middle.as_secs_f64() / first.as_secs_f64();
        kept &= ratio <= PROMISED;
        println!("  a page {name:<24} the first {first:>9.2?}, halfway down {middle:>9.2?}: {ratio:.2} times");
    }
    let mine = time(|| statistics::of_owner(db, owner, None)).await;
    let of_avatar = time(|| statistics::of_owner(db, owner, Some(avatar))).await;
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
    let (month, year) =
        (time(|| statistics::usage(db, first, 30)).await, time(|| statistics::usage(db, first, 366)).await);
    println!("  statistics: mine {mine:.0?}, of the avatar {of_avatar:.0?}, 30 days {month:.0?}, 366 days {year:.0?}");
    kept
}

/// A person and their avatar; both have the same id.
async fn somebody(db: &Db) -> (Uuid, Uuid) {
    let sql = "select id from users order by id limit 1";
    let id: Uuid = match db {
        Db::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await,
        Db::Sqlite(pool, _) => sqlx::query_scalar(sql).fetch_one(pool).await,
    }
    .expect("a person");
    (id, id)
}

/// The place behind which half of them are: the 5,000th of 10,000 pages.
fn halfway(many: i64) -> Place {
    let created_at = DateTime::from_timestamp(1_767_225_600 + many / 2, 0).expect("a time");
    Place { created_at, id: Ids::random(Clock::system()).next::<GenerationId>().0 }
}

/// How long the first page and one halfway down take, by turns, so that both have the same neighbours: the medians.
async fn pages(db: &Db, owner: UserId, filter: &Filter, many: i64) -> (Duration, Duration) {
    let (mut first, mut middle) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        first.push(page(db, owner, filter, None).await);
        middle.push(page(db, owner, filter, Some(halfway(many))).await);
    }
    first.sort_unstable();
    middle.sort_unstable();
    (first[ROUNDS / 2], middle[ROUNDS / 2])
}

async fn page(db: &Db, owner: UserId, filter: &Filter, after: Option<Place>) -> Duration {
    let begun = Instant::now();
    let page = generations::list(db, owner, filter, &PageRequest { limit: PAGE, after }).await.expect("a page");
    let taken = begun.elapsed();
    assert_eq!(page.items.len(), usize::from(PAGE), "a whole page");
    taken
}

/// How long something takes: the best of three.
async fn time<T, E: std::fmt::Debug>(work: impl AsyncFn() -> Result<T, E>) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let begun = Instant::now();
        work().await.expect("figures");
        best = best.min(begun.elapsed());
    }
    best
}
