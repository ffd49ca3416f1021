//! How long a client may take: a client that keeps sending a byte now and then would never be idle, and never be done.

use std::time::Duration;

use aisha_openapi::problem::ProblemCode;
use tokio::time::{Instant, timeout};

use crate::http::problem::Problem;

/// The time that one file has to arrive: some for any file, and more for every byte that came. Only waiting for the client
/// counts, not what we do with the bytes.
#[derive(Debug)]
pub(in crate::http) struct Pace {
    grace: Duration,
    bytes_per_second: u32,
    received: u64,
    waited: Duration,
}

impl Pace {
    /// The pace of a file that begins now.
    pub(in crate::http) const fn new(grace: Duration, bytes_per_second: u32) -> Self {
        Self { grace, bytes_per_second, received: 0, waited: Duration::ZERO }
    }

    /// Waits for what the client sends next.
    pub(in crate::http) async fn wait<T>(&mut self, next: impl Future<Output = T>) -> Result<T, Problem> {
        let begun = Instant::now();
        let came = timeout(self.left(), next).await.map_err(|_| {
            let detail = "The file arrives too slowly to wait for it. Send it again over a better connection.";
            Problem::new(ProblemCode::RequestTimeout, detail)
        })?;
        self.waited += begun.elapsed();
        Ok(came)
    }

    /// So many bytes came.
    pub(in crate::http) const fn received(&mut self, bytes: usize) {
        self.received = self.received.saturating_add(bytes as u64);
    }

    /// How long the client may still be waited for.
    fn left(&self) -> Duration {
        let rate = u64::from(self.bytes_per_second.max(1));
        let earned = Duration::from_millis(self.received.saturating_mul(1000) / rate);
        (self.grace + earned).saturating_sub(self.waited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> Pace {
        Pace::new(Duration::from_secs(30), 1000)
    }

    /// For how many seconds a client is borne that sends so many bytes after every so many seconds.
    fn borne(bytes: usize, every: u64) -> u64 {
        let (mut pace, every) = (pace(), Duration::from_secs(every));
        while pace.waited < Duration::from_hours(1) {
            if pace.left() < every {
                return (pace.waited + pace.left()).as_secs();
            }
            pace.waited += every;
            pace.received(bytes);
        }
        pace.waited.as_secs()
    }

    #[test]
    fn a_trickle_is_cut_after_its_grace_and_a_steady_stream_is_not() {
        assert_eq!(borne(0, 1), 30);
        assert_eq!(borne(1, 1), 30);
        assert_eq!(borne(500, 1), 59, "half the pace doubles the time, but for the last second");
        assert_eq!(borne(1000, 1), 3600);
        assert_eq!(borne(29_000, 29), 3625, "a slow line may come in bursts");
    }

    #[tokio::test]
    async fn only_waiting_for_the_client_counts() {
        let mut pace = pace();
        pace.wait(async {}).await.expect("it is there");
        assert!(pace.waited < Duration::from_secs(1));
        pace.waited = Duration::from_secs(30);
        pace.wait(std::future::pending::<()>()).await.expect_err("its time is over");
        pace.received(1000);
        assert_eq!(pace.left(), Duration::from_secs(1));
    }
}
