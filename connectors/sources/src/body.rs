//! Bytes on their way from a source to the counter. A body ends well only if its writer said so: a writer that dies, a
//! server that hangs up and a task that is cancelled all end in an error, never in a shorter file.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::stream;
use tokio::io::AsyncRead;
use tokio::sync::mpsc;
use tokio_util::io::StreamReader;

use crate::trouble::Trouble;

/// Pieces that wait for the reader. With pieces of 256 KiB a body holds about a megabyte.
const PIECES_WAITING: usize = 4;
const PIECE_BYTES: usize = 256 * 1024;

/// The reading end.
pub struct Body {
    reader: Pin<Box<dyn AsyncRead + Send>>,
    told: Told,
}

/// Why a body broke off, for whoever let it be read by somebody else.
#[derive(Debug, Clone, Default)]
pub struct Told(Arc<Mutex<Option<Trouble>>>);

impl Told {
    pub fn trouble(&self) -> Option<Trouble> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, trouble: Trouble) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
    }
}

enum Piece {
    Bytes(Bytes),
    End,
}

/// The writing end, for one task. At most `bytes_max` go through.
pub struct Pen {
    pieces: mpsc::Sender<Piece>,
    waiting: Vec<u8>,
    left: u64,
}

impl Body {
    /// Runs `work` in a task of its own; what it writes is the body, and its trouble is the body's.
    pub fn written<W, F>(bytes_max: u64, work: W) -> Body
    where
        W: FnOnce(Pen) -> F,
        F: Future<Output = Result<Pen, Trouble>> + Send + 'static,
    {
        let (pieces, arriving) = mpsc::channel(PIECES_WAITING);
        let pen = Pen {
            pieces: pieces.clone(),
            waiting: Vec::new(),
            left: bytes_max,
        };
        let told = Told::default();
        let (writing, teller) = (work(pen), told.clone());
        tokio::spawn(async move {
            let written = match writing.await {
                Ok(mut pen) => pen.flush().await,
                Err(trouble) => Err(trouble),
            };
            match written {
                Ok(()) => drop(pieces.send(Piece::End).await),
                Err(trouble) => teller.tell(trouble),
            }
        });
        Body {
            reader: Box::pin(StreamReader::new(Box::pin(whole(arriving)))),
            told,
        }
    }

    /// Where the reason will be if it fails.
    pub fn told(&self) -> Told {
        self.told.clone()
    }

    /// The reader, and where to look for the reason if it fails.
    pub fn into_parts(self) -> (Pin<Box<dyn AsyncRead + Send>>, Told) {
        (self.reader, self.told)
    }
}

impl Pen {
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.left = u64::try_from(bytes.len())
            .ok()
            .and_then(|length| self.left.checked_sub(length))
            .ok_or(Trouble::TooLarge)?;
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PIECE_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Trouble> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.waiting));
        self.pieces
            .send(Piece::Bytes(piece))
            .await
            .map_err(|_| Trouble::NotWanted)
    }
}

/// INVARIANT (whole-body): only the mark at the end ends a body; a channel that closes without it is an error.
fn whole(arriving: mpsc::Receiver<Piece>) -> impl stream::Stream<Item = io::Result<Bytes>> {
    stream::unfold(Some(arriving), |arriving| async {
        let mut arriving = arriving?;
        match arriving.recv().await {
            Some(Piece::Bytes(bytes)) => Some((Ok(bytes), Some(arriving))),
            Some(Piece::End) => None,
            None => Some((Err(io::ErrorKind::UnexpectedEof.into()), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    async fn read(body: Body) -> (io::Result<Vec<u8>>, Option<Trouble>) {
        let (mut reader, told) = body.into_parts();
        let mut bytes = Vec::new();
        let read = reader.read_to_end(&mut bytes).await.map(|_| bytes);
        (read, told.trouble())
    }

    #[tokio::test]
    async fn what_was_written_is_what_is_read() {
        let body = Body::written(1 << 20, |mut pen| async move {
            for number in 0..1_000 {
                pen.write(format!("{number},").as_bytes()).await?;
            }
            Ok(pen)
        });
        let (bytes, trouble) = read(body).await;
        assert_eq!(bytes.unwrap().len(), 10 * 2 + 90 * 3 + 900 * 4);
        assert_eq!(trouble, None);
    }

    #[tokio::test]
    async fn a_body_whose_writer_fails_is_not_a_shorter_body() {
        let body = Body::written(1 << 20, |mut pen| async move {
            pen.write(b"half").await?;
            Err(Trouble::Unreachable)
        });
        let (bytes, trouble) = read(body).await;
        assert_eq!(bytes.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(trouble, Some(Trouble::Unreachable));
    }

    #[tokio::test]
    async fn a_body_whose_writer_dies_is_not_a_shorter_body() {
        let body = Body::written(1 << 20, |mut pen| async move {
            pen.write(&vec![b'x'; PIECE_BYTES]).await?;
            panic!("a bug of a driver");
        });
        let (bytes, _) = read(body).await;
        assert_eq!(bytes.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_body_has_a_largest_size() {
        let body = Body::written(3, |mut pen| async move {
            pen.write(b"abc").await?;
            pen.write(b"d").await?;
            Ok(pen)
        });
        assert_eq!(read(body).await.1, Some(Trouble::TooLarge));
    }
}
