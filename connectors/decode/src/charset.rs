//! Which charset a file is in, proved over all of its bytes: byte order mark, then strict UTF-8, then strict GB18030.
//! Detectors that sample get Chinese files wrong when the first thousand rows are ASCII, so there is none here.

use std::io::{Read, Seek, SeekFrom};

use crate::dialect::{Charset, CharsetProof};
use crate::error::DecodeError;
use crate::private_use;
use crate::window::read_once;

const CHUNK_BYTES: usize = 256 << 10;

/// U+FFFD in UTF-8.
const LOST: &[u8] = b"\xEF\xBF\xBD";

/// A charset we may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Proved {
    pub charset: Charset,
    pub how: CharsetProof,
    pub bom_bytes: u64,
    /// Every byte decodes, and none was lost by another program before.
    pub clean: bool,
    /// Some characters are of the private use area.
    pub private_use: bool,
}

/// How well a charset fits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Fit {
    /// Characters beyond ASCII that decode.
    beyond_ascii: u64,
    malformed: u64,
    /// Replacement characters: what another program could not decode. They say nothing about the charset.
    lost: bool,
    private_use: bool,
}

impl Fit {
    const fn clean(self) -> bool {
        self.malformed == 0 && !self.lost
    }

    fn look_at(&mut self, text: &[u8]) {
        self.private_use = self.private_use || private_use::may_hold(text);
    }

    /// Few enough bad bytes that they are damage and not another charset.
    fn tolerable(self) -> bool {
        self.malformed <= 16 || self.malformed * 20 <= self.beyond_ascii
    }

    /// Text of another charset cannot look like this by chance.
    fn unmistakable(self) -> bool {
        self.beyond_ascii >= 8 && self.malformed * 20 <= self.beyond_ascii
    }
}

/// Reads the whole file from its start and decides.
pub(crate) fn prove<R: Read + Seek>(
    reader: &mut R,
    declared: Option<Charset>,
    head: &[u8],
) -> Result<Proved, DecodeError> {
    if let Some((charset, bom_bytes)) = byte_order_mark(head) {
        let fit = measure(reader, charset, bom_bytes)?;
        return Ok(Proved {
            bom_bytes,
            ..proved(charset, CharsetProof::Bom, fit)
        });
    }
    let utf8 = measure(reader, Charset::Utf8, 0)?;
    if utf8.malformed == 0 && (declared.is_none() || utf8.unmistakable() || utf8.beyond_ascii == 0) {
        let how = match declared {
            Some(Charset::Utf8) => CharsetProof::Declared,
            _ => whole(utf8),
        };
        return Ok(proved(Charset::Utf8, how, utf8));
    }
    if let Some(charset) = declared {
        let fit = if charset == Charset::Utf8 {
            utf8
        } else {
            measure(reader, charset, 0)?
        };
        if fit.tolerable() {
            return Ok(proved(charset, CharsetProof::Declared, fit));
        }
    }
    if utf8.unmistakable() {
        return Ok(proved(Charset::Utf8, whole(utf8), utf8));
    }
    let gb18030 = measure(reader, Charset::Gb18030, 0)?;
    let (charset, fit) = if gb18030.malformed < utf8.malformed {
        (Charset::Gb18030, gb18030)
    } else {
        (Charset::Utf8, utf8)
    };
    if fit.tolerable() {
        Ok(proved(charset, whole(fit), fit))
    } else {
        Err(DecodeError::CharsetUnknown)
    }
}

fn whole(fit: Fit) -> CharsetProof {
    if fit.clean() {
        CharsetProof::WholeFile
    } else {
        CharsetProof::FewestDefects
    }
}

fn proved(charset: Charset, how: CharsetProof, fit: Fit) -> Proved {
    Proved {
        charset,
        how,
        bom_bytes: 0,
        clean: fit.clean(),
        private_use: fit.private_use,
    }
}

fn byte_order_mark(head: &[u8]) -> Option<(Charset, u64)> {
    if head.starts_with(b"\xEF\xBB\xBF") {
        Some((Charset::Utf8, 3))
    } else if head.starts_with(b"\xFF\xFE") {
        Some((Charset::Utf16Le, 2))
    } else if head.starts_with(b"\xFE\xFF") {
        Some((Charset::Utf16Be, 2))
    } else if head.starts_with(b"\x84\x31\x95\x33") {
        Some((Charset::Gb18030, 4))
    } else {
        None
    }
}

fn measure<R: Read + Seek>(reader: &mut R, charset: Charset, from: u64) -> Result<Fit, DecodeError> {
    reader.seek(SeekFrom::Start(from))?;
    match charset {
        Charset::Utf8 => measure_utf8(reader),
        Charset::Gb18030 => measure_with(reader, encoding_rs::GB18030),
        Charset::Utf16Le => measure_with(reader, encoding_rs::UTF_16LE),
        Charset::Utf16Be => measure_with(reader, encoding_rs::UTF_16BE),
    }
}

fn measure_utf8<R: Read>(reader: &mut R) -> Result<Fit, DecodeError> {
    let mut fit = Fit::default();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut carried = 0;
    loop {
        let read = read_once(reader, chunk.get_mut(carried..).unwrap_or_default())?;
        let filled = carried + read;
        let mut rest = chunk.get(..filled).unwrap_or_default();
        fit.look_at(rest);
        fit.lost = fit.lost || memchr::memmem::find(rest, LOST).is_some();
        fit.beyond_ascii += rest.iter().filter(|byte| **byte >= 0xC0).count() as u64;
        loop {
            match simdutf8::compat::from_utf8(rest) {
                Ok(_) => rest = &[],
                Err(error) => {
                    let bad = rest.get(error.valid_up_to()..).unwrap_or_default();
                    match error.error_len() {
                        Some(length) => {
                            fit.malformed += 1;
                            rest = bad.get(length..).unwrap_or_default();
                            continue;
                        }
                        None => rest = bad,
                    }
                }
            }
            break;
        }
        if read == 0 {
            // What is carried at the end is a character cut short.
            fit.malformed += u64::from(!rest.is_empty());
            return Ok(fit);
        }
        if fit.malformed > 1000 && !fit.tolerable() {
            return Ok(fit); // another charset; no need to count on
        }
        carried = rest.len();
        // The carried bytes are counted again with the next chunk.
        fit.beyond_ascii -= rest.iter().filter(|byte| **byte >= 0xC0).count() as u64;
        chunk.copy_within(filled - carried..filled, 0);
    }
}

fn measure_with<R: Read>(
    reader: &mut R,
    encoding: &'static encoding_rs::Encoding,
) -> Result<Fit, DecodeError> {
    let mut fit = Fit::default();
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut text = vec![0; CHUNK_BYTES];
    loop {
        let read = read_once(reader, &mut chunk)?;
        let mut rest = chunk.get(..read).unwrap_or_default();
        fit.beyond_ascii += rest.iter().filter(|byte| **byte >= 0x80).count() as u64 / 2;
        loop {
            let (result, used, written) =
                decoder.decode_to_utf8_without_replacement(rest, &mut text, read == 0);
            fit.look_at(text.get(..written).unwrap_or_default());
            rest = rest.get(used..).unwrap_or_default();
            match result {
                encoding_rs::DecoderResult::InputEmpty => break,
                encoding_rs::DecoderResult::OutputFull => {}
                encoding_rs::DecoderResult::Malformed(..) => fit.malformed += 1,
            }
        }
        if read == 0 {
            return Ok(fit);
        }
    }
}
