//! The check of the files our own decoder does not take: every symbol of every scan is parsed, and nothing is made of
//! it. `zune-jpeg`, which decodes them, accepts data that has other rows or columns than the header says, and scans that
//! are missing.
//!
//! Checked: tables, each symbol, the end of each block and run, restart markers and their order, a scan that ends exactly
//! where the size says, and that every coefficient comes once, to its last bit.
//!
//! Source: ITU-T T.81, annexes F and G.

use crate::error::{ImageError, corrupt};
use crate::jpeg::bands::Band;
use crate::jpeg::bits::{Bits, Damage};
use crate::jpeg::huffman::{Table, value};
use crate::jpeg::outline::{Outline, Part, Scan};
use crate::jpeg::tables::TableSet;

pub(super) const NONSENSE: Damage = "a part of its data makes no sense";

/// Parses all scans of `outline`.
pub(super) fn check(outline: &Outline<'_>) -> Result<(), ImageError> {
    let mut tables = TableSet::default();
    let mut read = 0;
    let mut components: Vec<Component> =
        (0..outline.components.len()).map(|index| Component::of(outline, index)).collect();
    for scan in &outline.scans {
        tables.add(&outline.tables[read..scan.tables], outline.progressive)?;
        read = scan.tables;
        let pass = Pass::of(scan, outline.progressive).ok_or_else(|| corrupt("a scan header contradicts itself"))?;
        for part in &scan.parts {
            components[part.component].progress(scan)?;
        }
        let parts = parts(outline, scan, &tables, pass)?;
        walk(outline, scan, pass, &parts, &mut components).map_err(corrupt)?;
    }
    if components.iter().any(|component| component.left != [0; 64]) {
        return Err(corrupt("a part of its data is missing"));
    }
    Ok(())
}

/// What a scan codes.
#[derive(Clone, Copy)]
enum Pass {
    /// All of every block.
    Blocks,
    /// The means of blocks.
    Means,
    /// One more bit of each mean.
    MeanBits,
    /// Some coefficients of the blocks of one component.
    Bands,
    /// One more bit of each of these.
    BandBits,
}

impl Pass {
    fn of(scan: &Scan<'_>, progressive: bool) -> Option<Self> {
        let single = scan.parts.len() == 1;
        match (progressive, scan.first, scan.last, scan.before) {
            (false, 0, 63, 0) if scan.left == 0 => Some(Self::Blocks),
            (true, 0, 0, 0) => Some(Self::Means),
            (true, 0, 0, _) => Some(Self::MeanBits),
            (true, 1..=63, last, 0) if single && (scan.first..=63).contains(&last) => Some(Self::Bands),
            (true, 1..=63, last, _) if single && (scan.first..=63).contains(&last) => Some(Self::BandBits),
            _ => None,
        }
    }
}

/// One colour component, and what is known of it so far.
struct Component {
    /// Its blocks when it is coded alone.
    blocks: usize,
    /// Its blocks in an interleaved unit.
    in_unit: usize,
    /// For each coefficient, how many of its bits are still to come.
    left: [u8; 64],
    /// For each block, the coefficients that are not zero so far; empty until any are known.
    nonzero: Vec<u64>,
}

/// More bits than any coefficient has: nothing of it has come.
const NOTHING: u8 = 0xFF;

impl Component {
    fn of(outline: &Outline<'_>, index: usize) -> Self {
        let component = &outline.components[index];
        let (across, down) = outline.finest();
        let blocks =
            |side: u16, part: u8, whole: u8| (usize::from(side) * usize::from(part)).div_ceil(8 * usize::from(whole));
        Self {
            blocks: blocks(outline.width, component.across, across) * blocks(outline.height, component.down, down),
            in_unit: usize::from(component.across * component.down),
            left: [NOTHING; 64],
            nonzero: Vec::new(),
        }
    }

    /// Notes what a scan brings. Bits come from the highest to the lowest, each once.
    fn progress(&mut self, scan: &Scan<'_>) -> Result<(), ImageError> {
        let before = if scan.before == 0 { NOTHING } else { scan.before };
        let is_next = scan.before == 0 || scan.left + 1 == scan.before;
        let band = self.left.get_mut(usize::from(scan.first)..=usize::from(scan.last)).unwrap_or_default();
        if !is_next || scan.left > 13 || band.iter().any(|left| *left != before) {
            return Err(corrupt("its scans come twice or out of order"));
        }
        band.fill(scan.left);
        Ok(())
    }
}

/// The tables of one component in a scan, and the mean it has come to.
struct Tabled<'t> {
    component: usize,
    dc: Option<&'t Table>,
    ac: Option<&'t Table>,
}

fn parts<'t>(
    outline: &Outline<'_>,
    scan: &Scan<'_>,
    tables: &'t TableSet,
    pass: Pass,
) -> Result<Vec<Tabled<'t>>, ImageError> {
    let of = |part: &Part| {
        let table = |set: &'t [Option<Table>; 4], number: u8| set.get(usize::from(number)).and_then(Option::as_ref);
        let (dc, ac) = (table(&tables.dc, part.dc_table), table(&tables.ac, part.ac_table));
        let coded = match pass {
            Pass::Blocks => dc.is_some() && ac.is_some(),
            Pass::Means => dc.is_some(),
            Pass::MeanBits => true,
            Pass::Bands | Pass::BandBits => ac.is_some(),
        };
        let quantiser = outline.components[part.component].quantisation;
        let complete = coded && tables.quantisers[usize::from(quantiser)].is_some();
        let found = Tabled { component: part.component, dc, ac };
        complete.then_some(found).ok_or_else(|| corrupt("a table it needs is missing"))
    };
    scan.parts.iter().map(of).collect()
}

/// Parses the units of a scan, which must end with its data.
fn walk(
    outline: &Outline<'_>,
    scan: &Scan<'_>,
    pass: Pass,
    parts: &[Tabled<'_>],
    components: &mut [Component],
) -> Result<(), Damage> {
    let alone = parts.len() == 1;
    let units = match parts {
        [part] => components[part.component].blocks,
        _ => outline.units(),
    };
    let mut bits = Bits::new(scan.coded);
    let (mut until_restart, mut restarts) = (scan.restart_interval, 0_u8);
    let mut means = [0_i32; 4];
    let mut run = 0;
    for unit in 0..units {
        if scan.restart_interval > 0 {
            if until_restart == 0 {
                if run > 0 {
                    return Err(NONSENSE);
                }
                bits = bits.restart(restarts)?;
                restarts = (restarts + 1) % 8;
                until_restart = scan.restart_interval;
                means = [0; 4];
            }
            until_restart -= 1;
        }
        for part in parts {
            let component = &mut components[part.component];
            for _ in 0..if alone { 1 } else { component.in_unit } {
                bits = match (pass, part.dc, part.ac) {
                    (Pass::Blocks, Some(dc), Some(ac)) => whole(mean(bits, dc, &mut means[part.component])?, ac)?,
                    (Pass::Means, Some(dc), _) => mean(bits, dc, &mut means[part.component])?,
                    (Pass::Bands | Pass::BandBits, _, Some(ac)) => {
                        component.nonzero.resize(component.blocks, 0);
                        let band = Band { ac, first: usize::from(scan.first), last: usize::from(scan.last) };
                        let nonzero = &mut component.nonzero[unit];
                        if scan.before == 0 {
                            band.of(bits, &mut run, nonzero)?
                        } else {
                            band.bits(bits, &mut run, nonzero)?
                        }
                    }
                    _ => bits.refilled().skip(1),
                };
                if bits.overran() {
                    return Err("its data ends too early");
                }
            }
        }
    }
    if run > 0 {
        return Err(NONSENSE);
    }
    bits.end()
}

/// The mean of a block, as a difference to the block before. None of a whole picture has more than 16 bits.
fn mean<'d>(bits: Bits<'d>, dc: &Table, mean: &mut i32) -> Result<Bits<'d>, Damage> {
    let bits = bits.refilled();
    let symbol = dc.symbol(bits.window());
    *mean += value(bits.window(), symbol);
    if symbol.steps() != 1 || mean.unsigned_abs() > 1 << 15 {
        return Err(NONSENSE);
    }
    Ok(bits.skip(symbol.all_bits()))
}

/// All coefficients of a block but its mean.
fn whole<'d>(mut bits: Bits<'d>, ac: &Table) -> Result<Bits<'d>, Damage> {
    let mut step = 1;
    while step < 64 {
        bits = bits.refilled();
        let symbol = ac.symbol(bits.window());
        if symbol.ends_band() {
            return Ok(bits.skip(symbol.all_bits()));
        }
        step += symbol.steps();
        bits = bits.skip(symbol.all_bits());
    }
    if step == 64 { Ok(bits) } else { Err(NONSENSE) }
}
