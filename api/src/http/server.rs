//! Connections: accepted, held to their time, and finished in order when the service stops.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::response::Response;
use futures_util::FutureExt as _;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// A client that takes longer for its request head is cut off. `axum::serve` would wait for ever.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// A client that takes nothing of its answer for so long is let go, with whatever is held open for it.
const READ_PATIENCE: Duration = Duration::from_mins(1);
/// How long requests under way may take when the service stops.
const STOP_PATIENCE: Duration = Duration::from_secs(25);
/// How long to wait when the process has no descriptors left for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `shutdown` is cancelled, then lets the requests under way finish. Takes no new connections from `closing`
/// on, while those that are open go on.
pub async fn serve(listener: TcpListener, router: Router, closing: CancellationToken, shutdown: CancellationToken) {
    let graceful = GracefulShutdown::new();
    loop {
        tokio::select! {
            () = closing.cancelled() => break,
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => connect(stream, READ_PATIENCE, router.clone(), &graceful),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    // Who has connected already would otherwise be cut off without a word.
    while let Some(Ok((stream, _))) = listener.accept().now_or_never() {
        connect(stream, READ_PATIENCE, router.clone(), &graceful);
    }
    drop(listener);
    shutdown.cancelled().await;
    if tokio::time::timeout(STOP_PATIENCE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still under way and have been cut off");
    }
}

/// Ends the connection with this answer once the service is about to stop. A client that still has it open would send
/// its next request into the end.
pub(super) async fn close_when_leaving(State(app): State<App>, mut response: Response) -> Response {
    if app.signals.closing.is_cancelled() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn connect(stream: TcpStream, patience: Duration, router: Router, graceful: &GracefulShutdown) {
    // Small answers must not wait for the acknowledgement of the one before.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(patience));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(router));
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::{Body, Bytes};
    use axum::routing::get;
    use futures_util::stream;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::oneshot;

    use super::*;

    /// How long a client may take nothing in this test.
    const PATIENCE: Duration = Duration::from_millis(200);

    /// Serves one connection from an endless answer, and tells when nobody needs the answer any more.
    async fn endless(graceful: &GracefulShutdown) -> (TcpStream, oneshot::Receiver<Infallible>) {
        let (held, let_go) = oneshot::channel();
        let held = std::sync::Mutex::new(Some(held));
        let answer = async move || {
            let held = held.lock().expect("a lock").take().expect("one request");
            Body::from_stream(stream::repeat_with(move || {
                let _held = &held;
                Ok::<_, Infallible>(Bytes::from_static(&[0; 8192]))
            }))
        };
        let answer = std::sync::Arc::new(answer);
        let router = Router::new().route("/", get(async move || answer().await));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
        let (stream, _) = listener.accept().await.expect("a connection");
        connect(stream, PATIENCE, router, graceful);
        client.write_all(b"GET / HTTP/1.1\r\nHost: aisha\r\n\r\n").await.expect("the server reads");
        (client, let_go)
    }

    #[tokio::test]
    async fn a_client_that_stops_reading_is_let_go_and_one_that_reads_is_not() {
        let graceful = GracefulShutdown::new();
        let (_silent, mut let_go) = endless(&graceful).await;
        let released = tokio::time::timeout(PATIENCE * 50, &mut let_go).await;
        assert!(released.is_ok(), "its answer is still held");

        let (mut reader, mut held) = endless(&graceful).await;
        let (begun, mut piece) = (std::time::Instant::now(), vec![0; 65536]);
        while begun.elapsed() < PATIENCE * 3 {
            assert!(reader.read(&mut piece).await.expect("more") > 0);
        }
        assert!(held.try_recv() == Err(oneshot::error::TryRecvError::Empty));
    }
}
