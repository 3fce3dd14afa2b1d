//! Amounts as departments write them, and what is no amount.

use super::*;
use crate::values::units;

fn yuan(text: &str) -> Result<String, DecimalFault> {
    parse(text, 18, 2, Some("元"), None).map(|read| format(read.unscaled, 2))
}

#[test]
fn amounts_are_read_as_departments_write_them() {
    for (text, expected) in [
        ("0", "0.00"),
        ("1234.5", "1234.50"),
        ("1,234.50", "1234.50"),
        ("12,345,678.9", "12345678.90"),
        ("￥1,234", "1234.00"),
        ("¥ 1,234", "1234.00"),
        ("１２３４．５", "1234.50"),
        ("-5", "-5.00"),
        ("+5", "5.00"),
        ("5-", "-5.00"),
        ("(5)", "-5.00"),
        ("（1,000.00）", "-1000.00"),
        ("－5", "-5.00"),
        ("−5", "-5.00"),
        ("-￥5", "-5.00"),
        ("￥-5", "-5.00"),
        ("100元", "100.00"),
        ("1,234.5万元", "12345000.00"),
        ("1.234567万元", "12345.67"),
        ("2亿元", "200000000.00"),
        ("5,118(万元人民币)", "51180000.00"),
        ("63(万)", "630000.00"),
        ("人民币100元整", "100.00"),
        ("RMB100", "100.00"),
        ("人民币壹佰万元整", "1000000.00"),
        ("壹佰贰拾叁元肆角伍分", "123.45"),
        ("  7 ", "7.00"),
        ("0.005", "0.01"),
        ("0.0049999", "0.00"),
        ("-0.005", "-0.01"),
        ("2.675", "2.68"),
        ("9007199254740993.01", "9007199254740993.01"),
    ] {
        assert_eq!(yuan(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_amount_is_refused_for_its_reason() {
    for (text, fault) in [
        ("", DecimalFault::NotANumber),
        ("-", DecimalFault::NotANumber),
        (".", DecimalFault::NotANumber),
        (".5", DecimalFault::NotANumber),
        ("5.", DecimalFault::NotANumber),
        ("1.2.3", DecimalFault::NotANumber),
        ("12,34", DecimalFault::NotANumber),
        ("1,2345", DecimalFault::NotANumber),
        ("1234,567", DecimalFault::NotANumber),
        (",123", DecimalFault::NotANumber),
        ("--5", DecimalFault::NotANumber),
        ("-5-", DecimalFault::NotANumber),
        ("(-5)", DecimalFault::NotANumber),
        ("-￥-5", DecimalFault::NotANumber),
        ("N/A", DecimalFault::NotANumber),
        ("五元钱", DecimalFault::NotANumber),
        ("12abc", DecimalFault::NotANumber),
        ("#REF!", DecimalFault::NotANumber),
        ("1e3", DecimalFault::Scientific),
        ("4.33101E+17", DecimalFault::Scientific),
        ("5千瓦时", DecimalFault::ForeignUnit),
        ("12345678901234567", DecimalFault::TooLarge),
        ("100000000亿元", DecimalFault::TooLarge),
        (
            "999999999999999999999999999999999999999999",
            DecimalFault::TooLarge,
        ),
    ] {
        assert_eq!(yuan(text), Err(fault), "{text}");
    }
}

#[test]
fn a_unit_in_the_header_counts_and_one_in_the_cell_wins() {
    let ten_thousand = units::find("kWh", "万千瓦时");
    let read = |text| parse(text, 18, 2, Some("kWh"), ten_thousand).map(|read| format(read.unscaled, 2));
    assert_eq!(read("1.5").as_deref(), Ok("15000.00"));
    assert_eq!(read("1.5度").as_deref(), Ok("1.50"));
    assert_eq!(read("￥1.5"), Err(DecimalFault::ForeignUnit));
}

#[test]
fn inexact_factors_round_once_and_say_so() {
    let read = parse("1亩", 18, 2, Some("m²"), None).unwrap();
    assert_eq!(
        (format(read.unscaled, 2).as_str(), read.rounded),
        ("666.67", true)
    );
    let read = parse("3亩", 18, 2, Some("m²"), None).unwrap();
    assert_eq!(
        (format(read.unscaled, 2).as_str(), read.rounded),
        ("2000.00", false)
    );
    assert!(parse("0.001", 18, 2, None, None).unwrap().rounded);
    assert!(!parse("0.010000", 18, 2, None, None).unwrap().rounded);
}

#[test]
fn whole_numbers_are_not_rounded() {
    assert_eq!(parse_integer("1,234", None, None), Ok(1234));
    assert_eq!(parse_integer("1.0", None, None), Ok(1));
    assert_eq!(parse_integer("-7", None, None), Ok(-7));
    assert_eq!(parse_integer("1.5", None, None), Err(DecimalFault::NotWhole));
    assert_eq!(parse_integer("3万人", Some("人"), None), Ok(30_000));
    assert_eq!(
        parse_integer("9223372036854775808", None, None),
        Err(DecimalFault::TooLarge)
    );
}

#[test]
fn contract_numbers_compare_and_print_exactly() {
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    assert!(number("0.2") < number("2.0"));
    assert_eq!(number("2.0"), number("2"));
    assert_eq!(number("-0.05").to_string(), "-0.05");
    assert_eq!(number("0.2").at_scale(4), Some(2000));
    assert_eq!(number("0.25").at_scale(1), None);
    assert!(number("-999999999999999999.999999999999999999") < number("999999999999999999"));
    for bad in [
        "",
        "1,000",
        "1e3",
        "+1",
        "1000000000000000000",
        "0.0000000000000000001",
    ] {
        assert!(bad.parse::<Decimal>().is_err(), "{bad}");
    }
}
