//! Commands and replies, line by line and within limits.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use zeroize::Zeroizing;

use super::{REFUSED, UNREACHABLE, unreachable};
use crate::reminders::NotSent;

/// Bytes of one line of a reply; the standard says 512.
const LINE_BYTES_MAX: u64 = 2_048;
const LINES_MAX: usize = 100;

/// Anything bytes go through.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

pub(super) struct Talk {
    wire: BufReader<Box<dyn Wire>>,
}

impl Talk {
    pub(super) fn new(wire: Box<dyn Wire>) -> Talk {
        Talk {
            wire: BufReader::new(wire),
        }
    }

    /// The wire beneath, if the server has said nothing beyond its last reply: whoever sits in between could have put
    /// words there that would count as said under TLS.
    pub(super) fn into_wire(self) -> Option<Box<dyn Wire>> {
        self.wire.buffer().is_empty().then(|| self.wire.into_inner())
    }

    /// Greets; what the server offers, a line each.
    pub(super) async fn hello(&mut self, name: &str) -> Result<Vec<String>, NotSent> {
        let lines = self.say(&format!("EHLO {name}"), 2).await?;
        Ok(lines.into_iter().skip(1).collect())
    }

    /// Says one line and reads the reply to it, which must be of this class.
    pub(super) async fn say(&mut self, line: &str, class: u8) -> Result<Vec<String>, NotSent> {
        let broken = |error: std::io::Error| unreachable(&error.kind());
        // In one piece, and gone from memory afterwards: it may be a password.
        let line = Zeroizing::new(format!("{line}\r\n"));
        self.wire.write_all(line.as_bytes()).await.map_err(broken)?;
        self.wire.flush().await.map_err(broken)?;
        self.expect(class).await
    }

    /// Reads a reply: `250-…` lines, then `250 …`. Their texts, without the code.
    pub(super) async fn expect(&mut self, class: u8) -> Result<Vec<String>, NotSent> {
        let mut texts = Vec::new();
        loop {
            let line = self.line().await?;
            let (code, rest) = line.split_at_checked(3).ok_or(UNREACHABLE)?;
            let code: u16 = code.parse().map_err(|_| UNREACHABLE)?;
            let more = rest.starts_with('-');
            texts.push(rest.get(1..).unwrap_or_default().to_owned());
            if more && texts.len() < LINES_MAX {
                continue;
            }
            if more {
                return Err(UNREACHABLE);
            }
            if code / 100 == u16::from(class) {
                return Ok(texts);
            }
            // The words of the server may repeat an address, so the code has to do.
            tracing::warn!(code, "the mail server refused");
            return Err(REFUSED);
        }
    }

    async fn line(&mut self) -> Result<String, NotSent> {
        let mut bytes = Vec::new();
        let mut limited = (&mut self.wire).take(LINE_BYTES_MAX);
        let read = limited.read_until(b'\n', &mut bytes).await;
        read.map_err(|error| unreachable(&error.kind()))?;
        if bytes.last() != Some(&b'\n') {
            return Err(unreachable(&"a reply without an end"));
        }
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }
}
