//! The worker's side: greet, accept limits, then one task after the other until the hub is gone.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use arrow::ipc::writer::StreamWriter;
use serde::Serialize;

use super::frames::{self, Frame, FrameError, Tag};
use super::{Hello, Kind, limits, parse, query};
use crate::logs;

/// The hub is gone or the pipe is broken: there is nobody left to tell.
#[derive(Debug, thiserror::Error)]
pub(super) enum Gone {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Pipe(#[from] io::Error),
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    #[error("a reply cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    #[error("a worker cannot work: {0}")]
    Unfit(String),
}

/// Does the tasks of one kind. Replies go out as they come; the outcome is written by whoever calls.
pub(super) trait Tasks {
    /// `Ok(Ok(report))` ends the task as done, `Ok(Err(refusal))` as refused; both are JSON.
    fn run(&mut self, task: &[u8], replies: &mut Replies) -> Result<Outcome, Gone>;
}

pub(super) type Outcome = Result<serde_json::Value, serde_json::Value>;

/// Runs until standard input ends. Any trouble ends the process: the hub sees that, and starts another.
pub fn serve(kind: Kind) -> ExitCode {
    match work(kind) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(worker.kind = kind.name(), %error, "a worker gives up");
            ExitCode::FAILURE
        }
    }
}

fn work(kind: Kind) -> Result<(), Gone> {
    limits::die_with_the_hub()?;
    let first = frames::read(&mut io::stdin().lock())?.filter(|frame| frame.tag == Tag::Hello);
    let Some(first) = first else {
        return Err(Gone::Unfit("no hello came".to_owned()));
    };
    let hello: Hello = serde_json::from_slice(&first.payload)?;
    drop(zeroize::Zeroizing::new(first.payload));
    logs::start(&hello.log);
    hello.limits.apply()?;
    let mut tasks: Box<dyn Tasks> = match kind {
        Kind::Parse => Box::new(parse::ParseTasks::new(&hello)),
        Kind::Query => Box::new(query::QueryTasks::new(hello)?),
    };
    let requests = requests()?;
    let mut replies = Replies::take()?;
    frames::write(&mut replies.out, Tag::Ready, b"")?;
    replies.out.flush()?;
    for task in requests {
        match tasks.run(&task, &mut replies)? {
            Ok(report) => replies.last(Tag::Done, &report)?,
            Err(refusal) => replies.last(Tag::Refused, &refusal)?,
        }
    }
    Ok(())
}

/// Reads tasks on a thread of its own, so that the end of the hub is noticed in the middle of a task, too.
fn requests() -> io::Result<mpsc::Receiver<Vec<u8>>> {
    let (sender, receiver) = mpsc::sync_channel(0);
    thread::Builder::new()
        .name("taxhub-requests".to_owned())
        .stack_size(256 << 10)
        .spawn(move || {
            let mut stdin = io::stdin().lock();
            while let Ok(Some(Frame {
                tag: Tag::Request,
                payload,
            })) = frames::read(&mut stdin)
            {
                if sender.send(payload).is_err() {
                    break;
                }
            }
            std::process::exit(0);
        })?;
    Ok(receiver)
}

/// Where a worker writes its replies.
pub(super) struct Replies {
    out: BufWriter<File>,
}

/// One of the two Arrow streams of a task.
pub(super) struct Stream {
    tag: Tag,
    writer: StreamWriter<Vec<u8>>,
}

impl Replies {
    /// Takes standard output for itself, past the line buffer of the standard library.
    fn take() -> io::Result<Replies> {
        let stdout = io::stdout().as_fd().try_clone_to_owned()?;
        Ok(Replies {
            out: BufWriter::with_capacity(64 << 10, File::from(stdout)),
        })
    }

    /// Begins a stream; its schema goes out at once.
    pub(super) fn begin(&mut self, tag: Tag, schema: &Schema) -> Result<Stream, Gone> {
        let mut stream = Stream {
            tag,
            writer: StreamWriter::try_new(Vec::new(), schema)?,
        };
        self.pour(&mut stream)?;
        Ok(stream)
    }

    pub(super) fn batch(&mut self, stream: &mut Stream, batch: &RecordBatch) -> Result<(), Gone> {
        stream.writer.write(batch)?;
        self.pour(stream)
    }

    /// Ends a stream. A reader knows the schema of a stream without batches only from its end.
    pub(super) fn end(&mut self, mut stream: Stream) -> Result<(), Gone> {
        stream.writer.finish()?;
        self.pour(&mut stream)
    }

    fn pour(&mut self, stream: &mut Stream) -> Result<(), Gone> {
        let bytes = std::mem::take(stream.writer.get_mut());
        frames::write_cut(&mut self.out, stream.tag, &bytes)?;
        Ok(self.out.flush()?)
    }

    pub(super) fn event(&mut self, event: &impl Serialize) -> Result<(), Gone> {
        self.last(Tag::Event, event)
    }

    fn last(&mut self, tag: Tag, word: &impl Serialize) -> Result<(), Gone> {
        frames::write(&mut self.out, tag, &serde_json::to_vec(word)?)?;
        Ok(self.out.flush()?)
    }
}
