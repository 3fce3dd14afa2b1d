//! The looks of cells: a handful of formats, so that a workbook of many coloured cells stays small and opens in every
//! spreadsheet program.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

const HEADER: Color = Color::RGB(0x00D9_E2F3);
const REQUIRED: Color = Color::RGB(0x00FC_E4D6);
const WRONG: Color = Color::RGB(0x00FF_C7CE);
const DOUBTFUL: Color = Color::RGB(0x00FF_EB9C);
const NOTE: Color = Color::RGB(0x007F_7F7F);

/// The number format of text, by its number: programs know it by that, and not by how it is written.
const TEXT: u8 = 49;

/// What a cell of an answer is marked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    Plain,
    /// A warning names it.
    Doubtful,
    /// An error names it.
    Wrong,
}

pub(crate) struct Looks {
    pub title: Format,
    pub header: Format,
    pub required: Format,
    /// What is told about a row.
    pub told: Format,
    /// A cell to be filled with text: nothing typed into it becomes a number, a date or a formula.
    pub text: Format,
    pub wrapped: Format,
    wrong: Format,
    doubtful: Format,
    /// Text that begins like a formula stays text when the cell is edited.
    quoted: Format,
    quoted_wrong: Format,
}

impl Looks {
    pub fn new() -> Looks {
        let text = || Format::new().set_num_format_index(TEXT);
        let header = || {
            text()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter)
                .set_border(FormatBorder::Thin)
        };
        Looks {
            title: Format::new().set_bold().set_font_size(14),
            header: header().set_background_color(HEADER),
            required: header().set_background_color(REQUIRED),
            told: text()
                .set_font_color(NOTE)
                .set_text_wrap()
                .set_align(FormatAlign::Top),
            text: text(),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            wrong: text().set_background_color(WRONG),
            doubtful: text().set_background_color(DOUBTFUL),
            quoted: text().set_quote_prefix(),
            quoted_wrong: text().set_background_color(WRONG).set_quote_prefix(),
        }
    }

    /// For a text of somebody else's making.
    pub fn of(&self, mark: Mark, text: &str) -> &Format {
        match (mark, begins_like_a_formula(text)) {
            (Mark::Wrong, true) => &self.quoted_wrong,
            (Mark::Plain | Mark::Doubtful, true) => &self.quoted,
            (Mark::Wrong, false) => &self.wrong,
            (Mark::Doubtful, false) => &self.doubtful,
            (Mark::Plain, false) => &self.text,
        }
    }
}

/// What a spreadsheet program may compute when the text is edited, or when the sheet is saved as CSV and opened again.
fn begins_like_a_formula(text: &str) -> bool {
    text.trim_start()
        .starts_with(['=', '+', '-', '@', '\t', '＝', '＋', '－', '＠'])
}
