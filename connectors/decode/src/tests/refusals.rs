//! Files that are no text tables are refused as what they are.

use super::*;

#[test]
fn files_without_a_record_are_empty() {
    for bytes in [&b""[..], b"\xEF\xBB\xBF", b"\n\r\n  \n", b"\xFF\xFE", b"\x1A"] {
        assert_eq!(refused(bytes), "decode.empty", "{bytes:?}");
    }
}

#[test]
fn other_kinds_of_file_are_named() {
    let zip = |name: &str, end: &str| format!("PK\x03\x04\x14\0\0\0{name}....{end}").into_bytes();
    // It looks like an archive and has no directory.
    assert_eq!(refused(zip("a.csv", "PK\x05\x06")), "decode.archive_damaged");
    assert_eq!(refused(zip("[Content_Types].xml", "")), "decode.truncated");
    assert_eq!(
        refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest"),
        "decode.truncated"
    );
    assert_eq!(refused(b"%PDF-1.7\n"), "decode.document");
    assert_eq!(refused(b"  <HTML><table>"), "decode.empty");
    assert_eq!(refused(b"<?xml version=\"1.0\"?><doc/>"), "decode.no_records");
    assert_eq!(refused(b"PAR1\0\0\0"), "decode.truncated");
    assert_eq!(refused(b"Rar!\x1A\x07\x01\0"), "decode.archive");
    assert_eq!(refused(b"7z\xBC\xAF\x27\x1C\0\x04"), "decode.archive");
    assert_eq!(refused([0; 4096]), "decode.not_text");
    let utf16: Vec<u8> = "id,a\n1,x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(utf16), "decode.utf16_without_bom");
    let noise: Vec<u8> = (0..4096u32)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8 | 1)
        .collect();
    assert_eq!(refused(noise), "decode.charset_unknown");
}

#[test]
fn too_many_rows_or_columns_refuse_the_file() {
    let limits = Limits {
        columns_max: 3,
        rows_max: 3,
        ..Limits::default()
    };
    let refused = |text: &str| {
        read_with(text.as_bytes(), &Dialect::default(), &limits, 2)
            .err()
            .map(|error| (error.code(), error.args()))
    };
    assert_eq!(refused("id,a\n1,x\n2,y\n"), None);
    assert_eq!(
        refused("id,a\n1,x\n2,y\n3,z\n"),
        Some(("decode.too_many_rows", vec![("max", "3".to_owned())]))
    );
    assert_eq!(
        refused("id,a,b,c\n"),
        Some(("decode.too_many_columns", vec![("max", "3".to_owned())]))
    );
}

#[test]
fn transport_that_breaks_is_the_one_error_that_says_nothing_about_the_file() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    impl std::io::Seek for Broken {
        fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
            Ok(10)
        }
    }
    let error = open(Broken, &Dialect::default(), &is_header, &Limits::default())
        .err()
        .unwrap();
    assert_eq!(error.code(), "decode.read");
}
