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
    assert_eq!(unclosed("\"1\",\"x,\"y\",\"z\"\n\"2\",\"x\",\"y\",\"z\"\n"), [2]);
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

#[test]
fn a_row_with_a_bad_quote_is_told_as_it_was_meant() {
    let told = |line: &str| {
        let text = format!("id,a,b,c\n1,x,\"y, y\",z\n{line}\n3,x,\"y, y\",z\n");
        let whole = read(&text);
        assert_eq!(whole.defects().len(), 1, "{line}: {:?}", whole.defects());
        assert_eq!(whole.rows().len(), 3, "{line}");
        whole.rows()[1].join("|")
    };
    // An extra quote before a field that is not quoted, with a quoted one behind it.
    assert_eq!(told("2,\"x,\"y, y\",z"), "2|\"x|y, y|z");
    assert_eq!(told("\"2,x,\"y, y\",z"), "\"2|x|y, y|z");
    assert_eq!(told("2,x,\"y, y\",\"z"), "2|x|y, y|\"z");
    // An extra quote before or inside of a quoted field.
    assert_eq!(told("2,x,\"\"y, y\",z"), "2|x|\"y, y|z");
    assert_eq!(told("2,x,\"8' 9\" y, y\",z"), "2|x|8' 9\" y, y|z");
    // Quotes that were not doubled.
    assert_eq!(told("2,x,\"y, 48\"\",z"), "2|x|y, 48\"|z");
    // Text behind a closing quote.
    assert_eq!(told("2,\"x\"x,\"y, y\",z"), "2|\"x\"x|y, y|z");
}

#[test]
fn blanks_behind_a_closing_quote_are_no_text() {
    let whole = read("id,a,b\n1,\"x\" ,y\n2,\"x\"  \r\n3,\"x\" x,y\n");
    assert_eq!(whole.rows()[0], row(&["1", "x", "y"]));
    let defects: Vec<u64> = whole.defects().iter().map(|(row_no, _)| *row_no).collect();
    assert_eq!(defects, [3, 4]);
}
