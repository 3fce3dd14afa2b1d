//! Workbooks: the same rows are judged the same, whatever they came in.

use std::fmt::Write as _;
use std::io::Write as _;

use super::*;
use crate::Verdict;

/// A workbook with one sheet, all its cells texts but those that start with `=`, which are numbers or errors.
fn workbook(lines: &str) -> Vec<u8> {
    workbook_merged(lines, &[])
}

/// The same with merged ranges: only the first cell of a range has a value, as spreadsheet programs write it.
fn workbook_merged(lines: &str, merged: &[&str]) -> Vec<u8> {
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
    let merged: String = merged
        .iter()
        .map(|range| format!(r#"<mergeCell ref="{range}"/>"#))
        .collect();
    let merged = format!("<mergeCells>{merged}</mergeCells>");
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
            format!("<worksheet><sheetData>{rows}</sheetData>{merged}</worksheet>"),
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
    // The hash is of numbered rows; the sketch knows them wherever they stand.
    let lower = checked(workbook(&format!("用电量表\n{text}")));
    assert_ne!(lower.report.rows_hash, csv.report.rows_hash);
    assert!(csv.report.sketch.is_some());
    assert_eq!(
        [&xlsx.report.sketch, &lower.report.sketch],
        [&csv.report.sketch; 2]
    );
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

#[test]
fn a_title_merged_over_the_table_does_not_hide_its_header() {
    let bad = good(20).replace(",433101,", ",九九,");
    let rows = (0..20).map(good).chain([bad]).chain((21..30).map(good));
    let table = file(rows);
    let above = "工商业用电量月报表\n填报单位：某供电公司,,,,,,,,,,,,,,,填报日期：2025-02-05\n";
    let ranges = ["A1:Q1", "A2:O2", "P2:Q2"];
    // The title alone, two merged lines above, and a blank line as well.
    for (above, header_row) in [
        ("工商业用电量月报表\n".to_owned(), 2),
        (above.to_owned(), 3),
        (format!("{above}\n"), 4),
    ] {
        let xlsx = checked(workbook_merged(&format!("{above}{table}"), &ranges));
        assert_eq!(
            (xlsx.report.verdict, xlsx.report.committed, xlsx.report.rows_read),
            (Verdict::AcceptedWithFindings, 29, 30)
        );
        // Row numbers are those of the sheet.
        assert_eq!(xlsx.refused(), [(header_row + 21, "R-county-code".to_owned())]);
        assert_eq!(xlsx.report.totals["kwh"].sum, "348000.00");
    }
}

#[test]
fn a_header_in_two_levels_is_never_mixed_up() {
    // One title over the four amounts, the others merged downwards. The lower name is known, and the unit of the group
    // is that of its columns.
    let upper = HEADER.replace("电量,峰电量,平电量,谷电量", "用电情况（万千瓦时）,,,");
    let lower = ",,,,,,,,,电量,峰电量,平电量,谷电量,,,,\n";
    let ranges = ["A1:A2", "B1:B2", "J1:M1", "N1:N2", "P1:P2"];
    let rows: String = (0..40).map(good).collect();
    let scaled = rows.replace("12000.00,4000.00,5000.00,3000.00", "1.2,0.4,0.5,0.3");
    let xlsx = checked(workbook_merged(&format!("{upper}{lower}{scaled}"), &ranges));
    assert_eq!(xlsx.report.verdict, Verdict::Accepted);
    assert_eq!((xlsx.report.rows_read, xlsx.report.blank_or_total), (40, 0));
    assert_eq!(xlsx.report.totals["kwh"].sum, "480000.00");

    // The upper level alone is no name either: a column is called by both.
    let upper = HEADER.replace("电量,峰电量,平电量,谷电量", "电量,,,");
    let lower = ",,,,,,,,,总,峰,平,谷,,,,\n";
    let xlsx = checked(workbook_merged(&format!("{upper}{lower}{rows}"), &ranges));
    assert_eq!(xlsx.report.verdict, Verdict::Rejected);
    assert!(xlsx.file_rules().contains(&"F-column_missing"));
}
