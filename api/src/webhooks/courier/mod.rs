//! One request to an endpoint, and how it went.

use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::Resolve;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, redirect};
use url::{Host, Url};

use crate::webhooks::BadAddress;
use crate::webhooks::addresses::is_public;
use crate::webhooks::names::{NotPublic, PublicOnly, System};

/// From the first byte of the way to the head of the answer.
const ANSWER_TIME: Duration = Duration::from_secs(15);
const CONNECT_TIME: Duration = Duration::from_secs(5);
const LONGEST_URL: usize = 2000;

/// Brings messages to endpoints. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Courier {
    client: Client,
    allow_private: bool,
}

/// What is brought, with the headers of Standard Webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `webhook-id`: the same for every attempt.
    pub id: String,
    /// `webhook-timestamp`: the time of this attempt, in seconds.
    pub timestamp: i64,
    /// `webhook-signature`: all that hold.
    pub signatures: String,
    /// The body, JSON.
    pub body: String,
}

/// What an endpoint answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The status. A redirect is not followed.
    pub status: u16,
    /// How many seconds it asked to be left alone.
    pub retry_after: Option<u32>,
}

/// Why there was no answer. Displays as a few words that tell nothing of this network.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The address is not one that is gone to, any more.
    #[error("the address {0}")]
    Address(#[from] BadAddress),
    /// The name leads into a closed network.
    #[error("the name leads to no public address")]
    NotPublic,
    /// It took too long.
    #[error("no answer within 15 seconds")]
    Late,
    /// Nobody was there, or not whom the certificate names.
    #[error("no connection")]
    Unreachable,
    /// It broke off.
    #[error("the connection broke")]
    Broken,
}

impl Courier {
    /// A courier who reaches public addresses only, or all of them and without TLS, too, in a network of one's own.
    /// Fails when the machine has no roots of trust.
    pub fn new(allow_private: bool) -> Result<Self, reqwest::Error> {
        Self::by_names(Arc::new(System), allow_private)
    }

    fn by_names(names: Arc<dyn Resolve>, allow_private: bool) -> Result<Self, reqwest::Error> {
        // reqwest takes the provider of the process; another room may have installed it before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIME)
            .timeout(ANSWER_TIME)
            .pool_max_idle_per_host(2)
            .user_agent("Aisha-Webhooks/1");
        let client = if allow_private {
            client.dns_resolver(names)
        } else {
            client.https_only(true).dns_resolver(Arc::new(PublicOnly(names)))
        };
        Ok(Self { client: client.build()?, allow_private })
    }

    /// Whether an address can be that of an endpoint, as far as it can be told without looking up its name.
    pub fn check(&self, url: &str) -> Result<Url, BadAddress> {
        let url = Url::parse(url).ok().filter(|_| url.len() <= LONGEST_URL).ok_or(BadAddress::Unreadable)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BadAddress::Unreadable);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadAddress::UserInfo);
        }
        let address = match url.host() {
            None => return Err(BadAddress::Unreadable),
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        };
        if self.allow_private {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(BadAddress::Insecure);
        }
        // The resolver does not see what is no name.
        if address.is_some_and(|address| !is_public(address)) {
            return Err(BadAddress::NotPublic);
        }
        if url.port().is_some_and(|port| port < 1024) {
            return Err(BadAddress::Port);
        }
        Ok(url)
    }

    /// Brings a message. Of the answer only the head is read.
    pub async fn post(&self, url: &str, message: &Message) -> Result<Answer, PostError> {
        let request = self
            .client
            .post(self.check(url)?)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", message.timestamp)
            .header("webhook-signature", &message.signatures)
            .body(message.body.clone());
        let response = request.send().await.map_err(|error| why(&error))?;
        let retry_after =
            response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Ok(Answer { status: response.status().as_u16(), retry_after })
    }
}

fn why(error: &reqwest::Error) -> PostError {
    let mut causes = std::iter::successors(Some(error as &(dyn Error + 'static)), |&error| error.source());
    if causes.any(<dyn Error>::is::<NotPublic>) {
        PostError::NotPublic
    } else if error.is_timeout() {
        PostError::Late
    } else if error.is_connect() {
        PostError::Unreachable
    } else {
        PostError::Broken
    }
}

#[cfg(test)]
mod tests;
