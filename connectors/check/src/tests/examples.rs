//! The examples beside the contracts tell the truth.

use schemas::feeds::{self, Example};

use super::*;

/// The examples and, per row number, the rule its last column names.
fn example(contract: &Contract, kind: Example) -> (&'static str, Vec<(u64, String)>) {
    let text = feeds::example(contract.id(), kind).unwrap();
    let expected = text.lines().enumerate().skip(1);
    let expected = expected.map(|(index, line)| {
        let rule = line.rsplit(',').next().unwrap_or_default();
        (index as u64 + 1, rule.to_owned())
    });
    (text, expected.collect())
}

#[test]
fn accepted_examples_are_accepted_with_no_remark_but_the_one_they_name() {
    for contract in feeds::embedded().unwrap() {
        let (text, expected) = example(&contract, Example::Accepted);
        let checked = checked_with(
            &contract,
            contract.units()[0].as_str(),
            text.as_bytes(),
            Limits::default(),
        );
        assert_eq!(checked.refused(), [], "{}", contract.id());
        assert_eq!(checked.report.committed, expected.len() as u64);
        assert_eq!(checked.report.columns_ignored, ["#expect"]);
        for (row, rule) in expected {
            let rules: Vec<&str> = checked.of_row(row).into_iter().map(|(rule, _)| rule).collect();
            let named: Vec<&str> = Some(rule.as_str())
                .filter(|rule| !rule.is_empty())
                .into_iter()
                .collect();
            assert_eq!(rules, named, "row {row} of {}", contract.id());
        }
    }
}

#[test]
fn refused_examples_are_refused_for_the_rule_they_name() {
    for contract in feeds::embedded().unwrap() {
        let (text, expected) = example(&contract, Example::Refused);
        let checked = checked_with(
            &contract,
            contract.units()[0].as_str(),
            text.as_bytes(),
            Limits::default(),
        );
        assert_eq!(checked.report.verdict, crate::Verdict::Rejected);
        let refused = checked.refused();
        assert_eq!(refused.len(), expected.len(), "{}", contract.id());
        for ((row, rule), (row_no, rules)) in expected.iter().zip(&refused) {
            assert_eq!(*row as i64, *row_no);
            assert!(
                rules.split(',').any(|found| found == rule),
                "row {row} of {}: {rules}",
                contract.id()
            );
        }
    }
}

#[test]
fn every_error_of_the_contract_fires_and_names_row_column_and_masked_value() {
    let (text, _) = example(pow_usage(), Example::Refused);
    let checked = checked(text);
    let of_fields = pow_usage().fields().iter().flat_map(|field| &field.rules);
    for rule in of_fields.filter(|rule| rule.severity == schemas::Severity::Error) {
        let finding = checked
            .sink
            .findings
            .iter()
            .find(|finding| finding.rule == rule.id)
            .unwrap();
        assert!(
            finding.row.is_some() && finding.column.is_some() && finding.value_masked.is_some(),
            "{finding:?}"
        );
        assert_eq!(finding.severity, Severity::Error);
    }
}
