//! A database that crashes again and again under load: what was acknowledged is there, what was sent twice was done once,
//! and trainings go on.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use aisha_api::config::DatabaseConfig;
use aisha_api::domain::secret::Secret;
use aisha_api::storage::db::MIGRATIONS;
use aisha_tests::harness::postgres::OwnServer;
use aisha_tests::harness::{Backend, Person, TestApp, id};
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};

use crate::number_from;
use crate::watch::{sandbox, until};

/// How often each request is sent at the same time.
const TWINS: usize = 4;
/// Keys in hand at once.
const AT_ONCE: usize = 8;
/// So long the server lives, at most.
const LONGEST_LIFE: Duration = Duration::from_millis(1500);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Sends a request until it is answered, as a client does that knows of `Idempotency-Key`.
async fn answered(person: &Person, key: u32) -> Value {
    until("an answer", async || {
        let request = person.request(Method::POST, "/v1/avatars").header("Idempotency-Key", format!("key-{key}"));
        let answer = request.json(&json!({"name": format!("avatar {key}")})).send().await.ok()?;
        let status = answer.status();
        let body = answer.json::<Value>().await.ok()?;
        assert!(status.is_success() || status.as_u16() >= 500 || status.as_u16() == 409, "{status} {body:#}");
        status.is_success().then_some(body)
    })
    .await
}

/// Looks again and again, however long it takes.
async fn until_unbounded(seen: impl Fn() -> bool) {
    while !seen() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// All avatars of a person.
async fn avatars(person: &Person) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = person.get(&format!("/v1/avatars?limit=100{cursor}")).await.expect(200);
        all.extend(page["data"].as_array().expect("a list").iter().map(id));
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_crashes_under_load_loses_nothing_and_does_nothing_twice() {
    let Some(mut server) = OwnServer::start() else { return };
    let database = server.database(&MIGRATIONS).await;
    let settings = |config: &mut aisha_api::config::Config| {
        config.database = DatabaseConfig::Postgres(Secret::new(database));
        config.sweep_interval = Duration::from_secs(1);
        config.job_lease = chrono::TimeDelta::seconds(2);
    };
    let app = TestApp::start(Backend::Embedded, settings).await.expect("a service on the server");
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    // Trainings of somebody else are on their way meanwhile.
    let trained = join_all((0..2).map(async |number| {
        let avatar = bob.avatar().await;
        bob.upload_photos(&avatar, 5).await;
        let training = bob.train(&avatar, &format!("t-{number}")).await.expect(202);
        id(&training)
    }))
    .await;

    let (next_key, is_over) = (AtomicU32::new(0), AtomicBool::new(false));
    // As many as fit between the crashes, and no fewer than these.
    let least_keys = number_from("AISHA_TEST_KEYS", 0);
    let crashes = number_from("AISHA_TEST_CRASHES", 5);
    let load = join_all((0..AT_ONCE).map(async |_| {
        let mut acknowledged = Vec::new();
        while !is_over.load(Ordering::SeqCst) || next_key.load(Ordering::SeqCst) < least_keys {
            let key = next_key.fetch_add(1, Ordering::SeqCst);
            let mut answers = join_all((0..TWINS).map(|_| answered(&ann, key))).await;
            assert!(answers.iter().all(|answer| answer == &answers[0]), "one key, two answers: {answers:#?}");
            acknowledged.push((key, answers.swap_remove(0)));
        }
        acknowledged
    }));
    let crashing = async {
        for number in 1..=crashes {
            until_unbounded(|| next_key.load(Ordering::SeqCst) >= least_keys * number / (crashes + 1)).await;
            let share = u32::from(uuid::Uuid::new_v4().as_bytes()[0]);
            // The moment is what this test is about: it must not follow anything that the service does.
            tokio::time::sleep(LONGEST_LIFE * share / 255).await;
            let crash = move || {
                server.crash();
                server
            };
            server = tokio::task::spawn_blocking(crash).await.expect("a crash");
        }
        is_over.store(true, Ordering::SeqCst);
        server
    };
    let (acknowledged, _server) = join(load, crashing).await;
    let keys = next_key.into_inner() as usize;
    let answers: Vec<(u32, Value)> = acknowledged.into_iter().flatten().collect();
    for some in answers.chunks(AT_ONCE) {
        let replayed = join_all(some.iter().map(|(key, _)| answered(&ann, *key))).await;
        assert!(some.iter().map(|(_, answer)| answer).eq(&replayed), "another answer later: {some:#?} {replayed:#?}");
    }
    let acknowledged: BTreeSet<String> = answers.iter().map(|(_, answer)| id(answer)).collect();

    assert_eq!(acknowledged.len(), keys, "each key made an avatar of its own");
    let listed = avatars(&ann).await;
    assert_eq!(listed.len(), keys, "and no other");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), acknowledged);
    // Not by a macro, whose words are kept back when a test goes well.
    let _ =
        writeln!(io::stderr(), "Postgres crashed {crashes} times under {keys} keys, each sent {TWINS} times at once");
    for training in trained {
        until("the end of a training", async || {
            let training = bob.get(&format!("/v1/trainings/{training}")).await.expect(200);
            (training["status"] == "completed").then_some(())
        })
        .await;
    }
    assert_eq!(sandbox(&app).requests().len(), 2, "submissions");
    let told = until("an event of each end", async || {
        let told = bob.get("/v1/events?types=training.completed,training.failed").await.expect(200);
        (told["data"].as_array().map(Vec::len) >= Some(2)).then_some(told)
    })
    .await;
    assert_eq!(told["data"].as_array().map(Vec::len), Some(2), "{told:#}");
    app.finish_after_failed_jobs().await;
}
