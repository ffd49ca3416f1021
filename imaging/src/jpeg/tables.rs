//! The table segments of a file: quantisers and Huffman codes, each under its number.

use crate::error::{ImageError, corrupt};
use crate::jpeg::huffman::{Class, Table};
use crate::jpeg::outline::Tables;

/// The tables of a file, by class and number.
#[derive(Default)]
pub(super) struct TableSet {
    /// In zigzag order.
    pub(super) quantisers: [Option<[u16; 64]>; 4],
    pub(super) dc: [Option<Table>; 4],
    pub(super) ac: [Option<Table>; 4],
}

impl TableSet {
    /// Reads more segments in the order of the file; a later table takes the place of an earlier one.
    pub(super) fn add(&mut self, segments: &[Tables<'_>], progressive: bool) -> Result<(), ImageError> {
        for segment in segments {
            match *segment {
                Tables::Quantisation(body) => {
                    self.read_quantisers(body).ok_or_else(|| corrupt("a quantiser is wrong"))?;
                }
                Tables::Huffman(body) => self.read_codes(body, progressive)?,
            }
        }
        Ok(())
    }

    fn read_quantisers(&mut self, mut body: &[u8]) -> Option<()> {
        while let Some((&head, rest)) = body.split_first() {
            let wide = match head >> 4 {
                0 => false,
                1 => true,
                _ => return None,
            };
            let (values, rest) = rest.split_at_checked(if wide { 128 } else { 64 })?;
            let mut quantisers = [0; 64];
            for (at, quantiser) in quantisers.iter_mut().enumerate() {
                *quantiser =
                    if wide { u16::from_be_bytes([values[2 * at], values[2 * at + 1]]) } else { u16::from(values[at]) };
            }
            *self.quantisers.get_mut(usize::from(head & 15))? = (!quantisers.contains(&0)).then_some(quantisers);
            body = rest;
        }
        Some(())
    }

    fn read_codes(&mut self, mut body: &[u8], progressive: bool) -> Result<(), ImageError> {
        while let Some((&head, rest)) = body.split_first() {
            let (class, tables) = match head >> 4 {
                0 => (Class::Dc, &mut self.dc),
                1 => (if progressive { Class::Bands } else { Class::Ac }, &mut self.ac),
                _ => return Err(corrupt("a code table has no class")),
            };
            let place = tables.get_mut(usize::from(head & 15)).ok_or_else(|| corrupt("a code table has no place"))?;
            let (table, rest) = Table::read(class, rest)?;
            *place = Some(table);
            body = rest;
        }
        Ok(())
    }
}
