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
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// A client that takes longer for its request head is cut off. `axum::serve` would wait for ever.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
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
                Ok((stream, _)) => connect(stream, router.clone(), &graceful),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    // Who has connected already would otherwise be cut off without a word.
    while let Some(Ok((stream, _))) = listener.accept().now_or_never() {
        connect(stream, router.clone(), &graceful);
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

fn connect(stream: TcpStream, router: Router, graceful: &GracefulShutdown) {
    // Small answers must not wait for the acknowledgement of the one before.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}
