//! Masks on arbitrary texts: never an error, always the type, nothing beyond what they promise.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Date32Array, StringArray, StringViewArray};
use datafusion::arrow::datatypes::{DataType, Date32Type};
use datafusion::logical_expr::col;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use schemas::Treatment::{self, *};

use super::{apply, masked, text};

const TEXTS: [Treatment; 6] = [Name1, AddressToCounty, First4, Last4, Id6x4, Phone3x4];
const ALL: [Treatment; 12] = [
    Clear,
    Token,
    Null,
    Name1,
    AddressToCounty,
    Year,
    Month,
    First4,
    Last4,
    Id6x4,
    Phone3x4,
    Fixed,
];

fn mask(treatment: Treatment, value: &str) -> String {
    // What was in the buffer before must not show.
    let mut masked = "left over".to_owned();
    text::mask(treatment, value, &mut masked);
    masked
}

fn any_text(random: &mut ChaCha8Rng) -> String {
    let length = random.random_range(0..40);
    (0..length)
        .map(|_| match random.random_range(0..6) {
            0 => random.random::<char>(),
            1 => char::from(random.random_range(b'0'..=b'9')),
            2 => ['市', '县', '州', '区', '省', '吉', '首', '张'][random.random_range(0..8)],
            3 => ['\u{0}', '\u{301}', '\u{200d}', '\u{feff}', '👩', '\u{202e}'][random.random_range(0..6)],
            _ => random.random_range('a'..='z'),
        })
        .collect()
}

#[test]
fn every_mask_takes_every_text_and_keeps_type_and_nulls() {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let texts: Vec<Option<String>> = (0..4_000)
        .map(|n| (n % 9 != 0).then(|| any_text(&mut random)))
        .collect();
    let arrays: [ArrayRef; 2] = [
        Arc::new(texts.iter().map(Option::as_deref).collect::<StringViewArray>()),
        Arc::new(texts.iter().map(Option::as_deref).collect::<StringArray>()),
    ];
    for treatment in TEXTS {
        for array in &arrays {
            let masked = apply(treatment, array).unwrap();
            assert_eq!(masked.data_type(), array.data_type());
            assert_eq!(masked.nulls(), array.nulls());
        }
    }
    let days: ArrayRef = Arc::new(
        [i32::MIN, i32::MAX, 0, -1, 20_100]
            .into_iter()
            .map(Some)
            .chain([None])
            .collect::<Date32Array>(),
    );
    for treatment in [Year, Month] {
        let masked = apply(treatment, &days).unwrap();
        assert_eq!(
            (masked.data_type(), masked.nulls()),
            (days.data_type(), days.nulls())
        );
    }
}

#[test]
fn a_mask_shows_no_more_than_it_says() {
    let mut random = ChaCha8Rng::seed_from_u64(12);
    for _ in 0..20_000 {
        let text = any_text(&mut random);
        let chars: Vec<char> = text.chars().collect();
        let shown = |treatment: Treatment| mask(treatment, &text);
        assert!(shown(Name1).chars().count() <= 2);
        for (treatment, head, tail, least) in [
            (First4, 4, 0, 5),
            (Last4, 0, 4, 5),
            (Id6x4, 6, 4, 15),
            (Phone3x4, 3, 4, 11),
        ] {
            let masked = shown(treatment);
            // Another text with the same visible ends looks the same: what is hidden does not show, nor does its length.
            let mut twin: Vec<char> = chars.iter().take(head).copied().collect();
            twin.extend(std::iter::repeat_n('#', 30));
            twin.extend(chars.iter().skip(chars.len().saturating_sub(tail)));
            if chars.len() >= least {
                assert_eq!(
                    masked,
                    mask(treatment, &twin.into_iter().collect::<String>()),
                    "{treatment:?} {text:?}"
                );
            } else {
                assert!(
                    masked.chars().all(|c| c == '*'),
                    "{treatment:?} {text:?} -> {masked}"
                );
            }
        }
    }
}

#[test]
fn masks_look_as_people_expect() {
    for (treatment, text, wanted) in [
        (Name1, "张三丰", "张*"),
        (Name1, "吉首市某某商行", "吉*"),
        (Name1, "", "*"),
        (First4, "91433100MA4L0000X1", "9143****"),
        (First4, "1234", "****"),
        (Last4, "6222020200012345678", "****5678"),
        (Id6x4, "433101199001011234", "433101********1234"),
        (Id6x4, "4331011990", "********"),
        (Phone3x4, "13800001234", "138****1234"),
        (Phone3x4, "8222222", "****"),
        (
            AddressToCounty,
            "湖南省湘西土家族苗族自治州吉首市乾州街道1号",
            "吉首市",
        ),
        (AddressToCounty, "乾州街道无名小区3栋", "***"),
        (AddressToCounty, "", "***"),
    ] {
        assert_eq!(mask(treatment, text), wanted, "{treatment:?} {text}");
    }
    let days: ArrayRef = Arc::new(Date32Array::from(vec![20_134])); // 2025-02-15
    let first = |treatment| {
        apply(treatment, &days)
            .unwrap()
            .as_primitive::<Date32Type>()
            .value(0)
    };
    assert_eq!((first(Month), first(Year)), (20_120, 20_089));
}

#[test]
fn a_treatment_that_does_not_fit_is_refused() {
    let kinds = [
        DataType::Utf8View,
        DataType::Decimal128(18, 2),
        DataType::Int64,
        DataType::Date32,
        DataType::Boolean,
    ];
    for treatment in ALL {
        for kind in &kinds {
            let text = *kind == DataType::Utf8View;
            let fits = match treatment {
                Clear | Null | Fixed => true,
                Token => false,
                Year | Month => *kind == DataType::Date32,
                _ => text,
            };
            assert_eq!(
                masked(treatment, col("c"), kind, false).is_some(),
                fits,
                "{treatment:?} on {kind}"
            );
        }
    }
    assert!(masked(Token, col("c"), &DataType::Utf8View, true).is_some_and(|masked| masked.as_stored));
    assert!(masked(Clear, col("c"), &DataType::Utf8View, false).is_some_and(|masked| masked.as_stored));
    assert!(masked(Name1, col("c"), &DataType::Utf8View, false).is_some_and(|masked| !masked.as_stored));
}
