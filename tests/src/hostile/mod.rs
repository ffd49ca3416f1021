//! Files and requests that nobody honest sends, each with the answer it must get.
//!
//! [`files`] makes the files: it renders good pictures of every kind (`originals`) and spoils them (`damage`, `bombs`,
//! and the malformed structures of `jpeg`, `png` and `webp`), and adds what was never a photo (`strangers`). What no
//! decoder can see, such as a flipped bit that still decodes, is not among them. [`requests`] makes requests that break
//! HTTP or the form rather than the picture.

mod bombs;
mod damage;
mod jpeg;
pub mod originals;
mod png;
pub mod requests;
mod strangers;
mod webp;

use self::originals::Original;

/// The code of a refusal, as it stands in the OpenAPI document; where more than one is honest, all of them.
pub type Codes = &'static [&'static str];

const CORRUPT: Codes = &["corrupt_image"];
const UNSUPPORTED: Codes = &["unsupported_format"];
const TOO_HIGH: Codes = &["resolution_too_high"];
const TOO_LOW: Codes = &["resolution_too_low"];
const TOO_HEAVY: Codes = &["file_too_large"];
/// Random bytes may spell the marker of a kind of JPEG that is not read, before anything else is wrong.
const CORRUPT_OR_RARE: Codes = &["corrupt_image", "unsupported_format"];

/// A file that must be refused.
pub struct Case {
    /// The kind of attack, one of [`KINDS`].
    pub kind: &'static str,
    /// What was done to what.
    pub name: String,
    /// What its sender calls it.
    pub file_name: &'static str,
    /// What its sender says it is, which is mostly a lie.
    pub content_type: &'static str,
    /// The codes of which one must be answered.
    pub codes: Codes,
    make: Box<dyn Fn() -> Vec<u8> + Send + Sync>,
}

impl Case {
    fn new(name: impl Into<String>, codes: Codes, make: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Self {
        let (name, make) = (name.into(), Box::new(make));
        Self { kind: "", name, file_name: "", content_type: "", codes, make }
    }

    /// A case made of an original by `edit`.
    fn of(
        original: &Original,
        what: &str,
        codes: Codes,
        edit: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let bytes = original.bytes.clone();
        Self::new(format!("{}: {what}", original.name), codes, move || edit(&bytes))
    }

    /// The bytes of the file, made now: some are large.
    pub fn bytes(&self) -> Vec<u8> {
        (self.make)()
    }
}

/// What makes the cases of one kind.
pub type Generator = fn(&[Original]) -> Vec<Case>;

/// Every kind of attack with its generator.
pub const KINDS: [(&str, Generator); 19] = [
    ("truncation", damage::truncations),
    ("truncation that was given an end", damage::mended_truncations),
    ("zeroed run", damage::zeroed_runs),
    ("random run", damage::random_runs),
    ("deleted run", damage::deleted_runs),
    ("wrong size", damage::wrong_sizes),
    ("dimension bomb", bombs::dimensions),
    ("scan bomb", bombs::scans),
    ("IDAT bomb", bombs::pixels),
    ("iCCP bomb", bombs::profiles),
    ("zTXt bomb", bombs::texts),
    ("weight", bombs::weights),
    ("polyglot", strangers::polyglots),
    ("other format", strangers::heads),
    ("animation", strangers::animations),
    ("no picture", strangers::nonsense),
    ("malformed JPEG", jpeg::malformed),
    ("malformed PNG", png::malformed),
    ("malformed WebP", webp::malformed),
];

/// Every hostile file, by kind.
pub fn files(originals: &[Original]) -> Vec<Case> {
    let of_kind =
        |(kind, make): (&'static str, Generator)| make(originals).into_iter().map(move |case| Case { kind, ..case });
    let mut cases: Vec<Case> = KINDS.into_iter().flat_map(of_kind).collect();
    for (number, case) in cases.iter_mut().enumerate() {
        case.file_name = FILE_NAMES[number % FILE_NAMES.len()];
        case.content_type = CONTENT_TYPES[number % CONTENT_TYPES.len()];
    }
    cases
}

/// Names that would do harm if anybody used them.
const FILE_NAMES: [&str; 8] = [
    "photo.jpg",
    "../../../../etc/passwd",
    "..\\..\\boot.ini",
    "photo.jpg;rm -rf ~",
    "<script>alert(1)</script>.png",
    "' or 1=1; drop table photos; --",
    "exe\u{202E}gpj.webp",
    "CON",
];

const CONTENT_TYPES: [&str; 5] = ["image/jpeg", "image/png", "image/webp", "application/octet-stream", "image/svg+xml"];

/// Repeatable numbers (xorshift).
struct Dice(u64);

impl Dice {
    /// A sequence of its own for each seed.
    const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let next = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0.to_be_bytes()[0]
        };
        std::iter::repeat_with(next).take(count).collect()
    }
}
