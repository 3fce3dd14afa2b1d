//! Packets of the MySQL protocol, and the numbers and texts in them. Everything that the server says has a length it
//! chose itself; none is believed beyond a limit or the end of its packet.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use crate::trouble::Trouble;

/// The longest row we take. A server announces the length before it sends.
const PACKET_BYTES_MAX: usize = 64 << 20;
const WHOLE_PACKET: usize = 0xff_ffff;
const READ_BYTES: usize = 64 << 10;

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection as packets, whatever it runs over.
pub(super) struct Wire {
    stream: BufReader<Box<dyn Stream>>,
    number: u8,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>) -> Wire {
        Wire {
            stream: BufReader::with_capacity(READ_BYTES, stream),
            number: 0,
        }
    }

    /// The stream below, to put TLS on it. Bytes the server has sent too early would be lost, so there may be none.
    pub(super) fn into_stream(self) -> Result<Box<dyn Stream>, Trouble> {
        match self.stream.buffer().is_empty() {
            true => Ok(self.stream.into_inner()),
            false => Err(Trouble::Untrusted),
        }
    }

    /// The same conversation over another stream.
    pub(super) fn over(stream: Box<dyn Stream>, number: u8) -> Wire {
        Wire {
            number,
            ..Wire::new(stream)
        }
    }

    pub(super) fn number(&self) -> u8 {
        self.number
    }

    /// The next packet, its pieces joined.
    pub(super) async fn receive(&mut self) -> Result<Vec<u8>, Trouble> {
        let mut packet = Vec::new();
        loop {
            let mut head = [0; 4];
            self.stream
                .read_exact(&mut head)
                .await
                .map_err(|_| Trouble::Unreachable)?;
            let [a, b, c, number] = head;
            self.number = number.wrapping_add(1);
            let length = usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16;
            if packet.len() + length > PACKET_BYTES_MAX {
                return Err(Trouble::TooLarge);
            }
            let before = packet.len();
            // Grows as bytes come, not as they are promised.
            let mut piece = (&mut self.stream).take(length as u64);
            piece
                .read_to_end(&mut packet)
                .await
                .map_err(|_| Trouble::Unreachable)?;
            if packet.len() - before != length {
                return Err(Trouble::Unreachable);
            }
            if length < WHOLE_PACKET {
                return Ok(packet);
            }
        }
    }

    pub(super) async fn send(&mut self, payload: &[u8]) -> Result<(), Trouble> {
        let length = u32::try_from(payload.len()).map_err(|_| Trouble::TooLarge)?;
        if payload.len() >= WHOLE_PACKET {
            return Err(Trouble::TooLarge);
        }
        let mut packet = Vec::with_capacity(payload.len() + 4);
        packet.extend_from_slice(length.to_le_bytes().get(..3).unwrap_or_default());
        packet.push(self.number);
        packet.extend_from_slice(payload);
        self.number = self.number.wrapping_add(1);
        let stream = self.stream.get_mut();
        stream
            .write_all(&packet)
            .await
            .map_err(|_| Trouble::Unreachable)?;
        stream.flush().await.map_err(|_| Trouble::Unreachable)
    }

    /// A command begins a conversation of its own.
    pub(super) async fn command(&mut self, code: u8, text: &str) -> Result<(), Trouble> {
        self.number = 0;
        let mut payload = vec![code];
        payload.extend_from_slice(text.as_bytes());
        self.send(&payload).await
    }
}

/// Reads a packet from its beginning.
pub(super) struct Reader<'p>(pub(super) &'p [u8]);

impl<'p> Reader<'p> {
    pub(super) fn bytes(&mut self, count: usize) -> Result<&'p [u8], Trouble> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Trouble::Unreadable)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Trouble> {
        self.bytes(1)?.first().copied().ok_or(Trouble::Unreadable)
    }

    /// A whole number of `count` bytes, at most eight.
    pub(super) fn number(&mut self, count: usize) -> Result<u64, Trouble> {
        let bytes = self.bytes(count)?;
        Ok(bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// Up to the next zero byte, or to the end.
    pub(super) fn until_zero(&mut self) -> &'p [u8] {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end).unwrap_or((self.0, &[]));
        self.0 = rest.get(1..).unwrap_or_default();
        taken
    }

    /// A number that says its own length; `None` stands for NULL.
    pub(super) fn length(&mut self) -> Result<Option<usize>, Trouble> {
        let number = match self.u8()? {
            0xfb => return Ok(None),
            0xfc => self.number(2)?,
            0xfd => self.number(3)?,
            0xfe => self.number(8)?,
            0xff => return Err(Trouble::Unreadable),
            small => u64::from(small),
        };
        usize::try_from(number).map(Some).map_err(|_| Trouble::Unreadable)
    }

    /// A text with its length before it.
    pub(super) fn text(&mut self) -> Result<Option<&'p str>, Trouble> {
        let Some(length) = self.length()? else {
            return Ok(None);
        };
        let bytes = self.bytes(length)?;
        std::str::from_utf8(bytes)
            .map(Some)
            .map_err(|_| Trouble::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_beyond_the_packet_is_refused() {
        for packet in [
            &[5, b'a'][..],
            &[0xfc, 1],
            &[0xfe, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0xff],
            &[],
        ] {
            assert_eq!(Reader(packet).text(), Err(Trouble::Unreadable), "{packet:?}");
        }
        assert_eq!(Reader(&[0xfb]).text(), Ok(None));
        assert_eq!(Reader(&[0]).text(), Ok(Some("")));
        assert_eq!(Reader(&[0xfc, 2, 0, b'a', b'b', b'c']).text(), Ok(Some("ab")));
    }

    #[tokio::test]
    async fn a_packet_that_breaks_off_or_promises_too_much_is_refused() {
        for (sent, trouble) in [
            (&[3, 0, 0, 0, b'a'][..], Trouble::Unreachable),
            (&[3, 0], Trouble::Unreachable),
        ] {
            let (near, mut far) = tokio::io::duplex(1 << 10);
            far.write_all(sent).await.unwrap();
            drop(far);
            assert_eq!(Wire::new(Box::new(near)).receive().await, Err(trouble));
        }
        let (near, mut far) = tokio::io::duplex(1 << 20);
        tokio::spawn(async move {
            let whole = vec![b'x'; WHOLE_PACKET];
            for number in 0..5 {
                if far.write_all(&[0xff, 0xff, 0xff, number]).await.is_err()
                    || far.write_all(&whole).await.is_err()
                {
                    return;
                }
            }
        });
        assert_eq!(Wire::new(Box::new(near)).receive().await, Err(Trouble::TooLarge));
    }
}
