//! Workbooks of our own making that come back: a filled template, or an answer with mended rows. Not here: how mended
//! rows are laid over the file they belong to (`mend`).

use decode::Evidence;
use schemas::mark::{self, WorkbookMark};
use schemas::texts;

use crate::file_rules::finding;
use crate::header::Header;
use crate::{Finding, Job, Severity};

/// The rule of everything that is wrong with an answer as a whole.
pub(crate) const ANSWER: &str = "F-answer";
const TEMPLATE: &str = "F-template";

/// What the workbook says about itself. Sheets that we put there ourselves are no longer told as unread.
pub(crate) fn take(evidence: &mut Evidence) -> Option<WorkbookMark> {
    let sheet = evidence.sheet.as_mut()?;
    let mark = WorkbookMark::from_pairs(&sheet.notes)?;
    let guide = texts::render("sheet.sheet_guide", &[]);
    let ours = |name: &String| [mark::SHEET, mark::CODES_SHEET].contains(&name.as_str()) || *name == guide.zh;
    sheet.ignored.retain(|name| !ours(name));
    Some(mark)
}

/// Why nothing may be read of this file by itself: it holds a few mended rows and would pass for the whole.
pub(crate) fn alone(header: &Header, mark: Option<&WorkbookMark>) -> Option<Finding> {
    if let Some(answer) = mark.and_then(|mark| mark.answer.as_ref()) {
        let args = [("submission", answer.submission.to_string())];
        return Some(finding(ANSWER, Severity::Fatal, "check.answer_alone", &args));
    }
    // Saved as text, or copied into another workbook, an answer loses its hidden sheet and keeps its columns.
    let column = texts::render("sheet.column_row", &[]).zh;
    header.titles.contains(&column).then(|| {
        let args = [("column", column.clone())];
        finding(ANSWER, Severity::Fatal, "check.answer_incomplete", &args)
    })
}

/// An answer that came back as it went out.
pub(crate) fn unchanged() -> Finding {
    finding(ANSWER, Severity::Warning, "check.answer_unchanged", &[])
}

/// A template of another version or unit is told; the rows are judged by the contract of today all the same.
pub(crate) fn remarks(job: &Job<'_>, mark: Option<&WorkbookMark>) -> Vec<Finding> {
    let Some(mark) = mark.filter(|mark| mark.feed == *job.contract.id() && mark.answer.is_none()) else {
        return Vec::new();
    };
    let about = |text, args: &[(&str, String)]| finding(TEMPLATE, Severity::Warning, text, args);
    let version = (mark.contract_version != job.contract.version()).then(|| {
        let args = [
            ("made", mark.contract_version.clone()),
            ("now", job.contract.version().to_owned()),
        ];
        about("check.template_version", &args)
    });
    let other_unit = mark.unit.as_ref().filter(|unit| *unit != job.unit);
    let unit = other_unit.map(|unit| {
        let args = [("made", unit.to_string()), ("unit", job.unit.to_string())];
        about("check.template_unit", &args)
    });
    version.into_iter().chain(unit).collect()
}
