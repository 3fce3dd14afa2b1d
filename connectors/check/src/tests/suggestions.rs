//! What a clerk is told to compare with the original, and why; or that nothing is left to compare.

use super::*;

/// The finding of a good row with one cell changed; cells are counted from 0.
fn told(cell: usize, value: &str) -> Finding {
    let row = good(1);
    let mut fields: Vec<&str> = row.trim_end().split(',').collect();
    fields[cell] = value;
    let checked = checked(file([fields.join(",") + "\n"]));
    checked.sink.findings[0].clone()
}

fn advice(finding: &Finding) -> (Option<&str>, Option<&str>) {
    (finding.suggestion.as_deref(), finding.advice.as_deref())
}

#[test]
fn a_suggestion_comes_with_its_proof() {
    // Letters for digits, blanks inside, a character typed twice, two swapped, one wrong inside the organisation code.
    for (value, place, proof) in [
        ("91433199MA7AO0017H", "13: O→0", "suggest.look_alike"),
        ("9143 3199MA7A00017H", "5: − ", "suggest.separators"),
        ("91433199MA77A00017H", "12: −7", "suggest.only_change"),
    ] {
        assert_eq!(advice(&told(2, value)), (Some(place), Some(proof)), "{value}");
    }
    let proof = told(2, "91433199MA7AO0017H").advice_message().unwrap();
    assert!(proof.zh.contains("校验") && proof.en.contains("check"));
    // The column is L2: the value may be shown.
    assert_eq!(
        advice(&told(6, "111")),
        (Some("0111"), Some("suggest.leading_zero"))
    );
}

#[test]
fn an_old_id_number_says_what_was_added() {
    let finding = told(3, "110105491231002");
    assert_eq!(
        (finding.severity, finding.text.as_str()),
        (Severity::Warning, "value.citizen_id_legacy")
    );
    assert_eq!(
        advice(&finding),
        (Some("7: +1, 8: +9, 18: +X"), Some("suggest.legacy"))
    );
}

#[test]
fn what_a_spreadsheet_destroyed_is_said_to_be_lost_and_how_to_export_it() {
    for (cell, value, text) in [
        (0, "4.33101E+12", "suggest.lost_scientific"),
        (2, "9.1433E+17", "suggest.lost_scientific"),
        (3, "433101190001010000", "suggest.lost_digits"),
    ] {
        let finding = told(cell, value);
        assert_eq!(advice(&finding), (None, Some(text)), "{value}");
        assert!(
            finding
                .advice_message()
                .unwrap()
                .hint_zh
                .unwrap()
                .contains("文本")
        );
    }
    // Decimals behind a number are harmless.
    assert_eq!(
        advice(&told(0, "0000000000012.0")),
        (Some("14: −., 15: −0"), Some("suggest.number_format"))
    );
    assert_eq!(advice(&told(0, "12.0")), (None, None));
}

#[test]
fn a_file_of_nothing_but_wrong_codes_is_told_in_time() {
    // Suggestions are sought for what is told, not for what is counted.
    let limits = Limits {
        findings_max: 5,
        ..Limits::default()
    };
    let rows = (0..2_000).map(|number| good(number).replace("91433199MA7A00017H", "91433199MA77A00017H"));
    let checked = checked_with(pow_usage(), "433100", file(rows).as_bytes(), limits);
    assert_eq!(checked.sink.findings.len(), 5);
    let of_codes = checked
        .sink
        .findings
        .iter()
        .filter(|finding| finding.rule == "R-usc_code-uscc");
    let suggested: Vec<_> = of_codes.map(|finding| finding.suggestion.as_deref()).collect();
    assert_eq!(suggested, [Some("12: −7"); 3]);
    assert_eq!(checked.report.findings_by_rule["R-usc_code-uscc"], 2_000);
}
