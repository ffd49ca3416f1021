//! A language model that speaks the chat protocol of `OpenAI`, as strictly about requests as `OpenAI` is, and answers what a
//! test wants.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aisha_api::domain::secret::Secret;
use aisha_api::prompts::ChatSettings;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// The key it wants.
const KEY: &str = "sk-canary-of-the-tests";
/// What the protocol has at the top of a question, as far as anybody could use it here.
const FIELDS: [&str; 8] =
    ["model", "messages", "temperature", "max_completion_tokens", "response_format", "seed", "stream", "n"];

/// What it answers.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A message of this content.
    Content(String),
    /// This status.
    Status(u16),
    /// These bytes, with 200.
    Bytes(Vec<u8>),
    /// A message of this content, once the gate is open.
    Held(Arc<Semaphore>, String),
    /// Nothing, ever.
    Silence,
}

/// A running model. It ends when this is dropped.
#[derive(Debug)]
pub struct Chat {
    url: String,
    state: Arc<State>,
    serving: JoinHandle<()>,
}

/// What is answered to the text of a question.
type Answerer = Box<dyn Fn(&str) -> Reply + Send>;

struct State {
    answer: Mutex<Answerer>,
    questions: Mutex<Vec<Value>>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("State")
    }
}

impl Chat {
    /// Starts one that answers so to the text of a question.
    pub async fn start(answer: impl Fn(&str) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://{}/v1/", listener.local_addr().expect("a bound port has an address"));
        let state = Arc::new(State { answer: Mutex::new(Box::new(answer)), questions: Mutex::default() });
        let serving = tokio::spawn(serve(listener, Arc::clone(&state)));
        Self { url, state, serving }
    }

    /// Answers otherwise from now on.
    pub fn answer(&self, answer: impl Fn(&str) -> Reply + Send + 'static) {
        *lock(&self.state.answer) = Box::new(answer);
    }

    /// How to ask it, with this patience.
    pub fn settings(&self, patience: Duration) -> ChatSettings {
        let url = self.url.parse().expect("an address is a URL");
        ChatSettings { url, key: Some(Secret::new(KEY)), model: "a-model".to_owned(), patience }
    }

    /// What it was asked, in order.
    pub fn questions(&self) -> Vec<Value> {
        lock(&self.state.questions).clone()
    }
}

impl Reply {
    /// A prompt as the service wants it.
    pub fn prompt(prompt: &str) -> Self {
        Self::Content(json!({ "prompt": prompt }).to_string())
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    while let Ok((connection, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let state = Arc::clone(&state);
                async move { Ok::<_, Infallible>(respond(request, &state).await) }
            });
            http1::Builder::new().serve_connection(TokioIo::new(connection), service).await.ok()
        });
    }
}

async fn respond(request: Request<Incoming>, state: &State) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    if header("authorization") != Some(&format!("Bearer {KEY}")) {
        return refusal(401, "Incorrect API key provided");
    }
    if head.method != "POST" || head.uri.path() != "/v1/chat/completions" || head.uri.query().is_some() {
        return refusal(404, "Invalid URL");
    }
    if header("content-type") != Some("application/json") {
        return refusal(400, "the body is not announced as JSON");
    }
    let Ok(question) = serde_json::from_slice::<Value>(&body) else { return refusal(400, "the body is not JSON") };
    let text = match check(&question) {
        Ok(text) => text,
        Err(problem) => return refusal(400, &problem),
    };
    lock(&state.questions).push(question);
    let reply = lock(&state.answer)(&text);
    match reply {
        Reply::Content(content) => message(&content),
        Reply::Held(gate, content) => {
            let _open = gate.acquire().await;
            message(&content)
        }
        // A server may well repeat what it was asked, which must not be found in any log.
        Reply::Status(status) => refusal(status, &text),
        Reply::Bytes(bytes) => answer(200, bytes),
        Reply::Silence => std::future::pending().await,
    }
}

/// An answer that is a message of this content.
fn message(content: &str) -> Response<Full<Bytes>> {
    let message = json!({ "role": "assistant", "content": content, "refusal": null });
    let choice = json!({ "index": 0, "message": message, "logprobs": null, "finish_reason": "stop" });
    let body = json!({ "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "a-model",
        "choices": [choice], "usage": { "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2 } });
    answer(200, body.to_string().into_bytes())
}

/// The text that the user has sent, if the question is one.
fn check(question: &Value) -> Result<String, String> {
    let fields = question.as_object().ok_or("a question is an object")?;
    if let Some(name) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(format!("Unrecognized request argument supplied: {name}"));
    }
    question["model"].as_str().filter(|model| !model.is_empty()).ok_or("you must provide a model parameter")?;
    let messages = question["messages"].as_array().filter(|messages| !messages.is_empty()).ok_or("no messages")?;
    let mut last = String::new();
    for message in messages {
        let role = message["role"].as_str().ok_or("a message has a role")?;
        if !matches!(role, "system" | "developer" | "user" | "assistant") {
            return Err(format!("Invalid value: {role}"));
        }
        last = match &message["content"] {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts.iter().map(part).collect::<Result<Vec<_>, _>>()?.join("\n"),
            _ => return Err("a message has a content".to_owned()),
        };
    }
    Ok(last)
}

fn part(part: &Value) -> Result<String, String> {
    match part["type"].as_str() {
        Some("text") => Ok(part["text"].as_str().ok_or("a text part has a text")?.to_owned()),
        Some("image_url") => {
            let url = part["image_url"]["url"].as_str().ok_or("an image part has a URL")?;
            let data = url.strip_prefix("data:image/jpeg;base64,").ok_or("only pictures in the question are read")?;
            let bytes = STANDARD.decode(data).map_err(|_| "the picture is not base64")?;
            let picture = image::load_from_memory(&bytes).map_err(|_| "the picture is not one")?;
            Ok(format!("a picture of {} by {}", picture.width(), picture.height()))
        }
        _ => Err("Invalid value of type".to_owned()),
    }
}

fn refusal(status: u16, message: &str) -> Response<Full<Bytes>> {
    let error = json!({ "message": message, "type": "invalid_request_error", "param": null, "code": null });
    answer(status, json!({ "error": error }).to_string().into_bytes())
}

fn answer(status: u16, body: Vec<u8>) -> Response<Full<Bytes>> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Full::new(body.into())).expect("a response")
}
