//! `taxhub generate --scale S --seed N --out DIR`: the files of the invented prefecture, every feed for its months, with
//! the truth about damage and planted disagreements beside them. With `--months`, the power files of those months alone.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use datasets::{Charset, Dirt, PlantedCase, Population, Prefecture, Scale, Slot, Truth, power};
use schemas::{Period, PeriodKind};
use serde_json::{Value, json};

use super::told::{Refused, Told};

/// Of a whole prefecture, unless the command says otherwise.
const DAMAGED_PER_MILLE: u16 = 20;

#[derive(clap::Args)]
pub struct Arguments {
    /// `small`, `medium`, `prefecture` or a number of businesses (with --months: of power accounts)
    #[arg(long, default_value = "small")]
    scale: Scale,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only the power files of these months, such as 202601
    #[arg(long, value_delimiter = ',')]
    months: Vec<String>,
    /// Damaged rows of a thousand; 20 for a whole prefecture, none for power files alone
    #[arg(long)]
    dirty_per_mille: Option<u16>,
    /// Write power files alone in GB18030 instead of UTF-8
    #[arg(long, requires = "months")]
    gb18030: bool,
    #[arg(long)]
    out: PathBuf,
}

pub fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: false };
    let written = if arguments.months.is_empty() {
        prefecture(&arguments, &told)
    } else {
        power_files(&arguments, &told)
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(refused) => told.refused(&refused),
    }
}

fn unwritable(_: io::Error) -> Refused {
    Refused::failed("cli.out_unwritable")
}

/// `DIR/<feed>/<feed>-<period>-<unit>.csv`, and `DIR/truth.json`.
fn prefecture(arguments: &Arguments, told: &Told) -> Result<(), Refused> {
    let per_mille = arguments.dirty_per_mille.unwrap_or(DAMAGED_PER_MILLE);
    let prefecture = Prefecture::new(arguments.seed, arguments.scale).with_damage(per_mille);
    let mut files = Vec::new();
    for slot in prefecture.slots() {
        let path = arguments.out.join(slot.path());
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .map_err(unwritable)?;
        let mut out = BufWriter::new(File::create(&path).map_err(unwritable)?);
        let truth = prefecture.write(&slot, &mut out).map_err(unwritable)?;
        out.into_inner().map_err(|error| unwritable(error.into_error()))?;
        told.line(&format!("{}  {} rows", path.display(), truth.rows));
        files.push(file_truth(&slot, &truth));
    }
    let absent: Vec<String> = prefecture.absent().map(|slot| slot.path()).collect();
    let cases: Vec<Value> = prefecture.cases().iter().map(case).collect();
    let truth = json!({
        "seed": arguments.seed,
        "files": files,
        "absent": absent,
        "cases": cases,
    });
    fs::create_dir_all(&arguments.out).map_err(unwritable)?;
    fs::write(arguments.out.join("truth.json"), format!("{truth:#}\n")).map_err(unwritable)
}

fn file_truth(slot: &Slot, truth: &Truth) -> Value {
    let totals: serde_json::Map<String, Value> = truth
        .totals
        .iter()
        .map(|(field, sum)| (field.clone(), json!({"sum": sum.text(), "count": sum.count})))
        .collect();
    let planted: Vec<Value> = truth
        .planted
        .iter()
        .map(|one| {
            json!({
                "record_no": one.record_no,
                "field": one.field,
                "damage": one.damage,
                "rule": one.rule,
                "refuses": one.refuses,
            })
        })
        .collect();
    json!({
        "path": slot.path(),
        "feed": slot.feed,
        "period": slot.period,
        "unit": slot.unit,
        "rows": truth.rows,
        "committed": truth.committed,
        "quarantined": truth.quarantined,
        "duplicate": truth.duplicate,
        "rejected": truth.rejected,
        "findings": truth.findings,
        "totals": totals,
        "planted": planted,
    })
}

fn case(case: &PlantedCase) -> Value {
    json!({
        "model": case.model,
        "story": case.story,
        "taxpayer": case.taxpayer,
        "county": case.county,
        "period": case.period,
        "tax_code": case.tax_code,
        "expected": case.expected,
        "decoy": case.decoy,
    })
}

fn power_files(arguments: &Arguments, told: &Told) -> Result<(), Refused> {
    fs::create_dir_all(&arguments.out).map_err(unwritable)?;
    let population = Population::new(arguments.seed, arguments.scale);
    let dirt = match arguments.dirty_per_mille {
        None | Some(0) => Dirt::Clean,
        Some(per_mille) => Dirt::Planted { per_mille },
    };
    let charset = if arguments.gb18030 {
        Charset::Gb18030
    } else {
        Charset::Utf8
    };
    for month in &arguments.months {
        let period = Period::parse(PeriodKind::Month, month)
            .map_err(|_| Refused::usage("intake.period_malformed", &[]))?;
        let made = power::month_file_in(&population, &period, dirt, charset);
        let path = arguments.out.join(format!("pow_usage_{}.csv", period.label()));
        write(&path, &made.bytes)?;
        write(&path.with_extension("truth.csv"), made.truth.csv().as_bytes())?;
        told.line(&format!("{}  {} rows", path.display(), made.truth.rows));
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Refused> {
    fs::write(path, bytes).map_err(unwritable)
}
