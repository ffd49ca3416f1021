//! Somebody who is called by webhooks: a real server that answers as it is told and remembers what came.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::app::PATIENCE;

/// What a receiver does with what comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Answers with this status.
    Answers(u16),
    /// Answers with this status and `Retry-After`, in seconds.
    AsksForTime(u16, u32),
    /// Takes the request and says nothing.
    Hangs,
}

/// A call that came.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its headers, lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body as it came.
    pub body: Bytes,
    /// What it was answered; `None` if it was not.
    pub answered: Option<u16>,
}

/// A receiver. It is gone when this is dropped.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    manner: Mutex<Manner>,
    calls: watch::Sender<Vec<Call>>,
}

impl Call {
    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// A header.
    ///
    /// # Panics
    ///
    /// When it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers))
    }
}

impl Receiver {
    /// A receiver of this manner.
    pub async fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound port has an address");
        let shared = Arc::new(Shared { manner: Mutex::new(manner), calls: watch::Sender::new(Vec::new()) });
        let serving = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Self { address, shared, serving }
    }

    /// Where it is called.
    pub fn url(&self) -> String {
        format!("http://{}/hooks?of=aisha", self.address)
    }

    /// From now on it does so.
    pub fn becomes(&self, manner: Manner) {
        *self.shared.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    /// What came so far.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls.borrow().clone()
    }

    /// Waits until so many calls came, and gives them all.
    ///
    /// # Panics
    ///
    /// When they do not come.
    pub async fn called(&self, times: usize) -> Vec<Call> {
        let mut calls = self.shared.calls.subscribe();
        let enough = tokio::time::timeout(PATIENCE, calls.wait_for(|calls| calls.len() >= times)).await;
        let enough = enough.unwrap_or_else(|_| panic!("{} of {times} calls came", self.calls().len()));
        enough.expect("the receiver lives").clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| answer(Arc::clone(&shared), request));
        connections.spawn(async move {
            // A caller that leaves is what callers do.
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok()
        });
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    let headers = request.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned())).collect();
    let body = read(request.into_body()).await;
    let manner = shared.manner.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (status, retry_after) = match manner {
        Manner::Answers(status) => (Some(status), None),
        Manner::AsksForTime(status, seconds) => (Some(status), Some(seconds)),
        Manner::Hangs => (None, None),
    };
    shared.calls.send_modify(|calls| calls.push(Call { headers, body, answered: status }));
    let Some(status) = status else {
        tokio::time::sleep(Duration::from_mins(10)).await;
        return Ok(Response::new(String::new()));
    };
    let mut response = Response::builder().status(status);
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    Ok(response.body(String::new()).expect("a good answer"))
}

async fn read(mut body: Incoming) -> Bytes {
    use hyper::body::Body as _;
    let mut bytes = Vec::new();
    while let Some(Ok(frame)) = std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context)).await
    {
        bytes.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
    }
    bytes.into()
}
