//! How fast a file is checked on this machine: `cargo run --release -p check --example throughput -- [MIB] [ENCODING]`.
//! Makes a power file in memory, checks it, and prints megabytes per second of processor time, over all threads; the
//! sink counts and forgets. Needs Linux for the clock.
#![allow(clippy::print_stdout, reason = "prints its figures")]

use std::io::Cursor;
use std::time::Duration;

use arrow::array::RecordBatch;
use check::{CheckError, Finding, Job, Limits, Sink, check};
use schemas::{Period, RegionCode, feeds};

const HEADER: &str = "户号,户名,统一社会信用代码,个人证件号码,所属县市代码,用电类别,行业代码,用电地址,容量,电量,峰电量,平电量,谷电量,电费,退补标志,电费月,抄表日期\n";

#[derive(Default)]
struct Counter {
    rows: usize,
}

impl Sink for Counter {
    fn accepted(&mut self, batch: RecordBatch) -> Result<(), CheckError> {
        self.rows += batch.num_rows();
        Ok(())
    }
    fn quarantined(&mut self, batch: RecordBatch) -> Result<(), CheckError> {
        self.rows += batch.num_rows();
        Ok(())
    }
    fn findings(&mut self, _: &[Finding]) -> Result<(), CheckError> {
        Ok(())
    }
}

/// Rows that differ as real ones do: names, addresses, amounts, a code in two of five.
fn table(bytes: usize, bad_in_thousand: usize) -> String {
    let mut text = HEADER.to_owned();
    let mut number = 0usize;
    while text.len() < bytes {
        let peak = number % 4999 + 10;
        let code = if number.is_multiple_of(5) {
            "91433199MA7A00017H"
        } else {
            ""
        };
        let class = if number % 1000 < bad_in_thousand { 9 } else { 2 };
        text.push_str(&format!(
            "{number:013},湘西第{number}号加工有限公司,{code},,433101,{class},3311,吉首市人民路{}号附{}号,315.00,{}.50,{peak}.25,{peak}.25,{peak}.00,{}.10,,202501,2025-01-{:02}\n",
            number % 977,
            number % 13,
            peak * 3,
            peak * 2,
            number % 28 + 1,
        ));
        number += 1;
    }
    text
}

/// Processor time of all threads so far: on a shared machine the wall clock measures the neighbours.
fn cpu_time() -> Result<Duration, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("no process name")?;
    // User and system time, in hundredths of a second; the 14th and 15th field of the whole line.
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .flat_map(str::parse::<u64>)
        .sum();
    Ok(Duration::from_millis(ticks * 10))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let mib: usize = args.next().map_or(Ok(128), |mib| mib.parse())?;
    let encoding = args.next().unwrap_or("utf-8".to_owned());
    let contracts = feeds::embedded()?;
    let contract = contracts
        .iter()
        .find(|contract| contract.id().as_str() == "pow_usage")
        .ok_or("no contract")?;
    let period = Period::parse(contract.period_kind(), "202501")?;
    let unit = RegionCode::parse("433100")?;
    let job = Job {
        contract,
        period: &period,
        unit: &unit,
        limits: Limits::default(),
    };
    for bad_in_thousand in [0, 10, 1000] {
        let text = table(mib << 20, bad_in_thousand);
        let bytes = match encoding.as_str() {
            "gb18030" => encoding_rs::GB18030.encode(&text).0.into_owned(),
            _ => text.into_bytes(),
        };
        let size = bytes.len();
        let started = cpu_time()?;
        let mut reader = decode::open(
            Cursor::new(&bytes),
            &decode::Dialect::default(),
            &|cells| cells.iter().any(|cell| cell == "户号"),
            &decode::Limits::default(),
        )?;
        let opened = cpu_time()? - started;
        let mut rows = 0;
        while let Some(frame) = reader.next_frame(65_536)? {
            rows += frame.rows();
        }
        let decoded = cpu_time()? - started;
        let mut sink = Counter::default();
        let started = cpu_time()?;
        let report = check(&job, Cursor::new(bytes), &mut sink)?;
        let checked = cpu_time()? - started;
        let speed = |took: Duration| size as u128 * 1_000 / took.as_nanos().max(1);
        println!(
            "{encoding} {} MB, {rows} rows, {bad_in_thousand} bad in 1000: charset {} MB/s, decode {} MB/s, check {} MB/s ({:?}, {} findings)",
            size / 1_000_000,
            speed(opened),
            speed(decoded),
            speed(checked),
            report.verdict,
            report.findings_total,
        );
    }
    Ok(())
}
