//! A line to a service that can go down, that can be long, and that can keep an answer back: bytes pass, and whoever speaks over it cannot tell it from
//! the service.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
    state: Arc<watch::Sender<State>>,
    /// How often somebody was turned away.
    refused: watch::Receiver<usize>,
    serving: JoinHandle<()>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    up: bool,
    delay: Duration,
    /// What a request says whose answer is to be kept back.
    hold: Option<&'static str>,
    /// Answers that were kept back.
    held: usize,
}

impl Line {
    /// A line to this address.
    pub async fn to(service: &str) -> Self {
        let service: Url = service.parse().expect("an address");
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, service.port().expect("a port")));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("a bound port has an address"));
        let state = Arc::new(watch::Sender::new(State { up: true, delay: Duration::ZERO, hold: None, held: 0 }));
        let (count, refused) = watch::channel(0);
        let serving = tokio::spawn(serve(listener, to, Arc::clone(&state), count));
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

    /// Keeps the answer back to the next request that says this, such as `POST /v1/avatars `, and waits until there is one:
    /// the service has done what it was asked, and nobody knows.
    ///
    /// # Panics
    ///
    /// When the line is gone.
    pub async fn hold(&self, request: &'static str) {
        let enough = self.state.borrow().held + 1;
        self.state.send_modify(|state| state.hold = Some(request));
        self.state.subscribe().wait_for(|state| state.held >= enough).await.expect("the line is there");
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

async fn serve(listener: TcpListener, to: SocketAddr, state: Arc<watch::Sender<State>>, refused: watch::Sender<usize>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let mut watched = state.subscribe();
        if !watched.borrow().up {
            refused.send_modify(|refused| *refused += 1);
            continue;
        }
        let state = Arc::clone(&state);
        connections.spawn(async move {
            tokio::select! {
                _ = carry(client, to, &state) => {}
                _ = watched.wait_for(|state| !state.up) => {}
            }
        });
    }
}

async fn carry(client: TcpStream, to: SocketAddr, state: &watch::Sender<State>) -> std::io::Result<()> {
    let service = TcpStream::connect(to).await?;
    let (from_client, to_client) = client.into_split();
    let (from_service, to_service) = service.into_split();
    let is_held = AtomicBool::new(false);
    tokio::select! {
        ended = pass(from_client, to_service, state, &is_held) => ended,
        ended = pass_late(from_service, to_client, state, &is_held) => ended,
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    state: &watch::Sender<State>,
    is_held: &AtomicBool,
) -> std::io::Result<()> {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut bytes).await?;
        if length == 0 {
            return Ok(());
        }
        let says = |words: &str| bytes[..length].windows(words.len()).any(|piece| piece == words.as_bytes());
        let is_meant = state.borrow().hold.is_some_and(says);
        if is_meant {
            state.send_modify(|state| state.hold = None);
            is_held.store(true, Ordering::SeqCst);
        }
        to.write_all(&bytes[..length]).await?;
    }
}

async fn pass_late(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    state: &watch::Sender<State>,
    is_held: &AtomicBool,
) -> std::io::Result<()> {
    let mut bytes = vec![0; 64 * 1024];
    let mut last = tokio::time::Instant::now();
    loop {
        let length = from.read(&mut bytes).await?;
        if length == 0 {
            return Ok(());
        }
        if is_held.load(Ordering::SeqCst) {
            state.send_modify(|state| state.held += 1);
            return std::future::pending().await;
        }
        let delay = state.borrow().delay;
        if last.elapsed() > BETWEEN_ANSWERS {
            tokio::time::sleep(delay).await;
        }
        to.write_all(&bytes[..length]).await?;
        last = tokio::time::Instant::now();
    }
}
