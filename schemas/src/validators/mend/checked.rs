//! The one change of a hand that makes a number right: a wrong character, a swap of neighbours, a character typed
//! twice. Only for numbers whose checks are strong enough to leave one answer (credit codes, citizen IDs).

use super::{Mend, Proof};
use crate::codelists::regions;
use crate::contract::ValidatorKind;
use crate::validators::{citizen_id, org, uscc};

const LENGTH: usize = 18;

/// The change, if one alone satisfies every check. Where several do, none is told: the likeliest of them is wrong too often.
pub(super) fn only_change(kind: ValidatorKind, text: &str) -> Option<Mend> {
    if !text.is_ascii() {
        return None;
    }
    let wrong = text.as_bytes();
    let mut candidates = Vec::new();
    if matches!(kind, ValidatorKind::Uscc | ValidatorKind::TaxpayerId) {
        candidates.extend(changes(wrong, &UsccCheck));
    }
    if matches!(kind, ValidatorKind::CitizenId | ValidatorKind::TaxpayerId) {
        candidates.extend(changes(wrong, &IdCheck));
    }
    candidates.sort_unstable();
    candidates.dedup();
    match <[String; 1]>::try_from(candidates) {
        Ok([value]) => Some(Mend {
            value,
            proof: Proof::OnlyChange,
        }),
        Err(_) => None,
    }
}

/// A kind of number of 18 characters with a sum that must come out right.
trait Checked {
    /// The characters that may stand at a place, in the order of their values.
    fn alphabet(&self, at: usize) -> &'static [u8];
    fn weight(&self, at: usize) -> u32;
    fn modulus(&self) -> u32;
    /// What the weighted sum leaves.
    fn remainder(&self) -> u32;
    /// Everything else that is known about such numbers; what `wrong` had as well is not held against `right`.
    fn believable(&self, wrong: &[u8], right: &[u8]) -> bool;
}

fn changes(wrong: &[u8], check: &dyn Checked) -> Vec<String> {
    let mut found = Vec::new();
    let mut consider = |right: Vec<u8>| {
        if sum(&right, check) == Some(check.remainder())
            && check.believable(wrong, &right)
            && let Ok(value) = String::from_utf8(right)
        {
            found.push(value);
        }
    };
    if wrong.len() == LENGTH + 1 {
        for at in 0..wrong.len() {
            let mut right = wrong.to_vec();
            right.remove(at);
            consider(right);
        }
    }
    if wrong.len() == LENGTH {
        for at in 0..LENGTH {
            for new in replacements(wrong, at, check) {
                let mut right = wrong.to_vec();
                right.iter_mut().skip(at).take(1).for_each(|place| *place = new);
                consider(right);
            }
        }
        for at in 0..LENGTH - 1 {
            let mut right = wrong.to_vec();
            right.swap(at, at + 1);
            if right != wrong {
                consider(right);
            }
        }
    }
    found
}

/// The characters that make the sum right at one place: one for credit codes, one at most for citizen IDs.
fn replacements(wrong: &[u8], at: usize, check: &dyn Checked) -> Vec<u8> {
    let (modulus, weight) = (check.modulus(), check.weight(at));
    let others = wrong.iter().enumerate().filter(|(place, _)| *place != at);
    let Some(rest) = others
        .map(|(place, byte)| Some(value(*byte, check.alphabet(place))? * check.weight(place)))
        .sum::<Option<u32>>()
    else {
        // Another character cannot stand where it stands either: more than one is wrong.
        return Vec::new();
    };
    let fits = |(new, byte): (usize, &u8)| {
        let new = u32::try_from(new).ok()?;
        let right = (rest + new * weight) % modulus == check.remainder();
        (right && wrong.get(at) != Some(byte)).then_some(*byte)
    };
    check.alphabet(at).iter().enumerate().filter_map(fits).collect()
}

fn sum(number: &[u8], check: &dyn Checked) -> Option<u32> {
    let products = number.iter().enumerate();
    let sum: Option<u32> = products
        .map(|(at, byte)| Some(value(*byte, check.alphabet(at))? * check.weight(at)))
        .sum();
    Some(sum? % check.modulus())
}

fn value(byte: u8, alphabet: &[u8]) -> Option<u32> {
    let at = alphabet.iter().position(|known| *known == byte)?;
    u32::try_from(at).ok()
}

fn part(number: &[u8], from: usize, to: usize) -> &str {
    let bytes = number.get(from..to).unwrap_or_default();
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// A region that the change touched must be one; one that was there before is the sender's.
fn region_believable(wrong: &[u8], right: &[u8], from: usize, to: usize) -> bool {
    part(wrong, from, to) == part(right, from, to) || regions::is_plausible(part(right, from, to))
}

struct UsccCheck;

impl Checked for UsccCheck {
    fn alphabet(&self, _: usize) -> &'static [u8] {
        uscc::ALPHABET
    }

    fn weight(&self, at: usize) -> u32 {
        uscc::WEIGHTS.get(at).copied().unwrap_or(1)
    }

    fn modulus(&self) -> u32 {
        31
    }

    fn remainder(&self) -> u32 {
        0
    }

    fn believable(&self, wrong: &[u8], right: &[u8]) -> bool {
        let kinds = [
            "11", "12", "13", "51", "52", "53", "91", "92", "93", "N1", "N2", "N3", "Y1",
        ];
        let kind = part(right, 0, 2);
        (kind == part(wrong, 0, 2) || kinds.contains(&kind))
            && org::is_valid(part(right, 8, 17))
            && region_believable(wrong, right, 2, 8)
    }
}

struct IdCheck;

impl Checked for IdCheck {
    fn alphabet(&self, at: usize) -> &'static [u8] {
        match at {
            17 => b"0123456789X",
            _ => b"0123456789",
        }
    }

    fn weight(&self, at: usize) -> u32 {
        citizen_id::WEIGHTS.get(at).copied().unwrap_or(1)
    }

    fn modulus(&self) -> u32 {
        11
    }

    fn remainder(&self) -> u32 {
        1
    }

    fn believable(&self, wrong: &[u8], right: &[u8]) -> bool {
        citizen_id::birth_date(part(right, 0, LENGTH)).is_some() && region_believable(wrong, right, 0, 6)
    }
}
