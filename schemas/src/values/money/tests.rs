//! Capital as registries write it, and what is no amount.

use super::*;
use crate::contract::Bilingual;
use crate::values::decimal::format;
use crate::values::units;

fn currencies() -> CodeList {
    let entry = |code: &str, zh: &str, aliases: &[&str]| CodeEntry {
        code: code.into(),
        title: Bilingual {
            zh: zh.into(),
            en: code.into(),
        },
        aliases: aliases.iter().map(|alias| (*alias).into()).collect(),
        historic: false,
    };
    let entries = vec![
        entry("CNY", "人民币", &["人民币元", "RMB", "¥"]),
        entry("USD", "美元", &["美金", "US$"]),
        entry("HKD", "港元", &["港币"]),
        entry("JPY", "日元", &[]),
        entry("CAD", "加拿大元", &["加元"]),
    ];
    CodeList::new("currency", "", "", entries).unwrap()
}

fn terms(currencies: &CodeList) -> MoneyTerms<'_> {
    MoneyTerms {
        currencies,
        default: Some("CNY"),
        multiples: &[],
        unit_required: false,
    }
}

#[test]
fn capital_is_read_however_it_is_written() {
    let currencies = currencies();
    for (text, amount, multiple, currency) in [
        ("20(万元人民币)", "200000.00", "万", "CNY"),
        ("5,118(万元人民币)", "51180000.00", "万", "CNY"),
        ("63(万)", "630000.00", "万", "CNY"),
        ("56.9600(万元人民币)", "569600.00", "万", "CNY"),
        ("2,092(万)", "20920000.00", "万", "CNY"),
        ("300万人民币", "3000000.00", "万", "CNY"),
        ("2,043.1200(万元人民币)", "20431200.00", "万", "CNY"),
        ("13.6万人民币", "136000.00", "万", "CNY"),
        ("955(万美元)", "9550000.00", "万", "USD"),
        ("32588万元人民币", "325880000.00", "万", "CNY"),
        ("1,000(万港币)", "10000000.00", "万", "HKD"),
        ("82万人民币元", "820000.00", "万", "CNY"),
        ("64396.68（万元）", "643966800.00", "万", "CNY"),
        ("654(万加拿大元)", "6540000.00", "万", "CAD"),
        ("4,000(万日元)", "40000000.00", "万", "JPY"),
        ("100(万元(人民币))", "1000000.00", "万", "CNY"),
        ("1278万美元", "12780000.00", "万", "USD"),
        ("1,913,250.3755(万元人民币)", "19132503755.00", "万", "CNY"),
        ("人民币100万元整", "1000000.00", "万", "CNY"),
        ("100 人民币万元", "1000000.00", "万", "CNY"),
        ("USD 1,200", "1200.00", "元", "USD"),
        ("100美元", "100.00", "元", "USD"),
        ("3百万美金", "3000000.00", "百万", "USD"),
        ("2亿元", "200000000.00", "亿", "CNY"),
        ("￥50,000.00", "50000.00", "元", "CNY"),
        ("￥-5", "-5.00", "元", "CNY"),
        ("(5)", "-5.00", "元", "CNY"),
        ("5-", "-5.00", "元", "CNY"),
        ("１００（万元）", "1000000.00", "万", "CNY"),
        ("人民币壹佰万元整", "1000000.00", "元", "CNY"),
        ("伍拾万元", "500000.00", "元", "CNY"),
        ("500", "500.00", "元", "CNY"),
    ] {
        let read = parse(text, 18, 2, &terms(&currencies), None);
        let read = read.map(|read| (format(read.unscaled, 2), read.multiple, read.currency));
        assert_eq!(read, Ok((amount.to_owned(), multiple, Some(currency))), "{text}");
    }
}

#[test]
fn what_is_no_amount_is_refused_for_its_reason() {
    let currencies = currencies();
    for (text, fault) in [
        ("Jianbin", DecimalFault::NotANumber),
        ("", DecimalFault::NotANumber),
        ("万元", DecimalFault::NotANumber),
        ("约100万元", DecimalFault::NotANumber),
        ("-￥-5", DecimalFault::NotANumber),
        ("12,34(万元)", DecimalFault::NotANumber),
        ("63(万", DecimalFault::UnknownWords),
        ("63万)", DecimalFault::UnknownWords),
        ("63(万卢布)", DecimalFault::UnknownWords),
        ("63(万元左右)", DecimalFault::UnknownWords),
        ("63千瓦时", DecimalFault::UnknownWords),
        ("人民币63(万美元)", DecimalFault::UnknownWords),
        ("6.3E+05", DecimalFault::Scientific),
        ("12345678901234567", DecimalFault::TooLarge),
        ("100000000(亿元)", DecimalFault::TooLarge),
    ] {
        assert_eq!(
            parse(text, 18, 2, &terms(&currencies), None).map(|_| ()),
            Err(fault),
            "{text}"
        );
    }
}

#[test]
fn a_contract_may_demand_a_unit_and_limit_the_multiples() {
    let currencies = currencies();
    let wan = ["万".to_owned()];
    let strict = MoneyTerms {
        multiples: &wan,
        unit_required: true,
        default: None,
        ..terms(&currencies)
    };
    let read = |text, above| parse(text, 18, 2, &strict, above);
    assert_eq!(read("63", None), Err(DecimalFault::UnitMissing));
    assert_eq!(read("63元", None), Err(DecimalFault::ForeignUnit));
    assert_eq!(read("63(亿)", None), Err(DecimalFault::ForeignUnit));
    let found = read("63(万)", None).unwrap();
    assert_eq!((found.unscaled, found.currency), (63_000_000, None));
    let above = units::find("元", "万元");
    let found = read("63", above).unwrap();
    assert_eq!(
        (found.unscaled, found.multiple, found.contradicts),
        (63_000_000, "万", false)
    );
}

#[test]
fn a_unit_in_the_cell_wins_over_one_above_and_the_difference_is_told() {
    let currencies = currencies();
    let above = units::find("元", "元");
    let found = parse("63(万)", 18, 2, &terms(&currencies), above).unwrap();
    assert_eq!((found.unscaled, found.contradicts), (63_000_000, true));
    let found = parse("63(元)", 18, 2, &terms(&currencies), above).unwrap();
    assert_eq!((found.unscaled, found.contradicts), (6_300, false));
}

#[test]
fn multiples_are_known_by_their_words() {
    assert!(is_multiple("万") && is_multiple("元") && !is_multiple("万元") && !is_multiple(""));
}
