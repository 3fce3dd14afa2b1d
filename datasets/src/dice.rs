//! Random choices in whole numbers. Money and energy are counted in hundredths, never in floats.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One independent stream of throws. The same `(seed, stream)` always gives the same throws, so one more account
/// in the population changes nothing about the others.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0.random_range(low..=high.max(low))
    }

    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        self.between(0, 999) < per_mille
    }

    pub(crate) fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let last = u64::try_from(choices.len()).ok()?.checked_sub(1)?;
        choices.get(usize::try_from(self.between(0, last)).ok()?)
    }

    /// One of `(weight, value)`, in proportion to the weights. `None` only for an empty table.
    pub(crate) fn weighted<T: Copy>(&mut self, table: &[(u64, T)]) -> Option<T> {
        let total: u64 = table.iter().map(|(weight, _)| weight).sum();
        let mut throw = self.between(0, total.saturating_sub(1));
        for (weight, value) in table {
            if throw < *weight {
                return Some(*value);
            }
            throw -= weight;
        }
        table.last().map(|(_, value)| *value)
    }

    /// `median` multiplied by many small accidents: a long right tail, as consumption has.
    pub(crate) fn skewed(&mut self, median: u64) -> u64 {
        let mut value = median;
        for _ in 0..8 {
            value = value * self.between(62, 158) / 100;
        }
        value.max(1)
    }
}

/// A number for a stream out of two others, far from its neighbours.
pub(crate) fn mixed(one: u64, other: u64) -> u64 {
    let mut value = one ^ other.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_stream_throw_the_same() {
        let throws = |stream| {
            let mut dice = Dice::new(7, stream);
            (0..20).map(|_| dice.between(0, 1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(throws(3), throws(3));
        assert_ne!(throws(3), throws(4));
    }

    #[test]
    fn skewed_values_have_a_mean_above_their_median() {
        let mut dice = Dice::new(1, 1);
        let mut values: Vec<u64> = (0..4_000).map(|_| dice.skewed(100_000)).collect();
        values.sort_unstable();
        let mean = values.iter().sum::<u64>() / 4_000;
        assert!(mean > values[2_000], "mean {mean}, median {}", values[2_000]);
        assert!(values[3_999] > 4 * values[2_000]);
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::new(1, 2);
        let heavy = (0..1_000)
            .filter(|_| dice.weighted(&[(9, 'h'), (1, 'l')]) == Some('h'))
            .count();
        assert!((850..950).contains(&heavy), "{heavy}");
    }
}
