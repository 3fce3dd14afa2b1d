//! Turns hits into findings: only so many, in row order, with what a clerk needs and nothing that should not travel.

use arrow::array::{Array, StringArray, StringBuilder};
use decode::{Evidence, Frame};

use crate::hits::{Hit, Hits};
use crate::mask;
use crate::plan::{Detail, Plan};
use crate::{Finding, Severity, advice, defects};

/// A frame and the words for it.
pub(crate) struct Telling<'a> {
    pub plan: &'a Plan<'a>,
    pub frame: &'a Frame,
    /// The frame's columns as sent.
    pub raw: &'a [StringArray],
    pub evidence: &'a Evidence,
}

impl Telling<'_> {
    /// The first `max` findings of the frame.
    pub fn findings(&self, hits: &Hits, max: u64) -> Vec<Finding> {
        if max == 0 || hits.0.is_empty() {
            return Vec::new();
        }
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let mut told: Vec<usize> = vec![0; hits.0.len()];
        let mut findings = Vec::new();
        for (row, index) in hits.by_row(|_| true).into_iter().take(max) {
            if let (Some(hit), Some(told)) = (hits.0.get(index), told.get_mut(index)) {
                let number = hit.numbers.get(*told).copied();
                *told += 1;
                findings.extend(self.finding(hit, row, number));
            }
        }
        findings
    }

    fn finding(&self, hit: &Hit, row: u32, number: Option<u64>) -> Option<Finding> {
        let rule = self.plan.rules.get(hit.rule)?;
        let row = usize::try_from(row).ok()?;
        let text = hit.text.or(rule.contract_text.as_deref()).unwrap_or(rule.text);
        let field = rule.field.and_then(|field| self.plan.fields.get(field));
        let mut column = field.and_then(|field| field.column);
        let mut args = rule.args.clone();
        let mut offset = None;
        let value = column
            .and_then(|column| self.raw.get(column))
            .map(|raw| raw.value(row).trim());
        let value = value.filter(|value| !value.is_empty());
        match rule.detail {
            Detail::Nothing => {}
            Detail::FirstRow => {
                args.insert("row".to_owned(), number.unwrap_or_default().to_string());
            }
            Detail::Defect => {
                let defect = self.frame.defects.get(usize::try_from(number?).ok()?)?;
                let row_no = self.frame.row_no.get(row).copied().unwrap_or_default();
                let (more, at, place) = defects::detail(&defect.kind, row_no, self.evidence.label());
                args.extend(more);
                offset = at;
                column = place;
            }
            Detail::Validator(_) | Detail::Date => {}
        }
        let (mut advice, mut suggestion) = (None, None);
        if let Some(mend) = value.and_then(|value| advice::of(rule, hit, field?.field, value)) {
            advice = Some(mend.text.to_owned());
            suggestion = mend.value.zip(value).and_then(|(suggested, value)| {
                mask::suggestion(field.map(|field| field.field), value, &suggested)
            });
        }
        let title = column
            .and_then(|column| self.plan.header.titles.get(column))
            .cloned();
        Some(Finding {
            row: self.frame.row_no.get(row).copied(),
            column: title.or_else(|| rule.field.map(|field| self.plan.title(field))),
            rule: rule.id.clone(),
            severity: hit.severity,
            value_masked: value.map(|value| mask::masked(field.map(|field| field.field), value)),
            text: text.to_owned(),
            args,
            offset,
            suggestion,
            advice,
        })
    }

    /// The ids of the rules that each refused row broke, in row order.
    pub fn broken_rules(&self, hits: &Hits) -> StringArray {
        let mut lists = StringBuilder::new();
        let pairs = hits.by_row(|severity| severity == Severity::Error);
        for row in pairs.chunk_by(|(one, _), (other, _)| one == other) {
            let mut rules: Vec<usize> = row
                .iter()
                .filter_map(|(_, index)| Some(hits.0.get(*index)?.rule))
                .collect();
            rules.dedup();
            let ids = rules
                .iter()
                .filter_map(|rule| Some(self.plan.rules.get(*rule)?.id.as_str()));
            lists.append_value(ids.collect::<Vec<_>>().join(","));
        }
        let lists = lists.finish();
        debug_assert_eq!(lists.null_count(), 0);
        lists
    }
}
