//! What is suggested is right, or nothing is.

use super::*;
use crate::validators::uscc;

const CODES: [&str; 8] = [
    "91350100M000100Y43",
    "91110000802100433B",
    "9144030071526726XG",
    "914403001922038216",
    "11320000MB151840XJ",
    "91433101MA4L000117",
    "92433101MA4L0B2X6B",
    "91433122MA4Q123406",
];

fn uscc(text: &str) -> Option<(String, Proof)> {
    mend(ValidatorKind::Uscc, text).map(|mend| (mend.value, mend.proof))
}

#[test]
fn the_only_change_that_explains_every_check_is_the_right_one() {
    let (mut tried, mut told) = (0, 0);
    for code in CODES {
        for at in 0..18 {
            for new in uscc::ALPHABET {
                let mut wrong = code.as_bytes().to_vec();
                wrong[at] = *new;
                let wrong = String::from_utf8(wrong).unwrap();
                if wrong == code || !uscc::check(&wrong).is_bad() {
                    continue;
                }
                tried += 1;
                match uscc(&wrong) {
                    Some((value, Proof::OnlyChange)) => {
                        assert_eq!(value, code, "{wrong}");
                        told += 1;
                    }
                    Some((_, other)) => panic!("{wrong}: {other:?}"),
                    None => {}
                }
            }
        }
    }
    assert!(tried > 4_000, "{tried}");
    // Struck at random, a fifth can be proved, and none is told wrongly.
    assert!(told * 5 > tried, "{told} of {tried}");
}

#[test]
fn a_swap_and_a_character_typed_twice_are_found() {
    let (mut tried, mut told) = (0, 0);
    for code in CODES {
        for at in 0..17 {
            let mut swapped = code.as_bytes().to_vec();
            swapped.swap(at, at + 1);
            let mut doubled = code.as_bytes().to_vec();
            doubled.insert(at, code.as_bytes()[at]);
            for wrong in [swapped, doubled] {
                let wrong = String::from_utf8(wrong).unwrap();
                if wrong == code {
                    continue;
                }
                tried += 1;
                if let Some((value, proof)) = uscc(&wrong) {
                    assert_eq!((value.as_str(), proof), (code, Proof::OnlyChange), "{wrong}");
                    told += 1;
                }
            }
        }
    }
    assert!(told * 2 > tried, "{told} of {tried}");
}

#[test]
fn letters_blanks_and_formats_are_seen_through_only_when_every_check_then_holds() {
    for (text, expected, proof) in [
        ("91433101MA4LOO0117", "91433101MA4L000117", Proof::LookAlike),
        ("91433101 MA4L 000117", "91433101MA4L000117", Proof::Separators),
        ("'91433101MA4L000117", "91433101MA4L000117", Proof::Separators),
        ("914403001922038216.0", "914403001922038216", Proof::NumberFormat),
    ] {
        assert_eq!(uscc(text), Some((expected.to_owned(), proof)), "{text}");
    }
    for text in [
        "91433101MA4LOO0118",
        "91433101MA4L000117",
        "",
        "湘西",
        "9.1433101E+17",
        "1433",
    ] {
        assert_eq!(uscc(text), None, "{text}");
    }
    let found = |kind: ValidatorKind, text: &str| mend(kind, text).map(|mend| (mend.value, mend.proof));
    for (kind, text, expected, proof) in [
        (
            ValidatorKind::CitizenId,
            "11010519491231OO2X",
            "11010519491231002X",
            Proof::LookAlike,
        ),
        (
            ValidatorKind::CitizenId,
            "110105 19491231 002X",
            "11010519491231002X",
            Proof::Separators,
        ),
        (
            ValidatorKind::CitizenId,
            "110105491231002",
            "11010519491231002X",
            Proof::Legacy,
        ),
        (
            ValidatorKind::TaxpayerId,
            "91433101MA4LOO0117",
            "91433101MA4L000117",
            Proof::LookAlike,
        ),
        (
            ValidatorKind::Vin,
            "LVSHCAMBICE054249",
            "LVSHCAMB1CE054249",
            Proof::LookAlike,
        ),
        (
            ValidatorKind::Luhn,
            "411111111111111l",
            "4111111111111111",
            Proof::LookAlike,
        ),
        (ValidatorKind::Region, "43310I", "433101", Proof::LookAlike),
        (ValidatorKind::Region, "433101001", "433101", Proof::County),
        (ValidatorKind::Industry, "111", "0111", Proof::LeadingZero),
        (
            ValidatorKind::RealestateUnit,
            "43310100100lGB00012F00010001",
            "433101001001GB00012F00010001",
            Proof::LookAlike,
        ),
    ] {
        assert_eq!(found(kind, text), Some((expected.to_owned(), proof)), "{text}");
    }
    // A wrong digit of a citizen number has several explanations, so none is given.
    assert_eq!(found(ValidatorKind::CitizenId, "110105194912310021"), None);
    // An impossible date leaves one place for the mistake: the tens of the month.
    let dated = found(ValidatorKind::CitizenId, "11010519492231002X");
    assert!(dated.is_none() || dated == Some(("11010519491231002X".to_owned(), Proof::OnlyChange)));
}

#[test]
fn what_a_spreadsheet_destroyed_is_said_to_be_lost() {
    for text in ["4.33101E+17", "9.143E+17", "４.33101E+17", "1E+15", "4.33101e+17"] {
        assert_eq!(lost(text), Some("suggest.lost_scientific"), "{text}");
    }
    for text in [
        "433101190001010000",
        "6222600000000000000",
        "433101190001010000.0",
    ] {
        assert_eq!(lost(text), Some("suggest.lost_digits"), "{text}");
    }
    for text in [
        "",
        "91E12",
        "E+17",
        "43.3101E+17",
        "433101190001010014",
        "100000000000000",
        "1000000000000000",
        "91433101MA4L000117",
        "1e5",
    ] {
        assert_eq!(lost(text), None, "{text}");
    }
    for kind in [ValidatorKind::CitizenId, ValidatorKind::Uscc, ValidatorKind::Luhn] {
        assert_eq!(mend(kind, "4.33101E+17"), None);
    }
}
