//! The charset is proved, and every byte that does not fit is named.

use super::*;
use crate::{Charset, CharsetProof};

const TABLE: &str =
    "户号,户名,地址\r\n0731001,湘西电力㛃,吉首市人民路\r\n0731002,凤凰·古城,\"沱江镇\n虹桥\"\r\n";

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xFEFF)
        .chain(text.encode_utf16())
        .flat_map(unit)
        .collect()
}

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

#[test]
fn the_same_table_reads_the_same_in_every_charset() {
    let plain = read(TABLE);
    assert_eq!(plain.evidence.charset, Charset::Utf8);
    assert_eq!(plain.rows()[1], row(&["0731002", "凤凰·古城", "沱江镇\n虹桥"]));
    let files = [
        (
            Charset::Utf8,
            CharsetProof::Bom,
            [b"\xEF\xBB\xBF", TABLE.as_bytes()].concat(),
        ),
        (Charset::Gb18030, CharsetProof::WholeFile, gb18030(TABLE)),
        (
            Charset::Utf16Le,
            CharsetProof::Bom,
            utf16(TABLE, u16::to_le_bytes),
        ),
        (
            Charset::Utf16Be,
            CharsetProof::Bom,
            utf16(TABLE, u16::to_be_bytes),
        ),
    ];
    for (charset, how, bytes) in files {
        let whole = read(&bytes);
        assert_eq!((whole.evidence.charset, whole.evidence.how), (charset, how));
        assert_eq!(whole.header, plain.header);
        assert_eq!(whole.rows(), plain.rows());
        assert_eq!(whole.defects(), []);
    }
}

#[test]
fn gb18030_that_begins_after_two_thousand_ascii_rows_is_still_gb18030() {
    let mut text = "id,name\n".to_owned();
    for index in 0..20_000 {
        text.push_str(&format!("{index},plain ascii text\n"));
    }
    text.push_str("20000,湘西\n");
    let whole = read(gb18030(&text));
    assert_eq!(whole.evidence.charset, Charset::Gb18030);
    assert_eq!(whole.rows().last().unwrap()[1], "湘西");
}

#[test]
fn a_byte_that_is_no_character_costs_its_row_and_names_its_offset() {
    let mut rows = String::from("户号,户名\n");
    for index in 0..50 {
        rows.push_str(&format!("{index:04},湘西州电力公司第{index}户\n"));
    }
    for encode in [|text: &str| text.as_bytes().to_vec(), gb18030] {
        let mut bytes = encode(&rows);
        let at = memchr::memmem::find(&bytes, b"0007,").unwrap() + 5;
        bytes.insert(at, 0xFF);
        let whole = read(&bytes);
        assert_eq!(whole.evidence.how, CharsetProof::FewestDefects);
        assert_eq!(
            whole.defects(),
            [(9, DefectKind::Undecodable { offset: at as u64 })]
        );
        assert_eq!(whole.rows().len(), 50);
        assert!(
            whole.rows()[7][1].starts_with('\u{FFFD}'),
            "visible, and reported"
        );
    }
}

#[test]
fn offsets_count_the_byte_order_mark_and_fields_beyond_the_header() {
    let mut bytes = b"\xEF\xBB\xBFid,a\n1,x\n2,y,".to_vec();
    let at = bytes.len() as u64;
    bytes.extend_from_slice(b"\xC0\n3,z\n");
    let defects = read(&bytes).defects();
    assert_eq!(
        defects[0],
        (
            3,
            DefectKind::TooManyFields {
                found: 3,
                expected: 2
            }
        )
    );
    assert_eq!(defects[1], (3, DefectKind::Undecodable { offset: at }));
    assert_eq!(defects.len(), 2);
}

#[test]
fn lone_surrogates_and_an_odd_last_byte_are_undecodable_in_utf16() {
    let mut bytes = utf16("id,a\n1,x\n2,", u16::to_le_bytes);
    let lone = bytes.len() as u64;
    bytes.extend_from_slice(&[0x00, 0xD8]);
    bytes.extend("y\n3,𠮷\n4,z".encode_utf16().flat_map(u16::to_le_bytes));
    let odd = bytes.len() as u64;
    bytes.push(0x41);
    let whole = read(&bytes);
    let undecodable = |offset| DefectKind::Undecodable { offset };
    assert_eq!(whole.defects(), [(3, undecodable(lone)), (5, undecodable(odd))]);
    assert_eq!(whole.rows()[2], row(&["3", "𠮷"]));
}

#[test]
fn a_character_cut_off_at_the_end_of_the_file_is_a_defect_of_the_last_row() {
    let text = "户号,户名\n".to_owned() + &"1,湘西州电力公司\n".repeat(20) + "2,湘";
    for (bytes, cut) in [(text.clone().into_bytes(), 3), (gb18030(&text), 2)] {
        let bytes = &bytes[..bytes.len() - 1];
        let at = (bytes.len() + 1 - cut) as u64;
        assert_eq!(
            read(bytes).defects(),
            [(22, DefectKind::Undecodable { offset: at })]
        );
    }
}

#[test]
fn the_declared_charset_wins_unless_the_bytes_contradict_it() {
    let dialect = |charset| Dialect {
        encoding: Some(charset),
        ..Dialect::default()
    };
    let limits = Limits::default();
    // Both readings are possible; the contract decides.
    let ambiguous = b"id,a\n1,\xC4\xA3\n";
    assert_eq!(read(ambiguous).rows()[0][1], "ģ");
    assert_eq!(
        read_with(ambiguous, &dialect(Charset::Gb18030), &limits, 10)
            .unwrap()
            .rows()[0][1],
        "模"
    );
    // A department that moved on to UTF-8 is understood.
    let whole = read_with(TABLE.as_bytes(), &dialect(Charset::Gb18030), &limits, 10).unwrap();
    assert_eq!(whole.evidence.charset, Charset::Utf8);
    let whole = read_with(&gb18030(TABLE), &dialect(Charset::Gb18030), &limits, 10).unwrap();
    assert_eq!(whole.evidence.how, CharsetProof::Declared);
}

#[test]
fn letters_and_bars_inside_gb18030_characters_do_not_separate_fields() {
    // The second byte of this character is a bar.
    let barred = encoding_rs::GB18030.decode(b"\x81\x7C").0;
    let text = format!("id|a|b\n1|{barred}x|y\n2|䶮{barred}{barred}|z\n3|㛃{barred}|\n");
    let whole = read(gb18030(&text));
    assert_eq!(whole.evidence.delimiter.as_str(), "|");
    assert_eq!(whole.rows(), read(&text).rows());
    assert_eq!(whole.defects(), []);
}

#[test]
fn long_delimiters_are_found_between_characters_that_hold_their_bytes() {
    let barred = encoding_rs::GB18030.decode(b"\x81\x7C\x81\x5E").0;
    for delimiter in ["||", "^|^", "^", "~"] {
        let text =
            format!("id,a,b\n1,{barred}x,y\n2,{barred}{barred},z\n3,㛃{barred},\n").replace(',', delimiter);
        let whole = read(gb18030(&text));
        assert_eq!(whole.evidence.delimiter.as_str(), delimiter);
        assert_eq!(whole.rows(), read(&text).rows());
        assert_eq!(whole.rows()[0].len(), 3);
    }
}

#[test]
fn what_another_program_could_not_decode_is_named_too() {
    let text = "户号,户名\n1,湘西州电力\n2,\u{FFFD}西州\n";
    let at = text.find('\u{FFFD}').unwrap() as u64;
    let whole = read(text);
    assert_eq!(whole.evidence.how, CharsetProof::FewestDefects);
    assert_eq!(whole.defects(), [(3, DefectKind::Undecodable { offset: at })]);
}

#[test]
fn characters_of_the_private_use_area_become_those_of_the_standard() {
    let text = "户号,户名\n1,\u{E81E}某\u{E816}\n2,\u{E000}某\n";
    let expected = [row(&["1", "\u{9FB4}某\u{20087}"]), row(&["2", "\u{E000}某"])];
    for bytes in [
        text.as_bytes().to_vec(),
        utf16(text, u16::to_le_bytes),
        gb18030(text),
    ] {
        let whole = read(&bytes);
        assert_eq!(whole.rows(), expected, "{:?}", whole.evidence.charset);
        // What nobody but the sender can read is said, and its row is a row.
        assert_eq!(whole.defects(), [(3, DefectKind::PrivateUse { column: 1 })]);
    }
}
