//! The answer to a submission: its bad rows in the feed's template, wrong cells coloured, beside each row what is wrong and
//! what to do, and hidden behind it which row it is. Sent back, only these rows are exchanged.

use std::collections::BTreeMap;

use check::{Finding, Report, Severity};
use rust_xlsxwriter::{IgnoreError, Worksheet};
use schemas::mark::{AnswerMark, RowMark, WorkbookMark};
use schemas::{Contract, Field, RegionCode, SubmissionId, texts};

use crate::bad_rows::{BadRow, BadRows};
use crate::codes::Codes;
use crate::columns::{self, TemplateColumn};
use crate::looks::{Looks, Mark};
use crate::template::{Form, HEADER_HEIGHT, LAST_ROW, new_book, sheet_name};
use crate::{WorkbookError, cell, guide, marked};

/// The submission that is answered.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    pub contract: &'a Contract,
    pub submission: &'a SubmissionId,
    pub report: &'a Report,
    /// As they were kept; those about rows that are not among the bad ones are passed over.
    pub findings: &'a [Finding],
}

/// Columns before the fields: what is wrong, what to do, which row of the file it is.
const TOLD: u16 = 3;

/// The workbook for the bad rows of a submission.
///
/// # Errors
/// The writer refused something.
pub fn answer(answered: &Answered<'_>, rows: &BadRows) -> Result<Vec<u8>, WorkbookError> {
    let contract = answered.contract;
    let looks = Looks::new();
    let unit = RegionCode::parse(&answered.report.unit).ok();
    let mut book = new_book(contract)?;
    let mut codes = Codes::default();
    let columns = columns::columns(contract, |field| unit_read(answered.report, field));
    let titles = Titles::new();
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(contract))?.set_freeze_panes(1, TOLD)?;
    sheet.set_row_height(0, HEADER_HEIGHT)?;
    for (at, (title, width)) in (0..).zip(titles.told()) {
        sheet.write_string_with_format(0, at, title, &looks.header)?;
        sheet.set_column_width(at, width)?;
    }
    let form = Form {
        contract,
        unit: unit.as_ref(),
        looks: &looks,
    };
    for (at, column) in (TOLD..).zip(&columns) {
        form.column(sheet, at, column, &mut codes)?;
    }
    let mark_at = TOLD + u16::try_from(columns.len()).map_err(|_| WorkbookError::Unwritable)?;
    sheet.write_string_with_format(0, mark_at, &titles.row, &looks.header)?;
    sheet.set_column_hidden(mark_at)?;
    sheet.ignore_error_range(1, 0, LAST_ROW, mark_at, IgnoreError::NumberStoredAsText)?;
    let rows_last = u32::try_from(rows.len()).map_err(|_| WorkbookError::Unwritable)?;
    sheet.autofilter(0, 0, rows_last, mark_at)?;
    let writing = Writing {
        contract,
        looks: &looks,
        columns: &columns,
        sources: sources(answered, &columns, &rows.titles),
        titles: &rows.titles,
        findings: by_row(answered.findings),
        mark_at,
    };
    for (at, row) in (1..).zip(&rows.rows) {
        writing.row(sheet, at, row)?;
    }
    guide::of_answer(&mut book, answered, rows, &columns, &looks)?;
    codes.write(&mut book)?;
    let mark = WorkbookMark {
        feed: contract.id().clone(),
        contract_version: contract.version().to_owned(),
        unit: None,
        answer: Some(AnswerMark {
            submission: answered.submission.clone(),
            report_hash: answered.report.report_hash.clone(),
            problem_column: titles.problem,
            row_column: titles.row,
        }),
    };
    marked::write(&mut book, &mark)?;
    Ok(book.save_to_buffer()?)
}

struct Titles {
    problem: String,
    advice: String,
    row_no: String,
    /// Of the hidden column.
    row: String,
}

impl Titles {
    fn new() -> Titles {
        let word = |code| texts::render(code, &[]).zh;
        Titles {
            problem: word("sheet.column_problem"),
            advice: word("sheet.column_advice"),
            row_no: word("sheet.column_row_no"),
            row: word("sheet.column_row"),
        }
    }

    fn told(&self) -> [(&str, f64); TOLD as usize] {
        [(&self.problem, 44.0), (&self.advice, 32.0), (&self.row_no, 10.0)]
    }
}

/// The unit in which the file's plain numbers of a field were read, where the file said one.
fn unit_read(report: &Report, field: &Field) -> Option<String> {
    let read = report.units.iter().find(|read| read.field == field.name)?;
    Some(read.unit.clone())
}

/// For each column of the template, the column of the file that holds the same field.
fn sources(answered: &Answered<'_>, columns: &[TemplateColumn<'_>], titles: &[String]) -> Vec<Option<usize>> {
    let fields = answered.contract.fields();
    let known = check::columns_of(answered.contract, titles, answered.report);
    let source = |column: &TemplateColumn<'_>| {
        let field = fields.iter().position(|field| field.name == column.field.name)?;
        known.get(field).copied().flatten()
    };
    columns.iter().map(source).collect()
}

fn by_row(findings: &[Finding]) -> BTreeMap<u64, Vec<&Finding>> {
    let mut rows: BTreeMap<u64, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        if let Some(row) = finding.row {
            rows.entry(row).or_default().push(finding);
        }
    }
    rows
}

struct Writing<'a> {
    contract: &'a Contract,
    looks: &'a Looks,
    columns: &'a [TemplateColumn<'a>],
    sources: Vec<Option<usize>>,
    /// Of the file.
    titles: &'a [String],
    findings: BTreeMap<u64, Vec<&'a Finding>>,
    mark_at: u16,
}

impl Writing<'_> {
    fn row(&self, sheet: &mut Worksheet, at: u32, row: &BadRow) -> Result<(), WorkbookError> {
        let findings = self.findings.get(&row.row_no).map_or(&[][..], Vec::as_slice);
        let told = &self.looks.told;
        let problem = match findings {
            // More findings than are kept: the rules are still known.
            [] => texts::render("sheet.rules_broken", &[("rules", &row.rules)]).zh,
            findings => lines(findings, problem),
        };
        sheet.write_string_with_format(at, 0, cell::fit(&problem), told)?;
        sheet.write_string_with_format(at, 1, cell::fit(&lines(findings, advice)), told)?;
        sheet.write_string_with_format(at, 2, row.row_no.to_string(), told)?;
        let marks = self.marks(findings);
        let source = |source: &Option<usize>| (*source).and_then(|source| row.cells.get(source));
        let cells: Vec<_> = self
            .sources
            .iter()
            .map(|place| cell::fit(source(place).map_or("", String::as_str)))
            .collect();
        for (column, (text, mark)) in (TOLD..).zip(cells.iter().zip(marks)) {
            let look = self.looks.of(mark, text);
            if !text.is_empty() {
                // Never `write`: what a sender wrote is text here, whatever it begins with.
                sheet.write_string_with_format(at, column, &**text, look)?;
            } else if mark != Mark::Plain {
                sheet.write_blank(at, column, look)?;
            }
        }
        let mark = RowMark::new(row.row_no, cells.iter().map(AsRef::as_ref));
        sheet.write_string_with_format(at, self.mark_at, mark.to_text(), &self.looks.text)?;
        Ok(())
    }

    /// How each column's cell is marked: by the worst that is said of it.
    fn marks(&self, findings: &[&Finding]) -> Vec<Mark> {
        let mut marks = vec![Mark::Plain; self.columns.len()];
        for finding in findings {
            let place = finding.column.as_deref().and_then(|title| self.column(title));
            let mark = match finding.severity {
                Severity::Warning => Mark::Doubtful,
                Severity::Error | Severity::Fatal => Mark::Wrong,
            };
            if let Some(place) = place.and_then(|place| marks.get_mut(place)) {
                *place = mark.max(*place);
            }
        }
        marks
    }

    /// The column for what the file calls so, or for what the contract calls so where the file has no such column.
    fn column(&self, title: &str) -> Option<usize> {
        let source = self.titles.iter().position(|known| known == title);
        let of_file = source.and_then(|source| self.sources.iter().position(|known| *known == Some(source)));
        of_file.or_else(|| {
            let field = self.contract.match_header(title)?.field;
            self.columns
                .iter()
                .position(|column| column.field.name == field.name)
        })
    }
}

fn lines(findings: &[&Finding], line: impl Fn(&Finding) -> Option<String>) -> String {
    let lines: Vec<String> = findings.iter().filter_map(|finding| line(finding)).collect();
    lines.join("\n")
}

fn problem(finding: &Finding) -> Option<String> {
    let said = finding.message().zh;
    Some(match &finding.column {
        Some(column) => texts::render("sheet.of_column", &[("column", column), ("said", &said)]).zh,
        None => said,
    })
}

/// What to do: what the value was probably meant to be and why, or that it is lost.
fn advice(finding: &Finding) -> Option<String> {
    let suggested = finding.suggestion.as_deref().map(|suggestion| {
        let column = finding.column.as_deref().unwrap_or_default();
        texts::render("sheet.of_column", &[("column", column), ("said", suggestion)]).zh
    });
    let why = finding.advice_message();
    let (why, export) = why.map_or((None, None), |why| (Some(why.zh), why.hint_zh));
    let parts = [suggested, why, export, finding.message().hint_zh];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}
