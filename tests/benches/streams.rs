//! Two thousand readers at once: `cargo bench -p aisha-tests --bench streams [-- READERS]`.
//!
//! The release build of the service holds a stream of events open for each reader, all of one person. Told is what the
//! service holds in memory before and with them, how soon an event reaches the first and the last of them, and how soon
//! one of somebody else reaches its only reader while they all stay silent.

use std::time::{Duration, Instant};

use aisha_tests::harness::sse::EventStream;
use aisha_tests::harness::{Person, Program};
use futures_util::future::join_all;

const ROUNDS: u32 = 20;

#[tokio::main]
async fn main() {
    // Cargo adds `--bench`.
    let given = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let readers: usize = given.unwrap_or(2000);
    let folder = tempfile::tempdir().expect("a folder");
    let program = env!("CARGO_BIN_EXE_aisha-api-under-test");
    let program = Program::start(program, folder.path(), &[("AISHA_LOG", "error")]).await;
    let (ann, ben) = (program.developer(), program.person("ben"));
    ann.avatar().await;
    ben.avatar().await;
    let before = program.holds();

    let begun = Instant::now();
    let mut streams = Vec::new();
    while streams.len() < readers {
        let some = (readers - streams.len()).min(100);
        streams.extend(join_all((0..some).map(|_| open(&ann))).await);
    }
    println!("{readers} streams are open after {:.1} s", begun.elapsed().as_secs_f64());
    let open_now = program.holds();
    println!("memory of the service, MB: {before:.0} before, {open_now:.0} with them");

    let (mut first, mut last) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let heard = join_all(streams.iter_mut().map(async |stream| {
            stream.next().await.expect("an event");
            begun.elapsed()
        }));
        let (_, mut heard) = tokio::join!(ann.avatar(), heard);
        heard.sort_unstable();
        first.push(heard[0]);
        last.push(heard[heard.len() - 1]);
    }
    println!(
        "from the request to the first reader: median {:.1} ms; to the last: {:.1} ms",
        median(first),
        median(last)
    );

    let mut of_ben = open(&ben).await;
    let mut alone = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        tokio::join!(ben.avatar(), async { of_ben.next().await.expect("an event") });
        alone.push(begun.elapsed());
    }
    println!("from the request to the only reader: median {:.1} ms", median(alone));
    let peak = program.peaks().first().copied().unwrap_or_default();
    println!("memory of the service, MB: {:.0} at the end, {peak:.0} at its peak", program.holds());
    drop((streams, of_ben));
    program.stop().await;
}

/// A stream that has told what was there.
async fn open(person: &Person) -> EventStream {
    let mut stream = EventStream::open(person, "", None).await;
    stream.next().await.expect("the first avatar");
    stream
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}
