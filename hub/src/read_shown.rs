//! What `taxhub read` tells about a file: how it is written, what its records are, and which of them are damaged.

use std::collections::BTreeMap;

use decode::{CharsetProof, DefectKind, Evidence, Frame, Limits, RowKind};
use schemas::texts::{self, Message};
use serde_json::{Value, json};

use crate::cli::told;

/// Defects that are listed; all are counted.
const DEFECTS_SHOWN: usize = 1000;

/// Defects printed for people.
const DEFECTS_PRINTED: usize = 20;

/// A file, read to its end.
pub struct Found {
    evidence: Option<Evidence>,
    header: Vec<String>,
    records: BTreeMap<&'static str, u64>,
    defects: Vec<(u64, DefectKind)>,
    defects_total: u64,
}

impl Found {
    pub fn of(evidence: &Evidence, header: &[String]) -> Found {
        let header = match evidence.header_rows {
            0 => Vec::new(),
            _ => header.to_vec(),
        };
        Found {
            evidence: Some(evidence.clone()),
            header,
            ..Found::nothing()
        }
    }

    /// Of a file without a record.
    pub fn nothing() -> Found {
        let kinds = ["data", "preamble", "header", "blank", "total"];
        Found {
            evidence: None,
            header: Vec::new(),
            records: kinds.into_iter().map(|kind| (kind, 0)).collect(),
            defects: Vec::new(),
            defects_total: 0,
        }
    }

    pub fn add(&mut self, frame: &Frame) {
        for kind in &frame.kind {
            *self.records.entry(kind_name(*kind)).or_default() += 1;
        }
        self.defects_total += frame.defects.len() as u64;
        let room = DEFECTS_SHOWN - self.defects.len().min(DEFECTS_SHOWN);
        let told = frame.defects.iter().take(room);
        self.defects.extend(told.map(|defect| {
            let row_no = frame.row_no.get(defect.row).copied().unwrap_or_default();
            (row_no, defect.kind)
        }));
    }

    fn count(&self, kind: &str) -> String {
        self.records.get(kind).copied().unwrap_or_default().to_string()
    }

    pub fn document(&self) -> Value {
        let label = self.evidence.as_ref().map_or("", Evidence::label);
        let defects: Vec<Value> = self
            .defects
            .iter()
            .map(|defect| defect_shown(defect, label))
            .collect();
        let mut document = json!({
            "empty": self.evidence.is_none(),
            "header": self.header,
            "records": self.records,
            "defects_total": self.defects_total,
            "defects": defects,
        });
        if let (Some(evidence), Some(object)) = (&self.evidence, document.as_object_mut()) {
            object.extend(evidence_shown(evidence));
        }
        document
    }

    pub fn words(&self) -> String {
        let Some(evidence) = &self.evidence else {
            return told::lines("decode.empty", &[]);
        };
        let header_rows = evidence.header_rows.to_string();
        let header_row = evidence.header_row_no.to_string();
        let mut lines = vec![match evidence.is_delimited() {
            true => {
                let (delimiter, quote) = (evidence.delimiter.label(), char::from(evidence.quote).to_string());
                let how = texts::render(&format!("read.{}", how_name(evidence.how)), &[]);
                let args = [
                    ("charset", evidence.charset.label()),
                    ("delimiter", delimiter.as_str()),
                    ("quote", quote.as_str()),
                ];
                within("read.text", &args, ("how", &how))
            }
            false => told::lines("read.format", &[("format", evidence.label())]),
        }];
        lines.push(match evidence.header_rows {
            0 => told::lines("read.headerless", &[]),
            _ => told::lines("read.header", &[("row", &header_row), ("rows", &header_rows)]),
        });
        let counts = ["data", "preamble", "blank", "total"].map(|kind| (kind, self.count(kind)));
        let args = counts.each_ref().map(|(kind, count)| (*kind, count.as_str()));
        lines.push(told::lines("read.records", &args));
        for (row, kind) in self.defects.iter().take(DEFECTS_PRINTED) {
            let (code, args) = check::defect_text(kind, *row, evidence.label(), &Limits::default());
            let args: Vec<(&str, &str)> = args
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let what = texts::render(code, &args);
            lines.push(within(
                "read.defect",
                &[("row", &row.to_string())],
                ("what", &what),
            ));
        }
        if self.defects_total > DEFECTS_PRINTED as u64 {
            let count = self.defects_total.to_string();
            lines.push(told::both("cli.findings_more", &[("count", &count)]));
        }
        lines.join("\n")
    }
}

/// A text in both languages, a line each, with another text inside.
fn within(code: &str, args: &[(&str, &str)], (name, inner): (&str, &Message)) -> String {
    let with = |text: &str| texts::render(code, &[args, &[(name, text)]].concat());
    format!("{}\n{}", with(&inner.zh).zh, with(&inner.en).en)
}

const fn kind_name(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Data => "data",
        RowKind::Blank => "blank",
        RowKind::Preamble => "preamble",
        RowKind::Header => "header",
        RowKind::Total => "total",
    }
}

const fn how_name(how: CharsetProof) -> &'static str {
    match how {
        CharsetProof::Bom => "bom",
        CharsetProof::Declared => "declared",
        CharsetProof::WholeFile => "whole_file",
        CharsetProof::FewestDefects => "fewest_defects",
    }
}

fn evidence_shown(evidence: &Evidence) -> serde_json::Map<String, Value> {
    let mut shown = serde_json::Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("format", json!(evidence.label()));
    put("bytes_total", json!(evidence.bytes_total));
    put("header_row", json!(evidence.header_row_no));
    put("header_rows", json!(evidence.header_rows));
    if evidence.is_delimited() {
        put("charset", json!(evidence.charset.label()));
        put("charset_how", json!(how_name(evidence.how)));
        put("bom", json!(evidence.bom));
        put("delimiter", json!(evidence.delimiter.as_str()));
        put("quote", json!(char::from(evidence.quote).to_string()));
        put(
            "escape",
            json!(evidence.escape.map(|byte| char::from(byte).to_string())),
        );
        put("remarks", json!(evidence.remarks));
    }
    if let Some(sheet) = &evidence.sheet {
        put("sheet", json!(sheet.name));
        put("sheets_ignored", json!(sheet.ignored));
        put("hidden_rows", json!(sheet.hidden_rows));
    }
    if let Some(member) = &evidence.member {
        put("container", json!(member.container.label()));
        put("member", json!(member.name));
        put("members_ignored", json!(member.ignored));
    }
    shown
}

/// `what` is the code of the message in the text catalogue.
fn defect_shown((row, kind): &(u64, DefectKind), label: &str) -> Value {
    let (what, args) = check::defect_text(kind, *row, label, &Limits::default());
    json!({"row": row, "what": what, "args": args})
}
