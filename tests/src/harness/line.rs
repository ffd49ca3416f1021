//! A line to a service that can go down, and that can be long: bytes pass, and whoever speaks over it cannot tell it from
//! the service.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

/// A pause after which bytes belong to another answer.
const BETWEEN_ANSWERS: Duration = Duration::from_millis(20);

/// A line. It is gone when this is dropped.
#[derive(Debug)]
pub struct Line {
    /// Where it begins.
    pub url: String,
    state: watch::Sender<State>,
    /// How often somebody was turned away.
    refused: watch::Receiver<usize>,
    serving: JoinHandle<()>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    up: bool,
    delay: Duration,
}

impl Line {
    /// A line to this address.
    pub async fn to(service: &str) -> Self {
        let service: Url = service.parse().expect("an address");
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, service.port().expect("a port")));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("a bound port has an address"));
        let state = watch::Sender::new(State { up: true, delay: Duration::ZERO });
        let (count, refused) = watch::channel(0);
        let serving = tokio::spawn(serve(listener, to, state.subscribe(), count));
        Self { url, state, refused, serving }
    }

    /// Breaks every connection, and takes no new one.
    pub fn go_down(&self) {
        self.state.send_modify(|state| state.up = false);
    }

    /// Waits until so many connections more were not taken.
    ///
    /// # Panics
    ///
    /// When the line is gone.
    pub async fn refuses(&self, more: usize) {
        let mut refused = self.refused.clone();
        let enough = *refused.borrow() + more;
        refused.wait_for(|refused| *refused >= enough).await.expect("the line is there");
    }

    /// Takes connections again.
    pub fn come_up(&self) {
        self.state.send_modify(|state| state.up = true);
    }

    /// Has each answer take so much longer.
    pub fn lengthen(&self, delay: Duration) {
        self.state.send_modify(|state| state.delay = delay);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, to: SocketAddr, state: watch::Receiver<State>, refused: watch::Sender<usize>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let mut watched = state.clone();
        if !watched.borrow().up {
            refused.send_modify(|refused| *refused += 1);
            continue;
        }
        let state = Arc::new(state.clone());
        connections.spawn(async move {
            tokio::select! {
                _ = carry(client, to, &state) => {}
                _ = watched.wait_for(|state| !state.up) => {}
            }
        });
    }
}

async fn carry(client: TcpStream, to: SocketAddr, state: &watch::Receiver<State>) -> std::io::Result<()> {
    let service = TcpStream::connect(to).await?;
    let (from_client, to_client) = client.into_split();
    let (from_service, to_service) = service.into_split();
    tokio::select! {
        ended = pass(from_client, to_service) => ended,
        ended = pass_late(from_service, to_client, state) => ended,
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> std::io::Result<()> {
    tokio::io::copy(&mut from, &mut to).await.map(drop)
}

async fn pass_late(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    state: &watch::Receiver<State>,
) -> std::io::Result<()> {
    let mut bytes = vec![0; 64 * 1024];
    let mut last = tokio::time::Instant::now();
    loop {
        let length = from.read(&mut bytes).await?;
        if length == 0 {
            return Ok(());
        }
        let delay = state.borrow().delay;
        if last.elapsed() > BETWEEN_ANSWERS {
            tokio::time::sleep(delay).await;
        }
        to.write_all(&bytes[..length]).await?;
        last = tokio::time::Instant::now();
    }
}
