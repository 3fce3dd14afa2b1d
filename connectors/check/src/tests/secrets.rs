//! Findings travel further than the data: they must not carry it.

use super::*;
use crate::mask;

#[test]
fn no_finding_and_no_report_holds_a_protected_value() {
    let secrets = [
        (0, "4330000A00207"),
        (1, "湘西州凤凰县某某酒店管理有限公司的非常长的名字"),
        (2, "91433199MA7AO0017H"),
        (3, "433101199002300020"),
        (7, "吉首市乾州街道某某路某某号某某栋"),
        (9, "约123456789千瓦"),
        (13, "7.654321E+07"),
    ];
    let rows = secrets.map(|(index, secret)| {
        let row = good(1);
        let mut fields: Vec<String> = row.trim_end().split(',').map(str::to_owned).collect();
        fields[index] = if index == 1 || index == 7 {
            secret.repeat(20)
        } else {
            secret.to_owned()
        };
        fields[4] = String::new();
        fields.join(",") + "\n"
    });
    let checked = checked(file(rows));
    assert_eq!(checked.refused().len(), secrets.len());
    let told = serde_json::to_string(&checked.sink.findings).unwrap()
        + &serde_json::to_string(&checked.report).unwrap();
    for (_, secret) in secrets {
        assert!(!told.contains(secret), "{secret}");
        let part: String = secret.chars().skip(3).take(5).collect();
        assert!(!told.contains(&part), "{part}");
    }
}

#[test]
fn protected_values_show_their_first_character_and_length_and_others_are_cut() {
    let field = |name: &str| pow_usage().field(name).unwrap();
    for name in [
        "account_no",
        "customer_name",
        "usc_code",
        "id_no",
        "address",
        "kwh",
        "fee",
    ] {
        assert!(mask::is_protected(field(name)), "{name}");
    }
    for name in [
        "county",
        "use_class",
        "industry_code",
        "capacity_kva",
        "month",
        "read_date",
    ] {
        assert!(!mask::is_protected(field(name)), "{name}");
    }
    assert_eq!(mask::masked(Some(field("customer_name")), "张三丰"), "张***(3)");
    assert_eq!(mask::masked(Some(field("customer_name")), "张三"), "***(2)");
    assert_eq!(mask::masked(Some(field("use_class")), "9"), "9");
    assert_eq!(
        mask::masked(Some(field("county")), &"长".repeat(100)),
        "长".repeat(64) + "…"
    );
    let code = Some(field("usc_code"));
    assert_eq!(mask::suggestion(code, "A1", "A2").as_deref(), Some("2: 1→2"));
    assert_eq!(mask::suggestion(code, "A1", "A12").as_deref(), Some("3: +2"));
    assert_eq!(
        mask::suggestion(code, "A--1", "A1").as_deref(),
        Some("2: −-, 3: −-")
    );
    assert_eq!(mask::suggestion(code, "12345", "54321"), None);
    // Too much of it, or not only more of it.
    assert_eq!(mask::suggestion(code, "1", "12345"), None);
    assert_eq!(mask::suggestion(code, "123", "1245"), None);
    assert_eq!(
        mask::suggestion(Some(field("county")), "433101001", "433101").as_deref(),
        Some("433101")
    );
}
