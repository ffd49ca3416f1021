//! Prints one of every kind of object that the stand-in for Telegram gives a bot, one JSON object a line, for the check
//! against the types of another library.

use aisha_tests::telegram::objects;

#[tokio::main]
async fn main() {
    for line in objects::collect().await {
        println!("{line}");
    }
}
