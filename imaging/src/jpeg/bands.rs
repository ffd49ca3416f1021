//! The blocks of a progressive scan that codes some coefficients of one component.
//!
//! Source: ITU-T T.81, annex G.1.2.

use crate::jpeg::audit::NONSENSE;
use crate::jpeg::bits::{Bits, Damage};
use crate::jpeg::huffman::{Table, magnitude};

/// Some coefficients of a block in a progressive file. A run counts the blocks whose rest of the band is zero, the one
/// that it begins in among them.
pub(super) struct Band<'t> {
    pub(super) ac: &'t Table,
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Band<'_> {
    /// The first bits of the coefficients.
    pub(super) fn of<'d>(&self, mut bits: Bits<'d>, run: &mut u64, nonzero: &mut u64) -> Result<Bits<'d>, Damage> {
        let mut step = self.first;
        while *run == 0 && step <= self.last {
            bits = bits.refilled();
            let symbol = self.ac.symbol(bits.window());
            if symbol.ends_band() {
                *run = (1 << symbol.value_bits()) + magnitude(bits.window(), symbol);
            } else {
                step += symbol.steps();
                if step > self.last + 1 {
                    return Err(NONSENSE);
                }
                *nonzero |= u64::from(symbol.value_bits() > 0) << (step - 1);
            }
            bits = bits.skip(symbol.all_bits());
        }
        *run = run.saturating_sub(1);
        Ok(bits)
    }

    /// One more bit of each coefficient: those that are not zero have one each, the others are told by symbols.
    pub(super) fn bits<'d>(&self, mut bits: Bits<'d>, run: &mut u64, nonzero: &mut u64) -> Result<Bits<'d>, Damage> {
        let known = *nonzero;
        let is_known = |step: usize| (known >> step) & 1 == 1;
        let mut step = self.first;
        while *run == 0 && step <= self.last {
            bits = bits.refilled();
            let symbol = self.ac.symbol(bits.window());
            let blocks = (1 << symbol.value_bits()) + magnitude(bits.window(), symbol);
            bits = bits.skip(symbol.all_bits());
            if symbol.ends_band() {
                *run = blocks;
                break;
            }
            if symbol.value_bits() > 1 || symbol.steps() > 16 {
                return Err(NONSENSE);
            }
            let mut zeros = symbol.steps() - 1;
            while step <= self.last && (is_known(step) || zeros > 0) {
                if is_known(step) {
                    bits = bits.refilled().skip(1);
                } else {
                    zeros -= 1;
                }
                step += 1;
            }
            if symbol.value_bits() == 1 {
                if step > self.last {
                    return Err(NONSENSE);
                }
                *nonzero |= 1 << step;
            }
            step += 1;
        }
        if *run > 0 {
            for _ in (step..=self.last).filter(|&step| is_known(step)) {
                bits = bits.refilled().skip(1);
            }
            *run -= 1;
        }
        Ok(bits)
    }
}
