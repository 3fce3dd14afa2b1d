//! The encoding of a file is nobody's business but the reader's.

use super::*;
use crate::Verdict;

fn rows() -> String {
    let mut rows: Vec<String> = (0..60).map(good).collect();
    rows[7] = rows[7].replace("91433199MA7A00017H", "91433199MA7A000178");
    rows[9] = rows[8].clone();
    rows[20] = ",,,,,,,,,,,,,,,,\n".to_owned();
    rows.push("合计,,,,,,,,,720000.00,,,,,,,\n".to_owned());
    file(rows)
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect()
}

#[test]
fn the_same_rows_have_the_same_verdict_and_hash_in_every_encoding() {
    let text = rows();
    let plain = checked(&text);
    assert_eq!(plain.report.verdict, Verdict::AcceptedWithFindings);
    let counts = |report: &Report| {
        (
            report.rows_read,
            report.committed,
            report.quarantined,
            report.duplicate,
            report.blank_or_total,
        )
    };
    assert_eq!(counts(&plain.report), (61, 57, 1, 1, 2));
    let files = [
        ("utf-8", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        ("gb18030", encoding_rs::GB18030.encode(&text).0.into_owned()),
        ("utf-16le", utf16(&text)),
        ("utf-8", text.replace('\n', "\r\n").into_bytes()),
        ("utf-8", text.replace(',', "\t").into_bytes()),
    ];
    for (charset, bytes) in files {
        let other = checked(&bytes);
        assert_eq!(other.report.charset, charset);
        assert_eq!(other.report.verdict, plain.report.verdict);
        assert_eq!(counts(&other.report), counts(&plain.report));
        assert_eq!(other.report.rows_hash, plain.report.rows_hash);
        assert_eq!(other.report.totals, plain.report.totals);
        assert_eq!(other.report.findings_by_rule, plain.report.findings_by_rule);
        assert_eq!(other.sink.findings, plain.sink.findings);
        assert_eq!(other.sink.accepted, plain.sink.accepted);
        assert_eq!(other.sink.quarantined, plain.sink.quarantined);
        assert_ne!(other.report.sha256, plain.report.sha256);
        assert_ne!(other.report.report_hash, plain.report.report_hash);
    }
}

#[test]
fn another_row_or_another_fate_is_another_hash() {
    let text = rows();
    let hash = |text: &str| checked(text).report.rows_hash;
    let plain = hash(&text);
    assert_eq!(plain, hash(&text));
    assert_ne!(plain, hash(&text.replacen("7800.00", "7800.01", 1)));
    assert_ne!(
        plain,
        hash(&text.replacen("91433199MA7A000178", "91433199MA7A000179", 1))
    );
    assert_ne!(plain, hash(&text.replacen("\n,,", "\n\n,,", 1)));
    // Another way of writing the same amount is the same row.
    assert_eq!(plain, hash(&text.replacen("12000.00", " 12000 ", 1)));
}

#[test]
fn bytes_that_are_no_character_cost_their_row_and_are_named_exactly() {
    let mut bytes = encoding_rs::GB18030
        .encode(&file((0..200).map(good)))
        .0
        .into_owned();
    let name = encoding_rs::GB18030.encode("甲一加工").0;
    let places: Vec<usize> = (0..200)
        .scan(0, |from, _| {
            let at = *from
                + bytes[*from..]
                    .windows(name.len())
                    .position(|part| part == &name[..])?;
            *from = at + 1;
            Some(at)
        })
        .collect();
    assert_eq!(places.len(), 200);
    for row in [3, 150] {
        bytes[places[row]] = 0xFF;
    }
    let checked = checked(&bytes);
    assert_eq!((checked.report.committed, checked.report.quarantined), (198, 2));
    let undecodable: Vec<_> = checked
        .sink
        .findings
        .iter()
        .filter(|finding| finding.rule == "D-undecodable")
        .collect();
    // 0xFF leads nothing, and the byte behind it then leads the next character astray.
    let firsts = [3, 150].map(|row| {
        let of_row = undecodable
            .iter()
            .filter(|finding| finding.row == Some(row as u64 + 2));
        of_row
            .map(|finding| finding.offset.unwrap() as usize)
            .min()
            .unwrap()
    });
    assert_eq!(firsts, [places[3], places[150]]);
    assert_eq!(
        checked.refused().iter().map(|(row, _)| *row).collect::<Vec<_>>(),
        [5, 152]
    );
}

#[test]
fn a_character_that_nobody_else_can_read_is_a_remark_and_no_refusal() {
    let rows = [good(1), good(2).replace("甲一", "\u{E000}一"), good(3)];
    let checked = checked(file(rows));
    assert_eq!(checked.report.verdict, crate::Verdict::AcceptedWithFindings);
    assert_eq!(checked.report.committed, 3);
    assert_eq!(checked.of_row(3), [("D-private_use", Severity::Warning)]);
    assert_eq!(checked.sink.findings[0].column.as_deref(), Some("户名"));
}
