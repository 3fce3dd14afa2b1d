//! Quotes: what belongs inside them, and what an unclosed one may cost.

use super::*;

#[test]
fn quoted_fields_hold_delimiters_quotes_and_line_ends() {
    let whole =
        read("id,a,b\n1,\"x, y\",\"say \"\"hi\"\"\"\n2,\"two\nlines\",\"\"\n\"3\",mid\"dle,\"\r\n\"\r\n");
    let rows = [
        row(&["1", "x, y", "say \"hi\""]),
        row(&["2", "two\nlines", ""]),
        row(&["3", "mid\"dle", "\r\n"]),
    ];
    assert_eq!(whole.rows(), rows);
    assert_eq!(whole.defects(), []);
}

#[test]
fn one_unclosed_quote_in_a_thousand_rows_costs_one_row() {
    for (bad, tail) in [
        ("500,\"x,y,z", ""),
        ("500,x,y,\"z", "777,\"quoted\",later,\"too\"\n"),
    ] {
        let mut text = "id,a,b,c\n".to_owned();
        (1..1000).for_each(|index| match index {
            500 => text.push_str(&format!("{bad}\n")),
            _ => text.push_str(&format!("{index},x,y,z\n")),
        });
        text.push_str(tail);
        let whole = read(&text);
        let offset = memchr::memmem::find(text.as_bytes(), b"\"").unwrap() as u64;
        assert_eq!(whole.defects(), [(501, DefectKind::UnclosedQuote { offset })]);
        assert_eq!(whole.rows().len(), 999 + tail.lines().count());
        assert_eq!(whole.rows()[998], row(&["999", "x", "y", "z"]));
    }
}

#[test]
fn an_unclosed_quote_that_finds_a_later_quote_still_costs_one_row() {
    let unclosed = |rows: &str| -> Vec<u64> {
        let whole = read(format!("id,a,b,c\n{rows}9,x,y,z\n"));
        assert_eq!(whole.rows().last().unwrap(), &row(&["9", "x", "y", "z"]));
        whole.defects().iter().map(|(row_no, _)| *row_no).collect()
    };
    // The later quote opens a field of its own.
    assert_eq!(unclosed("1,\"x,y,z\n2,x,\"y\",z\n3,x,y,z\n"), [2]);
    // The later quote ends a field by chance: whole records would lie inside.
    assert_eq!(unclosed("1,\"x,y,z\n2,x,y,z\n3,5\",y,z\n"), [2]);
    // Neighbouring lines: the record would be wider than the header, and its first line alone is not.
    assert_eq!(unclosed("1,x,y,\"z\n2,5\",y,z\n"), [2]);
    // Every field is quoted and one quote is missing.
    assert_eq!(unclosed("\"1\",\"x\",\"y\",\"z\n\"2\",\"x\",\"y\",\"z\"\n"), [2]);
    assert_eq!(
        unclosed("\"1\",\"x,\"y\",\"z\"\n\"2\",\"x\",\"y\",\"z\"\n"),
        [2, 2]
    );
}

#[test]
fn text_behind_a_closing_quote_costs_its_row() {
    let whole = read("id,a,b\n1,\"湘西\"某公司,y\n2,x,y\n");
    assert_eq!(whole.defects(), [(2, DefectKind::StrayQuote { offset: 17 })]);
    assert_eq!(whole.rows()[0], row(&["1", "\"湘西\"某公司", "y"]));
}

#[test]
fn an_unclosed_quote_is_followed_no_further_than_a_record_may_be_long() {
    let limits = Limits {
        record_bytes_max: 1000,
        ..Limits::default()
    };
    let text = "id,a\n1,\"x\n".to_owned() + &"2,y\n".repeat(5000);
    let whole = read_with(text.as_bytes(), &Dialect::default(), &limits, 100).unwrap();
    assert_eq!(whole.defects(), [(2, DefectKind::UnclosedQuote { offset: 7 })]);
    assert_eq!(whole.rows().len(), 5001);
}
