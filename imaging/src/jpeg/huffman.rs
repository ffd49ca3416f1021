//! Huffman tables, checked for contradictions and laid out so that one look-up gives everything about a symbol.
//!
//! Source: ITU-T T.81, annexes C and F.

use crate::error::{ImageError, corrupt};

/// Codes up to this length are found by one look-up. 11 bits cover all but one symbol in a thousand, and four tables of
/// 8 kB stay in the first-level cache.
const FAST_BITS: u32 = 11;

/// What one code says: how many bits it takes, and how far it moves in the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Symbol(u32);

impl Symbol {
    /// Steps past the end of the block: "the rest is zero".
    const END_OF_BLOCK: u32 = 128;
    /// Steps so far past the end that the block cannot be right.
    const INVALID: Self = Self::new(16, 0, 192);

    const fn new(code_bits: u32, value_bits: u32, steps: u32) -> Self {
        Self((code_bits + value_bits) | (value_bits << 8) | (steps << 16) | (code_bits << 24))
    }

    /// Bits of the code and of the value behind it; at most 31.
    pub(super) const fn all_bits(self) -> u32 {
        self.0 & 0xFF
    }

    /// Bits of the value; 0 to 15.
    pub(super) const fn value_bits(self) -> u32 {
        (self.0 >> 8) & 0xFF
    }

    /// Coefficients this symbol moves on, its own included.
    pub(super) const fn steps(self) -> usize {
        ((self.0 >> 16) & 0xFF) as usize
    }

    /// Bits of the code alone.
    pub(super) const fn code_bits(self) -> u32 {
        self.0 >> 24
    }

    /// Whether it says "the rest is zero": of this block, or, in a progressive file, of as many as its value tells.
    pub(super) const fn ends_band(self) -> bool {
        self.steps() == Self::END_OF_BLOCK as usize
    }

    /// Whether a block that stands at `step` after its last symbol held nothing but its mean.
    pub(super) const fn ends_empty_block(step: usize) -> bool {
        step == Self::END_OF_BLOCK as usize + 1
    }

    /// Whether a block that stands at `step` after its last symbol ended as it should: filled, or by an end-of-block.
    pub(super) const fn ends_block(step: usize) -> bool {
        step == 64 || (step > Self::END_OF_BLOCK as usize && step < Self::END_OF_BLOCK as usize + 64)
    }
}

/// The value behind the code of `symbol`: the upper half of its range is positive as it stands, the lower half negative.
#[inline(always)]
#[allow(clippy::inline_always, clippy::cast_possible_truncation, reason = "part of the inner loop; 15 bits at most")]
pub(super) fn value(window: u64, symbol: Symbol) -> i32 {
    let bits = symbol.value_bits();
    let negative = !((window << symbol.code_bits()).cast_signed() >> 63) as i32;
    magnitude(window, symbol) as i32 + (negative & ((-1 << bits) + 1))
}

/// The bits behind the code of `symbol`, as they stand.
#[inline(always)]
#[allow(clippy::inline_always, reason = "part of the inner loop")]
pub(super) fn magnitude(window: u64, symbol: Symbol) -> u64 {
    // Two shifts, because zero bits would need a shift by 64.
    ((window << symbol.code_bits()) >> 1) >> (63 - symbol.value_bits())
}

/// Which coefficients a table codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// The mean of a block, as a difference to the block before.
    Dc,
    /// The 63 others.
    Ac,
    /// The 63 others, band by band, where blocks may end many at once.
    Bands,
}

/// A table ready for decoding.
pub(super) struct Table {
    /// By the next `FAST_BITS` bits; `LONG` where the code is longer.
    fast: Box<[Symbol; 1 << FAST_BITS]>,
    /// For each length, the first code that is too large for it, in 16 bits.
    limits: [u32; 17],
    /// For each length, what to add to a code to get the index of its symbol.
    offsets: [i32; 17],
    symbols: Vec<Symbol>,
}

const LONG: Symbol = Symbol(0);

impl Table {
    /// Reads one table from the front of a segment; gives the rest.
    ///
    /// `counts` are the codes of each length from 1 to 16, and the symbols follow in the order of their codes.
    pub(super) fn read(class: Class, segment: &[u8]) -> Result<(Self, &[u8]), ImageError> {
        let contradiction = || corrupt("a code table contradicts itself");
        let (counts, rest) = segment.split_first_chunk::<16>().ok_or_else(contradiction)?;
        let total: usize = counts.iter().map(|&count| usize::from(count)).sum();
        let (symbols, rest) = rest.split_at_checked(total).filter(|_| total <= 256).ok_or_else(contradiction)?;

        let mut table =
            Self { fast: Box::new([LONG; 1 << FAST_BITS]), limits: [0; 17], offsets: [0; 17], symbols: Vec::new() };
        table.symbols.reserve(total);
        let mut code = 0_u32;
        let mut symbols = symbols.iter();
        for (bits, &count) in (1..=16_u32).zip(counts) {
            // Index minus code is the same for all codes of one length; it may be negative.
            table.offsets[bits as usize] = i32::try_from(table.symbols.len()).unwrap_or(0) - code.cast_signed();
            for &symbol in symbols.by_ref().take(usize::from(count)) {
                if code >> bits != 0 {
                    return Err(contradiction());
                }
                let symbol = class.symbol(symbol, bits).ok_or_else(contradiction)?;
                table.symbols.push(symbol);
                if bits <= FAST_BITS {
                    let first = (code << (FAST_BITS - bits)) as usize;
                    table.fast[first..first + (1 << (FAST_BITS - bits))].fill(symbol);
                }
                code += 1;
            }
            table.limits[bits as usize] = code << (16 - bits);
            code <<= 1;
        }
        Ok((table, rest))
    }

    /// The symbol whose code stands at the top of `window`.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call for each symbol would double the time of decoding")]
    pub(super) fn symbol(&self, window: u64) -> Symbol {
        let symbol = self.fast[(window >> (64 - FAST_BITS)) as usize];
        if symbol == LONG { self.long_symbol(window) } else { symbol }
    }

    #[cold]
    #[inline(never)]
    fn long_symbol(&self, window: u64) -> Symbol {
        let code = (window >> 48) as u32;
        (1..=16)
            .find(|&bits| code < self.limits[bits])
            .and_then(|bits| usize::try_from((code >> (16 - bits)).cast_signed() + self.offsets[bits]).ok())
            .and_then(|index| self.symbols.get(index).copied())
            .unwrap_or(Symbol::INVALID)
    }
}

impl Class {
    fn symbol(self, symbol: u8, code_bits: u32) -> Option<Symbol> {
        let (run, value_bits) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        match (self, run, value_bits) {
            (Self::Dc, 0, _) => Some(Symbol::new(code_bits, value_bits, 1)),
            (Self::Dc, ..) => None,
            (Self::Ac, 0, 0) => Some(Symbol::new(code_bits, 0, Symbol::END_OF_BLOCK)),
            // Sixteen zeros.
            (Self::Ac | Self::Bands, 15, 0) => Some(Symbol::new(code_bits, 0, 16)),
            // Long runs of empty blocks exist in progressive files only. The table may name them, the data may not.
            (Self::Ac, _, 0) => Some(Symbol::new(code_bits, 0, 192)),
            (Self::Bands, _, 0) => Some(Symbol::new(code_bits, run, Symbol::END_OF_BLOCK)),
            (Self::Ac | Self::Bands, ..) => Some(Symbol::new(code_bits, value_bits, run + 1)),
        }
    }
}
