//! HTTP as bytes on a socket, for what no client would send.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::app::PATIENCE;
use super::{Person, TestApp};

/// Opens a connection to the service.
pub async fn connect(app: &TestApp) -> TcpStream {
    connect_to(&app.url("")).await
}

async fn connect_to(url: &str) -> TcpStream {
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    TcpStream::connect(address).await.expect("the service accepts")
}

/// The head of a request with a body of this length, whatever is then sent.
pub fn head(person: &Person, method: &str, path: &str, content_type: &str, length: usize) -> String {
    let key = person.key();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: aisha\r\nAuthorization: Bearer {key}\r\nContent-Type: {content_type}\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )
}

/// Sends bytes, and reads all that is answered until the service ends the connection.
///
/// # Panics
///
/// When the service neither answers nor closes the connection.
pub async fn ask(app: &TestApp, request: &[u8]) -> String {
    let mut socket = connect(app).await;
    socket.write_all(request).await.expect("the service reads");
    read_to_end(&mut socket).await
}

/// Sends bytes, says that no more will come, and reads all that is answered.
///
/// # Panics
///
/// When the service neither answers nor closes the connection.
pub async fn exchange(app: &TestApp, request: &[u8]) -> String {
    exchange_at(&app.url(""), request, true).await
}

/// The same with the service at this address, which may answer before it has read everything; and with the word that no
/// more will come only if it `ends`.
///
/// # Panics
///
/// When the service neither answers nor closes the connection.
pub async fn exchange_at(url: &str, request: &[u8], ends: bool) -> String {
    let mut socket = connect_to(url).await;
    // A service that has heard enough may close the connection meanwhile; its answer tells.
    let _ = socket.write_all(request).await;
    if ends {
        let _ = socket.shutdown().await;
    }
    read_to_end(&mut socket).await
}

async fn read_to_end(socket: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A connection that is cut is an answer, too.
    let _ = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut answer)).await.expect("the service ends it");
    String::from_utf8_lossy(&answer).into_owned()
}
