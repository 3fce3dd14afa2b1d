//! Where the header is, how many rows it takes, and files that have none.

use super::*;

#[test]
fn a_header_in_two_levels_gives_one_name_per_column() {
    let text = "户号,用电量,,电费,,备注\n,峰,谷,应收,已收,\n01,5,3,8.0,8.0,无\n02,6,2,9.0,,无\n";
    let whole = read(text);
    let names = ["户号", "用电量/峰", "用电量/谷", "电费/应收", "电费/已收", "备注"];
    assert_eq!(whole.header, row(&names));
    assert_eq!((whole.evidence.header_row_no, whole.evidence.header_rows), (2, 2));
    use RowKind::{Data, Header};
    assert_eq!(whole.kinds(), [Header, Header, Data, Data]);
    // On top of a page both rows come again.
    let whole = read(format!(
        "{text}户号,用电量,,电费,,备注\n,峰,谷,应收,已收,\n03,5,3,8.0,8.0,无\n"
    ));
    assert_eq!(whole.kinds(), [Header, Header, Data, Data, Header, Header, Data]);
}

#[test]
fn a_header_that_nobody_knows_is_told_from_the_rows_below_it() {
    let whole = read("用电情况表,,\n单位：元,,2025年\nno,name,fee\n01,甲,5.0\n02,乙,6.5\n");
    assert!(!whole.evidence.header_matched);
    assert_eq!((whole.evidence.header_row_no, whole.evidence.header_rows), (3, 1));
    assert_eq!(whole.header, row(&["no", "name", "fee"]));
    let groups = "no,kwh,,fee,\n,peak,valley,due,paid\n01,5,3,8.0,8.0\n02,6,2,9.0,9.0\n";
    let names = ["no", "kwh/peak", "kwh/valley", "fee/due", "fee/paid"];
    assert_eq!(read(groups).header, row(&names));
}

#[test]
fn a_file_may_have_no_header() {
    let whole = read("表\n01,甲,2025-01-31,5.0\n02,乙,2025-01-31,6.5\n03,丙,2025-01-30,7\n");
    assert_eq!((whole.evidence.header_row_no, whole.evidence.header_rows), (1, 0));
    assert_eq!(whole.header, row(&["01", "甲", "2025-01-31", "5.0"]));
    assert_eq!(whole.rows().len(), 3);
    use RowKind::{Data, Preamble};
    assert_eq!(whole.kinds(), [Preamble, Data, Data, Data]);
}

#[test]
fn what_stands_behind_the_last_column_is_kept() {
    let whole = read("id,a\n1,x,more, and \n2,y,\n3,z\n");
    let beyond: Vec<(usize, Vec<String>)> = (whole.frames.iter())
        .flat_map(|frame| frame.beyond.iter().map(|more| (more.row, more.fields.clone())))
        .collect();
    assert_eq!(beyond, [(1, row(&["more", " and "]))]);
}

#[test]
fn a_column_without_a_title_is_no_column_of_a_known_header() {
    let whole = read("id,a\n1,x,y\n2,y,z\n");
    assert_eq!(whole.header, row(&["id", "a"]));
    assert_eq!(whole.defects().len(), 2);
    assert_eq!(read("no,a\n1,x,y\n2,y,z\n").header, row(&["no", "a", ""]));
}
