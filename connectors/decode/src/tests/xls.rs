//! XLS workbooks: their cells, what is told about their sheets, and what is refused.

use super::xls_made::{Book, Stream, contain, wide};
use super::*;

fn read_whole(bytes: &[u8]) -> Result<Whole, DecodeError> {
    let mut reader = open(
        Cursor::new(bytes),
        &Dialect::default(),
        &is_header,
        &Limits::default(),
    )?;
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame(1000)? {
        frames.push(frame);
    }
    Ok(Whole {
        evidence: reader.evidence().clone(),
        header: reader.header().to_vec(),
        frames,
    })
}

fn book(book: &Book) -> Whole {
    read_whole(&book.bytes()).unwrap()
}

fn refused(bytes: &[u8]) -> &'static str {
    match read_whole(bytes) {
        Ok(whole) => panic!("read as {:?}", whole.evidence),
        Err(refusal) => refusal.code(),
    }
}

fn one_sheet(rows: Stream) -> Book {
    Book::default().sheet("一月", rows)
}

#[test]
fn every_kind_of_cell_is_read_as_a_person_saw_it() {
    let place = |row: u16, column: u16, style: u16| [row, column, style].map(u16::to_le_bytes).concat();
    let formula =
        |row: u16, column: u16, value: [u8; 8]| [place(row, column, 0), value.to_vec(), vec![0; 8]].concat();
    let mut several = [2u16, 0].map(u16::to_le_bytes).concat();
    for packed in [(7u32 << 2) | 2, (150 << 2) | 3] {
        several.extend(0u16.to_le_bytes());
        several.extend(packed.to_le_bytes());
    }
    several.extend(1u16.to_le_bytes());
    let rows = Stream::default()
        .header(0)
        .label(1, 0, "a")
        .number(1, 1, 0, 7800.1)
        .record(0x00BD, &several)
        .record(
            0x027E,
            &[place(3, 0, 1), ((45_682u32 << 2) | 2).to_le_bytes().to_vec()].concat(),
        )
        .number(3, 1, 2, 45_682.0)
        .record(0x0006, &formula(4, 0, [0, 0, 0, 0, 0, 0, 0xFF, 0xFF]))
        .record(0x04BC, &[0; 12])
        .record(0x0207, &wide("算得"))
        .record(0x0006, &formula(4, 1, 12.5f64.to_le_bytes()))
        .record(0x0006, &formula(5, 0, [1, 0, 1, 0, 0, 0, 0xFF, 0xFF]))
        .record(0x0006, &formula(5, 1, [2, 0, 0x07, 0, 0, 0, 0xFF, 0xFF]))
        .number(6, 0, 0, 433_101_199_001_011_234.0)
        .record(0x0205, &[place(6, 1, 0), vec![0x2A, 1]].concat())
        .label(7, 0, "合计");
    let whole = book(&one_sheet(rows));
    assert_eq!(
        (whole.evidence.label(), whole.evidence.format),
        ("xls", crate::Format::Xls)
    );
    assert_eq!(whole.header, ["户号", "电量"]);
    let rows = whole.rows();
    assert_eq!(
        rows[..5],
        [
            row(&["a", "7800.1"]),
            row(&["7", "1.5"]),
            row(&["2025-01-25", "2025-01-25"]),
            row(&["算得", "12.5"]),
            row(&["TRUE", "#DIV/0!"]),
        ]
    );
    assert_eq!(
        whole.defects(),
        [
            (6, DefectKind::CellError { column: 1 }),
            (7, DefectKind::DigitsLost { column: 0 }),
            (7, DefectKind::CellError { column: 1 }),
        ]
    );
    assert_eq!(whole.of_kind(RowKind::Total).len(), 1);
}

#[test]
fn shared_strings_go_on_in_the_next_record_wherever_they_are_cut() {
    // 0: plain; 1: narrow, then wide behind the cut; 2: with formatting runs; 3: with phonetic marks, cut inside.
    let mut table = [4u32, 4].map(u32::to_le_bytes).concat();
    table.extend(wide("户号"));
    table.extend([4, 0, 0, b'a', b'b']);
    let mut second = vec![1];
    second.extend("中文".encode_utf16().flat_map(u16::to_le_bytes));
    second.extend([2, 0, 8, 1, 0, b'x', b'y']);
    second.extend([1, 2, 3, 4]);
    second.extend([1, 0, 4, 6, 0, 0, 0, b'z', 1, 2]);
    let more = Stream::default()
        .record(0x00FC, &table)
        .record(0x003C, &second)
        .record(0x003C, &[3, 4, 5, 6]);
    let rows = Stream::default()
        .shared(0, 0, 0)
        .label(0, 1, "名")
        .shared(1, 0, 1)
        .shared(1, 1, 2)
        .shared(2, 0, 3);
    let made = Book {
        more,
        ..one_sheet(rows)
    };
    assert_eq!(book(&made).rows(), [row(&["ab中文", "xy"]), row(&["z", ""])]);
}

#[test]
fn hidden_sheets_are_passed_over_and_hidden_rows_and_merged_cells_named() {
    let hidden_row = |row: u16| {
        let mut body = [row, 0, 2, 0, 0, 0].map(u16::to_le_bytes).concat();
        body.extend(0x20u16.to_le_bytes());
        body.extend([0; 2]);
        body
    };
    let merged = [1u16, 2, 3, 0, 0].map(u16::to_le_bytes).concat();
    let rows = Stream::default()
        .record(0x0208, &hidden_row(1))
        .record(0x0208, &hidden_row(2))
        .header(0)
        .number(1, 0, 0, 1.0)
        .number(2, 0, 0, 2.0)
        .record(0x00E5, &merged);
    let mut made = Book::default()
        .sheet("码表", Stream::default().header(0))
        .sheet("一月", rows);
    made.sheets[0].1 = 1;
    let sheet = book(&made).evidence.sheet.unwrap();
    assert_eq!(
        (sheet.name.as_str(), sheet.ignored),
        ("一月", vec!["码表".to_owned()])
    );
    assert_eq!((sheet.hidden_rows, sheet.hidden), (2, vec!["2-3".to_owned()]));
    assert_eq!(sheet.merged, ["A3:A4"]);
}

#[test]
fn rows_in_no_order_are_put_in_order_and_days_of_1904_come_out_right() {
    let rows = Stream::default()
        .number(2, 0, 1, 44_220.0)
        .label(1, 1, "b")
        .header(0)
        .label(1, 0, "a");
    let made = Book {
        more: Stream::default().record(0x0022, &[1, 0]),
        ..one_sheet(rows)
    };
    let whole = book(&made);
    assert_eq!(whole.rows(), [row(&["a", "b"]), row(&["2025-01-25", ""])]);
    assert!(whole.evidence.sheet.unwrap().dates_1904);
}

#[test]
fn workbooks_of_any_size_are_read_and_charts_in_a_sheet_are_not_rows() {
    let chart = Stream::default().begin(0x20).number(0, 0, 0, 9.0).end().0;
    let mut rows = Stream::default().header(0);
    rows.0.extend(chart);
    for number in 1..20_000u16 {
        rows = rows.number(number, 0, 0, f64::from(number));
    }
    let made = one_sheet(rows);
    assert!(made.stream().len() > 200_000);
    assert_eq!(book(&made).rows().len(), 19_999);
    // A small one stands in small sectors.
    assert!(one_sheet(Stream::default().header(0)).stream().len() < 4096);
    assert!(
        book(&one_sheet(Stream::default().header(0).label(1, 0, "a")))
            .rows()
            .len()
            == 1
    );
}

#[test]
fn records_without_a_container_are_read_with_text_in_utf8_or_gbk() {
    let place = |row: u16, column: u16| [row, column, 0].map(u16::to_le_bytes).concat();
    let narrow = |row: u16, column: u16, text: &[u8]| {
        let length = u16::try_from(text.len()).unwrap().to_le_bytes();
        [place(row, column), length.to_vec(), text.to_vec()].concat()
    };
    // What a well-known snippet of PHP writes.
    let stream = Stream::default()
        .record(0x0809, &[0, 0, 0x10, 0, 0, 0, 0, 0])
        .record(0x0204, &narrow(0, 0, "户号".as_bytes()))
        .record(0x0204, &narrow(0, 1, b"\xB5\xE7\xC1\xBF"))
        .record(0x0204, &narrow(1, 0, b"12"))
        .end();
    let whole = read_whole(&stream.0).unwrap();
    assert_eq!(whole.header, ["户号", "电量"]);
    assert_eq!(whole.rows(), [row(&["12", ""])]);
}

#[test]
fn protected_damaged_and_cut_workbooks_are_told_apart() {
    let plain = one_sheet(Stream::default().header(0).number(1, 0, 0, 1.0));
    let locked = Book {
        more: Stream::default().record(0x002F, &[1, 0, 0, 0]),
        ..plain.clone()
    };
    assert_eq!(refused(&locked.bytes()), "decode.encrypted");
    assert_eq!(
        refused(&contain("EncryptedPackage", &[0; 5000])),
        "decode.encrypted"
    );
    assert_eq!(refused(&contain("WordDocument", &[0; 5000])), "decode.document");
    assert_eq!(refused(&contain("Contents", &[0; 5000])), "decode.workbook");
    assert_eq!(
        refused(&contain("Workbook", b"\x09\x04\x06\0\0\0\0\0\0\0")),
        "decode.workbook"
    );
    let mut rows = Stream::default().header(0);
    for number in 1..2000u16 {
        rows = rows.number(number, 0, 0, 1.0);
    }
    let long = one_sheet(rows).bytes();
    assert_eq!(refused(&long[..long.len() / 2]), "decode.truncated");
    let twice = one_sheet(Stream::default().header(0).label(0, 0, "户号"));
    assert_eq!(refused(&twice.bytes()), "decode.workbook_damaged");
    let beyond = one_sheet(Stream::default().header(0).shared(1, 0, 7));
    assert_eq!(refused(&beyond.bytes()), "decode.workbook_damaged");
    assert_eq!(refused(&one_sheet(Stream::default()).bytes()), "decode.empty");
}

#[test]
fn a_container_that_goes_in_circles_ends_in_a_refusal() {
    let mut rows = Stream::default().header(0);
    for number in 1..2000u16 {
        rows = rows.number(number, 0, 0, 1.0);
    }
    let bytes = one_sheet(rows).bytes();
    // The directory leads back to itself, then the stream does.
    let circle = |sector: usize| {
        let mut circle = bytes.clone();
        let at = 512 + sector * 4;
        circle[at..at + 4].copy_from_slice(&u32::try_from(sector).unwrap().to_le_bytes());
        refused(&circle)
    };
    assert_eq!(circle(1), "decode.workbook_damaged");
    assert!(circle(3).starts_with("decode."));
}

#[test]
fn every_byte_of_an_xls_may_be_wrong_without_a_crash() {
    let plain = one_sheet(Stream::default().header(0).number(1, 0, 0, 1.0)).bytes();
    for at in 0..plain.len() {
        for wrong in [0x41, 0xFF] {
            let mut bytes = plain.clone();
            bytes[at] ^= wrong;
            // Read or refused; what matters is that it comes back.
            let _ = read_whole(&bytes);
        }
    }
}
