//! A Telegram with somebody in it who writes `/start` to the bot, presses a button, and expects answers. It says where it
//! is, and ends well once all has happened.

use std::time::Duration;

use aisha_tests::telegram::FakeTelegram;

/// How long the bot may take to be built and started.
const PATIENCE: Duration = Duration::from_mins(15);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let telegram = FakeTelegram::start().await;
    println!("TELEGRAM_API_URL={}\nTELEGRAM_BOT_TOKEN={}\nready", telegram.url(), telegram.token());
    let begun = tokio::time::Instant::now();
    while telegram.calls_of("getUpdates").is_empty() {
        anyhow::ensure!(begun.elapsed() < PATIENCE, "no bot has come");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let ann = telegram.person(1, "en", "Ann");
    ann.command("/start");
    ann.reads("Hello, Ann!").await;
    let tap = ann.tap("Help");
    ann.answered(&tap).await;
    print!("{}", ann.reads("What I can do").await);
    telegram.assert_no_violations();
    Ok(())
}
