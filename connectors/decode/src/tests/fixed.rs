//! Records whose fields stand at fixed bytes.

use super::*;
use crate::{FixedColumn, Format, Layout, Trailer, TrailerSum};

fn layout() -> Layout {
    let column = |title: &str, at: std::ops::Range<usize>, decimals| FixedColumn {
        title: title.to_owned(),
        at,
        decimals,
    };
    Layout {
        columns: vec![
            column("户号", 0..4, 0),
            column("户名", 4..12, 0),
            column("电量", 14..22, 2),
        ],
        counted_in: Charset::Gb18030,
        record_bytes: None,
        blanks_cut: false,
        leader: Some("00H".to_owned()),
        trailer: Some(Trailer {
            begins: "99".to_owned(),
            count: Some(2..8),
            sums: vec![TrailerSum {
                column: 2,
                at: 8..20,
                decimals: 2,
            }],
        }),
    }
}

use crate::Charset;

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

const FILE: &str = "00H20250131\r\n\
    0001吉首市某  00001250\r\n\
    0002甲一      00000005\r\n\
    99000002000000001255\r\n";

fn read_fixed(bytes: &[u8], layout: &Layout, frame_rows: usize) -> Result<Whole, DecodeError> {
    let dialect = Dialect {
        layout: Some(layout.clone()),
        ..Dialect::default()
    };
    read_with(bytes, &dialect, &Limits::default(), frame_rows)
}

fn fixed(text: &str) -> Result<Whole, &'static str> {
    read_fixed(&gbk(text), &layout(), 3).map_err(|refusal| refusal.code())
}

#[test]
fn fields_are_cut_at_bytes_and_not_at_characters() {
    let whole = fixed(FILE).unwrap();
    assert_eq!(
        (whole.evidence.format, whole.evidence.label()),
        (Format::FixedWidth, "gb18030")
    );
    assert_eq!(whole.header, ["户号", "户名", "电量"]);
    assert_eq!(
        whole.rows(),
        [
            row(&["0001", "吉首市某", "12.50"]),
            row(&["0002", "甲一", "0.05"])
        ]
    );
    use RowKind::*;
    assert_eq!(whole.kinds(), [Preamble, Data, Data, Blank]);
    assert_eq!(whole.defects(), []);
}

#[test]
fn a_file_saved_in_another_charset_is_counted_as_if_it_were_in_its_own() {
    let whole = read_fixed(FILE.as_bytes(), &layout(), 100).unwrap();
    assert_eq!(whole.evidence.label(), "utf-8");
    assert_eq!(whole.rows(), fixed(FILE).unwrap().rows());
}

#[test]
fn records_without_line_ends_follow_each_other() {
    let mut layout = layout();
    layout.record_bytes = Some(22);
    layout.leader = None;
    layout.trailer = None;
    let file = gbk("0001吉首市某  000012500002甲一      00000005\x1A");
    let whole = read_fixed(&file, &layout, 1).unwrap();
    assert_eq!(whole.rows().len(), 2);
    assert_eq!(whole.rows()[1], row(&["0002", "甲一", "0.05"]));
    assert_eq!(whole.kinds()[2], RowKind::Blank);
    // With line ends it is read by lines.
    let lines = gbk("0001吉首市某  00001250\n0002甲一      00000005\n");
    assert_eq!(read_fixed(&lines, &layout, 9).unwrap().rows(), whole.rows());
}

#[test]
fn the_closing_record_is_held_against_the_rows() {
    assert_eq!(
        fixed(&FILE.replace("99000002", "99000003")).err(),
        Some("decode.record_count")
    );
    assert_eq!(
        fixed(&FILE.replace("1255\r\n", "1256\r\n")).err(),
        Some("decode.record_sum")
    );
    let cut = FILE.rsplit_once("99").unwrap().0;
    assert_eq!(fixed(cut).err(), Some("decode.trailer_missing"));
    let behind = format!("{FILE}0003甲二      00000005\r\n");
    assert_eq!(fixed(&behind).err(), Some("decode.trailer_missing"));
    assert_eq!(
        fixed(&FILE.replace("99000002", "99xxxxxx")).err(),
        Some("decode.trailer_missing")
    );
    // A cell that is no number is a matter of its row; the sum cannot be told then.
    let odd = FILE.replace("00000005", "      -?");
    assert_eq!(fixed(&odd).unwrap().rows()[1][2], "-?");
}

#[test]
fn records_that_do_not_fit_the_layout_are_defects_of_their_own() {
    let bad = "0001吉首市某  00001250\n0002甲一\n0003x吉首市某 00001250\n0004甲一      00001250x\n";
    let plain = Layout {
        trailer: None,
        leader: None,
        ..layout()
    };
    let whole = read_fixed(&gbk(bad), &plain, 100).unwrap();
    let at = gbk("0001吉首市某  00001250\n0002甲一\n").len() as u64;
    assert_eq!(
        whole.defects(),
        [
            (
                2,
                DefectKind::TooFewFields {
                    found: 1,
                    expected: 3
                }
            ),
            (3, DefectKind::Undecodable { offset: at + 4 }),
            (
                4,
                DefectKind::TooManyFields {
                    found: 4,
                    expected: 3
                }
            ),
        ]
    );
    let lenient = Layout {
        blanks_cut: true,
        ..plain
    };
    let whole = read_fixed(&gbk("0002甲一\n"), &lenient, 100).unwrap();
    assert_eq!(
        (whole.rows(), whole.defects().len()),
        (vec![row(&["0002", "甲一", ""])], 0)
    );
}

#[test]
fn the_same_columns_sent_as_csv_are_read_as_csv() {
    let whole = read_fixed("户号,户名,电量\n1,甲,2.5\n".as_bytes(), &layout(), 100).unwrap();
    assert_eq!(
        (whole.evidence.format, whole.rows()),
        (Format::Text, vec![row(&["1", "甲", "2.5"])])
    );
}

#[test]
fn records_that_only_bytes_tell_apart_are_not_looked_for_in_utf16() {
    let blocks = Layout {
        record_bytes: Some(24),
        leader: None,
        trailer: None,
        ..layout()
    };
    let text = "0001甲一      00000005  ".repeat(2);
    let utf16: Vec<u8> = std::iter::once(0xFEFF)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(
        read_fixed(&utf16, &blocks, 10)
            .map_err(|refusal| refusal.code())
            .err(),
        Some("decode.charset_unknown")
    );
    assert_eq!(read_fixed(&gbk(&text), &blocks, 10).unwrap().rows().len(), 2);
}

#[test]
fn any_bytes_come_back_with_every_one_of_them_told() {
    let plain = gbk(FILE);
    let mut lenient = layout();
    lenient.trailer = None;
    for at in 0..plain.len() {
        for wrong in [0x41, 0x80, 0xFF] {
            let mut bytes = plain.clone();
            bytes[at] ^= wrong;
            // `read_with` holds the ranges against the file.
            let _ = read_fixed(&bytes, &lenient, 2);
        }
    }
}
