//! XLS workbooks of other programs, read by us and by calamine, which builds whole sheets: every cell must agree.

use std::collections::BTreeMap;

use calamine::{Data, DataRef, Reader as _, SheetType, SheetVisible, Xls};

use super::*;

fn shown(data: &Data) -> String {
    let mut text = String::new();
    let value = match data.clone() {
        Data::Int(number) => DataRef::Int(number),
        Data::Float(number) => DataRef::Float(number),
        Data::String(string) => DataRef::String(string),
        Data::Bool(value) => DataRef::Bool(value),
        Data::DateTime(instant) => DataRef::DateTime(instant),
        Data::Error(error) => DataRef::Error(error),
        _ => DataRef::Empty,
    };
    crate::workbook::append_value(&value, &mut text);
    text
}

/// Cells by row number and column, those of white space left out.
fn theirs(bytes: &[u8]) -> Option<BTreeMap<(u64, usize), String>> {
    let mut book = Xls::new(Cursor::new(bytes)).ok()?;
    let sheets = book.sheets_metadata().to_vec();
    let sheet = sheets
        .iter()
        .find(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)?;
    let range = book.worksheet_range(&sheet.name).ok()?;
    let (row, column) = range.start()?;
    let used = range.used_cells().map(|(down, right, data)| {
        (
            (u64::from(row) + down as u64 + 1, column as usize + right),
            shown(data),
        )
    });
    Some(used.filter(|(_, text)| !text.trim().is_empty()).collect())
}

fn ours(bytes: &[u8]) -> Result<BTreeMap<(u64, usize), String>, DecodeError> {
    let mut reader = open(
        Cursor::new(bytes),
        &Dialect::default(),
        &|_| true,
        &Limits::default(),
    )?;
    let mut cells = BTreeMap::new();
    while let Some(frame) = reader.next_frame(1000)? {
        for row in 0..frame.rows() {
            for column in 0..frame.columns.len() {
                let text = frame.cell(column, row).unwrap();
                if !text.trim().is_empty() {
                    cells.insert((frame.row_no[row], column), text.to_owned());
                }
            }
        }
    }
    Ok(cells)
}

#[test]
fn every_cell_of_the_workbooks_of_others_is_what_another_reader_makes_of_it() {
    let archive = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/xlsx/calamine_tests.tar.zst"
    );
    if !std::path::Path::new(archive).exists() {
        eprintln!("skipped: no folder of other people's workbooks");
        return;
    }
    let folder = std::env::temp_dir().join(format!("xls-of-others-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let unpacked = std::process::Command::new("tar")
        .args(["--zstd", "-xf", archive, "-C"])
        .arg(&folder)
        .status();
    assert!(unpacked.unwrap().success());
    let (mut compared, mut cells, mut apart) = (0, 0, Vec::new());
    for entry in std::fs::read_dir(folder.join("tests")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "xls") {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let (ours, theirs) = match (ours(&bytes), theirs(&bytes)) {
            (Ok(ours), Some(theirs)) => (ours, theirs),
            (ours, theirs) => {
                apart.push(format!(
                    "{name}: {:?} {}",
                    ours.map_err(|refusal| refusal.code()).map(|cells| cells.len()),
                    theirs.is_some()
                ));
                continue;
            }
        };
        // Columns beyond the header are not kept.
        let width = ours.keys().map(|(_, column)| column + 1).max().unwrap_or(0);
        let theirs: BTreeMap<_, _> = theirs
            .into_iter()
            .filter(|((_, column), _)| *column < width)
            .collect();
        let differ = theirs.iter().find(|(place, text)| ours.get(place) != Some(text));
        if let Some((place, text)) = differ {
            apart.push(format!("{name}: {place:?} {text:?} is {:?}", ours.get(place)));
        } else {
            compared += 1;
            cells += theirs.len();
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    eprintln!("{compared} workbooks, {cells} cells agree; apart: {apart:#?}");
    assert!(compared > 15, "{apart:#?}");
}
