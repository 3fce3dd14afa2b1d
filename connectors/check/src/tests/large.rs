//! A file larger than any frame: memory must not follow the file.

use std::io::{Read, Seek, SeekFrom};

use super::*;

const BYTES: usize = 20 << 20;

/// Makes its rows while they are read, so that the file is nowhere in memory, and counts what is read.
struct Endless {
    at: u64,
    header: usize,
    row: usize,
    rows: usize,
    read: u64,
}

impl Endless {
    fn new() -> Self {
        let row = good(0).len();
        Self {
            at: 0,
            header: HEADER.len(),
            row,
            rows: BYTES / row,
            read: 0,
        }
    }

    fn length(&self) -> u64 {
        (self.header + self.rows * self.row) as u64
    }
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let at = self.at as usize;
        let (text, from) = if at < self.header {
            (HEADER.to_owned(), at)
        } else {
            let number = (at - self.header) / self.row;
            let text = if number < self.rows {
                good(number)
            } else {
                String::new()
            };
            (text, (at - self.header) % self.row)
        };
        let read = text.as_bytes().get(from..).unwrap_or_default().read(buffer)?;
        self.at += read as u64;
        self.read += read as u64;
        Ok(read)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.length().saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

/// Counts and forgets.
#[derive(Default)]
struct Counter {
    rows: u64,
    batch_rows_max: usize,
    batch_bytes_max: usize,
}

impl Sink for Counter {
    fn accepted(&mut self, batch: RecordBatch) -> Result<(), CheckError> {
        self.rows += batch.num_rows() as u64;
        self.batch_rows_max = self.batch_rows_max.max(batch.num_rows());
        self.batch_bytes_max = self.batch_bytes_max.max(batch.get_array_memory_size());
        Ok(())
    }
    fn quarantined(&mut self, _: RecordBatch) -> Result<(), CheckError> {
        Err(CheckError::sink("no row of this file is bad"))
    }
    fn findings(&mut self, _: &[Finding]) -> Result<(), CheckError> {
        Err(CheckError::sink("nothing is to be found in this file"))
    }
}

#[test]
fn a_large_file_goes_by_in_bounded_frames_and_is_read_twice_at_most() {
    let period = Period::parse(pow_usage().period_kind(), "202501").unwrap();
    let unit = RegionCode::parse("433100").unwrap();
    let limits = Limits {
        frame_rows: 8192,
        ..Limits::default()
    };
    let job = Job {
        contract: pow_usage(),
        period: &period,
        unit: &unit,
        limits,
    };
    let (mut source, mut sink) = (Endless::new(), Counter::default());
    let report = check(&job, &mut source, &mut sink).unwrap();
    assert_eq!(
        (report.verdict, report.committed),
        (crate::Verdict::Accepted, source.rows as u64)
    );
    assert_eq!(sink.rows, source.rows as u64);
    assert!(sink.batch_rows_max <= 8192);
    assert!(sink.batch_bytes_max < 8192 * 1024, "{}", sink.batch_bytes_max);
    // Once for the charset and the hash, once for the rows, and both ends for what kind of file it is.
    let ends = 4 << 17;
    assert!(
        source.read <= 2 * source.length() + ends,
        "{} of {}",
        source.read,
        source.length()
    );
}
