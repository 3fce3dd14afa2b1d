//! Tables inside archives.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::{FullFileOptions, SimpleFileOptions};
use zip::{CompressionMethod, ZipWriter};

use super::*;
use crate::Container;

const TABLE: &[u8] = b"id,a\n1,x\n2,y\n";

pub(super) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

pub(super) fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(content).unwrap();
    gzip.finish().unwrap()
}

fn name(whole: &Whole) -> &str {
    &whole.evidence.member.as_ref().unwrap().name
}

#[test]
fn the_one_table_in_an_archive_is_read() {
    let whole = read(zipped(&[
        ("报送/", b""),
        ("报送/a.csv", TABLE),
        ("__MACOSX/._a.csv", b"junk"),
    ]));
    assert_eq!(whole.rows(), [row(&["1", "x"]), row(&["2", "y"])]);
    assert_eq!(name(&whole), "报送/a.csv");
    assert_eq!(whole.evidence.bytes_total, TABLE.len() as u64);
    assert_eq!(whole.evidence.label(), "utf-8");
    let member = whole.evidence.member.unwrap();
    assert_eq!((member.container, member.ignored), (Container::Zip, Vec::new()));
}

#[test]
fn names_in_gbk_are_told_as_they_were_written() {
    let mut bytes = zipped(&[("ydl-1yue.csv", TABLE)]);
    let (gbk, _, _) = encoding_rs::GB18030.encode("用电量1.csv");
    assert_eq!(gbk.len(), "ydl-1yue.csv".len() - 1);
    let gbk = [&gbk[..], b"x"].concat();
    for at in (0..bytes.len() - 12).rev() {
        if bytes[at..].starts_with(b"ydl-1yue.csv") {
            bytes[at..at + 12].copy_from_slice(&gbk);
        }
    }
    assert_eq!(name(&read(&bytes)), "用电量1.csvx");
}

#[test]
fn of_several_files_the_one_with_the_header_is_read_and_the_others_are_named() {
    let files: [(&str, &[u8]); 4] = [
        ("说明.txt", "请查收,谢谢\n".as_bytes()),
        ("图.png", b"\x89PNG\r\n\x1A\n"),
        ("汇总.csv", b"month,total\n1,2\n"),
        ("明细.json", br#"[{"id": 1, "a": "x"}]"#),
    ];
    let whole = read(zipped(&files));
    assert_eq!(whole.rows(), [row(&["1", "x"])]);
    assert_eq!((name(&whole), whole.evidence.label()), ("明细.json", "json"));
    assert_eq!(whole.evidence.member.unwrap().ignored, ["说明.txt", "汇总.csv"]);
}

#[test]
fn several_files_with_the_header_are_refused_by_name_unless_the_contract_says_which() {
    let bytes = zipped(&[("a/明细1.csv", TABLE), ("a/明细2.csv", b"id,a\n9,z\n")]);
    let read = |member: Option<&str>| {
        let dialect = Dialect {
            member: member.map(str::to_owned),
            ..Dialect::default()
        };
        read_with(&bytes, &dialect, &Limits::default(), 10)
    };
    let refusal = read(None).err().unwrap();
    assert_eq!(refusal.code(), "decode.several_tables");
    assert_eq!(refusal.args(), [("names", "a/明细1.csv, a/明细2.csv".to_owned())]);
    assert_eq!(read(Some("*2.CSV")).unwrap().rows(), [row(&["9", "z"])]);
    // A pattern that names nothing here does not hide what is here.
    assert_eq!(read(Some("*.dbf")).err().unwrap().code(), "decode.several_tables");
}

#[test]
fn archives_may_be_nested_once() {
    let once = zipped(&[("inner.zip", &zipped(&[("a.csv", TABLE)]))]);
    let whole = read(&once);
    assert_eq!(name(&whole), "inner.zip!a.csv");
    assert_eq!(whole.rows().len(), 2);
    assert_eq!(name(&read(zipped(&[("a.csv.gz", &gzipped(TABLE))]))), "a.csv.gz!");
    assert_eq!(refused(zipped(&[("outer.zip", &once)])), "decode.archive_nested");
    assert_eq!(
        refused(gzipped(&gzipped(&gzipped(TABLE)))),
        "decode.archive_nested"
    );
}

#[test]
fn gzip_streams_follow_each_other_and_may_end_in_zeros() {
    let two = [gzipped(b"id,a\n1,x\n"), gzipped(b"2,y\n"), vec![0; 512]].concat();
    let whole = read(&two);
    assert_eq!(whole.rows(), [row(&["1", "x"]), row(&["2", "y"])]);
    assert_eq!(whole.evidence.member.unwrap().container, Container::Gzip);
    let garbage = [gzipped(TABLE), b"garbage".to_vec()].concat();
    assert_eq!(refused(garbage), "decode.archive_damaged");
    let mut cut = gzipped(TABLE);
    cut.truncate(cut.len() - 3);
    assert_eq!(refused(cut), "decode.archive_damaged");
    let mut changed = gzipped(TABLE);
    let crc = changed.len() - 8;
    changed[crc] ^= 1;
    assert_eq!(refused(changed), "decode.archive_damaged");
}

/// More than is held in memory, so that going back means unpacking again.
#[test]
fn a_large_table_is_unpacked_while_it_is_read() {
    let mut table = String::from("id,a\n");
    (0..600_000).for_each(|number| table.push_str(&format!("{number},湘西第{number}号\n")));
    assert!(table.len() > 12 << 20);
    for bytes in [zipped(&[("a.csv", table.as_bytes())]), gzipped(table.as_bytes())] {
        let whole = read_with(&bytes, &Dialect::default(), &Limits::default(), 65_536).unwrap();
        assert_eq!(whole.evidence.bytes_total, table.len() as u64);
        assert_eq!(whole.rows().len(), 600_000);
        assert_eq!(whole.rows().last(), Some(&row(&["599999", "湘西第599999号"])));
    }
}

#[test]
fn stored_files_are_read_and_other_packings_refused() {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    archive.start_file("a.csv", stored).unwrap();
    archive.write_all(TABLE).unwrap();
    let mut bytes = archive.finish().unwrap().into_inner();
    assert_eq!(read(&bytes).rows().len(), 2);
    // Method 9, deflate64, in both places that say so.
    let central = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    (bytes[8], bytes[central + 10]) = (9, 9);
    assert_eq!(refused(&bytes), "decode.archive");
}

#[test]
fn bombs_damage_and_passwords_are_refused() {
    let zeros = vec![b'0'; 80 << 20];
    assert_eq!(refused(zipped(&[("a.csv", &zeros)])), "decode.archive_too_large");
    assert_eq!(refused(gzipped(&zeros)), "decode.archive_too_large");
    let limits = Limits {
        unpacked_bytes_max: 10,
        ..Limits::default()
    };
    let small = read_with(&gzipped(TABLE), &Dialect::default(), &limits, 10);
    assert_eq!(small.err().unwrap().code(), "decode.archive_too_large");

    let mut bytes = zipped(&[("a.csv", TABLE)]);
    let central = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    let mut lying = bytes.clone();
    lying[central + 24] ^= 1;
    assert_eq!(refused(&lying), "decode.archive_damaged");
    let mut changed = bytes.clone();
    changed[36] ^= 0x55;
    assert_eq!(refused(&changed), "decode.archive_damaged");
    (bytes[6], bytes[central + 8]) = (1, 1);
    assert_eq!(refused(&bytes), "decode.encrypted");
    bytes.truncate(bytes.len() / 2);
    assert_eq!(refused(&bytes), "decode.truncated");
}

#[test]
fn an_archive_without_a_table_says_so() {
    assert_eq!(
        refused(zipped(&[("a.pdf", b"%PDF-1.7"), ("b.png", b"\x89PNG")])),
        "decode.no_table"
    );
    assert_eq!(refused(zipped(&[("a.pdf", b"%PDF-1.7")])), "decode.document");
    assert_eq!(refused(zipped(&[("a.csv", b"")])), "decode.empty");
    assert_eq!(refused(zipped(&[])), "decode.no_table");
}

#[test]
fn when_no_file_has_the_header_the_largest_is_what_people_hear_about() {
    let whole = read(zipped(&[("a.csv", b"x,y\n1,2\n"), ("b.csv", b"u,v\n1,2\n3,4\n")]));
    assert!(!whole.evidence.header_matched);
    assert_eq!(whole.header, ["u", "v"]);
}

#[test]
fn a_name_with_marks_of_other_systems_is_only_a_name() {
    let options = FullFileOptions::default();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("../../etc/cron.d\\a.csv", options).unwrap();
    archive.write_all(TABLE).unwrap();
    let whole = read(archive.finish().unwrap().into_inner());
    assert_eq!(name(&whole), "../../etc/cron.d/a.csv");
}

#[test]
fn long_texts_are_read_from_the_file_beside_the_table() {
    let fields: [(&[u8], u8, u8); 2] = [(b"id", b'C', 4), (b"BZ", b'M', 10)];
    let texts = ["吉首市某路", "湘西"].map(|text| encoding_rs::GB18030.encode(text).0.into_owned());
    let mut memo = vec![0; 512];
    for text in &texts {
        let end = memo.len() + 512;
        memo.extend([text.as_slice(), b"\x1A\x1A"].concat());
        memo.resize(end, 0);
    }
    // The records themselves are ASCII: the long texts alone prove the charset.
    let blocks: [&[u8]; 3] = [b"1", b"2", b""];
    let records = blocks.map(|block| super::dbf::record(b' ', &[(b"7", 4), (block, 10)]));
    let table = super::dbf::table(0x83, 0, &fields, &records);
    let pair = zipped(&[("报送/YD.DBF", &table), ("报送/yd.dbt", &memo)]);
    for frame_rows in [1, 1000] {
        let whole = read_with(&pair, &Dialect::default(), &Limits::default(), frame_rows).unwrap();
        assert_eq!(
            whole.rows(),
            [row(&["7", "吉首市某路"]), row(&["7", "湘西"]), row(&["7", ""])]
        );
        assert!(whole.evidence.sheet.as_ref().unwrap().columns_apart.is_empty());
        assert!(whole.evidence.member.as_ref().unwrap().ignored.is_empty());
    }
    let alone = read(zipped(&[("YD.DBF", &table), ("other.dbt", &memo)]));
    assert_eq!(alone.evidence.sheet.unwrap().columns_apart, ["BZ"]);
}
