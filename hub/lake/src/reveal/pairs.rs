//! Tokens with their raw values, as they come up while rows are tokenised: one buffer, sorted when it is sealed.

use zeroize::Zeroizing;

use crate::keys::TOKEN_LENGTH;

/// Pairs of one column. The values are wiped when dropped.
#[derive(Default)]
pub(crate) struct Pairs {
    text: Zeroizing<Vec<u8>>,
    /// Where each pair's raw value ends; its token stands before it.
    ends: Vec<usize>,
}

impl Pairs {
    /// Adds a pair. Equal pairs may be added again and again; they are one when sealed.
    pub(crate) fn push(&mut self, token: &str, raw: &str) {
        debug_assert_eq!(token.len(), TOKEN_LENGTH);
        self.text.extend_from_slice(token.as_bytes());
        self.text.extend_from_slice(raw.as_bytes());
        self.ends.push(self.text.len());
    }

    /// Pairs added.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Each token once, in order.
    pub(super) fn sorted(&self) -> Vec<(&str, &str)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let pairs = starts.zip(&self.ends).filter_map(|(start, end)| {
            let pair = std::str::from_utf8(self.text.get(start..*end)?).ok()?;
            pair.split_at_checked(TOKEN_LENGTH)
        });
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_unstable_by_key(|(token, _)| *token);
        pairs.dedup_by_key(|(token, _)| *token);
        pairs
    }
}
