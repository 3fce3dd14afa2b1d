//! Whose row it is. At the door only proof counts: a valid credit code, or the bridge from the old 15-digit number.
//! Names, addresses and everything fuzzy are matched later, elsewhere.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::validators::{citizen_id, taxpayer_id, uscc};
use crate::values::width;

/// How surely the row was matched to an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MatchTier {
    /// Unmatched.
    T0,
    /// Exact valid credit code.
    T1,
    /// An alias of the entity: here, the organisation code inside a 15-digit taxpayer number.
    T2,
}

impl MatchTier {
    pub fn as_str(self) -> &'static str {
        match self {
            MatchTier::T0 => "T0",
            MatchTier::T1 => "T1",
            MatchTier::T2 => "T2",
        }
    }
}

impl fmt::Display for MatchTier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The entity key of a raw value: the normalised 18-character credit code (T1); the 9-character organisation code of a
/// 15-digit taxpayer number, equal to characters 9 to 17 of the credit code that followed it (T2); otherwise `None` and
/// T0. A number that can be a person's gives none: one citizen number in thirty-one passes as a credit code, and the key
/// stands in the lake in the clear.
pub fn entity_key(text: &str) -> (Option<String>, MatchTier) {
    if !citizen_id::check(text).is_bad() && width::normalise(text).len() == 18 {
        return (None, MatchTier::T0);
    }
    let outcome = uscc::check(text);
    if let Some(code) = outcome.value(text) {
        return (Some(code.to_owned()), MatchTier::T1);
    }
    let number = width::normalise(text).to_ascii_uppercase();
    match taxpayer_id::organisation_code(&number) {
        Some(code) => (Some(code.to_owned()), MatchTier::T2),
        None => (None, MatchTier::T0),
    }
}

/// As [`entity_key`], for a field that is stored as a token because it may hold a person's number. Whatever is built like
/// one gives no key, right or mistyped: eighteen places with a day of birth in them. An organisation of that shape loses
/// its key in such a field; that is the cheaper mistake.
pub fn key_beside_token(text: &str) -> (Option<String>, MatchTier) {
    if is_built_like_a_citizen_number(&width::normalise(text)) {
        return (None, MatchTier::T0);
    }
    entity_key(text)
}

fn is_built_like_a_citizen_number(text: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        let part = text.get(range)?;
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse::<u32>().ok())
            .flatten()
    };
    let between = |range, least, most| digits(range).is_some_and(|number| (least..=most).contains(&number));
    text.len() == 18
        && digits(0..6).is_some()
        && between(6..10, 1800, 2100)
        && between(10..12, 1, 12)
        && between(12..14, 1, 31)
        && digits(14..17).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proof_gives_a_key() {
        for (text, key, tier) in [
            ("91433101MA4L000117", Some("91433101MA4L000117"), MatchTier::T1),
            (" 91433101ma4l000117", Some("91433101MA4L000117"), MatchTier::T1),
            ("433101MA4L00011", Some("MA4L00011"), MatchTier::T2),
            ("433101802100433", Some("802100433"), MatchTier::T2),
            // Also a birth date, 1 January 1980.
            ("433101800101006", None, MatchTier::T0),
            // A person of 1885 whose number passes as a credit code.
            ("433101188506159994", None, MatchTier::T0),
            ("433199MA4L00011", None, MatchTier::T0),
            ("91433101MA4LOO0117", None, MatchTier::T0),
            ("", None, MatchTier::T0),
            ("吉首市某某商行", None, MatchTier::T0),
        ] {
            assert_eq!(entity_key(text), (key.map(str::to_owned), tier), "{text}");
        }
    }

    #[test]
    fn beside_a_token_no_number_of_a_person_gives_a_key_right_or_mistyped() {
        // A citizen number of 1885, and the same with each possible last place.
        for last in "0123456789X".chars() {
            let number = format!("43310118850615999{last}");
            assert_eq!(key_beside_token(&number), (None, MatchTier::T0), "{number}");
        }
        for text in ["91433101MA4L000117", "433101MA4L00011", "91433101802100433X"] {
            assert_eq!(key_beside_token(text), entity_key(text), "{text}");
        }
        assert_eq!(key_beside_token("91433101MA4L000117").1, MatchTier::T1);
    }
}
