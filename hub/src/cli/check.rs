//! `taxhub check FEED FILE`: the verdict that the hub would give, without a hub. Nothing leaves the machine.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use arrow::array::RecordBatch;
use check::{CheckError, Finding, Job, Limits, Sink};
use schemas::{Contract, FeedId, Period, RegionCode};

use super::told::{self, Told};
use crate::contracts;

#[derive(clap::Args)]
pub struct Arguments {
    /// The feed, such as `pow_usage`
    feed: FeedId,
    /// The file as it would be sent
    file: PathBuf,
    /// The period reported; needed for the rules that compare with it
    #[arg(long)]
    period: String,
    /// The reporting unit, six digits; the contract's first unit if it has one only
    #[arg(long)]
    unit: Option<RegionCode>,
    /// If the file is a returned workbook: the file that was sent first, then the workbooks sent since, oldest first
    #[arg(long)]
    base: Vec<PathBuf>,
    /// Contracts beyond the built-in ones
    #[arg(long)]
    contracts: Option<PathBuf>,
    /// One JSON document on standard output
    #[arg(long)]
    json: bool,
    /// All findings as NDJSON
    #[arg(long)]
    out: Option<PathBuf>,
}

pub fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    match check_file(&arguments) {
        Ok((report, findings)) => {
            let value = serde_json::to_value(&report).unwrap_or_default();
            told.verdict(&value, &findings);
            told::exit_of(&value)
        }
        Err(refusal) => told.refused(&refusal),
    }
}

fn check_file(arguments: &Arguments) -> Result<(check::Report, Vec<serde_json::Value>), told::Refused> {
    let all =
        contracts::load(arguments.contracts.as_deref()).map_err(|e| told::Refused::usage(e.code(), &[]))?;
    let contract = all
        .get(&arguments.feed)
        .ok_or_else(|| told::Refused::without_contract(&arguments.feed))?;
    let period = Period::parse(contract.period_kind(), &arguments.period)
        .map_err(|_| told::Refused::usage("intake.period_malformed", &[]))?;
    let unit = unit_of(arguments, contract)?;
    let open = |path| File::open(path).map_err(|_| told::Refused::failed("cli.file_unreadable"));
    let earlier = arguments.base.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let mut kept = Kept::create(arguments.out.as_deref())?;
    let job = Job {
        contract,
        period: &period,
        unit: &unit,
        limits: Limits::default(),
    };
    let refused = |error: CheckError| told::Refused::failed(error.code());
    let report = check::check_answer(&job, earlier, open(&arguments.file)?, &mut kept).map_err(refused)?;
    kept.of_file(&report.file_findings).map_err(refused)?;
    kept.finish()?;
    Ok((report, kept.shown))
}

fn unit_of(arguments: &Arguments, contract: &Contract) -> Result<RegionCode, told::Refused> {
    let refused = || told::Refused::usage("intake.unit_not_owed", &[("unit", "?")]);
    match &arguments.unit {
        Some(unit) if contract.units().contains(unit) => Ok(unit.clone()),
        Some(unit) => Err(told::Refused::usage(
            "intake.unit_not_owed",
            &[("unit", unit.as_str())],
        )),
        None => contract.units().first().cloned().ok_or_else(refused),
    }
}

/// Keeps the first findings for the screen and writes all of them to the file that was asked for.
struct Kept {
    shown: Vec<serde_json::Value>,
    out: Option<BufWriter<File>>,
}

impl Kept {
    fn create(path: Option<&std::path::Path>) -> Result<Kept, told::Refused> {
        let create = |path| File::create(path).map(BufWriter::new);
        let out = path
            .map(create)
            .transpose()
            .map_err(|_| told::Refused::failed("cli.out_unwritable"))?;
        Ok(Kept {
            shown: Vec::new(),
            out,
        })
    }

    /// What is wrong with the file as a whole comes first: it often explains everything below it.
    fn of_file(&mut self, findings: &[Finding]) -> Result<(), CheckError> {
        let of_rows = std::mem::take(&mut self.shown);
        self.findings(findings)?;
        self.shown.extend(of_rows);
        self.shown.truncate(told::FINDINGS_SHOWN);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), told::Refused> {
        match &mut self.out {
            Some(out) => out
                .flush()
                .map_err(|_| told::Refused::failed("cli.out_unwritable")),
            None => Ok(()),
        }
    }
}

impl Sink for Kept {
    fn accepted(&mut self, _: RecordBatch) -> Result<(), CheckError> {
        Ok(())
    }

    fn quarantined(&mut self, _: RecordBatch) -> Result<(), CheckError> {
        Ok(())
    }

    fn findings(&mut self, findings: &[Finding]) -> Result<(), CheckError> {
        for finding in findings {
            let value = crate::front::finding_shown(finding);
            if let Some(out) = &mut self.out {
                serde_json::to_writer(&mut *out, &value).map_err(CheckError::sink)?;
                out.write_all(b"\n").map_err(CheckError::sink)?;
            }
            if self.shown.len() < told::FINDINGS_SHOWN {
                self.shown.push(value);
            }
        }
        Ok(())
    }
}
