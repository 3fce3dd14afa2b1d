//! A sketch of the rows of a file, whatever their order, encoding and format: enough to recognise the same rows in another
//! file, or a part of them. Not here: what is compared with what, and what that means.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Fingerprints kept, the least ones. Shares are then known to about six parts in a hundred; up to so many rows exactly.
const KEPT: usize = 256;

/// What is kept of the rows that were committed or quarantined; duplicates count once. Fingerprints are of the values as
/// understood, so `1.20` and `１.2` are the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch {
    pub rows: u64,
    /// Of all fingerprints, modulo 2¹²⁸, as 32 hexadecimal digits: equal for the same rows in any order.
    pub sum: String,
    /// The least fingerprints, ascending, 16 hexadecimal digits each.
    pub least: String,
}

/// How two files are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness {
    /// The same rows, all of them.
    pub same: bool,
    /// Share of this file's rows that the other has too, in parts per million; estimated.
    pub here_ppm: u32,
    /// Share of the other file's rows that are here.
    pub there_ppm: u32,
}

impl Sketch {
    /// Of the rows of both files together.
    pub fn joined(&self, other: &Sketch) -> Sketch {
        let sum = |sketch: &Sketch| u128::from_str_radix(&sketch.sum, 16).unwrap_or_default();
        let (one, two) = (fingerprints(&self.least), fingerprints(&other.least));
        Sketch {
            rows: self.rows.saturating_add(other.rows),
            sum: format!("{:032x}", sum(self).wrapping_add(sum(other))),
            least: one.union(&two).copied().take(KEPT).collect(),
        }
    }

    /// How this file is like another.
    pub fn likeness(&self, other: &Sketch) -> Likeness {
        if self == other {
            return Likeness {
                same: true,
                here_ppm: 1_000_000,
                there_ppm: 1_000_000,
            };
        }
        let (here, there) = (fingerprints(&self.least), fingerprints(&other.least));
        // The least of both together are a fair sample of all rows; what is in both lists is in both files.
        let sample: Vec<&str> = here.union(&there).copied().take(KEPT).collect();
        let both = sample
            .iter()
            .filter(|one| here.contains(*one) && there.contains(*one))
            .count() as u128;
        // Of n rows in the union, n × both / sample are shared, and n is rows + rows − shared.
        let shared = |rows: u64| {
            let all = u128::from(self.rows) + u128::from(other.rows);
            let parts = (sample.len() as u128 + both) * u128::from(rows);
            let ppm = (1_000_000 * both * all).checked_div(parts).unwrap_or(0);
            u32::try_from(ppm.min(1_000_000)).unwrap_or(1_000_000)
        };
        Likeness {
            same: false,
            here_ppm: shared(self.rows),
            there_ppm: shared(other.rows),
        }
    }
}

fn fingerprints(least: &str) -> BTreeSet<&str> {
    let places = (0..least.len()).step_by(16);
    places.filter_map(|at| least.get(at..at + 16)).collect()
}

/// A sketch in the making.
#[derive(Debug, Default)]
pub(crate) struct Sketching {
    rows: u64,
    sum: u128,
    least: BTreeSet<u64>,
    /// The greatest of the least ones, once there are enough.
    bound: Option<u64>,
}

impl Sketching {
    pub fn row(&mut self, fingerprint: u64) {
        self.rows += 1;
        self.sum = self
            .sum
            .wrapping_add(u128::from(fingerprint) << 32 | u128::from(fingerprint >> 32));
        if self.bound.is_some_and(|bound| fingerprint >= bound) || !self.least.insert(fingerprint) {
            return;
        }
        if self.least.len() > KEPT {
            self.least.pop_last();
        }
        if self.least.len() == KEPT {
            self.bound = self.least.last().copied();
        }
    }

    /// None if there was no row.
    pub fn finish(&self) -> Option<Sketch> {
        (self.rows > 0).then(|| Sketch {
            rows: self.rows,
            sum: format!("{:032x}", self.sum),
            least: self.least.iter().map(|one| format!("{one:016x}")).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};

    use super::*;

    fn sketch(rows: impl IntoIterator<Item = u64>) -> Sketch {
        let mut sketching = Sketching::default();
        rows.into_iter().for_each(|row| sketching.row(row));
        sketching.finish().unwrap()
    }

    fn rows(count: usize, seed: u64) -> Vec<u64> {
        let mut dice = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        (0..count).map(|_| dice.random()).collect()
    }

    fn near(found: u32, percent: u32) -> bool {
        found.abs_diff(percent * 10_000) < 120_000
    }

    #[test]
    fn the_same_rows_in_any_order_are_the_same() {
        let all = rows(10_000, 1);
        let turned: Vec<u64> = all.iter().rev().copied().collect();
        assert!(sketch(all.clone()).likeness(&sketch(turned)).same);
        let mut one_other = all.clone();
        one_other[5_000] ^= 1;
        let likeness = sketch(all).likeness(&sketch(one_other));
        assert!(!likeness.same && likeness.here_ppm > 980_000, "{likeness:?}");
    }

    #[test]
    fn a_part_is_known_as_a_part_and_strangers_as_strangers() {
        let all = rows(50_000, 2);
        let part = sketch(all.iter().take(34_500).copied());
        let likeness = part.likeness(&sketch(all.clone()));
        assert!(
            near(likeness.here_ppm, 100) && near(likeness.there_ppm, 69),
            "{likeness:?}"
        );
        let half: Vec<u64> = all.iter().take(25_000).copied().chain(rows(25_000, 3)).collect();
        let likeness = sketch(half).likeness(&sketch(all.clone()));
        assert!(
            near(likeness.here_ppm, 50) && near(likeness.there_ppm, 50),
            "{likeness:?}"
        );
        let likeness = sketch(rows(40_000, 4)).likeness(&sketch(all));
        assert_eq!((likeness.here_ppm, likeness.there_ppm), (0, 0));
    }

    #[test]
    fn two_parts_joined_are_the_whole() {
        let all = rows(5_000, 6);
        let part = |from: usize, to: usize| sketch(all.get(from..to).unwrap().iter().copied());
        assert_eq!(part(0, 4_990).joined(&part(4_990, 5_000)), part(0, 5_000));
        assert_eq!(part(0, 3).joined(&part(3, 5)), part(0, 5));
    }

    #[test]
    fn few_rows_are_compared_exactly() {
        let all = rows(100, 5);
        let likeness = sketch(all.iter().take(80).copied()).likeness(&sketch(all));
        assert_eq!((likeness.here_ppm, likeness.there_ppm), (1_000_000, 800_000));
        assert_eq!(Sketching::default().finish(), None);
    }
}
