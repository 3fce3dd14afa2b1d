//! Fingerprints of keys, rows and texts. They depend on the values only, not on the machine, so a report can be made again
//! anywhere. Not here: which of them were met before (`known`).

use std::hash::Hasher;

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Int64Type};

const KEY_SEED: u64 = 0x9E37_79B9_7F4A_7C15;
const CONTENT_SEED: u64 = 0xC2B2_AE3D_27D4_EB4F;
const FOLD: u64 = 0xA076_1D64_78BD_642F;
const NULL: u64 = 0xE703_7ED1_A0B4_28DB;

/// Fingerprints of rows, folded in column by column.
#[derive(Debug, Clone)]
pub(crate) struct Fingerprints(pub Vec<u64>);

impl Fingerprints {
    pub fn of_keys(rows: usize) -> Self {
        Self(vec![KEY_SEED; rows])
    }

    pub fn of_content(rows: usize) -> Self {
        Self(vec![CONTENT_SEED; rows])
    }

    /// Folds a column in. Columns that are absent count as null.
    pub fn fold(&mut self, column: &dyn Array) {
        match column.data_type() {
            DataType::Utf8 => self.fold_with(column.as_string::<i32>().iter().map(|value| value.map(text))),
            DataType::Decimal128(..) => {
                let values = column.as_primitive::<Decimal128Type>().iter();
                self.fold_with(
                    values.map(|value| value.map(|value| mix(value as u64, (value >> 64) as u64 ^ FOLD))),
                );
            }
            DataType::Int64 => {
                self.fold_with(
                    column
                        .as_primitive::<Int64Type>()
                        .iter()
                        .map(|value| value.map(|value| value as u64)),
                );
            }
            DataType::Date32 => {
                self.fold_with(
                    column
                        .as_primitive::<Date32Type>()
                        .iter()
                        .map(|value| value.map(|value| value as u64)),
                );
            }
            DataType::Boolean => self.fold_with(column.as_boolean().iter().map(|value| value.map(u64::from))),
            _ => self.fold_with(std::iter::repeat(None)),
        }
    }

    fn fold_with(&mut self, values: impl Iterator<Item = Option<u64>>) {
        for (hash, value) in self.0.iter_mut().zip(values) {
            *hash = mix(*hash ^ value.unwrap_or(NULL), FOLD);
        }
    }
}

/// The fingerprint of a row as it was sent.
pub(crate) fn row_as_sent(raw: &[StringArray], row: usize) -> u64 {
    raw.iter().fold(CONTENT_SEED, |hash, column| {
        mix(hash ^ text(column.value(row)), FOLD)
    })
}

/// The fingerprint of a text by itself.
pub(crate) fn text(value: &str) -> u64 {
    let mut hash = mix(value.len() as u64 ^ KEY_SEED, FOLD);
    let (words, rest) = value.as_bytes().as_chunks::<8>();
    for word in words {
        hash = mix(hash ^ u64::from_le_bytes(*word), FOLD);
    }
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    mix(hash ^ u64::from_le_bytes(last), CONTENT_SEED)
}

/// The two halves of a product, folded: every bit of both factors reaches every bit of the result.
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b | 1);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Keys are fingerprints already.
#[derive(Debug, Default)]
pub(crate) struct Fingerprinted(u64);

impl Hasher for Fingerprinted {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes
            .iter()
            .for_each(|byte| self.0 = mix(self.0 ^ u64::from(*byte), FOLD));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use arrow::array::Int64Array;

    use super::*;

    #[test]
    fn a_million_neighbouring_keys_keep_apart() {
        let mut seen = HashSet::new();
        for index in 0..1_000_000 {
            assert!(seen.insert(text(&format!("07310000{index:07}"))));
        }
        // Length and position count, and null is not empty.
        let of = |value: Option<&str>| {
            let mut prints = Fingerprints::of_keys(1);
            prints.fold(&StringArray::from(vec![value]));
            prints.0[0]
        };
        let texts = [
            Some(""),
            None,
            Some("\0"),
            Some("a"),
            Some("a\0"),
            Some("aaaaaaaa"),
            Some("aaaaaaaa\0"),
        ];
        assert_eq!(texts.map(of).iter().collect::<HashSet<_>>().len(), texts.len());
    }

    #[test]
    fn fingerprints_are_the_same_on_every_machine() {
        let mut prints = Fingerprints::of_content(2);
        prints.fold(&StringArray::from(vec![Some("湘西"), None]));
        prints.fold(&Int64Array::from(vec![Some(-1), Some(i64::MAX)]));
        // Hashes of rows in old receipts must come out again: a change here is a new report format.
        assert_eq!(text("433101"), 3_646_289_485_957_821_931);
        assert_eq!(prints.0, [11_269_868_489_323_608_319, 692_159_039_971_969_581]);
    }
}
