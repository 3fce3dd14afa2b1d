//! Regions by GB/T 2260 code, name or local short name.

use super::Outcome;
use crate::codelists::{regions, shared};
use crate::values::width;

/// Checks a raw value; names become codes with a remark. A town (9 digits) or village (12) is refused with its county
/// as the suggestion.
pub fn check(text: &str) -> Outcome {
    let clean = width::normalise(text);
    if let Some(entry) = shared("regions").and_then(|list| list.resolve(&clean)) {
        return match () {
            () if entry.historic => Outcome::remark(&entry.code, "value.region_historic"),
            () if entry.code == text => Outcome::Ok,
            () if entry.code == clean => Outcome::remark(&entry.code, "value.rewritten"),
            () => Outcome::remark(&entry.code, "value.region_named"),
        };
    }
    if regions::is_plausible(&clean) {
        return if clean == text {
            Outcome::Ok
        } else {
            Outcome::remark(clean, "value.rewritten")
        };
    }
    let within = matches!(clean.len(), 9 | 12) && clean.bytes().all(|b| b.is_ascii_digit());
    let county = clean
        .get(..6)
        .filter(|county| within && regions::is_plausible(county));
    Outcome::Bad {
        reason: "value.region_unknown",
        suggestion: county.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        for (text, expected) in [
            ("433101", Outcome::Ok),
            ("433100", Outcome::Ok),
            ("440305", Outcome::Ok),
            (" 433101", Outcome::remark("433101", "value.rewritten")),
            ("吉首", Outcome::remark("433101", "value.region_named")),
            ("湘西州凤凰县", Outcome::remark("433123", "value.region_named")),
            ("433121", Outcome::remark("433121", "value.region_historic")),
            ("大庸市", Outcome::remark("433102", "value.region_historic")),
            ("433199", Outcome::bad("value.region_unknown")),
            ("火星", Outcome::bad("value.region_unknown")),
            ("", Outcome::bad("value.region_unknown")),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
        let town = Outcome::Bad {
            reason: "value.region_unknown",
            suggestion: Some("433101".into()),
        };
        assert_eq!(check("433101001"), town);
    }
}
