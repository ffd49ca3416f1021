//! The bits of a scan: stuffed zero bytes removed, restart markers and the end found, and every bit accounted for.

/// What is wrong, as the end of "The file is damaged: …". A plain text, so that the results of inner loops stay small.
pub(super) type Damage = &'static str;

/// A window of 64 bits over coded data.
///
/// It is passed by value, and its slow path takes and gives plain numbers: once its address escaped into a call, the
/// compiler would keep it in memory, and decoding would take twice the time.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    coded: &'a [u8],
    /// The next byte to load.
    at: usize,
    /// The next bit is the highest.
    window: u64,
    /// Bits of the window that count.
    loaded: u32,
    /// Zeros appended behind the last real bit, which nothing may use.
    padding: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(coded: &'a [u8]) -> Self {
        Self { coded, at: 0, window: 0, loaded: 0, padding: 0 }
    }

    /// The next bits, the first one highest; 32 of them are valid after [`Self::refilled`].
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "see the type: the window has to stay in registers")]
    pub(super) const fn window(&self) -> u64 {
        self.window
    }

    /// Goes on by `count` bits: at most as many as were refilled.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "see the type: the window has to stay in registers")]
    pub(super) const fn skip(mut self, count: u32) -> Self {
        self.window <<= count;
        self.loaded = self.loaded.wrapping_sub(count);
        self
    }

    /// The same position with at least 32 bits in the window.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "see the type: the window has to stay in registers")]
    pub(super) fn refilled(mut self) -> Self {
        if self.loaded >= 32 {
            return self;
        }
        if let Some(next) = self.coded.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            let next = u64::from_be_bytes(*next);
            if !contains_ff(next) {
                // Bits beyond the counted ones are loaded too; the next refill lays the same bits over them.
                self.window |= next >> self.loaded;
                let bytes = (63 - self.loaded) / 8;
                self.at += bytes as usize;
                self.loaded += bytes * 8;
                return self;
            }
        }
        self.refilled_bytewise()
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "see the type: its address must not escape")]
    fn refilled_bytewise(self) -> Self {
        let Load { at, window, loaded, padded } = load_bytewise(self.coded, self.at, self.window, self.loaded);
        Self { coded: self.coded, at, window, loaded, padding: self.padding + padded }
    }

    /// Whether more bits were used than there are.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "see the type: the window has to stay in registers")]
    pub(super) const fn overran(&self) -> bool {
        self.loaded < self.padding
    }

    /// Passes restart marker number `number` (0 to 7), which has to stand here.
    pub(super) fn restart(self, number: u8) -> Result<Self, Damage> {
        let rest = self.rest()?;
        let fill = rest.iter().take_while(|&&byte| byte == 0xFF).count();
        if fill == 0 || rest.get(fill) != Some(&(0xD0 + number)) {
            return Err("a part of its data is missing");
        }
        Ok(Self { at: self.coded.len() - rest.len() + fill + 1, ..Self::new(self.coded) })
    }

    /// Ends the scan: nothing may be left but the bits that fill the last byte.
    pub(super) fn end(self) -> Result<(), Damage> {
        if self.rest()?.is_empty() { Ok(()) } else { Err("it holds more data than its size needs") }
    }

    /// What follows the byte of the last bit used. What that byte is filled up with does not matter: the standard asks
    /// for ones, and not every camera obeys.
    fn rest(self) -> Result<&'a [u8], Damage> {
        let full = self.refilled_bytewise();
        if full.overran() {
            return Err("its data ends too early");
        }
        if full.loaded - full.padding >= 8 {
            return Err("it holds more data than its size needs");
        }
        Ok(&full.coded[full.at..])
    }
}

struct Load {
    at: usize,
    window: u64,
    loaded: u32,
    padded: u32,
}

/// Fills the window byte by byte, from byte `at` on: the way around stuffed zeros, markers and the end.
#[cold]
#[inline(never)]
fn load_bytewise(coded: &[u8], mut at: usize, mut window: u64, mut loaded: u32) -> Load {
    let mut padded = 0;
    while loaded <= 56 {
        let byte = match (coded.get(at), coded.get(at + 1)) {
            (Some(0xFF), Some(0)) => {
                at += 2;
                0xFF
            }
            // A marker, or the end: nothing real follows.
            (Some(0xFF) | None, _) => {
                padded += 8;
                0
            }
            (Some(&byte), _) => {
                at += 1;
                byte
            }
        };
        window |= u64::from(byte) << (56 - loaded);
        loaded += 8;
    }
    Load { at, window, loaded, padded }
}

/// Whether any of eight bytes is 0xFF.
const fn contains_ff(bytes: u64) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The usual "has a zero byte" of the inverted word.
    (!bytes).wrapping_sub(LOW) & bytes & HIGH != 0
}
