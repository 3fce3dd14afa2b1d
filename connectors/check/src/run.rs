//! A whole check: open, examine frame by frame, judge the whole, report.

use std::io::{Read, Seek};
use std::thread;

use decode::{
    Charset, DecodeError, Delimiter, Dialect, Evidence, FixedColumn, Frame, Layout, Reader, Trailer,
    TrailerSum,
};
use schemas::{FileEncoding, FixedFile};

use crate::ahead::Ahead;
use crate::door::Doorkeeper;
use crate::examine::Examination;
use crate::hashing::Hashing;
use crate::header::{self, Header};
use crate::mend::Mended;
use crate::plan::Plan;
use crate::report::{Answered, Draft, Report};
use crate::{CheckError, Job, Sink, file_rules, marked, units};

/// Checks a file against its contract. A file that is refused as a whole is a report, not an error.
/// INVARIANT (findings-not-failures): only broken transport, a failing sink or a bug is an error here.
///
/// # Errors
/// `source` or `sink` failed, or there is a bug.
pub fn check<R: Read + Seek + Send>(
    job: &Job<'_>,
    source: R,
    sink: &mut dyn Sink,
) -> Result<Report, CheckError> {
    let mut source = Hashing::new(source).map_err(CheckError::Read)?;
    let mut draft = Draft::new(job);
    judge(job, &mut source, None, sink, &mut draft)?;
    let sha256 = source.finish().map_err(CheckError::Read)?;
    Ok(draft.finish(sha256))
}

/// Checks what comes of laying an answer's mended rows over the submission it answers. `earlier` are the file that was
/// sent first and the answers that were laid over it since, oldest first; the report is about `answer` and names them.
///
/// # Errors
/// A source or `sink` failed, or there is a bug.
pub fn check_answer<R: Read + Seek + Send>(
    job: &Job<'_>,
    earlier: Vec<R>,
    answer: R,
    sink: &mut dyn Sink,
) -> Result<Report, CheckError> {
    let mut earlier = earlier.into_iter();
    let Some(first) = earlier.next() else {
        return check(job, answer, sink);
    };
    let hashing = |source| Hashing::new(source).map_err(CheckError::Read);
    let (mut first, mut answer) = (hashing(first)?, hashing(answer)?);
    let mut draft = Draft::new(job);
    let (mut mended, mut files) = (Mended::default(), Vec::new());
    let mut wrong = None;
    for source in earlier {
        let mut source = hashing(source)?;
        wrong = wrong.or(mended.add(job, &mut source)?.err());
        files.push(source.finish().map_err(CheckError::Read)?);
    }
    match (wrong, mended.add(job, &mut answer)?) {
        (Some(wrong), _) | (None, Err(wrong)) => draft.file_findings.push(wrong),
        (None, Ok(laid)) => {
            draft.answered = Some(Answered::of(&laid.mark));
            judge(job, &mut first, Some(&mut mended), sink, &mut draft)?;
            files.insert(0, first.finish().map_err(CheckError::Read)?);
            if let Some(answered) = &mut draft.answered {
                answered.files = files;
                answered.rows_mended = laid.rows;
                answered.rows_withdrawn = mended.rows_withdrawn;
                answered.rows_unchanged = laid.rows_unchanged;
            }
            if laid.rows == 0 {
                draft.file_findings.push(marked::unchanged());
            }
        }
    }
    let sha256 = answer.finish().map_err(CheckError::Read)?;
    Ok(draft.finish(sha256))
}

fn judge<R: Read + Seek + Send>(
    job: &Job<'_>,
    source: R,
    mended: Option<&mut Mended>,
    sink: &mut dyn Sink,
    draft: &mut Draft,
) -> Result<(), CheckError> {
    let is_header = |cells: &[String]| header::is_header(job.contract, cells);
    match decode::open(source, &dialect(job), &is_header, &job.limits.file) {
        Ok(reader) => examine(job, reader, mended, sink, draft)?,
        Err(DecodeError::Read(error)) => return Err(CheckError::Read(error)),
        Err(refusal) => draft.file_findings.push(file_rules::unreadable(&refusal)),
    }
    Ok(())
}

fn examine<R: Read + Seek + Send>(
    job: &Job<'_>,
    reader: Reader<R>,
    mended: Option<&mut Mended>,
    sink: &mut dyn Sink,
    draft: &mut Draft,
) -> Result<(), CheckError> {
    let mut evidence = reader.evidence().clone();
    let mark = marked::take(&mut evidence);
    let header = Header::read(job.contract, reader.header(), evidence.format);
    draft.text(&evidence);
    if let Some(alone) = marked::alone(&header, mark.as_ref()) {
        draft.file_findings.push(alone);
        draft.answered = mark.and_then(|mark| mark.answer).as_ref().map(Answered::of);
        return Ok(());
    }
    draft.file_findings = file_rules::columns(job.contract, &header, &evidence);
    draft.file_findings.extend(marked::remarks(job, mark.as_ref()));
    if draft.is_refused() {
        return Ok(());
    }
    draft.columns_ignored = header.ignored.clone();
    thread::scope(|scope| {
        let frames = Ahead::start(scope, reader, job.limits.frame_rows)?;
        rows(job, (&evidence, header), (&frames, mended), sink, draft)
    })
}

fn rows(
    job: &Job<'_>,
    (evidence, mut header): (&Evidence, Header),
    (frames, mut mended): (&Ahead, Option<&mut Mended>),
    sink: &mut dyn Sink,
    draft: &mut Draft,
) -> Result<(), CheckError> {
    // A line above the header decides how the rows are read, so the frames up to the header come before the plan.
    let (mut above, mut early, mut passed) = (units::Above::default(), Vec::new(), 0);
    let mut stopped = None;
    while passed < evidence.header_row_no && stopped.is_none() {
        match frames.next()? {
            Ok(Some(frame)) => {
                above.read(&frame);
                passed = frame.row_no.last().copied().unwrap_or(u64::MAX);
                early.push(frame);
            }
            Ok(None) => break,
            Err(refusal) => stopped = Some(refusal),
        }
    }
    let (about_units, units) = units::apply(&above, job.contract, &mut header);
    draft.file_findings.extend(about_units);
    if let Some(mended) = &mended {
        draft.file_findings.extend(mended.other_unit(&header));
        mended.widen(&mut header);
    }
    if draft.is_refused() {
        return Ok(());
    }
    draft.units = units;
    let mut keeper = Doorkeeper::new(job.contract, &header);
    let plan = Plan::new(job, header);
    let mut examination = Examination::new(&plan, evidence);
    let mut whole = |frame: Frame| match &mut mended {
        Some(mended) => mended.lay_over(frame, &plan.header, evidence.header_row_no),
        None => frame,
    };
    for frame in early {
        let frame = whole(frame);
        stopped = stopped.or_else(|| keeper.look(&frame));
        if stopped.is_none() {
            examination.frame(frame, sink)?;
        }
    }
    stopped = stopped.or_else(|| file_rules::too_many_rows(job, &examination.tally));
    while stopped.is_none() {
        match frames.next()?.map(|frame| frame.map(&mut whole)) {
            Ok(Some(frame)) => match keeper.look(&frame) {
                Some(closed) => stopped = Some(closed),
                None => examination.frame(frame, sink)?,
            },
            Ok(None) => break,
            Err(refusal) => stopped = Some(refusal),
        }
        stopped = stopped.or_else(|| file_rules::too_many_rows(job, &examination.tally));
    }
    if stopped.is_none() {
        examination.finish(sink)?;
        draft
            .file_findings
            .extend(mended.and_then(|mended| mended.unmet()));
    }
    draft.file_findings.extend(match stopped {
        Some(finding) => vec![finding],
        None => {
            let mut whole = examination.doubts();
            whole.extend(file_rules::rows(&plan, &examination.tally));
            whole
        }
    });
    draft.rows(&plan, &examination.tally);
    Ok(())
}

/// What the contract prescribes about its files.
pub(crate) fn dialect(job: &Job<'_>) -> Dialect {
    let rules = job.contract.intake();
    Dialect {
        delimiter: rules.delimiter.as_deref().and_then(Delimiter::new),
        quote: rules.quote.and_then(|c| u8::try_from(c).ok()),
        encoding: rules.encoding.map(|encoding| match encoding {
            FileEncoding::Utf8 => Charset::Utf8,
            FileEncoding::Gb18030 => Charset::Gb18030,
            FileEncoding::Utf16Le => Charset::Utf16Le,
        }),
        header_rows_max: rules.header_rows_max,
        notes_sheet: Some(schemas::mark::SHEET),
        layout: rules.fixed.as_ref().map(|fixed| layout(fixed, rules.encoding)),
        records: rules.records.clone(),
        member: rules.member.clone(),
    }
}

/// Systems that write such files count bytes of GBK unless the contract says otherwise.
fn layout(fixed: &FixedFile, encoding: Option<FileEncoding>) -> Layout {
    let columns = fixed.columns.iter().map(|column| FixedColumn {
        title: column.header.clone(),
        at: column.at.clone(),
        decimals: column.decimals,
    });
    Layout {
        columns: columns.collect(),
        counted_in: match encoding {
            Some(FileEncoding::Utf8) => Charset::Utf8,
            _ => Charset::Gb18030,
        },
        record_bytes: fixed.record_bytes,
        blanks_cut: fixed.blanks_cut,
        leader: fixed.leader.clone(),
        trailer: fixed.trailer.as_ref().map(|trailer| Trailer {
            begins: trailer.begins.clone(),
            count: trailer.count.clone(),
            sums: trailer
                .sums
                .iter()
                .map(|(column, at, decimals)| TrailerSum {
                    column: *column,
                    at: at.clone(),
                    decimals: *decimals,
                })
                .collect(),
        }),
    }
}
