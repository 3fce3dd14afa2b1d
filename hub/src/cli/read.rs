//! `taxhub read FILE`: what the hub makes of a file when it knows nothing about it. The records come out as plain CSV in
//! UTF-8, and beside them what was found out. No contract, no rule, no hub; nothing leaves the machine.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use decode::{DecodeError, Dialect, Frame, Limits, Reader, RowKind};

use super::told::{Refused, Told};
use crate::read_shown::Found;

/// Records that are held at a time.
const FRAME_ROWS: usize = 16_384;

#[derive(clap::Args)]
pub struct Arguments {
    /// The file; its name says nothing about what it is
    file: PathBuf,
    /// Where the records go instead of standard output
    #[arg(long)]
    out: Option<PathBuf>,
    /// What was found out as one JSON document on standard output; the records go to `--out` or nowhere
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    match read(&arguments) {
        Ok(found) if arguments.json => {
            told.document(&found.document());
            ExitCode::SUCCESS
        }
        Ok(found) => {
            // Standard output has the records.
            let _ = writeln!(io::stderr().lock(), "{}", found.words());
            ExitCode::SUCCESS
        }
        Err(refusal) => told.refused(&refusal),
    }
}

fn read(arguments: &Arguments) -> Result<Found, Refused> {
    let mut out = records_to(arguments)?;
    let found = match open(&arguments.file) {
        Ok(reader) => records(reader, out.as_mut())?,
        // A table of no records is one; whoever must have some says so (`check`).
        Err(Unread::Not(DecodeError::Empty)) => Found::nothing(),
        Err(Unread::Not(refusal)) => return Err(of(&refusal)),
        Err(Unread::Missing) => return Err(Refused::failed("cli.file_unreadable")),
    };
    out.flush().map_err(|_| Refused::failed("cli.out_unwritable"))?;
    Ok(found)
}

fn records_to(arguments: &Arguments) -> Result<Box<dyn Write>, Refused> {
    match &arguments.out {
        Some(path) => {
            let file = File::create(path).map_err(|_| Refused::failed("cli.out_unwritable"))?;
            Ok(Box::new(BufWriter::new(file)))
        }
        None if arguments.json => Ok(Box::new(io::sink())),
        None => Ok(Box::new(BufWriter::new(io::stdout().lock()))),
    }
}

enum Unread {
    Missing,
    Not(DecodeError),
}

/// Opens the file. In a workbook nobody looks for a header that nobody knows, so the row that looks most like one is
/// then asked for.
fn open(path: &Path) -> Result<Reader<File>, Unread> {
    let again = |is_header: &dyn Fn(&[String]) -> bool| {
        let file = File::open(path).map_err(|_| Unread::Missing)?;
        decode::open(file, &Dialect::default(), is_header, &Limits::default()).map_err(Unread::Not)
    };
    let reader = again(&|_| false)?;
    if reader.evidence().is_delimited() || reader.evidence().header_matched {
        return Ok(reader);
    }
    let titles = reader.header().to_vec();
    again(&|cells| cells == titles)
}

fn of(refusal: &DecodeError) -> Refused {
    let args = refusal.args();
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Refused::found(refusal.code(), &args)
}

fn records(mut reader: Reader<File>, out: &mut dyn Write) -> Result<Found, Refused> {
    let mut found = Found::of(reader.evidence(), reader.header());
    let unwritable = |_| Refused::failed("cli.out_unwritable");
    if reader.evidence().header_rows > 0 {
        write_row(out, reader.header().iter().map(String::as_str)).map_err(unwritable)?;
    }
    loop {
        match reader.next_frame(FRAME_ROWS) {
            Ok(Some(frame)) => {
                write_frame(out, &frame).map_err(unwritable)?;
                found.add(&frame);
            }
            Ok(None) => return Ok(found),
            Err(refusal) => return Err(of(&refusal)),
        }
    }
}

fn write_frame(out: &mut dyn Write, frame: &Frame) -> io::Result<()> {
    let mut beyond = frame.beyond.iter().peekable();
    for (row, kind) in frame.kind.iter().enumerate() {
        let more = beyond.next_if(|more| more.row == row);
        if *kind != RowKind::Data {
            continue;
        }
        let columns = (0..frame.columns.len()).map(|column| frame.cell(column, row).unwrap_or_default());
        let more = more
            .iter()
            .flat_map(|more| more.fields.iter().map(String::as_str));
        write_row(out, columns.chain(more))?;
    }
    Ok(())
}

/// One line of CSV after RFC 4180, with a bare LF at its end.
fn write_row<'a>(out: &mut dyn Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    for (column, cell) in cells.enumerate() {
        if column > 0 {
            out.write_all(b",")?;
        }
        if cell.contains(['"', ',', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}
