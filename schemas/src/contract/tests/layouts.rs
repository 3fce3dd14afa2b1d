//! Layouts of fixed width: what they come to, and which of them are refused.

use super::with;
use crate::contract::{FixedField, FixedTrailer};

const FILES: &str = "header_rows_max: 10";

const LAYOUT: &str = "header_rows_max: 10
        encoding: gb18030
        fixed:
          columns:
            - { header: 户号, bytes: 13 }
            - { header: 户名, bytes: 40 }
            - { header: 所属县市, bytes: 6 }
            - { header: 用电类别, bytes: 1 }
            - { header: 用电地址, from: 70, bytes: 60 }
            - { header: 电量, bytes: 12, decimals: 2 }
            - { header: 电费, bytes: 12, decimals: 2 }
            - { header: 电费月, bytes: 6 }
          record_bytes: 160
          leader: \"00\"
          trailer: { begins: \"99\", count: { from: 3, bytes: 8 }, sums: [{ header: 电费, from: 11, bytes: 18, decimals: 2 }] }";

#[test]
fn a_layout_is_told_in_bytes_from_nought() {
    let contract = with(FILES, LAYOUT).unwrap();
    let fixed = contract.intake().fixed.clone().unwrap();
    assert_eq!(
        fixed.columns[0],
        FixedField {
            header: "户号".to_owned(),
            at: 0..13,
            decimals: 0
        }
    );
    assert_eq!(
        (fixed.columns[4].at.clone(), fixed.columns[5].at.clone()),
        (69..129, 129..141)
    );
    assert_eq!(
        fixed.trailer,
        Some(FixedTrailer {
            begins: "99".to_owned(),
            count: Some(2..10),
            sums: vec![(6, 10..28, 2)],
        })
    );
    assert!(!fixed.blanks_cut && fixed.record_bytes == Some(160));
}

#[test]
fn a_layout_that_cannot_be_meant_is_refused_with_its_place() {
    let faults = [
        ("bytes: 13", "bytes: 0", "contract.value_range", "户号"),
        ("from: 70", "from: 7", "contract.value_range", "用电地址"),
        ("from: 70", "from: 0", "contract.value_range", "用电地址"),
        ("from: 70", "from: 99999999", "contract.value_range", "用电地址"),
        ("decimals: 2", "decimals: 7", "contract.value_range", "电量"),
        (
            "record_bytes: 160",
            "record_bytes: 100",
            "contract.value_range",
            "record_bytes",
        ),
        ("leader: \"00\"", "leader: \"\"", "contract.value_range", "leader"),
        (
            "begins: \"99\"",
            "begins: 尾",
            "contract.value_range",
            "trailer.begins",
        ),
        (
            "header: 电费, from",
            "header: 电价, from",
            "contract.unknown_field",
            "trailer.sums",
        ),
        (
            "header: 电量, bytes",
            "header: 电价, bytes",
            "contract.unknown_field",
            "columns",
        ),
        (
            "header: 户名, bytes",
            "header: 用户编号, bytes",
            "contract.field_twice",
            "columns",
        ),
        (
            "            - { header: 电费月, bytes: 6 }\n",
            "",
            "contract.value_range",
            "columns",
        ),
        (
            "encoding: gb18030",
            "encoding: utf-16le",
            "contract.value_range",
            "columns",
        ),
    ];
    for (passage, instead, code, place) in faults {
        assert!(LAYOUT.contains(passage), "{passage}");
        let error = with(FILES, &LAYOUT.replacen(passage, instead, 1)).err();
        let error = error.unwrap_or_else(|| panic!("{instead} was accepted"));
        let place = format!("intake.files.fixed.{place}");
        assert_eq!((error.code(), error.place()), (code, place.as_str()), "{instead}");
    }
}
