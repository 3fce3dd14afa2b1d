//! Evidence from files for a changed contract, and a draft of it. A person names new columns and decides.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use check::{Drift, Job, Limits, Looks};
use schemas::contract::evolution::draft::{Edit, drafted};
use schemas::{Contract, FeedId, Period, PeriodKind, texts};
use serde_json::{Value, json};

use super::known_contract;
use crate::cli::told::{Refused, Told, both};

#[derive(clap::Args)]
pub struct Arguments {
    /// The feed, such as `pow_usage`
    feed: FeedId,
    /// Files as they were sent
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write the draft of the changed contract there
    #[arg(long)]
    out: Option<PathBuf>,
}

pub fn run(told: &Told, known: Option<&Path>, asked: &Arguments) -> Result<ExitCode, Refused> {
    let contract = known_contract(known, &asked.feed)?;
    let mut seen = Vec::new();
    for file in &asked.files {
        seen.push((shown(file), drift(&contract, file)?));
    }
    let edits = edits(&contract, seen.iter().map(|(_, drift)| drift));
    let draft = match edits.is_empty() {
        true => None,
        false => Some(drafted(&contract, &edits).map_err(|fault| Refused::message(&fault.message()))?),
    };
    if let (Some(draft), Some(out)) = (&draft, &asked.out) {
        std::fs::write(out, draft.yaml()).map_err(|_| Refused::failed("cli.out_unwritable"))?;
    }
    if told.json {
        let files = seen
            .iter()
            .map(|(file, drift)| json!({"file": file, "drift": drift}));
        told.document(&json!({
            "feed": asked.feed, "version": contract.version(), "draft_version": draft.as_ref().map(Contract::version),
            "files": files.collect::<Vec<Value>>(), "edits": edits.len(),
        }));
        return Ok(ExitCode::SUCCESS);
    }
    for (file, drift) in &seen {
        told.line(&format!("{file}\n{}", words(&contract, drift)));
    }
    match (&draft, &asked.out) {
        (Some(draft), Some(out)) => told.line(&both(
            "drift.draft_written",
            &[("path", &shown(out)), ("version", draft.version())],
        )),
        (Some(draft), None) => told.line(&both("drift.draft_version", &[("version", draft.version())])),
        (None, _) => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn drift(contract: &Contract, file: &Path) -> Result<Drift, Refused> {
    // The period decides nothing here; every check has one.
    let label = match contract.period_kind() {
        PeriodKind::Month | PeriodKind::Snapshot => "202501",
        PeriodKind::Quarter => "2025Q1",
        PeriodKind::Year => "2025",
        PeriodKind::Day => "20250101",
    };
    let period = Period::parse(contract.period_kind(), label);
    let (Ok(period), Some(unit)) = (period, contract.units().first()) else {
        return Err(Refused::usage("intake.period_malformed", &[("example", label)]));
    };
    let job = Job {
        contract,
        period: &period,
        unit,
        limits: Limits::default(),
    };
    let bytes = File::open(file).map_err(|_| Refused::failed("cli.file_unreadable"))?;
    check::drift(&job, bytes)
        .map_err(|error| Refused::failed(error.code()))?
        .map_err(|finding| Refused::message(&finding.message()))
}

/// The edits of all files, each once; of lengths the greatest.
fn edits<'a>(contract: &Contract, seen: impl Iterator<Item = &'a Drift>) -> Vec<Edit> {
    let mut all: Vec<Edit> = Vec::new();
    for edit in seen.flat_map(|drift| drift.edits(contract)) {
        let same = |other: &&mut Edit| match (&edit, &**other) {
            (Edit::Longer { field: one, .. }, Edit::Longer { field: other, .. }) => one == other,
            (Edit::Field { title: one, .. }, Edit::Field { title: other, .. }) => one == other,
            (one, other) => one == other,
        };
        match (all.iter_mut().find(same), &edit) {
            (
                Some(Edit::Longer { length_max, .. }),
                Edit::Longer {
                    length_max: longer, ..
                },
            ) => {
                *length_max = (*length_max).max(*longer);
            }
            (Some(_), _) => {}
            (None, _) => all.push(edit),
        }
    }
    all
}

fn words(contract: &Contract, drift: &Drift) -> String {
    let rows = drift.rows.to_string();
    let columns = drift.columns.iter().map(|column| {
        let filled = column.filled.to_string();
        let args = [
            ("title", column.title.as_str()),
            ("filled", &filled),
            ("rows", &rows),
        ];
        match column
            .instead_of
            .as_deref()
            .and_then(|field| contract.field(field))
        {
            Some(field) => both(
                "drift.instead_of",
                &[&args[..], &[("field", &field.title.zh)]].concat(),
            ),
            None => {
                let looks = texts::render(looks(column.looks), &[]);
                let zh = texts::render("drift.column", &[&args[..], &[("looks", &looks.zh)]].concat()).zh;
                let en = texts::render("drift.column", &[&args[..], &[("looks", &looks.en)]].concat()).en;
                format!("{zh} {en}")
            }
        }
    });
    let fields = drift.fields.iter().flat_map(|field| {
        let codes: Vec<&str> = field.unknown_codes.keys().map(String::as_str).collect();
        let (unknown, longer, longest) = (
            field.unknown_codes_total.to_string(),
            field.longer.to_string(),
            field.longest.to_string(),
        );
        let title = ("title", field.title.as_str());
        [
            (field.unknown_codes_total > 0).then(|| {
                both(
                    "drift.codes",
                    &[title, ("count", &unknown), ("values", &codes.join(", "))],
                )
            }),
            (field.longer > 0).then(|| {
                both(
                    "drift.longer",
                    &[title, ("count", &longer), ("longest", &longest)],
                )
            }),
        ]
    });
    let lines: Vec<String> = columns
        .chain(fields.flatten())
        .map(|line| format!("  {line}"))
        .collect();
    match lines.is_empty() {
        true => format!("  {}", both("drift.nothing", &[])),
        false => lines.join("\n"),
    }
}

fn looks(looks: Looks) -> &'static str {
    match looks {
        Looks::Empty => "drift.looks_empty",
        Looks::CreditCode => "drift.looks_credit_code",
        Looks::CitizenId => "drift.looks_citizen_id",
        Looks::Date => "drift.looks_date",
        Looks::Integer => "drift.looks_integer",
        Looks::Decimal => "drift.looks_decimal",
        Looks::Text => "drift.looks_text",
    }
}

/// The last part of a path.
fn shown(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}
