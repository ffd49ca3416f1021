//! What taking in a photo costs: `cargo bench -p aisha-tests --bench intake [-- FILE…]`.
//!
//! Three columns in one run. The *bound* is what no service can do without: SHA-256 of the file and one full decode, by
//! libjpeg-turbo with the feature `turbo`, else by `zune-jpeg` (or by the decoder of the format). The *function* is all
//! that is made of a photo, by a [`Reader`] in this process: strict checks, training copy, thumbnail, hashes, quality,
//! faces, crop. *HTTP* is the whole upload into the release build of the service, a process of its own on SQLite and a
//! folder: request, spool, the worker behind its fence, objects flushed to the disk, the row, the answer. Each is done by
//! two at once, as two clients do, and told as the time a photo takes; rounds are interleaved, so that a busy machine
//! slows all three, and medians are compared.
//!
//! Then a hundred clients at once: what the service and its workers hold at their peak. Then the function on one core
//! and on two.

use std::time::Instant;

use aisha_imaging::{Limits, Reader};
use aisha_tests::harness::{Person, Program, id, pictures};
use futures_util::future::join_all;
use image::ImageFormat;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use serde_json::json;
use sha2::{Digest, Sha256};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;

const ROUNDS: u32 = 12;
/// Photos one client sends in a round.
const PHOTOS: u32 = 4;
const CLIENTS: u32 = 100;

#[tokio::main]
async fn main() {
    // Cargo adds `--bench`.
    let files: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let photos = if files.is_empty() { rendered() } else { read(files) };
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [("AISHA_PHOTOS_PER_AVATAR", "200"), ("AISHA_LOG", "error")];
    let start = async || Program::start(env!("CARGO_BIN_EXE_aisha-api-under-test"), folder.path(), &settings).await;
    let program = start().await;
    let ann = program.developer();

    println!(
        "{:<34} {:>5} {:>9} {:>12} {:>8} {:>11} {:>9}",
        "photo, two at once", "MB", "bound ms", "function ms", "/ bound", "HTTP ms", "/ function"
    );
    for (name, bytes) in &photos {
        compare(&ann, name, bytes).await;
    }
    println!("memory so far, MB: {}", peaks(&program));
    program.stop().await;

    // A new process, because what counts is the most it has ever had.
    let program = start().await;
    let ann = program.developer();
    let (_, largest) = photos.first().expect("a photo");
    let avatars = join_all((0..CLIENTS).map(|_| avatar(&ann))).await;
    let start = Instant::now();
    join_all((0..).zip(&avatars).map(|(client, avatar)| upload(&ann, avatar, unlike(largest, client)))).await;
    println!("{CLIENTS} clients at once: {:.1} s; memory, MB: {}", start.elapsed().as_secs_f64(), peaks(&program));

    let (one, two) = (throughput(largest, 1), throughput(largest, 2));
    println!("the function on one core: {one:.1} photos/s; on two: {two:.1} ({:.2} times)", two / one);
}

async fn compare(ann: &Person, name: &str, bytes: &[u8]) {
    let (mut bounds, mut functions, mut uploads) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let photos: Vec<Vec<u8>> = (0..2 * PHOTOS).map(|number| unlike(bytes, round * 2 * PHOTOS + number)).collect();
        let halves: Vec<&[Vec<u8>]> = photos.chunks(PHOTOS as usize).collect();
        bounds.push(by_two(&halves, |photos| {
            for photo in photos {
                hash_and_decode(photo);
            }
        }));
        functions.push(by_two(&halves, |photos| {
            let mut reader = Reader::new(Limits::default());
            for photo in photos {
                drop(reader.read(photo).expect("a good photo"));
            }
        }));
        let avatars = [avatar(ann).await, avatar(ann).await];
        let start = Instant::now();
        join_all(avatars.iter().zip(&halves).map(async |(avatar, photos)| {
            for photo in *photos {
                upload(ann, avatar, photo.clone()).await;
            }
        }))
        .await;
        uploads.push(per_photo(start));
    }
    let (bound, function, http) = (median(bounds), median(functions), median(uploads));
    let tenths = bytes.len() / 100_000;
    println!(
        "{name:<34} {:>3}.{} {bound:>9.1} {function:>12.1} {:>8.2} {http:>11.1} {:>9.2}",
        tenths / 10,
        tenths % 10,
        function / bound,
        http / function
    );
}

/// Milliseconds a photo takes one of two who work side by side.
fn by_two(halves: &[&[Vec<u8>]], work: impl Fn(&[Vec<u8>]) + Sync) -> f64 {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for half in halves {
            scope.spawn(|| work(half));
        }
    });
    per_photo(start)
}

fn per_photo(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3 / f64::from(PHOTOS)
}

/// Photos a second that so many threads read.
fn throughput(photo: &[u8], threads: u32) -> f64 {
    let each = 30;
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut reader = Reader::new(Limits::default());
                for _ in 0..each {
                    drop(std::hint::black_box(reader.read(photo)));
                }
            });
        }
    });
    f64::from(threads * each) / start.elapsed().as_secs_f64()
}

fn hash_and_decode(photo: &[u8]) {
    std::hint::black_box(Sha256::digest(photo));
    #[cfg(feature = "turbo")]
    if photo.starts_with(&[0xFF, 0xD8]) {
        std::hint::black_box(turbojpeg::decompress(photo, turbojpeg::PixelFormat::RGB).expect("a JPEG"));
        return;
    }
    if photo.starts_with(&[0xFF, 0xD8]) {
        std::hint::black_box(JpegDecoder::new(ZCursor::new(photo)).decode().expect("a JPEG"));
    } else {
        std::hint::black_box(image::load_from_memory(photo).expect("a picture"));
    }
}

async fn avatar(person: &Person) -> String {
    let new = json!({"name": "Ann", "gender": "female", "avatar_type": "character", "training_type": "portrait"});
    id(&person.post("/v1/avatars", new).await.expect(201))
}

async fn upload(person: &Person, avatar: &str, photo: Vec<u8>) {
    let request = person.request(reqwest::Method::POST, &format!("/v1/avatars/{avatar}/photos"));
    person.send(request.header("Content-Type", "image/jpeg").body(photo)).await.expect(201);
}

/// The same picture as another file: a comment with the number, where the format has room for one.
fn unlike(photo: &[u8], number: u32) -> Vec<u8> {
    if photo.starts_with(&[0xFF, 0xD8]) {
        let comment = [&[0xFF, 0xFE, 0, 6][..], &number.to_be_bytes()].concat();
        return [&photo[..2], &comment, &photo[2..]].concat();
    }
    if photo.starts_with(b"RIFF") {
        let mut webp = [photo, b"note\x04\0\0\0", &number.to_be_bytes()].concat();
        let length = u32::try_from(webp.len() - 8).expect("a small file");
        webp[4..8].copy_from_slice(&length.to_le_bytes());
        return webp;
    }
    // A chunk behind the header of a PNG, which is 33 bytes long.
    let chunk = [&b"noTe"[..], &number.to_be_bytes()].concat();
    let checksum = crc32fast::hash(&chunk).to_be_bytes();
    [&photo[..33], &[0, 0, 0, 4], &chunk, &checksum, &photo[33..]].concat()
}

/// Pictures that cost what those of cameras cost.
fn rendered() -> Vec<(String, Vec<u8>)> {
    let sizes = [("12 MP", 4000, 3000), ("3 MP", 2048, 1536), ("1 MP", 1152, 864)];
    let jpegs =
        sizes.iter().map(|&(name, width, height)| (format!("{name} JPEG"), pictures::camera_jpeg(width, height)));
    let mut photos: Vec<_> = jpegs.collect();
    let pixels = image::load_from_memory(&photos[0].1).expect("a JPEG").into_rgb8();
    let mut progressive = Vec::new();
    let mut encoder = Encoder::new(&mut progressive, 85);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(true);
    encoder.encode(pixels.as_raw(), 4000, 3000, ColorType::Rgb).expect("a picture can be encoded");
    photos.push(("12 MP progressive JPEG".to_owned(), progressive));
    let small = image::load_from_memory(&photos[2].1).expect("a JPEG").into_rgb8();
    photos.push(("1 MP PNG".to_owned(), pictures::encode(&small, ImageFormat::Png)));
    photos.push(("1 MP WebP, lossless".to_owned(), pictures::encode(&small, ImageFormat::WebP)));
    photos
}

fn read(files: Vec<String>) -> Vec<(String, Vec<u8>)> {
    let name = |file: &str| file.rsplit('/').next().unwrap_or(file).to_owned();
    files.into_iter().map(|file| (name(&file), std::fs::read(&file).expect("the file"))).collect()
}

fn peaks(program: &Program) -> String {
    let peaks = program.peaks();
    let parts: Vec<_> = peaks.iter().map(|peak| format!("{peak:.0}")).collect();
    format!("{} = {:.0} (the service, then its workers)", parts.join(" + "), peaks.iter().sum::<f64>())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
