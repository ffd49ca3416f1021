//! A bucket as the object store, through the AWS SDK. The contract test passes on s3s and on Garage 2.5; what follows
//! from their differences is said where it matters.

use std::{
    error::Error,
    io,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_sdk_s3::{
    Client,
    config::{
        BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
        retry::RetryConfig, timeout::TimeoutConfig,
    },
    error::{ProvideErrorMetadata, SdkError},
    operation::{get_object::GetObjectError, head_object::HeadObjectError},
    presigning::{PresignedRequest, PresigningConfig},
    primitives::ByteStream,
};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use tempfile::NamedTempFile;
use url::Url;

use super::{
    CACHED, FilesError, Key, Reading, S3Settings, cache_control, content_disposition, folder::temporary_beside,
};

/// One bucket of an S3-compatible store.
#[derive(Debug, Clone)]
pub struct S3(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bucket: String,
    client: Client,
    /// Signs links, and nothing else: a signature covers the host, and the world knows the store by another name.
    public: Client,
}

impl S3 {
    /// A bucket by its settings. Nothing is sent yet: `Files::check` tells whether the settings are right.
    #[must_use]
    pub fn new(settings: &S3Settings) -> Self {
        let client = client(settings, settings.endpoint.as_ref());
        let public = match &settings.public_endpoint {
            Some(public) => self::client(settings, Some(public)),
            None => client.clone(),
        };
        Self(Arc::new(Inner { bucket: settings.bucket.clone(), client, public }))
    }

    pub(super) async fn put(&self, key: &Key, bytes: Bytes) -> Result<(), FilesError> {
        let length = bytes.len() as u64;
        self.send(key, length, ByteStream::from(bytes)).await
    }

    pub(super) async fn put_file(&self, key: &Key, path: &Path) -> Result<(), FilesError> {
        let unreadable = |source| FilesError::Local { doing: "read the file to store", source };
        let length = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
        // Read from the disk piece by piece, and once more from the start when the request is retried.
        let body = ByteStream::from_path(path).await.map_err(|error| unreadable(io::Error::other(error)))?;
        self.send(key, length, body).await
    }

    pub(super) async fn read(&self, key: &Key) -> Result<Option<Bytes>, FilesError> {
        let Some(body) = self.body(key).await? else { return Ok(None) };
        let whole = body.collect().await.map_err(|error| interrupted(&error))?;
        Ok(Some(whole.into_bytes()))
    }

    pub(super) async fn open_object(&self, key: &Key) -> Result<Option<Reading>, FilesError> {
        Ok(self.body(key).await?.map(Reading::of_body))
    }

    pub(super) async fn fetch(&self, key: &Key, to: &Path) -> Result<Option<u64>, FilesError> {
        let Some(mut body) = self.body(key).await? else { return Ok(None) };
        let unwritable = |source| FilesError::Local { doing: "write the fetched object", source };
        let (arriving, file) = create(to).map_err(unwritable)?;
        let mut file = tokio::fs::File::from_std(file);
        let mut length = 0;
        while let Some(piece) = body.try_next().await.map_err(|error| interrupted(&error))? {
            tokio::io::AsyncWriteExt::write_all(&mut file, &piece).await.map_err(unwritable)?;
            length += piece.len() as u64;
        }
        tokio::io::AsyncWriteExt::flush(&mut file).await.map_err(unwritable)?;
        arriving.persist(to).map_err(|error| unwritable(error.error))?;
        Ok(Some(length))
    }

    pub(super) async fn delete(&self, key: &Key) -> Result<(), FilesError> {
        let Inner { bucket, client, .. } = &*self.0;
        let sent = client.delete_object().bucket(bucket).key(key.as_str()).send().await;
        sent.map(drop).map_err(|error| refused("delete an object", &error))
    }

    pub(super) async fn exists(&self, key: &Key) -> Result<bool, FilesError> {
        let Inner { bucket, client, .. } = &*self.0;
        match client.head_object().bucket(bucket).key(key.as_str()).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(false),
            Err(error) => Err(refused("look for an object", &error)),
        }
    }

    /// A page of keys, and where the next one begins if there is one.
    pub(super) async fn list_page(
        &self,
        prefix: &str,
        after: Option<String>,
    ) -> Result<(Vec<Key>, Option<String>), FilesError> {
        let Inner { bucket, client, .. } = &*self.0;
        let page = client.list_objects_v2().bucket(bucket).prefix(prefix).set_continuation_token(after).send().await;
        let page = page.map_err(|error| refused("list objects", &error))?;
        let names = page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key);
        Ok((names.filter_map(|name| Key::parse(name).ok()).collect(), page.next_continuation_token))
    }

    pub(super) async fn signed_url(
        &self,
        key: &Key,
        lifetime: Duration,
        now: DateTime<Utc>,
    ) -> Result<Url, FilesError> {
        let Inner { bucket, public, .. } = &*self.0;
        // What the answer is to say stands in the link: objects stored long ago obey it, too.
        let request = public
            .get_object()
            .bucket(bucket)
            .key(key.as_str())
            .response_cache_control(cache_control(lifetime))
            .response_content_disposition(content_disposition(key));
        let signed = request.presigned(terms(lifetime, now)?).await;
        address(&signed.map_err(|error| refused("sign a link", &error))?)
    }

    pub(super) async fn signed_head_url(
        &self,
        key: &Key,
        lifetime: Duration,
        now: DateTime<Utc>,
    ) -> Result<Url, FilesError> {
        let Inner { bucket, public, .. } = &*self.0;
        let request = public
            .head_object()
            .bucket(bucket)
            .key(key.as_str())
            .response_cache_control(cache_control(lifetime))
            .response_content_disposition(content_disposition(key));
        let signed = request.presigned(terms(lifetime, now)?).await;
        address(&signed.map_err(|error| refused("sign a link", &error))?)
    }

    pub(super) async fn check(&self) -> Result<(), FilesError> {
        let Inner { bucket, client, .. } = &*self.0;
        let answer = client.head_bucket().bucket(bucket).send().await;
        answer.map(drop).map_err(|error| refused("reach the bucket", &error))
    }

    async fn send(&self, key: &Key, length: u64, body: ByteStream) -> Result<(), FilesError> {
        let Inner { bucket, client, .. } = &*self.0;
        let request = client
            .put_object()
            .bucket(bucket)
            .key(key.as_str())
            .content_type(key.content_type())
            // For who reads the bucket past our links, such as a cache in front of it.
            .cache_control(cache_control(CACHED))
            .content_disposition(content_disposition(key))
            .body(body);
        let limits = aws_sdk_s3::Config::builder().timeout_config(time_limits(length));
        let sent = request.customize().config_override(limits).send().await;
        sent.map(drop).map_err(|error| refused("store an object", &error))
    }

    async fn body(&self, key: &Key) -> Result<Option<ByteStream>, FilesError> {
        let Inner { bucket, client, .. } = &*self.0;
        match client.get_object().bucket(bucket).key(key.as_str()).send().await {
            Ok(object) => Ok(Some(object.body)),
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            Err(error) => Err(refused("read an object", &error)),
        }
    }
}

fn terms(lifetime: Duration, now: DateTime<Utc>) -> Result<PresigningConfig, FilesError> {
    let terms = PresigningConfig::builder().start_time(SystemTime::from(now)).expires_in(lifetime).build();
    terms.map_err(|_| unsigned("the lifetime is not allowed"))
}

fn address(signed: &PresignedRequest) -> Result<Url, FilesError> {
    signed.uri().parse().map_err(|_| unsigned("the address is not a URL"))
}

fn unsigned(reason: &str) -> FilesError {
    FilesError::Store { doing: "sign a link", reason: reason.into(), transient: false }
}

fn client(settings: &S3Settings, endpoint: Option<&Url>) -> Client {
    let S3Settings { region, access_key, secret_key, session_token, path_style, .. } = settings;
    let token = session_token.as_ref().map(|token| token.expose().to_owned());
    let credentials = Credentials::new(access_key, secret_key.expose(), token, None, "settings");
    let provider = tls::Provider::Rustls(CryptoMode::Ring);
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().tls_provider(provider).build_https())
        .region(Region::new(region.clone()))
        .credentials_provider(credentials)
        .force_path_style(*path_style)
        // The SDK's default adds a checksum trailer to streamed bodies, which Garage refuses ("Invalid payload
        // signature") and which others store as a content encoding.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .retry_config(RetryConfig::standard())
        .timeout_config(time_limits(0));
    let config = match endpoint {
        Some(endpoint) => config.endpoint_url(endpoint.as_str()),
        None => config,
    };
    Client::from_conf(config.build())
}

/// The slowest upload worth waiting for, in bytes a second.
const SLOWEST_UPLOAD: u64 = 256 * 1024;

/// The SDK's clocks run while the request's body is being sent, so their limits grow with its length. A download has
/// none of them (they stop at the answer's head); there the SDK itself gives up on a stream that stands still.
fn time_limits(upload_length: u64) -> TimeoutConfig {
    let sending = Duration::from_secs(upload_length / SLOWEST_UPLOAD);
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(30) + sending)
        .operation_attempt_timeout(Duration::from_secs(40) + sending)
        .operation_timeout(Duration::from_secs(90) + 2 * sending)
        .build()
}

fn create(to: &Path) -> io::Result<(NamedTempFile, std::fs::File)> {
    let arriving = temporary_beside(to)?;
    let file = arriving.as_file().try_clone()?;
    Ok((arriving, file))
}

pub(super) fn interrupted(error: &(dyn Error + 'static)) -> FilesError {
    FilesError::Store { doing: "read an object to its end", reason: chain(error), transient: true }
}

/// The code and the status name the trouble; the store's own message is left out, as it may quote the request.
fn refused<E: ProvideErrorMetadata + Error + 'static>(doing: &'static str, error: &SdkError<E>) -> FilesError {
    let (reason, transient) = match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = answer.err().code().unwrap_or("no code");
            (
                format!("{code} (HTTP {status})"),
                status >= 500 || matches!(status, 408 | 429) || code == "RequestTimeout",
            )
        }
        SdkError::ResponseError(answer) => (format!("an answer not of S3 (HTTP {})", answer.raw().status()), true),
        SdkError::DispatchFailure(failure) => {
            let failure = failure.as_connector_error();
            (failure.map_or_else(|| "no connection".into(), |failure| chain(failure)), true)
        }
        SdkError::TimeoutError(_) => ("no answer in time".into(), true),
        _ => ("the request could not be built".into(), false),
    };
    FilesError::Store { doing, reason, transient }
}

/// The causes of a broken connection, outermost first. They speak of sockets and certificates, not of the request.
fn chain(error: &(dyn Error + 'static)) -> String {
    std::iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
