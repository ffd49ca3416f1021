//! How long one photo takes: `cargo bench -p aisha-imaging [-- FILE…]`.
//!
//! The yardstick is what no service can do without, on the same machine in the same minute: SHA-256 of the file and one
//! full decode by `zune-jpeg` into a buffer that is kept. Runs of both are interleaved, so that a busy machine slows
//! both, and medians of the time on the processor are compared. Without files it renders its own, which look like camera files to a decoder: shapes,
//! edges, texture and sensor noise, about 2.7 MB at 12 megapixels.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "picture arithmetic on values whose ranges are known"
)]

use std::error::Error;
use std::hint::black_box;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use aisha_imaging::{Limits, Reader};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use rustix::time::{ClockId, clock_gettime};
use sha2::{Digest, Sha256};
use zune_core::bytestream::ZCursor;
use zune_jpeg::JpegDecoder;

const ROUNDS: usize = 31;

/// A name and the bytes of a file.
type Photo = (String, Vec<u8>);

/// What the bench calls itself with to measure memory.
const ONCE: &str = "--once";

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().any(|argument| argument == ONCE) {
        return read_once();
    }
    // Cargo adds `--bench`.
    let files: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let photos = if files.is_empty() { rendered()? } else { loaded(&files)? };

    println!(
        "{:<26} {:>5} {:>5} | {:>13} | {:>13} {:>5} | {:>9} | {:>4}",
        "photo", "MB", "MP", "bound, ms", "intake, ms", "ratio", "faces, ms", "MB"
    );
    for (name, bytes) in &photos {
        let memory = peak(bytes);
        let mut reader = Reader::new(Limits::default());
        let megapixels = reader.read(bytes).map(|photo| f64::from(photo.width) * f64::from(photo.height) / 1e6).ok();
        let mut blind = Reader::with_model(Limits::default(), None)?;
        let mut pixels = Vec::new();
        let (mut bound, mut intake, mut faceless) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bound.extend(timed(|| hash_and_decode(bytes, &mut pixels)));
            intake.extend(timed(|| reader.read(bytes).ok()));
            faceless.extend(timed(|| blind.read(bytes).ok()));
        }
        let (bound, intake, faceless) = (Times::of(bound), Times::of(intake), Times::of(faceless));
        let faces = intake.as_ref().zip(faceless).map(|(intake, faceless)| intake.median - faceless.median);
        let ratio = bound.as_ref().zip(intake.as_ref()).map(|(bound, intake)| intake.median / bound.median);
        println!(
            "{name:<26} {:>5.2} {:>5} | {:>13} | {:>13} {:>5} | {:>9} | {:>4}",
            bytes.len() as f64 / 1e6,
            figure(megapixels),
            span(bound),
            span(intake),
            figure(ratio),
            figure(faces),
            memory.map_or_else(|| "-".to_owned(), |memory| memory.to_string())
        );
    }
    println!(
        "Times are of the thread's processor, least / median of {ROUNDS}. Memory is the peak of a process that reads the photo."
    );
    Ok(())
}

/// The least and the median of some times in milliseconds.
struct Times {
    least: f64,
    median: f64,
}

impl Times {
    fn of(mut times: Vec<f64>) -> Option<Self> {
        times.sort_by(f64::total_cmp);
        Some(Self { least: *times.first()?, median: *times.get(times.len() / 2)? })
    }
}

fn span(times: Option<Times>) -> String {
    times.map_or_else(|| "-".to_owned(), |times| format!("{:.1} / {:.1}", times.least, times.median))
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"))
}

/// The processor time of `work` in milliseconds, if it came to anything. Other processes do not count in it, though their
/// use of caches does.
fn timed<T>(work: impl FnOnce() -> Option<T>) -> Option<f64> {
    let start = clock_gettime(ClockId::ThreadCPUTime);
    let result = black_box(work());
    let time = clock_gettime(ClockId::ThreadCPUTime) - start;
    result.map(|_| time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6)
}

/// The yardstick; `None` for what is not a JPEG.
fn hash_and_decode(bytes: &[u8], pixels: &mut Vec<u8>) -> Option<[u8; 32]> {
    let mut decoder = JpegDecoder::new(ZCursor::new(bytes));
    decoder.decode_headers().ok()?;
    pixels.resize(decoder.output_buffer_size()?, 0);
    decoder.decode_into(pixels).ok()?;
    Some(Sha256::digest(bytes).into())
}

/// The most memory in MB that a process takes for reading `bytes`, the file included; `None` where the system does not
/// tell. It is a process of its own, because allocators keep what they once had.
fn peak(bytes: &[u8]) -> Option<f64> {
    let mut child = Command::new(std::env::current_exe().ok()?)
        .arg(ONCE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(bytes).ok()?;
    let told = child.wait_with_output().ok()?.stdout;
    str::from_utf8(&told).ok()?.trim().parse().ok()
}

/// Reads the picture on the standard input once, and tells the most memory that took.
fn read_once() -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let _ = black_box(Reader::new(Limits::default()).read(&bytes));
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).ok_or("no account of memory")?;
    let kilobytes: f64 = line.split_whitespace().nth(1).ok_or("no figure")?.parse()?;
    println!("{:.0}", kilobytes / 1024.0);
    Ok(())
}

fn loaded(files: &[String]) -> Result<Vec<Photo>, Box<dyn Error>> {
    let name = |file: &str| file.rsplit('/').next().unwrap_or(file).to_owned();
    files.iter().map(|file| Ok((name(file), std::fs::read(file)?))).collect()
}

fn rendered() -> Result<Vec<Photo>, Box<dyn Error>> {
    let mut photos = Vec::new();
    for (name, width, height) in [("12 MP", 4000, 3000), ("3 MP", 2048, 1536), ("1 MP", 1152, 864)] {
        let pixels = scene(width, height);
        for progressive in [false, true] {
            let mut jpeg = Vec::new();
            let mut encoder = Encoder::new(&mut jpeg, 90);
            encoder.set_sampling_factor(SamplingFactor::F_2_2);
            encoder.set_progressive(progressive);
            encoder.encode(&pixels, width, height, ColorType::Rgb)?;
            let kind = if progressive { "progressive" } else { "baseline" };
            photos.push((format!("rendered {name}, {kind}"), jpeg));
        }
    }
    Ok(photos)
}

/// A scene with soft light, discs with hard edges, texture in one half, and noise everywhere.
fn scene(width: u16, height: u16) -> Vec<u8> {
    let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
    let (columns, rows) = (f32::from(width), f32::from(height));
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for row in 0..height {
        for column in 0..width {
            let (x, y) = (f32::from(column) / columns, f32::from(row) / rows);
            let light = 90.0 + 80.0 * (x * 2.1 + y).sin() * (y * 1.7).cos();
            let disc = ((x * 5.0).fract() - 0.5).hypot((y * 4.0).fract() - 0.5) < 0.3;
            let texture =
                if x > 0.5 { 9.0 * (f32::from(column) * 0.9).sin() * (f32::from(row) * 0.7).sin() } else { 0.0 };
            let grain = noise.next() * GRAIN;
            let tone = light + texture + grain + if disc { 40.0 } else { 0.0 };
            let tints = [tone * 1.1 + noise.next() * 2.0, tone, tone * 0.85 + 20.0 * x + noise.next() * 2.0];
            pixels.extend(tints.map(|tint| tint as u8));
        }
    }
    pixels
}

/// The spread of the sensor noise; set so that 12 megapixels at quality 90 weigh what a camera file weighs.
const GRAIN: f32 = 4.0;

/// Repeatable noise of variance one or so (xorshift, four bytes summed).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let sum: u16 = self.0.to_le_bytes()[..4].iter().map(|&byte| u16::from(byte)).sum();
        (f32::from(sum) - 510.0) / 147.0
    }
}
