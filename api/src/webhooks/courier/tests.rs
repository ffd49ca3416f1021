use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::dns::{Addrs, Name, Resolving};
use tokio::net::TcpListener;

use super::*;

/// Names of an evil domain: `<address with dashes>.evil.example` leads to that address, `both.` to a public one, too.
struct Evil(SocketAddr);

impl Resolve for Evil {
    fn resolve(&self, name: Name) -> Resolving {
        let inside = self.0.ip();
        let first = name.as_str().split('.').next().unwrap_or_default();
        let address = first.replace('-', ":").parse().or_else(|_| first.replace('-', ".").parse()).unwrap_or(inside);
        Box::pin(async move { Ok(Box::new(std::iter::once(SocketAddr::new(address, 0))) as Addrs) })
    }
}

fn message() -> Message {
    Message { id: "m".into(), timestamp: 1, signatures: "v1,x".into(), body: "{}".into() }
}

/// Ways to write addresses that nobody outside may reach; each is tried with the port of a listener.
const HOSTS: &[&str] = &[
    // Loopback, in every notation that some library takes for an address.
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "0177.1",
    "127.0.0.1.",
    "127.255.255.254",
    "0",
    "0.0.0.0",
    "0x0",
    "00",
    "%31%32%37.0.0.1",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[0000::0001]",
    "[::ffff:0:127.0.0.1]",
    // Other ways of writing IPv4 in IPv6: NAT64, its local use, 6to4, Teredo, ISATAP.
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:7f00:1::]",
    "[fe80::5efe:127.0.0.1]",
    // Clouds tell secrets here.
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "169.254.170.2",
    "[fd00:ec2::254]",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16.nip",
    // Private, shared, local, and reserved networks.
    "10.0.0.1",
    "10.1",
    "012.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1",
    "3232235521",
    "100.64.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "203.0.113.9",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "[fc00::1]",
    "[fd12::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[100::1]",
    // Names that lead there.
    "localhost",
    "LOCALHOST",
    "localhost.",
    "api.localhost",
    "127-0-0-1.evil.example",
    "10-0-0-1.evil.example",
    "169-254-169-254.evil.example",
    "0-0-0-0-0-0-0-1.evil.example",
    "64-ff9b--7f00-1.evil.example",
    "metadata.google.internal",
    "rebind.evil.example",
    "xn--80ak6aa92e.evil.example",
];

#[tokio::test]
async fn nothing_inside_is_reached() {
    let (inside, reached) = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".into()).await;
    let port = inside.port();
    let courier = Courier::by_names(Arc::new(Evil(inside)), false).expect("a courier");
    let schemes = ["https", "http"];
    let mut tried = 0;
    for host in HOSTS {
        for scheme in schemes {
            for url in [format!("{scheme}://{host}:{port}/x"), format!("{scheme}://hooks.example@{host}:{port}/x")] {
                let refused = courier.post(&url, &message()).await.expect_err(&url);
                let known = matches!(refused, PostError::Address(_) | PostError::NotPublic);
                assert!(known, "{url} was refused only by the network: {refused}");
                tried += 1;
            }
        }
    }
    for url in [
        format!("https://public.example:{port}@127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}#@public.example/"),
        format!("https:127.0.0.1:{port}"),
        format!("https:\\\\127.0.0.1:{port}\\x"),
        format!("https://127.0.0.1:{port}\t/"),
        format!("gopher://127.0.0.1:{port}/_x"),
        format!("ftp://127.0.0.1:{port}/"),
        format!("file:///proc/self/environ?{port}"),
        "https://public.example:22/".to_owned(),
        "https://".to_owned(),
        String::new(),
        format!("https://public.example/{}", "x".repeat(2000)),
    ] {
        let refused = courier.post(&url, &message()).await.expect_err(&url);
        assert!(matches!(refused, PostError::Address(_)), "{url}: {refused}");
        tried += 1;
    }
    assert!(HOSTS.len() >= 60 && tried > 240, "{tried}");
    assert_eq!(reached.load(Ordering::SeqCst), 0);
    let open = Courier::by_names(Arc::new(Evil(inside)), true).expect("a courier");
    let answer = open.post(&format!("http://rebind.evil.example:{port}/"), &message()).await;
    assert_eq!(answer.expect("an answer").status, 200, "the way there is open, but for the guard");
    assert_eq!(reached.load(Ordering::SeqCst), 1);
}

/// A server that answers each connection with these bytes and counts them.
async fn answering(bytes: String) -> (SocketAddr, Arc<AtomicUsize>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(bytes.as_bytes()).await;
        }
    });
    (address, count)
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let (inner, reached) = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".into()).await;
    let courier = Courier::new(true).expect("a courier");
    for status in [301, 302, 303, 307, 308] {
        let head = format!("HTTP/1.1 {status} Moved\r\nlocation: http://{inner}/\r\ncontent-length: 0\r\n\r\n");
        let (outer, _) = answering(head).await;
        let answer = courier.post(&format!("http://{outer}/"), &message()).await.expect("an answer");
        assert_eq!(answer, Answer { status, retry_after: None });
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_answer_tells_its_status_and_when_to_come_back() {
    let (busy, _) = answering("HTTP/1.1 503 Busy\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n".into()).await;
    let courier = Courier::new(true).expect("a courier");
    let answer = courier.post(&format!("http://{busy}/"), &message()).await.expect("an answer");
    assert_eq!(answer, Answer { status: 503, retry_after: Some(120) });
    let refused = courier.post("http://127.0.0.1:1/", &message()).await.expect_err("nobody there");
    assert!(matches!(refused, PostError::Unreachable), "{refused}");
}

#[test]
fn a_good_address_is_taken() {
    let courier = Courier::new(false).expect("a courier");
    for good in [
        "https://hooks.example/aisha?x=1",
        "https://hooks.example:8443/",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]/",
    ] {
        assert!(courier.check(good).is_ok(), "{good}");
    }
}
