//! A sample read in one way, and how well that went.

use crate::cells::Cells;
use crate::header::{Heads, Place};
use crate::rows::is_blank;
use crate::shapes::Shape;
use crate::split::{Span, Split, Splitter};

/// Records of the sample that are looked at.
const SAMPLE_RECORDS: usize = 200;

/// What goes on record for a way of reading.
#[derive(Debug)]
pub(crate) struct Trial {
    pub splitter: Splitter,
    /// How wide records were taken to be when they were split; whoever splits them again must do so too.
    pub columns: usize,
    /// How wide most records are.
    pub usual: usize,
    /// Records as wide as that, in thousandths of those that are not blank.
    pub consistent: u64,
    pub score: u64,
    pub place: Place,
    /// Lines that begin with `#` are remarks.
    pub remarks: bool,
}

/// A record of the sample.
struct Record {
    /// Trimmed; none if all are blank.
    cells: Vec<String>,
    flawed: bool,
}

/// The sample and what is known of it.
pub(crate) struct Sample<'a> {
    pub text: &'a [u8],
    /// Nothing comes after it in the file.
    pub ended: bool,
    /// The header is recognised among so many records.
    pub window: usize,
}

impl Sample<'_> {
    /// Reads the sample; `None` if it has nothing but blank records. `likely`: how many files in a thousand use such a
    /// delimiter rather than another that reads as well.
    pub fn read(
        &self,
        splitter: Splitter,
        cells: Cells,
        likely: u64,
        is_header: &dyn Fn(&[String]) -> bool,
    ) -> Option<Trial> {
        // What a stray quote means depends on how wide records are, so that comes first.
        let columns = usual(&self.records(&splitter, cells, 0))?;
        let records = self.records(&splitter, cells, columns);
        let usual = usual(&records)?;
        let rows: Vec<Vec<String>> = records.iter().map(|record| record.cells.clone()).collect();
        let heads = Heads {
            rows: &rows,
            usual,
            window: self.window,
        };
        let mut place = heads.place(is_header)?;
        let remarks = remarks(&rows, usual, &place);
        if let Some(title) = place.titles.first_mut().filter(|_| place.levels > 0)
            && let Some(bare) = title.strip_prefix('#')
        {
            *title = bare.trim_start().to_owned();
        }
        let filled: Vec<&Record> = records.iter().filter(|record| !record.cells.is_empty()).collect();
        let (consistent, score) = score(&filled, usual, likely);
        Some(Trial {
            splitter,
            columns,
            usual,
            consistent,
            score,
            place,
            remarks,
        })
    }

    fn records(&self, splitter: &Splitter, cells: Cells, columns: usize) -> Vec<Record> {
        let (mut rest, mut spans, mut records) = (self.text, Vec::new(), Vec::new());
        while records.len() < SAMPLE_RECORDS && !rest.is_empty() {
            let Split::Record { length, flaw } = splitter.split(rest, self.ended, columns, &mut spans) else {
                break;
            };
            let bytes = rest.get(..length).unwrap_or_default();
            let text = |span: &Span| cells.text(bytes, *span).trim().to_owned();
            let blank = spans.iter().all(|span| is_blank(bytes, *span, cells));
            records.push(Record {
                cells: if blank {
                    Vec::new()
                } else {
                    spans.iter().map(text).collect()
                },
                flawed: flaw.is_some(),
            });
            rest = rest.get(length..).unwrap_or_default();
        }
        records
    }
}

/// The most frequent width of records that are not blank; the larger of two.
fn usual(records: &[Record]) -> Option<usize> {
    let widths = || {
        records
            .iter()
            .map(|record| record.cells.len())
            .filter(|width| *width > 0)
    };
    let frequency = |wanted: usize| widths().filter(|width| *width == wanted).count();
    widths().max_by_key(|width| (frequency(*width), *width))
}

/// How consistent the widths are, and how convincing the whole is.
fn score(records: &[&Record], usual: usize, likely: u64) -> (u64, u64) {
    let thousandths = |part: usize, whole: usize| (part as u64 * 1000) / (whole as u64).max(1);
    let wide = || records.iter().filter(|record| record.cells.len() == usual);
    let consistent = thousandths(wide().count(), records.len());
    let cells = || wide().flat_map(|record| &record.cells);
    let plain = cells().filter(|cell| Shape::of(cell) != Shape::Other).count();
    let shaped = thousandths(plain, cells().count());
    let flawed = thousandths(
        records.iter().filter(|record| record.flawed).count(),
        records.len(),
    );
    // More columns explain more, but a file may have one.
    let width = match usual {
        1 => 150,
        usual => thousandths(usual - 1, usual),
    };
    let score =
        consistent * consistent / 1000 * (300 + shaped * 7 / 10) / 1000 * width / 1000 * likely / 1000;
    (consistent, score.saturating_sub(flawed / 20))
}

/// Are there lines that begin with `#` and are no rows? A `#` before the header's first title says nothing.
fn remarks(rows: &[Vec<String>], usual: usize, place: &Place) -> bool {
    let header = place.at..place.at + place.levels;
    let marked = |row: &&Vec<String>| row.first().is_some_and(|cell| cell.starts_with('#'));
    let outside = rows
        .iter()
        .enumerate()
        .filter(|(index, _)| !header.contains(index));
    let mut found = outside.map(|(_, row)| row).filter(marked).peekable();
    found.peek().is_some() && found.all(|row| row.len() != usual)
}
