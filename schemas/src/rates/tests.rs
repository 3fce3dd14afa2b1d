//! Tables of rates that load, and those that do not with the reason.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn table(spans: &[(&str, &str, &str, Option<&str>)]) -> Result<Rates, RatesError> {
    let mut text = String::new();
    for (key, value, from, to) in spans {
        text.push_str(&format!(
            "[[rate]]\nkey = \"{key}\"\nvalue = \"{value}\"\nvalid_from = {from}\n"
        ));
        if let Some(to) = to {
            text.push_str(&format!("valid_to = {to}\n"));
        }
        text.push_str("source_doc = \"doc\"\nunconfirmed = true\n");
    }
    Rates::parse(&text)
}

#[test]
fn the_rates_of_the_product_load_and_say_where_they_come_from() {
    let rates = Rates::embedded().unwrap();
    let value = |key: &str, on: &str| rates.on(key, day(on)).map(|rate| rate.value.as_str());
    assert_eq!(value("deed.rate", "2025-01-10"), Some("0.04"));
    assert_eq!(value("deed.rate", "2021-08-31"), None);
    assert_eq!(value("leaf.rate", "2018-07-01"), Some("0.20"));
    assert!(rates.on("vat.goods", day("2025-12-31")).unwrap().unconfirmed);
    assert!(!rates.on("vat.goods", day("2026-01-01")).unwrap().unconfirmed);
    let text = serde_json::to_string(&rates).unwrap();
    assert_eq!(serde_json::from_str::<Rates>(&text).unwrap(), rates);
}

#[test]
fn spans_of_one_key_may_meet_but_not_overlap() {
    let first = ("a.b", "1", "2020-01-01", Some("2020-12-31"));
    assert!(table(&[first, ("a.b", "2", "2021-01-01", None)]).is_ok());
    assert!(table(&[("a.b", "2", "2021-01-01", None), first]).is_ok());
    assert!(table(&[first, ("a.c", "2", "2020-01-01", None)]).is_ok());
    let twice = Err(RatesError::Overlap("a.b".to_owned()));
    assert_eq!(table(&[first, ("a.b", "2", "2020-12-31", None)]), twice);
    assert_eq!(
        table(&[("a.b", "1", "2020-01-01", None), ("a.b", "2", "2021-01-01", None)]),
        twice
    );
    assert_eq!(table(&[first, first]), twice);
}

#[test]
fn values_are_exact_and_bounded() {
    for value in ["0.04", "-1", "99999999.99999999", "0"] {
        assert!(table(&[("a", value, "2020-01-01", None)]).is_ok(), "{value}");
    }
    for value in [
        "0.000000001",
        "100000000",
        "1e-3",
        "4 %",
        "",
        "０.04",
        ".",
        "1,000",
    ] {
        let refused = Err(RatesError::Value("a".to_owned()));
        assert_eq!(table(&[("a", value, "2020-01-01", None)]), refused, "{value}");
    }
    assert_eq!(
        table(&[("a", "0.04", "2020-01-01", None)]).unwrap().all()[0].unscaled(),
        Ok(4_000_000)
    );
}

#[test]
fn what_is_missing_or_unknown_is_refused() {
    let good = "[[rate]]\nkey = \"a\"\nvalue = \"1\"\nvalid_from = 2020-01-01\nsource_doc = \"doc\"\nunconfirmed = true\n";
    assert!(Rates::parse(good).is_ok());
    assert_eq!(Rates::parse("").unwrap().all(), []);
    for (from, to) in [
        ("key = \"a\"", "key = \"A\""),
        ("key = \"a\"", "key = \"1a\""),
        ("key = \"a\"", ""),
        ("value = \"1\"", "value = 1.0"),
        ("valid_from = 2020-01-01", "valid_from = \"2020-01-01\""),
        ("valid_from = 2020-01-01", "valid_from = 2020-01-01T00:00:00"),
        (
            "valid_from = 2020-01-01",
            "valid_from = 2020-01-01\nvalid_to = 2019-12-31",
        ),
        ("source_doc = \"doc\"", "source_doc = \" \""),
        ("unconfirmed = true", ""),
        (
            "unconfirmed = true",
            "unconfirmed = true\nconfirmed_by = \"tax bureau\"",
        ),
        ("unconfirmed = true", "confirmed_by = \"\""),
        ("unconfirmed = true", "unconfirmed = true\nnote = \"x\""),
    ] {
        assert!(Rates::parse(&good.replace(from, to)).is_err(), "{from} -> {to}");
    }
}

#[test]
fn a_file_of_the_administrator_replaces_whole_keys() {
    let product = table(&[
        ("a", "1", "2020-01-01", Some("2020-12-31")),
        ("a", "2", "2021-01-01", None),
        ("b", "3", "2020-01-01", None),
    ]);
    let own = table(&[("a", "9", "2022-01-01", None), ("c", "4", "2020-01-01", None)]);
    let both = product.unwrap().with(own.unwrap());
    let value = |key: &str, on: &str| both.on(key, day(on)).map(|rate| rate.value.as_str());
    assert_eq!(value("a", "2020-06-01"), None);
    assert_eq!(value("a", "2023-06-01"), Some("9"));
    assert_eq!(value("b", "2023-06-01"), Some("3"));
    assert_eq!(value("c", "2023-06-01"), Some("4"));
}
