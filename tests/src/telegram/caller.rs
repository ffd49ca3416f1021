//! A bot without a library: calls methods, and sees what is really answered.

use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use super::FakeTelegram;

/// Somebody who calls the Bot API with the bot's token.
#[derive(Debug, Clone)]
pub struct Caller {
    client: Client,
    base: String,
}

impl Caller {
    /// One who calls this Telegram.
    ///
    /// # Panics
    ///
    /// When no client can be built.
    pub fn new(telegram: &FakeTelegram) -> Self {
        Self::with_token(telegram, telegram.token())
    }

    /// One who calls it with this token.
    ///
    /// # Panics
    ///
    /// When no client can be built.
    pub fn with_token(telegram: &FakeTelegram, token: &str) -> Self {
        aisha_api::fal::install_tls();
        let client = Client::builder().no_proxy().build().expect("a client");
        Self { client, base: format!("{}/bot{token}", telegram.url()) }
    }

    /// The beginning of a call.
    pub fn post(&self, method: &str) -> RequestBuilder {
        self.client.post(format!("{}/{method}", self.base))
    }

    /// Calls a method with these parameters as JSON; gives the body of the answer.
    ///
    /// # Panics
    ///
    /// When there is no answer, or its status and its body say different things.
    pub async fn call(&self, method: &str, params: &Value) -> Value {
        body(self.post(method).json(params)).await
    }

    /// Calls a method, which does what it should; gives its result.
    ///
    /// # Panics
    ///
    /// When it is refused.
    pub async fn result(&self, method: &str, params: &Value) -> Value {
        let answer = self.call(method, params).await;
        assert_eq!(answer["ok"], true, "{method} {params}: {answer}");
        answer["result"].clone()
    }

    /// Calls a method, which is refused; gives the words of the refusal.
    ///
    /// # Panics
    ///
    /// When it is not refused.
    pub async fn refusal(&self, method: &str, params: &Value) -> String {
        let answer = self.call(method, params).await;
        assert_eq!(answer["ok"], false, "{method} {params}: {answer}");
        answer["description"].as_str().unwrap_or_default().to_owned()
    }

    /// Calls a method with these parameters and a file, as a form; gives the body of the answer.
    ///
    /// # Panics
    ///
    /// When there is no answer, or its status and its body say different things.
    pub async fn upload(&self, method: &str, params: &[(&str, &str)], field: &str, name: &str, file: Vec<u8>) -> Value {
        let part = Part::bytes(file).file_name(name.to_owned());
        let form = Form::new().part(field.to_owned(), part);
        let form = params.iter().fold(form, |form, (name, value)| form.text((*name).to_owned(), (*value).to_owned()));
        body(self.post(method).multipart(form)).await
    }
}

async fn body(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.expect("a JSON body");
    let said = body["error_code"].as_u64().unwrap_or(200);
    assert_eq!(u64::from(status), said, "the status and the body: {body}");
    body
}
