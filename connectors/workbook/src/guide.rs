//! The sheet that explains: what the workbook is, how to fill it, and what every column takes.

use rust_xlsxwriter::{Format, Workbook, Worksheet};
use schemas::texts::{self, Message};
use schemas::{Contract, Due, RegionCode, codelists};

use crate::answer::Answered;
use crate::bad_rows::BadRows;
use crate::columns::{self, TemplateColumn};
use crate::looks::Looks;
use crate::{WorkbookError, cell};

/// Steps of filling a template and of mending an answer, in the order of the texts.
const FILLING: [&str; 5] = [
    "sheet.fill_header",
    "sheet.fill_text",
    "sheet.fill_codes",
    "sheet.fill_units",
    "sheet.fill_send",
];
const MENDING: [&str; 5] = [
    "sheet.mend_cells",
    "sheet.mend_right",
    "sheet.mend_withdraw",
    "sheet.mend_keep",
    "sheet.mend_send",
];

pub(crate) fn of_template(
    book: &mut Workbook,
    contract: &Contract,
    unit: Option<&RegionCode>,
    columns: &[TemplateColumn<'_>],
    looks: &Looks,
) -> Result<(), WorkbookError> {
    let mut page = Page::begin(book, looks)?;
    page.title(contract, "sheet.template_title")?;
    page.facts(contract, unit)?;
    page.steps(&FILLING)?;
    page.columns(contract, columns)
}

pub(crate) fn of_answer(
    book: &mut Workbook,
    answered: &Answered<'_>,
    rows: &BadRows,
    columns: &[TemplateColumn<'_>],
    looks: &Looks,
) -> Result<(), WorkbookError> {
    let (contract, report) = (answered.contract, answered.report);
    let mut page = Page::begin(book, looks)?;
    page.title(contract, "sheet.answer_title")?;
    page.fact("sheet.fact_submission", answered.submission.as_str())?;
    page.fact("sheet.fact_period", &report.period)?;
    page.facts(contract, RegionCode::parse(&report.unit).ok().as_ref())?;
    page.fact("sheet.fact_bad_rows", &rows.len().to_string())?;
    if rows.more {
        let here = rows.len().to_string();
        page.line(&texts::render("sheet.rows_left_out", &[("here", &here)]))?;
    }
    page.steps(&MENDING)?;
    for finding in &report.file_findings {
        page.line(&finding.message())?;
    }
    page.gap();
    page.columns(contract, columns)
}

struct Page<'a> {
    sheet: &'a mut Worksheet,
    looks: &'a Looks,
    row: u32,
}

impl<'a> Page<'a> {
    fn begin(book: &'a mut Workbook, looks: &'a Looks) -> Result<Page<'a>, WorkbookError> {
        let sheet = book.add_worksheet();
        sheet.set_name(texts::render("sheet.sheet_guide", &[]).zh)?;
        for (column, width) in [(0, 26.0), (1, 30.0), (2, 8.0), (3, 30.0), (4, 10.0), (5, 80.0)] {
            sheet.set_column_width(column, width)?;
        }
        Ok(Page { sheet, looks, row: 0 })
    }

    fn title(&mut self, contract: &Contract, code: &str) -> Result<(), WorkbookError> {
        let title = contract.title();
        let said = |feed: &str| texts::render(code, &[("feed", feed)]);
        self.put(0, &said(&title.zh).zh, &self.looks.title)?;
        self.row += 1;
        self.put(0, &said(&title.en).en, &self.looks.title)?;
        self.row += 2;
        Ok(())
    }

    fn facts(&mut self, contract: &Contract, unit: Option<&RegionCode>) -> Result<(), WorkbookError> {
        self.fact("sheet.fact_feed", contract.id().as_str())?;
        self.fact("sheet.fact_version", contract.version())?;
        if let Some(unit) = unit {
            let region = codelists::shared("regions").and_then(|list| list.entry(unit.as_str()));
            let name = region.map(|entry| entry.title.zh.as_str()).unwrap_or_default();
            self.fact("sheet.fact_unit", &format!("{unit} {name}"))?;
        }
        self.fact("sheet.fact_grain", &contract.grain().zh)?;
        if let Some(Due::Monthly { day }) = contract.due() {
            let said = texts::render("sheet.due_day", &[("day", &day.to_string())]);
            self.fact("sheet.fact_due", &format!("{} {}", said.zh, said.en))?;
        }
        for basis in contract.basis() {
            self.fact("sheet.fact_basis", basis)?;
        }
        self.gap();
        Ok(())
    }

    /// A fact and its name in both languages.
    fn fact(&mut self, code: &str, value: &str) -> Result<(), WorkbookError> {
        let name = texts::render(code, &[]);
        self.put(0, &format!("{} {}", name.zh, name.en), &self.looks.wrapped)?;
        self.put(1, value, &self.looks.text)?;
        self.row += 1;
        Ok(())
    }

    fn steps(&mut self, codes: &[&str]) -> Result<(), WorkbookError> {
        for code in codes {
            self.line(&texts::render(code, &[]))?;
        }
        self.gap();
        Ok(())
    }

    /// A sentence in both languages, and below it what can be done about it.
    fn line(&mut self, said: &Message) -> Result<(), WorkbookError> {
        let texts = [
            Some(&said.zh),
            Some(&said.en),
            said.hint_zh.as_ref(),
            said.hint_en.as_ref(),
        ];
        for text in texts.into_iter().flatten() {
            self.put(0, text, &self.looks.text)?;
            self.row += 1;
        }
        Ok(())
    }

    fn columns(&mut self, contract: &Contract, columns: &[TemplateColumn<'_>]) -> Result<(), WorkbookError> {
        let titles = [
            "sheet.guide_column",
            "sheet.guide_column_en",
            "sheet.guide_required",
            "sheet.guide_takes",
            "sheet.guide_unit",
            "sheet.guide_meaning",
        ];
        for (at, code) in (0..).zip(titles) {
            self.put(at, &texts::render(code, &[]).zh, &self.looks.header)?;
        }
        self.row += 1;
        for column in columns {
            let field = column.field;
            let required = if field.required { "*" } else { "" };
            let takes = columns::takes(contract, field);
            let cells = [
                field.title.zh.as_str(),
                field.title.en.as_str(),
                required,
                takes.as_str(),
                field.unit.as_deref().unwrap_or_default(),
                field.description.trim(),
            ];
            for (at, text) in (0..).zip(cells) {
                self.put(at, text, &self.looks.wrapped)?;
            }
            self.row += 1;
        }
        Ok(())
    }

    fn gap(&mut self) {
        self.row += 1;
    }

    fn put(&mut self, column: u16, text: &str, look: &Format) -> Result<(), WorkbookError> {
        self.sheet
            .write_string_with_format(self.row, column, cell::fit(text), look)?;
        Ok(())
    }
}
