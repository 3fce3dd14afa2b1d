//! How the hub and a worker process talk: one byte of kind, four bytes of length, then the payload. A torn or foreign
//! frame is an error of its own, so that a dying worker is never mistaken for a short answer.

use std::io::{self, Read, Write};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Payload of one frame. Streams of any length are cut into frames; a request is a plan, never data.
pub const PAYLOAD_BYTES_MAX: usize = 32 << 20;

/// How a long stream is cut.
const PIECE_BYTES: usize = 1 << 20;

const HEAD_BYTES: usize = 5;

/// What a frame holds. Numbers are part of the protocol between two processes of the same binary, nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Hub to worker, first: boot key and settings.
    Hello,
    /// Worker to hub: limits are set, tasks are welcome.
    Ready,
    /// Hub to worker: one task.
    Request,
    /// A piece of the Arrow stream of rows.
    Rows,
    /// A piece of the second Arrow stream; for a parse task, the rows in quarantine.
    Aside,
    /// Something that happened on the way, as JSON.
    Event,
    /// The task is done; its report as JSON.
    Done,
    /// The task was refused; the reason as JSON.
    Refused,
}

impl Tag {
    fn byte(self) -> u8 {
        match self {
            Tag::Hello => 1,
            Tag::Ready => 2,
            Tag::Request => 3,
            Tag::Rows => 4,
            Tag::Aside => 5,
            Tag::Event => 6,
            Tag::Done => 7,
            Tag::Refused => 8,
        }
    }

    fn from_byte(byte: u8) -> Result<Tag, FrameError> {
        Ok(match byte {
            1 => Tag::Hello,
            2 => Tag::Ready,
            3 => Tag::Request,
            4 => Tag::Rows,
            5 => Tag::Aside,
            6 => Tag::Event,
            7 => Tag::Done,
            8 => Tag::Refused,
            other => return Err(FrameError::Foreign(other)),
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub tag: Tag,
    pub payload: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The other side ended in the middle of a frame.
    #[error("a frame was torn")]
    Torn,
    #[error("a frame begins with the unknown byte {0}")]
    Foreign(u8),
    #[error("a frame of {0} bytes is too large")]
    TooLarge(usize),
    #[error(transparent)]
    Pipe(#[from] io::Error),
}

fn head(tag: Tag, payload: &[u8]) -> Result<[u8; HEAD_BYTES], FrameError> {
    let length = u32::try_from(payload.len())
        .ok()
        .filter(|_| payload.len() <= PAYLOAD_BYTES_MAX);
    let Some(length) = length else {
        return Err(FrameError::TooLarge(payload.len()));
    };
    let [a, b, c, d] = length.to_le_bytes();
    Ok([tag.byte(), a, b, c, d])
}

fn read_head(head: [u8; HEAD_BYTES]) -> Result<(Tag, usize), FrameError> {
    let [tag, a, b, c, d] = head;
    let tag = Tag::from_byte(tag)?;
    let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    if length > PAYLOAD_BYTES_MAX {
        Err(FrameError::TooLarge(length))
    } else {
        Ok((tag, length))
    }
}

/// Worker side. Does not flush.
pub fn write(to: &mut impl Write, tag: Tag, payload: &[u8]) -> Result<(), FrameError> {
    to.write_all(&head(tag, payload)?)?;
    Ok(to.write_all(payload)?)
}

/// Worker side. `None` is an end between frames.
pub fn read(from: &mut impl Read) -> Result<Option<Frame>, FrameError> {
    let mut first = [0; HEAD_BYTES];
    let mut filled = 0;
    while let Some(rest) = first.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(FrameError::Torn),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    let (tag, length) = read_head(first)?;
    let mut payload = vec![0; length];
    from.read_exact(&mut payload).map_err(torn)?;
    Ok(Some(Frame { tag, payload }))
}

/// Hub side; flushes.
pub async fn send(to: &mut (impl AsyncWrite + Unpin), tag: Tag, payload: &[u8]) -> Result<(), FrameError> {
    to.write_all(&head(tag, payload)?).await?;
    to.write_all(payload).await?;
    Ok(to.flush().await?)
}

/// Hub side. `None` is an end between frames. Dropping the future half-way loses the place in the stream; whoever
/// does so must kill the worker.
pub async fn receive(from: &mut (impl AsyncRead + Unpin)) -> Result<Option<Frame>, FrameError> {
    let mut first = [0; HEAD_BYTES];
    let mut filled = 0;
    while let Some(rest) = first.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match from.read(rest).await? {
            0 if filled == 0 => return Ok(None),
            0 => return Err(FrameError::Torn),
            count => filled += count,
        }
    }
    let (tag, length) = read_head(first)?;
    let mut payload = vec![0; length];
    from.read_exact(&mut payload).await.map_err(torn)?;
    Ok(Some(Frame { tag, payload }))
}

fn torn(error: io::Error) -> FrameError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        FrameError::Torn
    } else {
        error.into()
    }
}

/// Worker side: a piece of a byte stream of any length, in frames of one tag. Does not flush.
pub fn write_cut(to: &mut impl Write, tag: Tag, bytes: &[u8]) -> Result<(), FrameError> {
    bytes
        .chunks(PIECE_BYTES)
        .try_for_each(|piece| write(to, tag, piece))
}

#[cfg(test)]
mod tests {
    use super::{Frame, FrameError, PAYLOAD_BYTES_MAX, Tag, read, receive, send, write, write_cut};

    const TAGS: [Tag; 8] = [
        Tag::Hello,
        Tag::Ready,
        Tag::Request,
        Tag::Rows,
        Tag::Aside,
        Tag::Event,
        Tag::Done,
        Tag::Refused,
    ];

    #[test]
    fn frames_survive_the_pipe() {
        let mut pipe = Vec::new();
        for tag in TAGS {
            write(&mut pipe, tag, format!("{tag:?}").as_bytes()).unwrap();
        }
        write(&mut pipe, Tag::Done, b"").unwrap();
        let mut from = pipe.as_slice();
        for tag in TAGS {
            assert_eq!(
                read(&mut from).unwrap(),
                Some(Frame {
                    tag,
                    payload: format!("{tag:?}").into_bytes()
                })
            );
        }
        assert_eq!(
            read(&mut from).unwrap(),
            Some(Frame {
                tag: Tag::Done,
                payload: Vec::new()
            })
        );
        assert_eq!(read(&mut from).unwrap(), None);
    }

    #[tokio::test]
    async fn a_frame_cut_anywhere_is_torn_on_both_sides() {
        let mut pipe = Vec::new();
        send(&mut pipe, Tag::Event, b"seven b").await.unwrap();
        for length in 1..pipe.len() {
            assert!(
                matches!(read(&mut &pipe[..length]), Err(FrameError::Torn)),
                "at {length}"
            );
            assert!(
                matches!(receive(&mut &pipe[..length]).await, Err(FrameError::Torn)),
                "at {length}"
            );
        }
        assert!(receive(&mut &pipe[..0]).await.unwrap().is_none());
        assert_eq!(
            receive(&mut &pipe[..]).await.unwrap().unwrap().payload,
            b"seven b"
        );
    }

    #[tokio::test]
    async fn a_foreign_byte_or_a_boasting_length_is_refused_before_memory_is_taken() {
        assert!(matches!(
            read(&mut &b"\x00\x00\x00\x00\x00"[..]),
            Err(FrameError::Foreign(0))
        ));
        assert!(matches!(
            read(&mut &b"\x04\xff\xff\xff\xff"[..]),
            Err(FrameError::TooLarge(_))
        ));
        assert!(matches!(
            receive(&mut &b"\x04\xff\xff\xff\xff"[..]).await,
            Err(FrameError::TooLarge(_))
        ));
        let large = vec![0; PAYLOAD_BYTES_MAX + 1];
        assert!(matches!(
            write(&mut Vec::new(), Tag::Rows, &large),
            Err(FrameError::TooLarge(_))
        ));
    }

    #[test]
    fn a_long_stream_is_cut_and_comes_back_whole() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        let mut pipe = Vec::new();
        write_cut(&mut pipe, Tag::Rows, &bytes).unwrap();
        let mut from = pipe.as_slice();
        let mut whole = Vec::new();
        while let Some(frame) = read(&mut from).unwrap() {
            assert_eq!(frame.tag, Tag::Rows);
            whole.extend(frame.payload);
        }
        assert_eq!(whole, bytes);
    }
}
