//! An S3 store inside the test: s3s answers on a port of this machine and keeps its objects in a temporary folder. It
//! verifies every signature, so a wrong, changed or expired one is refused as the real thing would refuse it.

use aisha_api::domain::secret::Secret;
use aisha_api::files::S3Settings;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::{
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

/// A running store with one empty bucket; it ends when this is dropped.
#[derive(Debug)]
pub struct ObjectStore {
    /// How to use its bucket.
    pub settings: S3Settings,
    serving: JoinHandle<()>,
    _objects: TempDir,
}

impl ObjectStore {
    /// Starts a store on a free port.
    ///
    /// # Panics
    ///
    /// When the machine gives no temporary folder or no port.
    pub async fn start() -> Self {
        const ACCESS_KEY: &str = "AKIATEST";
        const SECRET_KEY: &str = "a-secret-of-the-tests";

        let objects = tempfile::tempdir().expect("a temporary folder");
        // A bucket of s3s-fs is a folder.
        std::fs::create_dir(objects.path().join("aisha")).expect("the bucket's folder");
        let mut service = S3ServiceBuilder::new(FileSystem::new(objects.path()).expect("s3s opens its folder"));
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("a bound port has an address"));
        let settings = S3Settings {
            bucket: "aisha".into(),
            region: "us-east-1".into(),
            endpoint: Some(endpoint.parse().expect("an address is a URL")),
            public_endpoint: None,
            access_key: ACCESS_KEY.into(),
            secret_key: Secret::new(SECRET_KEY),
            session_token: None,
            path_style: true,
        };
        let serving = tokio::spawn(serve(listener, service.build()));
        Self { settings, serving, _objects: objects }
    }

    /// The variables by which another process uses this bucket.
    ///
    /// # Panics
    ///
    /// When the bucket is not one of a store of the tests.
    pub fn variables(settings: &S3Settings) -> Vec<(&'static str, String)> {
        let endpoint = settings.endpoint.as_ref().expect("a store of the tests has an address");
        vec![
            ("AISHA_S3_BUCKET", settings.bucket.clone()),
            ("AWS_ENDPOINT_URL_S3", endpoint.to_string()),
            ("AWS_REGION", settings.region.clone()),
            ("AWS_ACCESS_KEY_ID", settings.access_key.clone()),
            ("AWS_SECRET_ACCESS_KEY", settings.secret_key.expose().to_owned()),
        ]
    }
}

impl Drop for ObjectStore {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, service: S3Service) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        // Without it an answer of two packets waits for the client's delayed acknowledgement, 40 ms each time.
        socket.set_nodelay(true).expect("a TCP socket takes TCP_NODELAY");
        let connection =
            http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), service.clone());
        connections.spawn(connection);
    }
}
