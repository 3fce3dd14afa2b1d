//! The same rows in the formats of old programs are judged as they are in CSV.

use super::*;
use crate::Verdict;

fn cells(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split(',').collect()).collect()
}

/// Records of XLS without a container, all of them texts.
fn xls(text: &str) -> Vec<u8> {
    let mut stream = b"\x09\x08\x08\0\0\0\x10\0\0\0\0\0".to_vec();
    for (row, line) in cells(text).into_iter().enumerate() {
        for (column, cell) in line.into_iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let cell = encoding_rs::GB18030.encode(cell).0;
            let place =
                [row, column, 0, cell.len()].map(|number| u16::try_from(number).unwrap().to_le_bytes());
            stream.extend(0x0204u16.to_le_bytes());
            stream.extend(u16::try_from(8 + cell.len()).unwrap().to_le_bytes());
            stream.extend(place.concat());
            stream.extend(cell.as_ref());
        }
    }
    stream.extend(b"\x0A\0\0\0");
    stream
}

fn page(text: &str) -> String {
    let row = |line: Vec<&str>| format!("<tr><td>{}</td></tr>\n", line.join("</td><td>"));
    let rows: String = cells(text).into_iter().map(row).collect();
    format!("<html><table>{rows}</table></html>")
}

fn spreadsheet(text: &str) -> String {
    let cell = |cell: &str| format!(r#"<Cell><Data ss:Type="String">{cell}</Data></Cell>"#);
    let row = |line: Vec<&str>| format!("<Row>{}</Row>", line.into_iter().map(cell).collect::<String>());
    let rows: String = cells(text).into_iter().map(row).collect();
    format!(
        r#"<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="表"><Table>{rows}</Table></Worksheet></Workbook>"#
    )
}

/// Texts of forty bytes under the names given.
fn dbf(names: &[&str], text: &str) -> Vec<u8> {
    const BYTES: usize = 40;
    let rows: Vec<Vec<&str>> = cells(text);
    let header_bytes = u16::try_from(33 + 32 * names.len()).unwrap();
    let mut file = vec![0x03, 125, 2, 5];
    file.extend(u32::try_from(rows.len()).unwrap().to_le_bytes());
    file.extend(header_bytes.to_le_bytes());
    file.extend(u16::try_from(1 + BYTES * names.len()).unwrap().to_le_bytes());
    file.resize(29, 0);
    file.push(0x7A);
    file.resize(32, 0);
    for name in names {
        let mut field = encoding_rs::GB18030.encode(name).0.into_owned();
        field.truncate(10);
        field.resize(11, 0);
        field.extend([b'C', 0, 0, 0, 0, BYTES as u8, 0]);
        field.resize(32, 0);
        file.extend(field);
    }
    file.push(b'\r');
    for row in rows {
        file.push(b' ');
        for cell in row {
            let mut cell = encoding_rs::GB18030.encode(cell).0.into_owned();
            cell.resize(BYTES, b' ');
            file.extend(cell);
        }
    }
    file.push(0x1A);
    file
}

#[test]
fn xls_pages_and_the_xml_of_2003_give_the_hash_and_totals_of_the_csv() {
    let text = file((0..30).map(good).chain([good(40).replace(",433101,", ",九九,")]));
    let csv = checked(&text);
    assert_eq!((csv.report.committed, csv.report.quarantined), (30, 1));
    for (label, bytes) in [
        ("xls", xls(&text)),
        ("html", page(&text).into_bytes()),
        ("xml-2003", spreadsheet(&text).into_bytes()),
    ] {
        let other = checked(&bytes);
        assert_eq!(
            (other.report.charset.as_str(), other.report.delimiter.as_str()),
            (label, "")
        );
        assert_eq!(other.report.rows_hash, csv.report.rows_hash, "{label}");
        assert_eq!(other.report.totals, csv.report.totals);
    }
}

#[test]
fn dbf_columns_are_known_by_titles_cut_short_or_by_initials_and_that_is_told() {
    let rows: String = (0..30).map(good).collect();
    let titles: Vec<&str> = HEADER.trim().split(',').collect();
    let csv = checked(file((0..30).map(good)));
    let cut = checked(dbf(&titles, &rows));
    assert_eq!(
        (cut.report.charset.as_str(), cut.report.verdict),
        ("dbf", Verdict::AcceptedWithFindings)
    );
    assert_eq!(
        (cut.report.committed, &cut.report.totals),
        (30, &csv.report.totals)
    );
    assert_eq!(cut.file_rules(), ["F-names_short"]);
    let told = &cut.report.file_findings[0].args["names"];
    assert!(told.contains("统一社会信 = 统一社会信用代码"), "{told}");

    let initials = [
        "YHBH", "HM", "TYSHXYDM", "GRZJHM", "SSXSDM", "YDLB", "HYDM", "YDDZ", "RL", "YDL", "FDL", "PDL",
        "GDL", "DF", "TBBZ", "DFY", "CBRQ",
    ];
    let found = checked(dbf(&initials, &rows));
    assert_eq!(
        found.report.totals, csv.report.totals,
        "{:?}",
        found.report.file_findings
    );
    // In a file that says its titles, letters are nobody's initials.
    let text = file((0..5).map(good)).replace("退补标志", "TBBZ");
    assert_eq!(checked(&text).report.columns_ignored, ["TBBZ"]);
}

#[test]
fn a_memo_that_did_not_come_along_refuses_the_file_if_a_field_wants_it() {
    let rows: String = (0..3).map(good).collect();
    let titles: Vec<&str> = HEADER.trim().split(',').collect();
    let mut table = dbf(&titles, &rows);
    let address = titles.iter().position(|title| *title == "用电地址").unwrap();
    table[32 + 32 * address + 11] = b'M';
    let refused = checked(&table);
    assert_eq!(refused.report.verdict, Verdict::Rejected);
    assert!(refused.file_rules().contains(&"F-memo_missing"));
}

#[test]
fn a_layout_of_the_contract_reads_bytes_and_holds_the_closing_record_against_them() {
    let fixed = "header_rows_max: 10
        fixed:
          columns:
            - { header: 户号, bytes: 13 }
            - { header: 户名, bytes: 20 }
            - { header: 所属县市, bytes: 6 }
            - { header: 用电类别, bytes: 1 }
            - { header: 用电地址, bytes: 20 }
            - { header: 电量, bytes: 12, decimals: 2 }
            - { header: 电费, bytes: 12, decimals: 2 }
            - { header: 电费月, bytes: 6 }
          trailer: { begins: \"END\", count: { from: 4, bytes: 6 } }";
    let yaml = pow_usage().yaml().replacen("header_rows_max: 10", fixed, 1);
    let contract = Contract::from_yaml(&yaml).unwrap();
    let rows: String = (0..20)
        .map(|number| {
            let name = "甲一加工有限公司    ";
            format!("{number:013}{name}4331011吉首市某路一号      000001200000000000780000202501\n")
        })
        .collect();
    let sent = |text: &str| {
        let bytes = encoding_rs::GB18030.encode(text).0.into_owned();
        checked_with(&contract, "433100", &bytes, Limits::default())
    };
    let whole = sent(&format!("{rows}END000020\n"));
    assert_eq!(
        (whole.report.verdict, whole.report.committed),
        (Verdict::Accepted, 20)
    );
    assert_eq!(whole.report.totals["kwh"].sum, "240000.00");
    assert_eq!(whole.report.totals["fee"].sum, "156000.00");
    let cut = sent(&rows);
    assert_eq!(
        (cut.report.verdict, cut.file_rules()),
        (Verdict::Rejected, vec!["F-file"])
    );
    let fewer = sent(&format!("{rows}END000021\n"));
    assert_eq!(fewer.report.file_findings[0].args["found"], "20");
}
