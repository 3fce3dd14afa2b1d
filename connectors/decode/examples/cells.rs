//! How fast a table of any format is read on this machine: `cargo run --release -p decode --example cells -- FILE...`.
//! Prints format, rows, cells, seconds of processor time and the most memory held. Needs Linux for the last two.
#![allow(clippy::print_stdout, reason = "prints its figures")]

use std::fs::File;

use decode::{Dialect, Limits, open};

/// A line of a file that the kernel keeps about this process.
fn told(file: &str, line: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|found| found.strip_prefix(line))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Hundredths of a second in user and system mode.
fn ticks() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut numbers = text.rsplit(')').next()?.split_whitespace().skip(11);
    let user: u64 = numbers.next()?.parse().ok()?;
    Some(user + numbers.next()?.parse::<u64>().ok()?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let before = ticks().unwrap_or_default();
        let widest = |cells: &[String]| cells.len() > 1;
        let mut reader = open(
            File::open(&path)?,
            &Dialect::default(),
            &widest,
            &Limits::default(),
        )?;
        let (mut rows, mut cells) = (0, 0);
        while let Some(frame) = reader.next_frame(16_384)? {
            rows += frame.rows();
            cells += frame.rows() * frame.columns.len();
        }
        let ticks = (ticks().unwrap_or_default() - before).max(1);
        let kib = told("/proc/self/status", "VmHWM:").unwrap_or_default();
        println!(
            "{path}: {} {rows} rows, {cells} cells, {}.{:02} s, {} thousand cells/s, at most {} MiB",
            reader.evidence().label(),
            ticks / 100,
            ticks % 100,
            cells as u64 / 10 / ticks,
            kib / 1024,
        );
    }
    Ok(())
}
