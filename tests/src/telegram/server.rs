//! The way in: connections that may end at any moment, `/bot<token>/<method>` and `/file/bot<token>/<path>`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::faults::Effect;
use super::history::Call;
use super::methods::{self, Method};
use super::refusal::Refusal;
use super::request::Params;
use super::world::World;

/// How much of a file goes out at once, in bytes.
const PIECE: usize = 64 << 10;

/// The connections.
#[derive(Debug)]
pub(super) struct Line {
    /// Counts how often all connections were ended.
    cuts: watch::Sender<u64>,
    down: AtomicBool,
}

/// The connection ends without an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lost;

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is ended")
    }
}

impl std::error::Error for Lost {}

impl Line {
    pub(super) fn new() -> Self {
        Self { cuts: watch::Sender::new(0), down: AtomicBool::new(false) }
    }

    /// Ends all connections, with whatever is under way on them.
    pub(super) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Whether nobody gets through.
    pub(super) fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
        if down {
            self.cut();
        }
    }
}

/// Serves until it is aborted.
pub(super) async fn serve(listener: TcpListener, world: Arc<World>, line: Arc<Line>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        if !line.down.load(Ordering::SeqCst) {
            let cut = line.cuts.subscribe();
            connections.spawn(connection(stream, Arc::clone(&world), cut));
        }
    }
}

async fn connection(stream: TcpStream, world: Arc<World>, mut cut: watch::Receiver<u64>) {
    stream.set_nodelay(true).ok();
    let service = service_fn(move |request| answer(Arc::clone(&world), request));
    let serving = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // A caller that leaves is what callers do.
        _ = serving => {}
        _ = cut.changed() => {}
    }
}

async fn answer(world: Arc<World>, request: Request<Incoming>) -> Result<Response<Body>, Lost> {
    let request = request.map(Body::new);
    let path = request.uri().path().to_owned();
    let (is_file, rest) = match path.strip_prefix("/file/bot") {
        Some(rest) => (true, rest),
        None => (false, path.strip_prefix("/bot").unwrap_or_default()),
    };
    let (token, rest) = rest.split_once('/').unwrap_or_default();
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (token, rest) = (decoded(token), decoded(rest));
    if token != world.token {
        // What has not even the shape of a token is an address that there is not.
        let shaped = token.split_once(':').is_some_and(|(id, _)| id.parse::<u64>().is_ok());
        let refusal = if shaped { Refusal::new(401, "Unauthorized") } else { Refusal::not_found() };
        return Ok(told(&Err(refusal)));
    }
    if is_file {
        return download(&world, &rest).await;
    }
    let Some(method) = methods::find(&rest) else {
        world.history.violation(format!("there is no method `{rest}` here"));
        return Ok(told(&Err(Refusal::not_found())));
    };
    let params = match Params::read(request).await {
        Ok(params) => params,
        Err(refusal) => return Ok(told(&Err(refusal))),
    };
    check_fields(&world, method, &params);
    if method.name == "getUpdates" {
        // A poller that leaves stops waiting, so that nobody takes it for a second one.
        return call(&world, method, params).await;
    }
    // What has arrived is done, also when the caller leaves meanwhile.
    tokio::spawn(async move { call(&world, method, params).await }).await.unwrap_or_else(|panic| {
        std::panic::resume_unwind(panic.into_panic());
    })
}

/// Notes parameters that the method does not have, and files that nothing in the call speaks of.
fn check_fields(world: &World, method: &Method, params: &Params) {
    for field in params.fields.keys().filter(|field| !method.takes(field)) {
        world.history.violation(format!("{} has no parameter `{field}`", method.name));
    }
    for upload in params.uploads.keys().filter(|upload| !method.takes(upload) && !params.attached(upload)) {
        world.history.violation(format!("nothing in {} speaks of the file `{upload}`", method.name));
    }
}

/// Makes a call meet its fault, does it, and writes it down.
async fn call(world: &Arc<World>, method: &'static Method, params: Params) -> Result<Response<Body>, Lost> {
    let at = world.history.now();
    let chat = params.integer("chat_id");
    let (told_params, uploads) = (params.told(), params.uploads.len());
    let effect = world.faults.meet(&method.name.to_lowercase(), chat);
    let mut held = false;
    let answer = match &effect {
        Some(Effect::LoseRequest) => Err(Lost),
        Some(Effect::RetryAfter(seconds)) => Ok(Err(Refusal::flood(*seconds))),
        Some(Effect::Status(status)) => Ok(Err(broken(*status))),
        Some(Effect::Delay(time)) => {
            tokio::time::sleep(*time).await;
            Ok(run(world, method, params).await)
        }
        Some(Effect::LoseAnswer) => {
            run(world, method, params).await.ok();
            Err(Lost)
        }
        Some(Effect::HoldAnswer) => {
            held = true;
            Ok(run(world, method, params).await)
        }
        None => Ok(run(world, method, params).await),
    };
    let refusal = answer.as_ref().ok().and_then(|answer| answer.as_ref().err());
    world.history.add(Call {
        method: method.name.to_owned(),
        chat,
        params: told_params,
        uploads,
        at,
        took: world.history.now().saturating_sub(at),
        status: answer.as_ref().ok().map(|_| refusal.map_or(200, |refusal| refusal.code)),
        refusal: refusal.map(|refusal| refusal.description.clone()),
    });
    if held {
        return std::future::pending().await;
    }
    answer.map(|answer| told(&answer))
}

async fn run(world: &Arc<World>, method: &'static Method, params: Params) -> methods::Answer {
    if method.name == "getUpdates" {
        return world.updates.get(&params).await;
    }
    if let Some(chat) = params.integer("chat_id").filter(|_| method.is_counted()) {
        world.flood.take(chat).map_err(Refusal::flood)?;
    }
    if params.uploads.is_empty() {
        return (method.run)(world, &params);
    }
    // Photos are developed, which takes a while.
    let world = Arc::clone(world);
    let ran = tokio::task::spawn_blocking(move || (method.run)(&world, &params)).await;
    ran.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// What a server that is not well says.
fn broken(status: u16) -> Refusal {
    let words = match status {
        // As Telegram calls it.
        413 => Some("Request Entity Too Large"),
        status => hyper::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()),
    };
    Refusal::new(status, words.unwrap_or("Internal Server Error"))
}

fn told(answer: &Result<Value, Refusal>) -> Response<Body> {
    let (status, body) = match answer {
        Ok(result) => (200, json!({ "ok": true, "result": result })),
        Err(refusal) => (refusal.code, refusal.body()),
    };
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Body::from(body.to_string())).expect("a good answer")
}

async fn download(world: &World, path: &str) -> Result<Response<Body>, Lost> {
    let at = world.history.now();
    let effect = world.faults.meet("file", None);
    if let Some(Effect::Delay(time)) = &effect {
        tokio::time::sleep(*time).await;
    }
    let answer = match effect {
        Some(Effect::LoseRequest | Effect::LoseAnswer) => Err(Lost),
        Some(Effect::HoldAnswer) => std::future::pending().await,
        Some(Effect::RetryAfter(seconds)) => Ok(Err(Refusal::flood(seconds))),
        Some(Effect::Status(status)) => Ok(Err(broken(status))),
        Some(Effect::Delay(_)) | None => Ok(world.files.download(path).ok_or_else(Refusal::not_found)),
    };
    let refusal = answer.as_ref().ok().and_then(|answer| answer.as_ref().err());
    world.history.add(Call {
        method: "file".to_owned(),
        chat: None,
        params: json!({ "path": path }),
        uploads: 0,
        at,
        took: world.history.now().saturating_sub(at),
        status: answer.as_ref().ok().map(|_| refusal.map_or(200, |refusal| refusal.code)),
        refusal: refusal.map(|refusal| refusal.description.clone()),
    });
    Ok(match answer? {
        Ok(bytes) => streamed(bytes),
        Err(refusal) => told(&Err(refusal)),
    })
}

/// A file, piece by piece.
fn streamed(bytes: Bytes) -> Response<Body> {
    let length = bytes.len();
    let pieces = (0..length)
        .step_by(PIECE)
        .map(move |from| Ok::<_, std::convert::Infallible>(bytes.slice(from..(from + PIECE).min(length))));
    let response = Response::builder().header("content-type", "application/octet-stream");
    let response = response.header("content-length", length);
    response.body(Body::from_stream(stream::iter(pieces))).expect("a good answer")
}
