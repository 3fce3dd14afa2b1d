//! Reading ahead: one thread decodes and splits the file while another one judges what was read, so that a large file
//! takes two processors. The order is the file's, and what is found does not depend on who is faster.

use std::io::{Read, Seek};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, Scope};

use decode::{DecodeError, Frame, Reader};

use crate::{CheckError, Finding, file_rules};

/// INVARIANT (bounded): so many frames wait at most, besides the one that is read and the one that is judged.
const FRAMES_AHEAD: usize = 1;

/// Frames of one file as they come.
pub(crate) struct Ahead {
    frames: Receiver<Result<Option<Frame>, DecodeError>>,
}

impl Ahead {
    /// The thread ends after the last frame, after an error, or when nobody listens any more.
    pub fn start<'scope, R: Read + Seek + Send + 'scope>(
        scope: &'scope Scope<'scope, '_>,
        mut reader: Reader<R>,
        frame_rows: usize,
    ) -> Result<Ahead, CheckError> {
        let (sender, frames) = sync_channel(FRAMES_AHEAD);
        let reading = move || {
            loop {
                let frame = reader.next_frame(frame_rows);
                let over = !matches!(frame, Ok(Some(_)));
                if sender.send(frame).is_err() || over {
                    break;
                }
            }
        };
        Builder::new()
            .name("reader".to_owned())
            .spawn_scoped(scope, reading)
            .map_err(CheckError::Read)?;
        Ok(Ahead { frames })
    }

    /// The next frame, or why there can be none.
    pub fn next(&self) -> Result<Result<Option<Frame>, Finding>, CheckError> {
        match self.frames.recv() {
            Ok(Ok(frame)) => Ok(Ok(frame)),
            Ok(Err(DecodeError::Read(error))) => Err(CheckError::Read(error)),
            Ok(Err(refusal)) => Ok(Err(file_rules::unreadable(&refusal))),
            Err(_) => Err(CheckError::engine("the reader ended without an end")),
        }
    }
}
