//! Tokens: the same identifier gives the same token wherever it is reported, and nobody without the key can go back
//! or try all numbers. Not here: the way back, which is the reveal store.

use std::sync::Arc;

use hmac::{Hmac, Mac};
use schemas::{Field, FieldRuleKind, ValidatorKind};
use sha2::Sha256;

use super::Key;

/// Characters of a token: 26 × 5 = 130 bits.
pub const TOKEN_LENGTH: usize = 26;

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Turns identifiers into tokens with the lake's token key.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    key: Arc<Key>,
}

impl Tokenizer {
    pub(super) fn new(key: Arc<Key>) -> Tokenizer {
        Tokenizer { key }
    }

    /// The tokens of one kind of identifier; see [`token_domain`].
    pub fn domain(&self, domain: &str) -> DomainTokenizer {
        let mut start = hmac(&self.key);
        start.update(b"taxhub token 1\0");
        start.update(domain.as_bytes());
        start.update(b"\0");
        DomainTokenizer { start }
    }
}

/// Tokens of one domain; the domain's part of the MAC is computed once.
#[derive(Clone)]
pub struct DomainTokenizer {
    start: Hmac<Sha256>,
}

impl DomainTokenizer {
    /// 26 lower-case base32 characters of HMAC-SHA256 over domain and value. The value is taken as it stands:
    /// whoever checks a feed has normalised it.
    pub fn token(&self, value: &str) -> String {
        let mut token = String::with_capacity(TOKEN_LENGTH);
        self.write_token(value, &mut token);
        token
    }

    /// As [`DomainTokenizer::token`], into a text that is used again.
    pub(crate) fn write_token(&self, value: &str, token: &mut String) {
        let mut mac = self.start.clone();
        mac.update(value.as_bytes());
        token.clear();
        base32(&mac.finalize().into_bytes(), token);
    }
}

/// What makes two columns comparable: the kind of identifier where the contract names a validator for it, else the
/// field's own name. One person's citizen ID has one token in every feed.
pub fn token_domain(field: &Field) -> String {
    let validator = field.rules.iter().find_map(|rule| match &rule.kind {
        FieldRuleKind::Validator(kind) => Some(*kind),
        _ => None,
    });
    match validator {
        Some(ValidatorKind::CitizenId) => "citizen_id",
        Some(ValidatorKind::Uscc) => "uscc",
        Some(ValidatorKind::Org) => "org",
        Some(ValidatorKind::TaxpayerId) => "taxpayer_id",
        Some(ValidatorKind::Vin) => "vin",
        Some(ValidatorKind::RealestateUnit) => "realestate_unit",
        Some(ValidatorKind::Luhn) => "bank_card",
        Some(
            ValidatorKind::Region
            | ValidatorKind::Month
            | ValidatorKind::Quarter
            | ValidatorKind::Industry
            | ValidatorKind::OrganisationName,
        )
        | None => &field.name,
    }
    .to_owned()
}

#[allow(
    clippy::expect_used,
    reason = "HMAC takes keys of any length; the error exists for other MACs"
)]
pub(crate) fn hmac(key: &Key) -> Hmac<Sha256> {
    <Hmac<Sha256> as Mac>::new_from_slice(key.bytes()).expect("HMAC takes keys of any length")
}

fn base32(bytes: &[u8], text: &mut String) {
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            let digit = (bits >> held) & 31;
            if let Some(letter) = ALPHABET.get(digit as usize) {
                text.push(char::from(*letter));
            }
            if text.len() == TOKEN_LENGTH {
                return;
            }
        }
        bits &= (1 << held) - 1;
    }
}
