//! The findings of an example are fit to be shown. That the examples of all contracts tell the truth is held in
//! `tests/contracts.rs`.

use schemas::feeds::{self, Example};

use super::*;

#[test]
fn every_error_of_the_contract_fires_and_names_row_column_and_masked_value() {
    let text = feeds::example(pow_usage().id(), Example::Refused).unwrap();
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
