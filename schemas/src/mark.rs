//! What a workbook that we made says about itself on its hidden sheet, so that it is known again when it comes back.
//! One description for both sides: the writer of templates and answers, and the check that reads them. Not here: cells.

use std::fmt::Write as _;

use crate::names::{FeedId, RegionCode, SubmissionId};

/// Name of the hidden sheet: keys in its first column, values in its second.
pub const SHEET: &str = "_taxhub";

/// Name of the hidden sheet with the code lists that drop-downs point at.
pub const CODES_SHEET: &str = "_taxhub_codes";

/// The format of the hidden sheet. A reader that does not know a later one refuses it.
const FORMAT: &str = "1";

/// An empty form for one feed, or the bad rows of one submission to be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkbookMark {
    pub feed: FeedId,
    pub contract_version: String,
    /// Of a template: the unit it was made for, if for one.
    pub unit: Option<RegionCode>,
    /// Of an answer; a template has none.
    pub answer: Option<AnswerMark>,
}

/// What an answer stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerMark {
    /// Whose bad rows they are.
    pub submission: SubmissionId,
    /// Of the submission's report: the rows were bad under exactly this one.
    pub report_hash: String,
    /// Titles of the columns that tell what is wrong and which row it is.
    pub problem_column: String,
    pub row_column: String,
}

impl WorkbookMark {
    /// Keys and values for the hidden sheet.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("taxhub", FORMAT.to_owned()),
            ("feed", self.feed.to_string()),
            ("contract_version", self.contract_version.clone()),
        ];
        pairs.extend(self.unit.as_ref().map(|unit| ("unit", unit.to_string())));
        if let Some(answer) = &self.answer {
            pairs.extend([
                ("submission", answer.submission.to_string()),
                ("report_hash", answer.report_hash.clone()),
                ("problem_column", answer.problem_column.clone()),
                ("row_column", answer.row_column.clone()),
            ]);
        }
        pairs
    }

    /// Reads what stands on the hidden sheet. `None` if it is not ours or of a later format; the table is then judged
    /// like anybody's.
    pub fn from_pairs(pairs: &[(String, String)]) -> Option<WorkbookMark> {
        let value = |key: &str| {
            let found = pairs.iter().find(|(known, _)| known == key);
            found
                .map(|(_, value)| value.trim())
                .filter(|value| !value.is_empty())
        };
        (value("taxhub")? == FORMAT).then_some(())?;
        let answer = match value("submission") {
            None => None,
            Some(submission) => Some(AnswerMark {
                submission: SubmissionId::parse(submission).ok()?,
                report_hash: value("report_hash")?.to_owned(),
                problem_column: value("problem_column")?.to_owned(),
                row_column: value("row_column")?.to_owned(),
            }),
        };
        Some(WorkbookMark {
            feed: FeedId::parse(value("feed")?).ok()?,
            contract_version: value("contract_version")?.to_owned(),
            unit: value("unit").and_then(|unit| RegionCode::parse(unit).ok()),
            answer,
        })
    }
}

/// Which row of the original file a row of an answer stands for, and what its cells were when the answer was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowMark {
    /// As the report counts: record number, or row of the sheet.
    pub row_no: u64,
    cells: u64,
}

impl RowMark {
    /// The mark of a row with these cells, one per field of the contract that is sent, in the contract's order.
    pub fn new<'a>(row_no: u64, cells: impl IntoIterator<Item = &'a str>) -> RowMark {
        RowMark {
            row_no,
            cells: fingerprint(cells),
        }
    }

    /// Are these still the cells that the mark was made of?
    pub fn is_unchanged<'a>(&self, cells: impl IntoIterator<Item = &'a str>) -> bool {
        self.cells == fingerprint(cells)
    }

    /// `17-9c2e66f0a1b35d84`.
    pub fn to_text(self) -> String {
        let mut text = String::new();
        let _ = write!(text, "{}-{:016x}", self.row_no, self.cells);
        text
    }

    pub fn parse(text: &str) -> Option<RowMark> {
        let (row_no, cells) = text.trim().split_once('-')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        (cells.len() == 16 && digits(row_no) && digits(cells)).then_some(())?;
        Some(RowMark {
            row_no: row_no.parse().ok()?,
            cells: u64::from_str_radix(cells, 16).ok()?,
        })
    }
}

/// FNV-1a over the cells and the places between them. It tells an edited row from one that was left alone; it guards
/// nothing, because whoever edits a row may also write its mark. Line ends are written anew by spreadsheet programs.
fn fingerprint<'a>(cells: impl IntoIterator<Item = &'a str>) -> u64 {
    const BASIS: u64 = 0xCBF2_9CE4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01B3;
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    cells.into_iter().fold(BASIS, |hash, cell| {
        let bytes = cell.bytes().filter(|byte| *byte != b'\r');
        fold(bytes.fold(hash, fold), 0xFF)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(answer: Option<AnswerMark>) -> WorkbookMark {
        WorkbookMark {
            feed: FeedId::parse("pow_usage").unwrap(),
            contract_version: "1.0.0".to_owned(),
            unit: RegionCode::parse("433101").ok(),
            answer,
        }
    }

    fn pairs(mark: &WorkbookMark) -> Vec<(String, String)> {
        let owned = |(key, value): (&str, String)| (key.to_owned(), value);
        mark.to_pairs().into_iter().map(owned).collect()
    }

    #[test]
    fn what_is_written_on_the_hidden_sheet_is_read_back() {
        let answer = AnswerMark {
            submission: SubmissionId::new(),
            report_hash: "sha256:00".to_owned(),
            problem_column: "问题".to_owned(),
            row_column: "行标识".to_owned(),
        };
        for mark in [mark(None), mark(Some(answer))] {
            assert_eq!(WorkbookMark::from_pairs(&pairs(&mark)), Some(mark));
        }
    }

    #[test]
    fn a_sheet_that_is_not_ours_or_of_a_later_format_has_no_mark() {
        let mut later = pairs(&mark(None));
        later[0].1 = "2".to_owned();
        let mut half = pairs(&mark(None));
        half.push(("submission".to_owned(), "1".to_owned()));
        for pairs in [Vec::new(), later, half] {
            assert_eq!(WorkbookMark::from_pairs(&pairs), None);
        }
    }

    #[test]
    fn a_row_is_known_again_and_its_edits_show() {
        let cells = ["0731000000001", "", "多\n行"];
        let mark = RowMark::new(17, cells);
        assert_eq!(RowMark::parse(&format!(" {} ", mark.to_text())), Some(mark));
        assert!(mark.is_unchanged(cells) && mark.is_unchanged(["0731000000001", "", "多\r\n行"]));
        for edited in [["0731000000001", "多\n行", ""], ["0731000000001", " ", "多\n行"]] {
            assert!(!mark.is_unchanged(edited));
        }
        for text in [
            "",
            "17",
            "17-",
            "x-0000000000000000",
            "17-12",
            "-1-0000000000000000",
        ] {
            assert_eq!(RowMark::parse(text), None, "{text}");
        }
    }
}
