//! What an upload costs: `cargo bench -p aisha-tests --bench upload [-- FILE…]`.
//!
//! The yardstick is what no service can do without, in the same minute on the same machine: one full decode by
//! `zune-jpeg` and SHA-256 of the file. Against it stands a whole upload: the request over loopback into the release
//! build of the service on SQLite and a folder, checks, thumbnail, both objects flushed to the disk, the row, the
//! answer. Runs of both are interleaved, so that a busy machine slows both, and medians are compared.

use std::time::Instant;

use aisha_tests::harness::{Person, TestApp, pictures};
use sha2::{Digest, Sha256};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;

const ROUNDS: u32 = 40;

#[tokio::main]
async fn main() {
    // Cargo adds `--bench`.
    let files: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let photos: Vec<(String, Vec<u8>)> = if files.is_empty() {
        [(4000, 3000), (2048, 1536), (1152, 864)].map(|(width, height)| camera(width, height)).to_vec()
    } else {
        files.into_iter().map(|file| (file.clone(), std::fs::read(&file).expect("the file"))).collect()
    };
    let app = TestApp::with(|config| config.photos.per_avatar = 200).await;
    let ann = app.person("ann").await;
    println!("{:<28} {:>6} {:>16} {:>10} {:>6}", "photo", "MB", "decode+sha ms", "upload ms", "ratio");
    for (name, bytes) in &photos {
        let avatar = ann.avatar().await;
        let (mut yardstick, mut uploads) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let photo = unlike(bytes, round);
            yardstick.push(timed(async || decode_and_hash(&photo)).await);
            let body = photo.clone();
            uploads.push(timed(async || upload(&ann, &avatar, body).await).await);
        }
        let (yardstick, uploads) = (median(yardstick), median(uploads));
        let megabytes = bytes.len() / 100_000;
        println!(
            "{name:<28} {:>4}.{} {yardstick:>16.2} {uploads:>10.2} {:>6.2}",
            megabytes / 10,
            megabytes % 10,
            uploads / yardstick
        );
    }
    app.finish().await;
}

/// A picture such as a camera makes, as to what it costs to read.
fn camera(width: u32, height: u32) -> (String, Vec<u8>) {
    (format!("rendered {width}x{height}"), pictures::camera_jpeg(width, height))
}

/// The same picture as another file: a comment with the number, behind the first marker.
fn unlike(jpeg: &[u8], number: u32) -> Vec<u8> {
    let comment = [&[0xFF, 0xFE, 0, 6][..], &number.to_be_bytes()].concat();
    [&jpeg[..2], &comment, &jpeg[2..]].concat()
}

fn decode_and_hash(jpeg: &[u8]) -> [u8; 32] {
    let mut decoder = JpegDecoder::new(ZCursor::new(jpeg));
    let pixels = decoder.decode().expect("a JPEG");
    assert!(!pixels.is_empty());
    Sha256::digest(jpeg).into()
}

async fn upload(person: &Person, avatar: &str, photo: Vec<u8>) {
    let request = person.request(reqwest::Method::POST, &format!("/v1/avatars/{avatar}/photos"));
    person.send(request.header("Content-Type", "image/jpeg").body(photo)).await.expect(201);
}

/// The time of `work` in milliseconds.
async fn timed<T>(work: impl AsyncFnOnce() -> T) -> f64 {
    let start = Instant::now();
    std::hint::black_box(work().await);
    start.elapsed().as_secs_f64() * 1e3
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
