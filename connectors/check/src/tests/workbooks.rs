//! Workbooks: the same rows are judged the same, whatever they came in.

use std::fmt::Write as _;
use std::io::Write as _;

use super::*;
use crate::Verdict;

/// A workbook with one sheet, all its cells texts but those that start with `=`, which are numbers or errors.
fn workbook(lines: &str) -> Vec<u8> {
    let mut rows = String::new();
    for (index, line) in lines.lines().enumerate() {
        let _ = write!(rows, r#"<row r="{}">"#, index + 1);
        for (column, cell) in line.split(',').enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let address = decode::cell_address(column, index as u64 + 1);
            let _ = match cell.strip_prefix('=') {
                Some(error) if error.starts_with('#') => {
                    write!(rows, r#"<c r="{address}" t="e"><v>{error}</v></c>"#)
                }
                Some(number) => write!(rows, r#"<c r="{address}"><v>{number}</v></c>"#),
                None => write!(rows, r#"<c r="{address}" t="str"><v>{cell}</v></c>"#),
            };
        }
        rows += "</row>";
    }
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        (
            "_rels/.rels",
            format!(
                r#"<Relationships><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            r#"<workbook><sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>"#.to_owned(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships><Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
            ),
        ),
        ("xl/styles.xml", "<styleSheet></styleSheet>".to_owned()),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"),
        ),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn the_same_rows_give_the_same_hash_and_totals_from_csv_and_workbook() {
    let text = file((0..50).map(good));
    let (csv, xlsx) = (checked(&text), checked(workbook(&text)));
    assert_eq!(
        (xlsx.report.verdict, xlsx.report.committed),
        (Verdict::Accepted, 50)
    );
    assert_eq!(
        (xlsx.report.charset.as_str(), xlsx.report.delimiter.as_str()),
        ("xlsx", "")
    );
    assert_eq!(csv.report.rows_hash, xlsx.report.rows_hash);
    assert_eq!(csv.report.totals, xlsx.report.totals);
    // Numbers as numbers are the same rows again.
    let numbers = workbook(&text.replace(",12000.00,4000.00,", ",=12000,=4000,"));
    assert_eq!(checked(numbers).report.rows_hash, csv.report.rows_hash);
}

#[test]
fn errors_and_lost_digits_name_their_cell_and_cost_their_row() {
    let bad = good(30).replace(
        "甲一加工有限公司,91433199MA7A00017H,",
        "甲一加工有限公司,=433101199001011234,",
    );
    let broken = good(31).replace(",12000.00,", ",=#REF!,");
    let rows = (0..30).map(good).chain([bad, broken]).chain((40..60).map(good));
    let xlsx = checked(workbook(&file(rows)));
    assert_eq!((xlsx.report.committed, xlsx.report.quarantined), (50, 2));
    let cell = |rule: &str| {
        let finding = xlsx
            .sink
            .findings
            .iter()
            .find(|finding| finding.rule == rule)
            .unwrap();
        (finding.args["cell"].clone(), finding.column.clone().unwrap())
    };
    assert_eq!(
        cell("D-digits_lost"),
        ("C32".to_owned(), "统一社会信用代码".to_owned())
    );
    assert_eq!(cell("D-cell_error"), ("J33".to_owned(), "电量".to_owned()));
}

#[test]
fn what_a_workbook_computes_beside_the_table_does_not_matter() {
    let text = file((0..10).map(good))
        .lines()
        .enumerate()
        .fold(String::new(), |text, (index, line)| {
            text + line + if index == 0 { ",备用\n" } else { ",=#N/A\n" }
        });
    let xlsx = checked(workbook(&text));
    assert_eq!(
        (xlsx.report.committed, xlsx.report.columns_ignored.clone()),
        (10, vec!["备用".to_owned()])
    );
}
