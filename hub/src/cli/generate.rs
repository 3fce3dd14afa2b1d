//! `taxhub generate --scale S --seed N --out DIR`: monthly power files of the invented prefecture, with the truth
//! about planted damage beside each.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use datasets::{Charset, Dirt, Population, Scale, power};
use schemas::{Period, PeriodKind};

use super::told::{Refused, Told};

#[derive(clap::Args)]
pub struct Arguments {
    /// `small`, `medium`, `prefecture` or a number of accounts
    #[arg(long, default_value = "small")]
    scale: Scale,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Months, such as 202601
    #[arg(long, value_delimiter = ',', default_value = "202601,202602,202603")]
    months: Vec<String>,
    /// Damaged rows of a thousand
    #[arg(long, default_value_t = 0)]
    dirty_per_mille: u16,
    /// Write GB18030 instead of UTF-8
    #[arg(long)]
    gb18030: bool,
    #[arg(long)]
    out: PathBuf,
}

pub fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: false };
    match write(&arguments) {
        Ok(files) => {
            files.iter().for_each(|file| told.line(file));
            ExitCode::SUCCESS
        }
        Err(refused) => told.refused(&refused),
    }
}

fn write(arguments: &Arguments) -> Result<Vec<String>, Refused> {
    let unwritable = |_| Refused::failed("cli.out_unwritable");
    fs::create_dir_all(&arguments.out).map_err(unwritable)?;
    let population = Population::new(arguments.seed, arguments.scale);
    let dirt = if arguments.dirty_per_mille == 0 {
        Dirt::Clean
    } else {
        Dirt::Planted {
            per_mille: arguments.dirty_per_mille,
        }
    };
    let charset = if arguments.gb18030 {
        Charset::Gb18030
    } else {
        Charset::Utf8
    };
    let mut files = Vec::new();
    for month in &arguments.months {
        let period = Period::parse(PeriodKind::Month, month)
            .map_err(|_| Refused::usage("intake.period_malformed", &[]))?;
        let made = power::month_file_in(&population, &period, dirt, charset);
        let path = arguments.out.join(format!("pow_usage_{}.csv", period.label()));
        fs::write(&path, &made.bytes).map_err(unwritable)?;
        fs::write(path.with_extension("truth.csv"), made.truth.csv()).map_err(unwritable)?;
        files.push(format!("{}  {} rows", path.display(), made.truth.rows));
    }
    Ok(files)
}
