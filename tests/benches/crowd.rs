//! A thousand chats at once: `cargo bench -p aisha-tests --bench crowd [-- CHATS]`.
//!
//! The release build of the bot, as a program of its own, between a service and a Telegram in the process of the
//! benchmark. In each round nine chats of ten tap a button and the tenth writes: all at once, and then so many a second.
//! Told is the time from the tap to its answer and to the card it leads to, and from the message to its card, with and
//! without a chat beside them to which each message takes five seconds. Rounds are interleaved, so that a busy machine
//! slows both, and the median round of each is compared: a chat that another one waits for would show in all.
//! Then an album of ten photos, with a service a tenth of a second away.

use std::collections::HashMap;
use std::time::Duration;

use aisha_tests::harness::bot::{BotProgram, bot_key, settings};
use aisha_tests::harness::line::Line;
use aisha_tests::harness::program::memory;
use aisha_tests::harness::{Person as Caller, TestApp, pictures};
use aisha_tests::telegram::{Call, Effect, FakeTelegram, Fault, Person};
use futures_util::future::join_all;

/// How many a second, or all at once, and the rounds with and without the slow chat. A machine that has everything to do
/// at once takes a second for it, give or take a tenth: more rounds tell what is chance.
const PACES: [(&str, Option<f64>, usize); 2] = [("all at once", None, 15), ("100 a second", Some(100.0), 5)];
/// What one slow chat may cost the others at the 99th percentile.
const COST: f64 = 200.0;
/// How long the one reply to an album may take, in milliseconds.
const ALBUM: f64 = 2000.0;
/// The chat that is slow in every other round.
const SLOW: i64 = 0;

#[tokio::main]
async fn main() {
    // Cargo adds `--bench`.
    let given = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let chats: i64 = given.unwrap_or(1000);
    let (app, telegram) = (TestApp::new().await, FakeTelegram::start().await);
    let folder = tempfile::tempdir().expect("a folder");
    let key = bot_key(&app, &telegram).await;
    let mut settings = settings(&app.url(""), &key, &telegram, folder.path());
    settings.push(("AISHA_LOG".to_owned(), "error".to_owned()));
    let mut bot = BotProgram::start(settings);
    let crowd = Crowd { people: (1..=chats).map(|id| telegram.person(id + 1, "en", "Ann")).collect(), telegram };
    crowd.telegram.called("getUpdates", 1).await;
    let before = memory(bot.id());
    crowd.greet().await;
    println!("{chats} chats, the median round, in ms            alone       beside a slow chat    more   times");
    for (name, pace, rounds) in PACES {
        let mut times = [Times::default(), Times::default()];
        for round in 0..2 * rounds {
            let slow = round % 4 == 1 || round % 4 == 2;
            let taken = crowd.round(round % 2 == 0, slow, pace).await;
            times[usize::from(slow)].add(taken);
        }
        println!("{name}, {rounds} rounds each");
        for what in ["tap to answer", "tap to card", "message to card"] {
            for share in [50, 99] {
                let [alone, beside] = times.each_ref().map(|times| times.median(what, share));
                let verdict = if share == 99 && beside - alone > COST { "  TOO MUCH" } else { "" };
                println!(
                    "  {what:<16} p{share}{alone:>26.1}{beside:>25.1}{:>8.1}{:>8.2}{verdict}",
                    beside - alone,
                    beside / alone
                );
            }
        }
    }
    println!("memory of the bot, MB: {before:.0} before, {:.0} after", memory(bot.id()));
    bot.kill();
    crowd.telegram.assert_no_violations();
    album(&app).await;
    app.finish().await;
}

struct Crowd {
    telegram: FakeTelegram,
    people: Vec<Person>,
}

/// Milliseconds from what people did to what came of it.
type Taken = HashMap<&'static str, Vec<f64>>;

impl Crowd {
    fn slow(&self) -> Person {
        self.telegram.person(SLOW + 1, "en", "Ann")
    }

    /// Makes everybody known.
    async fn greet(&self) {
        let slow = self.slow();
        let everybody = || self.people.iter().chain([&slow]);
        for some in everybody().collect::<Vec<_>>().chunks(100) {
            for person in some {
                person.command("/start");
            }
            join_all(some.iter().map(|person| person.reads("Hello"))).await;
        }
    }

    /// Has everybody go to the help or back from it, so many a second or all at once.
    async fn round(&self, to_help: bool, is_slow: bool, pace: Option<f64>) -> Taken {
        let (button, command, words) =
            if to_help { ("Help", "/help", "What I can do") } else { ("Back", "/start", "Hello, Ann!") };
        let slow = self.slow();
        if is_slow {
            self.telegram.fault(Fault::any(Effect::Delay(Duration::from_secs(5))).in_chat(slow.id()).always());
        }
        slow.tap(button);
        let seen = self.telegram.calls().len();
        let mut begun = HashMap::new();
        let mut tapped = HashMap::new();
        for (number, person) in self.people.iter().enumerate() {
            if let Some(pace) = pace {
                tokio::time::sleep(Duration::from_secs_f64(1.0 / pace)).await;
            }
            let now = self.telegram.time();
            if number % 10 == 9 {
                person.command(command);
                begun.insert(person.id(), ("message to card", now));
            } else {
                tapped.insert(person.tap(button).id, now);
                begun.insert(person.id(), ("tap to card", now));
            }
        }
        join_all(self.people.iter().map(|person| person.reads(words))).await;
        self.telegram.clear_faults();
        slow.reads(words).await;
        let mut taken = Taken::new();
        let mut note = |what, begun: Duration, call: &Call| {
            taken.entry(what).or_default().push((call.at + call.took).saturating_sub(begun).as_secs_f64() * 1e3);
        };
        for call in &self.telegram.calls()[seen..] {
            let query = call.params["callback_query_id"].as_str();
            if let Some(at) = query.and_then(|query| tapped.remove(query)) {
                note("tap to answer", at, call);
            }
            let shows = call.method.starts_with("edit") || call.method.starts_with("send");
            if let Some((what, at)) = call.chat.filter(|_| shows).and_then(|chat| begun.remove(&chat)) {
                note(what, at, call);
            }
        }
        taken
    }
}

/// Each round's times.
#[derive(Default)]
struct Times(Vec<Taken>);

impl Times {
    fn add(&mut self, mut taken: Taken) {
        for times in taken.values_mut() {
            times.sort_by(f64::total_cmp);
        }
        self.0.push(taken);
    }

    /// This share of each round's times, in percent, in the median round.
    fn median(&self, what: &str, share: usize) -> f64 {
        let each = self.0.iter().map(|taken| taken[what][(taken[what].len() * share / 100).min(taken[what].len() - 1)]);
        let mut each: Vec<f64> = each.collect();
        each.sort_by(f64::total_cmp);
        each[each.len() / 2]
    }
}

/// Ten photos at once, with a service that is a tenth of a second away.
async fn album(app: &TestApp) {
    let telegram = FakeTelegram::start().await;
    let line = Line::to(&app.url("")).await;
    line.lengthen(Duration::from_millis(100));
    let (key, folder) = (bot_key(app, &telegram).await, tempfile::tempdir().expect("a folder"));
    let mut settings = settings(&line.url, &key, &telegram, folder.path());
    settings.push(("AISHA_LOG".to_owned(), "error".to_owned()));
    let mut bot = BotProgram::start(settings);
    let photos: Vec<bytes::Bytes> =
        (0..10).map(|number| pictures::jpeg_of(&pictures::scene(1280, 960, number), 88).into()).collect();
    let mut times = Vec::new();
    let mut replies = 0;
    for id in 1..=5 {
        let person = telegram.person(5000 + id, "en", "Ann");
        let caller = Caller::new(app.url(""), Some(key.clone())).acting_for(&format!("telegram:{}", person.id()));
        caller.avatar().await;
        person.command("/start");
        person.reads("Hello").await;
        // Apps upload an album before the bot hears of it: its time counts from there.
        let last = *person.album(photos.clone()).last().expect("ten photos");
        let begun = telegram.time();
        person.wait_for(|screen| screen.card().is_some_and(|card| card.id > last && card.text.contains("10"))).await;
        times.push(telegram.time().saturating_sub(begun).as_secs_f64() * 1e3);
        let calls: Vec<_> = telegram.calls().into_iter().filter(|call| call.at >= begun).collect();
        let sent = calls.iter().filter(|call| call.chat == Some(person.id()) && call.method.starts_with("send"));
        replies = replies.max(sent.count());
    }
    times.sort_by(f64::total_cmp);
    let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
    let verdict = if longest < ALBUM && replies == 1 { "" } else { "  TOO MUCH" };
    println!(
        "an album of 10 photos, the service 100 ms away: {replies} reply, median {median:.0} ms, longest {longest:.0} ms{verdict}"
    );
    telegram.assert_no_violations();
    bot.kill();
}
