//! The file as a whole: its header, its columns, and what an accepted one becomes.

use super::*;
use crate::Verdict;

#[test]
fn a_clean_file_is_accepted_and_says_what_it_was() {
    let checked = checked(file((0..50).map(good)));
    let report = &checked.report;
    assert_eq!(report.verdict, Verdict::Accepted);
    assert_eq!(
        (report.rows_read, report.committed, report.findings_total),
        (50, 50, 0)
    );
    assert_eq!(
        (report.charset.as_str(), report.delimiter.as_str()),
        ("utf-8", ",")
    );
    assert_eq!(
        (
            report.contract.as_str(),
            report.period.as_str(),
            report.unit.as_str()
        ),
        ("pow_usage", "202501", "433100")
    );
    assert!(report.sha256.starts_with("sha256:") && report.sha256.len() == 71);
    let total = |name: &str| (report.totals[name].sum.as_str(), report.totals[name].count);
    assert_eq!(total("kwh"), ("600000.00", 50));
    assert_eq!(total("fee"), ("390000.00", 50));
    assert!(!report.totals.contains_key("account_no"));
    assert_eq!(
        checked.sink.progress,
        [(50, file((0..50).map(good)).len() as u64)]
    );
}

#[test]
fn accepted_rows_are_what_the_lake_stores() {
    let mut rows: Vec<String> = (0..4).map(good).collect();
    rows[1] = rows[1]
        .replace("433101,1,", " 凤凰县 ,一般工商业,")
        .replace("12000.00,4000.00,5000.00,3000.00", "1.2万千瓦时,,,");
    rows[2] = rows[2].replace("91433199MA7A00017H", "433101MA4L00011");
    rows[3] = rows[3]
        .replace("91433199MA7A00017H", "")
        .replace("2025-01-25", "2025年1月26日");
    let checked = checked(file(rows));
    let column = |name: &str| -> Vec<String> {
        checked
            .accepted(name)
            .into_iter()
            .map(|value| value.unwrap_or("-".to_owned()))
            .collect()
    };
    assert_eq!(checked.refused(), [(4, "R-usc_code-uscc".to_owned())]);
    assert_eq!(column("county"), ["433101", "433123", "433101"]);
    assert_eq!(column("region_code"), ["433101", "433123", "433101"]);
    assert_eq!(column("county_code"), ["433101", "433123", "433101"]);
    assert_eq!(column("use_class"), ["1", "2", "1"]);
    assert_eq!(column("kwh"), ["12000.00", "12000.00", "12000.00"]);
    assert_eq!(
        column("entity_key"),
        ["91433199MA7A00017H", "91433199MA7A00017H", "-"]
    );
    assert_eq!(column("match_tier"), ["T1", "T1", "T0"]);
    assert_eq!(column("read_date"), ["2025-01-25", "2025-01-25", "2025-01-26"]);
    assert_eq!(column("_row_no"), ["2", "3", "5"]);
    // Tokens are made by whoever commits.
    assert_eq!(column("account_no")[0], "0000000000000");
}

#[test]
fn headers_are_found_below_titles_under_aliases_and_with_units() {
    let header = HEADER
        .replace("户号", "用户编号*")
        .replace("电量,峰", "用电量（万千瓦时）,峰")
        .replace("户名", " 户 名 ");
    let row = good(1).replace("12000.00", "1.2");
    let checked = checked(format!("2025年1月用电量\n\n{header}{row}"));
    assert_eq!(
        checked.report.verdict,
        Verdict::Accepted,
        "{:?}",
        checked.sink.findings
    );
    assert_eq!(checked.accepted("kwh"), [Some("12000.00".to_owned())]);
    assert_eq!(checked.accepted("_row_no"), [Some("4".to_owned())]);
}

#[test]
fn missing_and_repeated_columns_refuse_the_file_by_name_and_unknown_ones_are_listed() {
    let text = file((0..3).map(good));
    let missing = checked(text.replacen("电费,", "应缴,", 1).replacen("用电地址", "地点", 1));
    let named: Vec<_> = missing
        .report
        .file_findings
        .iter()
        .map(|finding| (finding.rule.as_str(), finding.column.as_deref()))
        .collect();
    assert_eq!(
        named,
        [
            ("F-column_missing", Some("用电地址")),
            ("F-column_missing", Some("电费")),
            ("F-column_ignored", Some("地点")),
            ("F-column_ignored", Some("应缴")),
        ]
    );
    assert_eq!(
        (missing.report.verdict, missing.report.rows_read),
        (Verdict::Rejected, 0)
    );
    let twice = checked(text.replacen("谷电量", "用电量", 1));
    assert_eq!(twice.file_rules(), ["F-column_twice"]);
    let extra = checked(
        text.replace("\n", ",x\n")
            .replacen("抄表日期,x", "抄表日期,备注", 1),
    );
    assert_eq!(extra.report.columns_ignored, ["备注"]);
    assert_eq!(extra.report.verdict, Verdict::AcceptedWithFindings);
    let optional = checked(text.replacen("容量", "其他容量", 1));
    assert_eq!(
        (optional.report.verdict, optional.report.committed),
        (Verdict::AcceptedWithFindings, 3)
    );
    assert_eq!(optional.accepted("capacity_kva"), [None, None, None]);
}

#[test]
fn files_that_are_no_such_table_are_refused_as_what_they_are() {
    let refused = |bytes: &[u8]| {
        let checked = checked(bytes);
        assert_eq!(checked.report.verdict, Verdict::Rejected);
        assert!(checked.report.sha256.len() == 71);
        assert_eq!(checked.report.file_findings.len(), 1);
        let finding = &checked.report.file_findings[0];
        (finding.rule.clone(), finding.text.clone())
    };
    let told = |rule: &str, text: &str| (rule.to_owned(), text.to_owned());
    assert_eq!(refused(b""), told("F-file", "decode.empty"));
    assert_eq!(
        refused(b"PK\x03\x04[Content_Types].xml"),
        told("F-file", "decode.truncated")
    );
    assert_eq!(refused(b"%PDF-1.4"), told("F-file", "decode.document"));
    assert_eq!(refused(&[0; 1000]), told("F-file", "decode.not_text"));
    assert_eq!(
        refused("许可证号,取水权人,水量\nA1,甲,5\n".as_bytes()),
        told("F-feed", "check.wrong_feed")
    );
    assert_eq!(
        refused(good(1).as_bytes()),
        told("F-header", "check.header_missing")
    );
    assert_eq!(refused(HEADER.as_bytes()), told("F-no_rows", "check.no_rows"));
    assert_eq!(
        refused(format!("{HEADER}合计,,,,,,,,,0,,,,,,,\n").as_bytes()),
        told("F-no_rows", "check.no_rows")
    );
}

#[test]
fn a_failing_sink_ends_the_check_and_a_failing_source_too() {
    struct Full;
    impl Sink for Full {
        fn accepted(&mut self, _: RecordBatch) -> Result<(), CheckError> {
            Err(CheckError::sink("disk full"))
        }
        fn quarantined(&mut self, _: RecordBatch) -> Result<(), CheckError> {
            Ok(())
        }
        fn findings(&mut self, _: &[Finding]) -> Result<(), CheckError> {
            Ok(())
        }
    }
    let period = Period::parse(pow_usage().period_kind(), "202501").unwrap();
    let unit = RegionCode::parse("433100").unwrap();
    let job = Job {
        contract: pow_usage(),
        period: &period,
        unit: &unit,
        limits: Limits::default(),
    };
    let error = check(&job, Cursor::new(file([good(1)])), &mut Full).unwrap_err();
    assert_eq!(error.code(), "check.failed_handing_on");
    for error in [
        CheckError::Read(std::io::ErrorKind::Other.into()),
        error,
        CheckError::engine("bug"),
    ] {
        assert!(schemas::texts::get(error.code()).is_some());
    }
}

#[test]
fn every_refusal_of_a_file_has_its_sentence() {
    use decode::DecodeError::*;
    let io = || std::io::Error::from(std::io::ErrorKind::Other);
    let all = [
        Empty,
        Truncated,
        RecordCount { said: 2, found: 1 },
        RecordSum("电量".to_owned()),
        TrailerMissing,
        Workbook,
        WorkbookDamaged,
        WorkbookTooLarge,
        Encrypted,
        Archive,
        ArchiveDamaged,
        ArchiveTooLarge,
        ArchiveNested,
        NoTable,
        SeveralTables(vec!["a.csv".to_owned(), "b.csv".to_owned()]),
        Broken(1),
        NoRecords,
        Entities,
        ParquetDamaged,
        ParquetTooLarge,
        Document,
        NotText,
        Utf16WithoutBom,
        CharsetUnknown,
        TooManyColumns(1),
        TooManyRows(1),
        Read(io()),
    ];
    for error in all {
        let message = crate::file_rules::unreadable(&error).message();
        assert!(
            message.zh != error.code() && !message.zh.contains('{'),
            "{}",
            error.code()
        );
    }
}

#[test]
fn a_header_in_two_levels_is_understood_and_the_unit_of_a_group_is_that_of_its_columns() {
    let upper = "户号,用户,,,所属县市代码,用电类别,行业代码,用电地址,容量,用量（万千瓦时）,,,,电费,退补标志,电费月,抄表日期";
    let lower = ",户名,统一社会信用代码,个人证件号码,,,,,,电量,峰电量,平电量,谷电量,,,,";
    let rows: String = (0..5)
        .map(|number| good(number).replace("12000.00,4000.00,5000.00,3000.00", "1.2,0.4,0.5,0.3"))
        .collect();
    let checked = checked(format!("用电情况,,,,,,,,,,,,,,,,\n{upper}\n{lower}\n{rows}"));
    let report = &checked.report;
    assert_eq!(report.verdict, Verdict::Accepted, "{:?}", report.file_findings);
    assert_eq!((report.rows_read, report.committed), (5, 5));
    assert_eq!(report.totals["kwh"].sum, "60000.00");
    let units: Vec<&str> = report.units.iter().map(|unit| unit.column.as_str()).collect();
    assert_eq!(units[0], "用量（万千瓦时）/电量");
}
