//! A limit on the messages of a client. The codec would buffer a message of a gigabyte before anybody looks at it, so
//! lengths are read here, as the bytes arrive.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream that fails with `FileTooLarge` at the head of a message that is too long.
pub(super) struct Guard<S> {
    inner: S,
    lengths: Lengths,
}

impl<S> Guard<S> {
    /// `read_before` are bytes that were read from `inner` already, beginning with the startup message.
    pub(super) fn new(inner: S, bytes_max: usize, read_before: &[u8]) -> io::Result<Guard<S>> {
        let mut lengths = Lengths {
            bytes_max,
            head: Vec::new(),
            tagged: false,
            left: 0,
        };
        lengths.pass(read_before)?;
        Ok(Guard { inner, lengths })
    }
}

/// Follows the messages of one direction: the first has a length only, the others a letter and a length.
struct Lengths {
    bytes_max: usize,
    head: Vec<u8>,
    tagged: bool,
    left: usize,
}

impl Lengths {
    fn pass(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let body = bytes.len().min(self.left);
            self.left -= body;
            bytes = bytes.get(body..).unwrap_or_default();
            let Some((byte, rest)) = bytes.split_first() else {
                break;
            };
            self.head.push(*byte);
            bytes = rest;
            self.read_head()?;
        }
        Ok(())
    }

    fn read_head(&mut self) -> io::Result<()> {
        let length: [u8; 4] = match (self.tagged, self.head.as_slice()) {
            (false, &[a, b, c, d]) | (true, &[_, a, b, c, d]) => [a, b, c, d],
            _ => return Ok(()),
        };
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > self.bytes_max {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        // The length counts itself. A smaller one is nonsense, which the codec will find.
        self.left = length.saturating_sub(4);
        self.tagged = true;
        self.head.clear();
        Ok(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(context, into);
        if let Poll::Ready(Ok(())) = read {
            self.lengths
                .pass(into.filled().get(before..).unwrap_or_default())?;
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::Guard;

    fn passes(bytes: &[u8]) -> bool {
        match Guard::new((), 100, bytes) {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::FileTooLarge);
                false
            }
        }
    }

    #[test]
    fn the_first_message_has_no_letter_and_every_later_one_has() {
        let startup = [0, 0, 0, 8, 0, 3, 0, 0];
        assert!(passes(&startup));
        assert!(passes(
            &[&startup[..], b"Q", &[0, 0, 0, 6], b"x\0", b"X", &[0, 0, 0, 4]].concat()
        ));
        assert!(!passes(&[&startup[..], b"Q", &[0, 0, 0, 101]].concat()));
        assert!(!passes(
            &[
                &startup[..],
                b"Q",
                &[0, 0, 0, 6],
                b"x\0",
                b"P",
                &[0x3f, 0xff, 0xff, 0xff]
            ]
            .concat()
        ));
        assert!(!passes(&[0, 0, 1, 0]));
    }

    #[test]
    fn heads_may_arrive_byte_by_byte() {
        let bytes = [&[0, 0, 0, 8, 0, 3, 0, 0][..], b"Q", &[0, 0, 0, 200]].concat();
        let mut guard = Guard::new((), 100, &[]).unwrap();
        let outcomes: Vec<bool> = bytes
            .iter()
            .map(|byte| guard.lengths.pass(&[*byte]).is_ok())
            .collect();
        assert_eq!(outcomes.iter().filter(|passed| !**passed).count(), 1);
        assert_eq!(outcomes.last(), Some(&false));
    }
}
