//! What a workbook or an old table holds that its sender might not know to be read, or not read.

use decode::{Evidence, SheetEvidence};
use schemas::Contract;

use crate::file_rules::finding;
use crate::{Finding, Severity};

/// Remarks about the sheet; only content that did not come with it refuses the file.
pub(crate) fn sheet(contract: &Contract, evidence: &Evidence) -> Vec<Finding> {
    let Some(sheet) = &evidence.sheet else {
        return Vec::new();
    };
    let remarks = [
        hidden(sheet),
        merged(sheet),
        dates(sheet),
        deleted(sheet),
        ignored(sheet),
    ];
    let mut findings: Vec<Finding> = remarks.into_iter().flatten().collect();
    findings.extend(apart(contract, sheet));
    findings
}

fn remark(rule: &str, text: &str, args: &[(&str, String)]) -> Option<Finding> {
    Some(finding(rule, Severity::Warning, text, args))
}

fn hidden(sheet: &SheetEvidence) -> Option<Finding> {
    let args = [
        ("rows", sheet.hidden_rows.to_string()),
        ("places", sheet.hidden.join(", ")),
    ];
    (sheet.hidden_rows > 0).then(|| remark("F-hidden_rows", "check.hidden_rows", &args))?
}

fn merged(sheet: &SheetEvidence) -> Option<Finding> {
    let args = [("places", sheet.merged.join(", "))];
    (!sheet.merged.is_empty()).then(|| remark("F-merged_cells", "check.merged_cells", &args))?
}

fn dates(sheet: &SheetEvidence) -> Option<Finding> {
    sheet
        .dates_1904
        .then(|| remark("F-dates_1904", "check.dates_1904", &[]))?
}

fn deleted(sheet: &SheetEvidence) -> Option<Finding> {
    let args = [("rows", sheet.deleted_rows.to_string())];
    (sheet.deleted_rows > 0).then(|| remark("F-deleted_rows", "check.deleted_rows", &args))?
}

fn ignored(sheet: &SheetEvidence) -> Option<Finding> {
    let args = [
        ("sheet", sheet.name.clone()),
        ("ignored", sheet.ignored.join(", ")),
    ];
    (!sheet.ignored.is_empty()).then(|| remark("F-sheets_ignored", "check.sheets_ignored", &args))?
}

/// A field of the contract whose content is elsewhere would be stored as empty, which it is not.
fn apart<'a>(contract: &'a Contract, sheet: &'a SheetEvidence) -> impl Iterator<Item = Finding> + 'a {
    let fields = sheet.columns_apart.iter();
    let fields = fields.filter(|column| contract.match_header(column).is_some());
    fields.map(|column| Finding {
        column: Some(column.clone()),
        ..finding(
            "F-memo_missing",
            Severity::Fatal,
            "check.memo_missing",
            &[("column", column.clone())],
        )
    })
}
