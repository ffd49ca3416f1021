//! A language model behind the chat protocol of `OpenAI`, which most services and local servers speak: `POST
//! {url}/chat/completions`. Only what all of them understand is sent.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, Response, redirect};
use serde_json::{Value, json};
use url::Url;

use super::{PromptError, answer, words};
use crate::domain::secret::Secret;

const CONNECT_TIME: Duration = Duration::from_secs(5);
/// How long an answer to pages of text is waited for, another attempt included. Nobody waits for it at the door.
const READING_TIME: Duration = Duration::from_mins(3);
/// Before the one other attempt at a question that may be answered a moment later.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 256 * 1024;

/// Which language model, and where.
#[derive(Debug, Clone)]
pub struct ChatSettings {
    /// Where the protocol begins, such as `https://api.openai.com/v1`.
    pub url: Url,
    /// The key; servers in one's own house need none.
    pub key: Option<Secret>,
    /// What the model is called there. To tell photos it must be one that sees.
    pub model: String,
    /// How long an answer is waited for, another attempt included.
    pub patience: Duration,
}

/// The client. Cloning is cheap and shares the connections.
#[derive(Debug, Clone)]
pub struct Chat {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    url: Url,
    authorization: Option<HeaderValue>,
    model: String,
    patience: Duration,
    client: Client,
}

impl Chat {
    pub(super) fn new(settings: ChatSettings) -> Result<Self, PromptError> {
        // reqwest takes the TLS provider of the process. Another room may have installed it first; all install the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("aisha/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIME)
            .redirect(redirect::Policy::none());
        let authorization = settings.key.map(|key| {
            let value = HeaderValue::from_str(&format!("Bearer {}", key.expose()));
            value.map(|mut value| {
                value.set_sensitive(true);
                value
            })
        });
        let mut url = settings.url;
        let path = format!("{}/chat/completions", url.path().trim_end_matches('/'));
        url.set_path(&path);
        let inner = Inner {
            url,
            authorization: authorization.transpose().map_err(|_| PromptError::Setup)?,
            model: settings.model,
            patience: settings.patience,
            client: client.build().map_err(|_| PromptError::Setup)?,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(super) async fn enhance(&self, prompt: &str, trigger_phrase: Option<&str>) -> Result<String, PromptError> {
        let asked = self.ask(&words::enhance(trigger_phrase), json!(prompt)).await?;
        answer::read(&asked, trigger_phrase)
    }

    pub(super) async fn describe(&self, jpeg: &[u8], trigger_phrase: Option<&str>) -> Result<String, PromptError> {
        let url = format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg));
        let content = json!([
            { "type": "text", "text": "The photo:" },
            { "type": "image_url", "image_url": { "url": url } }
        ]);
        answer::read(&self.ask(&words::describe(trigger_phrase), content).await?, trigger_phrase)
    }

    /// What the model says to a text.
    pub(super) async fn tell(&self, system: &str, text: &str) -> Result<String, PromptError> {
        let asked = self.ask_for(system, json!(text), READING_TIME).await?;
        answer::read_text(&asked)
    }

    async fn ask(&self, system: &str, content: Value) -> Result<Value, PromptError> {
        self.ask_for(system, content, self.inner.patience).await
    }

    async fn ask_for(&self, system: &str, content: Value, patience: Duration) -> Result<Value, PromptError> {
        let question = json!({
            "model": self.inner.model,
            "messages": [{ "role": "system", "content": system }, { "role": "user", "content": content }]
        });
        let asking = async {
            match self.ask_once(&question).await {
                Err(error) if error.may_pass() => {
                    tokio::time::sleep(PAUSE).await;
                    self.ask_once(&question).await
                }
                answered => answered,
            }
        };
        tokio::time::timeout(patience, asking).await.map_err(|_| PromptError::Slow)?
    }

    async fn ask_once(&self, question: &Value) -> Result<Value, PromptError> {
        let mut request = self.inner.client.post(self.inner.url.clone()).json(question);
        if let Some(authorization) = &self.inner.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let response = request.send().await.map_err(unreachable)?;
        if !response.status().is_success() {
            // Its text may repeat the question, so it is not even read.
            return Err(PromptError::Refused { status: response.status().as_u16() });
        }
        whole(response).await
    }
}

async fn whole(mut response: Response) -> Result<Value, PromptError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(PromptError::Unreadable("an answer that is far too long"));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| PromptError::Unreadable("an answer that is not JSON"))
}

fn unreachable(error: reqwest::Error) -> PromptError {
    PromptError::Unreachable(error.without_url().to_string())
}
