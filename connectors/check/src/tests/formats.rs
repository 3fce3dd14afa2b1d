//! The format of a file is nobody's business but the reader's.

use std::io::Write as _;

use super::*;
use crate::Verdict;

fn rows() -> Vec<Vec<String>> {
    let mut rows: Vec<String> = (0..60).map(good).collect();
    rows[7] = rows[7].replace("91433199MA7A00017H", "91433199MA7A000178");
    rows[9] = rows[8].clone();
    let cells = |row: &String| row.trim_end().split(',').map(str::to_owned).collect();
    rows.iter().map(cells).collect()
}

fn titles() -> Vec<&'static str> {
    HEADER.trim_end().split(',').collect()
}

fn csv() -> Vec<u8> {
    let lines = rows().into_iter().map(|row| row.join(",") + "\n");
    file(lines).into_bytes()
}

fn objects() -> Vec<String> {
    let value = |(title, cell): (&&str, &String)| match (*title, cell.as_str()) {
        (_, "") => format!("\"{title}\":null"),
        // Amounts and long codes as numbers, as systems write them.
        ("电费" | "电量" | "电费月", number) => format!("\"{title}\":{number}"),
        (_, text) => format!("\"{title}\":\"{text}\""),
    };
    let object = |row: &Vec<String>| {
        let values: Vec<String> = titles().iter().zip(row).map(value).collect();
        format!("{{{}}}", values.join(","))
    };
    rows().iter().map(object).collect()
}

fn xml() -> String {
    let value = |(title, cell): (&&str, &String)| format!("<{title}>{cell}</{title}>");
    let element = |row: &Vec<String>| {
        let values: String = titles().iter().zip(row).map(value).collect();
        format!("<行>{values}</行>\n")
    };
    let rows: String = rows().iter().map(element).collect();
    format!("<?xml version=\"1.0\" encoding=\"GBK\"?>\n<表>{rows}</表>")
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(*name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn the_same_rows_have_the_same_verdict_in_every_format() {
    let plain = checked(csv());
    assert_eq!(plain.report.verdict, Verdict::AcceptedWithFindings);
    assert_eq!((plain.report.committed, plain.report.quarantined), (58, 1));
    let files = [
        (
            "json",
            format!("{{\"code\":0,\"rows\":[{}]}}", objects().join(",")).into_bytes(),
        ),
        ("ndjson", objects().join("\n").into_bytes()),
        ("xml", encoding_rs::GB18030.encode(&xml()).0.into_owned()),
        ("utf-8", zipped(&[("a/b.csv", &csv())])),
    ];
    for (label, bytes) in files {
        let other = checked(&bytes);
        assert_eq!(other.report.charset, label);
        assert_eq!(other.report.verdict, plain.report.verdict, "{label}");
        assert_eq!(other.report.totals, plain.report.totals, "{label}");
        assert_eq!(
            other.report.findings_by_rule, plain.report.findings_by_rule,
            "{label}"
        );
        for column in schemas::row_columns(pow_usage()) {
            if !column.name.starts_with('_') {
                assert_eq!(
                    other.accepted(&column.name),
                    plain.accepted(&column.name),
                    "{label} {}",
                    column.name
                );
            }
        }
    }
}

#[test]
fn a_report_names_the_file_of_an_archive_and_what_was_left_in_it() {
    let checked = checked(zipped(&[("用电量.csv", &csv()), ("说明.csv", b"a,b\n1,2\n")]));
    let member = checked.report.member.as_ref().unwrap();
    assert_eq!(
        (member.container.as_str(), member.name.as_str()),
        ("zip", "用电量.csv")
    );
    let told = checked
        .report
        .file_findings
        .iter()
        .find(|finding| finding.rule == "F-members_ignored");
    assert_eq!(told.unwrap().args["ignored"], "说明.csv");
}

#[test]
fn a_broken_record_is_a_row_with_a_finding() {
    let mut lines = objects();
    lines[3] = lines[3].replacen("\"户名\":", "\"户名\"", 1);
    lines[5] = lines[5].replacen('{', "{\"户名\":\"乙\",", 1);
    let checked = checked(lines.join("\n"));
    let refused: Vec<(i64, String)> = checked
        .refused()
        .into_iter()
        .filter(|(_, rules)| rules.starts_with("D-"))
        .collect();
    assert_eq!(
        refused,
        [(4, "D-malformed".to_owned()), (6, "D-twice".to_owned())]
    );
}

#[test]
fn a_document_that_breaks_is_rejected_with_the_place() {
    let checked = checked(format!("[{},", objects().join(",")));
    assert_eq!(checked.report.verdict, Verdict::Rejected);
    assert_eq!(checked.report.file_findings[0].text, "decode.truncated");
}
