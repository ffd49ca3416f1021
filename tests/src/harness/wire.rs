//! The wire between the service and fal. It carries bytes and knows of HTTP only how a submission begins, whose answer it
//! can lose or keep back.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

/// What becomes of the answer to the next submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It arrives.
    Arrives,
    /// The connection breaks before its first byte.
    IsLost,
    /// It waits until [`Wire::release`].
    IsHeld,
}

/// A wire to fal. It is cut when this is dropped.
#[derive(Debug)]
pub struct Wire {
    /// Where it begins.
    pub url: Url,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    to: SocketAddr,
    answer: watch::Sender<Answer>,
    reached: Notify,
    released: Notify,
}

impl Wire {
    /// A wire to this address, with this fate for the answer to the next submission; later ones arrive.
    pub async fn to(fal: &Url, answer: Answer) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        Self::from(listener, fal, answer)
    }

    /// A wire that begins at this address, which nobody may listen on.
    pub async fn at(begin: &Url, fal: &Url, answer: Answer) -> Self {
        let listener = TcpListener::bind(address(begin)).await.expect("the port is still free");
        Self::from(listener, fal, answer)
    }

    /// Waits until fal has taken a submission whose answer is lost or held.
    pub async fn reached_fal(&self) {
        self.shared.reached.notified().await;
    }

    /// Lets the held answer go.
    pub fn release(&self) {
        self.shared.released.notify_one();
    }

    fn from(listener: TcpListener, fal: &Url, answer: Answer) -> Self {
        let url = format!("http://{}", listener.local_addr().expect("a bound port has an address"));
        let (reached, released) = (Notify::new(), Notify::new());
        let shared = Arc::new(Shared { to: address(fal), answer: watch::Sender::new(answer), reached, released });
        let serving = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Self { url: url.parse().expect("an address is a URL"), shared, serving }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// An address on which nobody listens, so that a connection to it is refused.
pub async fn dead_end() -> Url {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("a bound port has an address");
    format!("http://{address}").parse().expect("an address is a URL")
}

fn address(url: &Url) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, url.port().expect("the sandbox has a port")))
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        // A connection that breaks is what wires do.
        connections.spawn(async move { carry(client, &shared).await.ok() });
    }
}

async fn carry(mut client: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut fal = TcpStream::connect(shared.to).await?;
    let mut begin = vec![0; 16 * 1024];
    let length = client.read(&mut begin).await?;
    fal.write_all(&begin[..length]).await?;
    let is_submission = begin.starts_with(b"POST ");
    let fate = if is_submission { shared.answer.send_replace(Answer::Arrives) } else { Answer::Arrives };
    if fate != Answer::Arrives {
        let mut first = [0];
        let (mut from_client, _) = client.split();
        let (mut from_fal, mut to_fal) = fal.split();
        // The first byte of the answer proves that fal has taken it.
        tokio::select! {
            answered = from_fal.peek(&mut first) => { answered?; },
            sent = copy(&mut from_client, &mut to_fal) => { sent?; },
        }
        shared.reached.notify_one();
        if fate == Answer::IsLost {
            return Ok(());
        }
        shared.released.notified().await;
    }
    copy_bidirectional(&mut client, &mut fal).await.map(drop)
}
