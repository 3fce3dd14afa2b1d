//! Tells of a key that it is certainly not in a run, or that it may be. A Bloom filter whose bits for one key lie in one
//! word, so that asking costs one look into memory.

/// Bits per key; with five of them set per key, about one absent key in a hundred seems to be there.
const BITS_PER_KEY: u64 = 12;
const BITS_SET: u32 = 5;

pub(super) struct Sieve(Vec<u64>);

impl Sieve {
    pub fn for_keys(count: u64) -> Self {
        let words = (count.saturating_mul(BITS_PER_KEY) / 64).saturating_add(1);
        Self(vec![0; usize::try_from(words).unwrap_or(usize::MAX)])
    }

    pub fn put(&mut self, key: u64) {
        let (place, bits) = (self.place(key), bits(key));
        if let Some(word) = self.0.get_mut(place) {
            *word |= bits;
        }
    }

    pub fn may_hold(&self, key: u64) -> bool {
        let bits = bits(key);
        self.0.get(self.place(key)).is_none_or(|word| word & bits == bits)
    }

    /// Keys are fingerprints, so their upper bits spread evenly over the words.
    fn place(&self, key: u64) -> usize {
        ((u128::from(key) * self.0.len() as u128) >> 64) as usize
    }
}

/// From the lower bits of the key, which do not say where the word is.
fn bits(key: u64) -> u64 {
    (0..BITS_SET).fold(0, |bits, index| bits | 1 << ((key >> (6 * index)) & 63))
}
