//! The hands of somebody at a spreadsheet program: finds cells of the first sheet by their titles and writes into them.

use std::io::{Cursor, Read, Write};

use decode::{Dialect, Limits};

const SHEET: &str = "xl/worksheets/sheet1.xml";

/// A workbook that is open for editing.
pub(super) struct Book {
    parts: Vec<(String, Vec<u8>)>,
    pub titles: Vec<String>,
}

impl Book {
    pub fn open(bytes: &[u8]) -> Book {
        let dialect = Dialect::default();
        let table = decode::open(Cursor::new(bytes), &dialect, &|_| true, &Limits::default()).unwrap();
        let titles = table.header().to_vec();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let parts = (0..archive.len()).map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            (part.name().unwrap().to_string(), content)
        });
        Book {
            parts: parts.collect(),
            titles,
        }
    }

    pub fn part(&self, name: &str) -> &str {
        let (_, content) = self.parts.iter().find(|(known, _)| known == name).unwrap();
        std::str::from_utf8(content).unwrap()
    }

    /// The column whose title is or contains this.
    pub fn column(&self, title: &str) -> usize {
        let is = |known: &String| known.trim_start_matches('*') == title;
        let place = self.titles.iter().position(is);
        place
            .or_else(|| self.titles.iter().position(|known| known.contains(title)))
            .unwrap_or_else(|| panic!("no column {title} in {:?}", self.titles))
    }

    /// Types a text into a cell, or empties it; rows count from 1 as they do on the screen.
    pub fn put(&mut self, title: &str, row: usize, text: &str) {
        let column = self.column(title);
        self.put_at(column, row, text);
    }

    pub fn put_at(&mut self, column: usize, row: usize, text: &str) {
        let sheet = self.part(SHEET).to_owned();
        let start = format!("<row r=\"{row}\"");
        let (before, line, after) = match sheet.split_once(&start) {
            Some((before, rest)) if rest.split('>').next().unwrap().ends_with('/') => {
                let (_, after) = rest.split_once("/>").unwrap();
                (before.to_owned(), String::new(), after.to_owned())
            }
            Some((before, rest)) => {
                let (line, after) = rest.split_once("</row>").unwrap();
                (
                    before.to_owned(),
                    line.split_once('>').unwrap().1.to_owned(),
                    after.to_owned(),
                )
            }
            None => {
                let (before, after) = sheet.split_once("</sheetData>").unwrap();
                (before.to_owned(), String::new(), format!("</sheetData>{after}"))
            }
        };
        let mut cells = cells(&line);
        cells.retain(|(known, _)| *known != column);
        let address = decode::cell_address(column, row as u64);
        if !text.is_empty() {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            let cell = format!(
                "<c r=\"{address}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>"
            );
            cells.push((column, cell));
        }
        cells.sort();
        let cells: String = cells.into_iter().map(|(_, cell)| cell).collect();
        let sheet = format!("{before}{start}>{cells}</row>{after}");
        let part = self.parts.iter_mut().find(|(name, _)| name == SHEET).unwrap();
        part.1 = sheet.into_bytes();
    }

    pub fn saved(&self) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.parts {
            archive
                .start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }
}

/// The cells of a row as they stand in the sheet, each with its column.
fn cells(line: &str) -> Vec<(usize, String)> {
    let mut cells = Vec::new();
    for rest in line.split("<c ").skip(1) {
        let address = rest.split_once("r=\"").unwrap().1.split_once('"').unwrap().0;
        let letters = address.trim_end_matches(|c: char| c.is_ascii_digit());
        let column = letters
            .bytes()
            .fold(0, |column, letter| column * 26 + usize::from(letter - b'A') + 1);
        cells.push((column - 1, format!("<c {rest}")));
    }
    cells
}
