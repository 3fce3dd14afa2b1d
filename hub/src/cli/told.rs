//! How commands speak: tables and words for people, one JSON document for programs, exit codes for scripts.

use std::io::Write;
use std::process::ExitCode;

use intake::IntakeError;
use schemas::FeedId;
use schemas::texts::{self, Message};
use serde_json::{Value, json};

use super::table;
use crate::center::OpenError;
use crate::client::ClientError;
use crate::front::Problem;

/// Findings printed on a terminal; the rest is counted.
pub const FINDINGS_SHOWN: usize = 20;

/// The counts of a verdict.
const COUNTS: [&str; 6] = [
    "rows_read",
    "committed",
    "quarantined",
    "duplicate",
    "blank_or_total",
    "findings_total",
];

/// Exit codes of `check` and `submit`.
const ACCEPTED_WITH_FINDINGS: u8 = 10;
const REJECTED: u8 = 20;
const COULD_NOT: u8 = 1;
const USAGE: u8 = 2;

/// Why a command did not do its work.
pub struct Refused {
    exit: u8,
    document: Value,
    words: String,
}

impl Refused {
    /// The command line asked for something that is not there.
    pub fn usage(code: &str, args: &[(&str, &str)]) -> Refused {
        Refused::of(USAGE, code, args)
    }

    /// A feed nobody knows, or one that is not open yet.
    pub fn without_contract(feed: &FeedId) -> Refused {
        Refused {
            exit: USAGE,
            ..Refused::message(&IntakeError::without_contract(feed).message())
        }
    }

    pub fn failed(code: &str) -> Refused {
        Refused::of(COULD_NOT, code, &[])
    }

    /// The work was done, and what it found is bad.
    pub fn found(code: &str, args: &[(&str, &str)]) -> Refused {
        Refused::of(COULD_NOT, code, args)
    }

    fn of(exit: u8, code: &str, args: &[(&str, &str)]) -> Refused {
        Refused {
            exit,
            ..Refused::message(&texts::render(code, args))
        }
    }

    /// Words that were put together elsewhere.
    pub fn message(message: &Message) -> Refused {
        let hint = |text: &Option<String>| text.as_ref().map(|t| format!("\n  → {t}")).unwrap_or_default();
        let words = format!(
            "{}{}\n{}{}",
            message.zh,
            hint(&message.hint_zh),
            message.en,
            hint(&message.hint_en)
        );
        let document = json!({"code": message.code, "title": message.zh, "title_en": message.en});
        Refused {
            exit: COULD_NOT,
            document,
            words,
        }
    }
}

impl From<OpenError> for Refused {
    fn from(error: OpenError) -> Refused {
        let mut refused = Refused::failed(&error.code);
        refused.words = format!("{}\n  ({})", refused.words, error.detail);
        refused
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Refused {
        let args: Vec<(&str, &str)> = problem
            .args
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Refused::of(COULD_NOT, &problem.code, &args)
    }
}

impl From<ClientError> for Refused {
    fn from(error: ClientError) -> Refused {
        let document = match &error {
            ClientError::Refused { problem, .. } => problem.clone(),
            ClientError::Unreadable => json!({"code": "cli.file_unreadable"}),
            _ => json!({"code": "cli.unreachable"}),
        };
        Refused {
            exit: COULD_NOT,
            document,
            words: error.to_string(),
        }
    }
}

/// 0 accepted, 10 accepted with findings, 20 rejected; for anything that carries a `verdict`.
pub fn exit_of(report: &Value) -> ExitCode {
    match report.get("verdict").and_then(Value::as_str) {
        Some("accepted") => ExitCode::SUCCESS,
        Some("accepted_with_findings") => ExitCode::from(ACCEPTED_WITH_FINDINGS),
        Some("rejected") => ExitCode::from(REJECTED),
        _ => ExitCode::from(COULD_NOT),
    }
}

/// Where a command's words go.
#[derive(Clone, Copy)]
pub struct Told {
    pub json: bool,
}

impl Told {
    pub fn document(&self, value: &Value) {
        let text = if self.json {
            value.to_string()
        } else {
            format!("{value:#}")
        };
        self.line(&text);
    }

    pub fn line(&self, text: &str) {
        // A closed pipe is the reader's decision, not our failure.
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }

    pub fn refused(&self, refused: &Refused) -> ExitCode {
        if self.json {
            self.document(&refused.document);
        } else {
            let _ = writeln!(std::io::stderr().lock(), "{}", refused.words);
        }
        ExitCode::from(refused.exit)
    }

    /// A report or a receipt with its findings.
    pub fn verdict(&self, report: &Value, findings: &[Value]) {
        if self.json {
            let mut value = report.clone();
            if let Some(object) = value.as_object_mut() {
                object.insert("findings".to_owned(), findings.to_vec().into());
            }
            return self.document(&value);
        }
        self.line(&verdict_words(report));
        if !findings.is_empty() {
            self.line(&findings_table(findings));
        }
        let total = report
            .get("findings_total")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        if total > findings.len() as u64 {
            self.line(&both("cli.findings_more", &[("count", &total.to_string())]));
        }
    }
}

/// A text in both languages on one line.
pub fn both(code: &str, args: &[(&str, &str)]) -> String {
    let message = texts::render(code, args);
    format!("{} {}", message.zh, message.en)
}

/// A text in both languages, a line each.
pub fn lines(code: &str, args: &[(&str, &str)]) -> String {
    let message = texts::render(code, args);
    format!("{}\n{}", message.zh, message.en)
}

/// The verdict and the counts, Chinese and English.
pub fn verdict_words(report: &Value) -> String {
    let verdict = report
        .get("verdict")
        .and_then(Value::as_str)
        .unwrap_or("rejected");
    let mark = if verdict == "rejected" { "✘" } else { "✔" };
    let counted: Vec<(&str, String)> = COUNTS
        .iter()
        .map(|key| {
            (
                *key,
                report
                    .get(*key)
                    .and_then(Value::as_u64)
                    .unwrap_or_default()
                    .to_string(),
            )
        })
        .collect();
    let args: Vec<(&str, &str)> = counted
        .iter()
        .map(|(key, count)| (*key, count.as_str()))
        .collect();
    format!(
        "{mark} {}\n{}",
        both(&format!("cli.verdict_{verdict}"), &[]),
        lines("cli.counts", &args)
    )
}

/// Row, column, rule, masked value and the sentences: what is wrong, and what to do.
pub fn findings_table(findings: &[Value]) -> String {
    let header =
        ["row", "column", "rule", "value", "message"].map(|name| both(&format!("cli.column_{name}"), &[]));
    let text = |value: &Value, key: &str| match value.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let row = |f: &Value| {
        let mut cells = ["row", "column", "rule", "value_masked", "message"].map(|key| text(f, key));
        // What to do belongs to what is wrong; a column of its own would not fit on a screen.
        let suggestion = text(f, "suggestion");
        let suggestion = suggestion.map(|it| texts::render("check.suggestion", &[("suggestion", &it)]).zh);
        let more = [
            text(f, "hint"),
            suggestion,
            text(f, "advice_message"),
            text(f, "advice_hint"),
        ];
        if let [.., Some(message)] = &mut cells {
            *message = more
                .into_iter()
                .flatten()
                .fold(message.clone(), |told, more| format!("{told}；{more}"));
        }
        cells.to_vec()
    };
    table::render(&header, &findings.iter().map(row).collect::<Vec<_>>())
}
