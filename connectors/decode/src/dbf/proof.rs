//! Which charset the texts of a DBF file are in. The language byte says it, where a program set it and no other program
//! copied it along; so every text of the file is looked at before the byte is believed.

use crate::dialect::{Charset, CharsetProof};
use crate::error::DecodeError;

/// How well charsets fit the texts that are not ASCII.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fit {
    texts: u64,
    not_utf8: u64,
    not_gb18030: u64,
}

impl Fit {
    /// Looks at one text, which may have been cut at the end of its field.
    pub fn add(&mut self, text: &[u8], may_be_cut: bool) {
        if text.is_ascii() {
            return;
        }
        self.texts += 1;
        let is_utf8 = match simdutf8::compat::from_utf8(text) {
            Ok(_) => true,
            Err(error) => may_be_cut && error.error_len().is_none(),
        };
        self.not_utf8 += u64::from(!is_utf8);
        self.not_gb18030 += u64::from(!is_gb18030(text, may_be_cut));
    }

    /// # Errors
    /// No charset that is read fits.
    pub fn charset(&self, language: u8) -> Result<(Charset, CharsetProof), DecodeError> {
        let tolerable = |bad: u64| bad * 4 <= self.texts;
        if self.texts == 0 || (self.not_utf8 == 0 && self.texts >= 8) {
            return Ok((Charset::Utf8, CharsetProof::WholeFile));
        }
        match language {
            // Code page 936, of dBase and of FoxPro.
            0x4D | 0x7A if tolerable(self.not_gb18030) => Ok((Charset::Gb18030, CharsetProof::Declared)),
            // No page, or that of whatever Windows the program ran on.
            0x00 | 0x03 | 0x57 => match (self.not_utf8, self.not_gb18030) {
                (0, _) => Ok((Charset::Utf8, CharsetProof::WholeFile)),
                (_, 0) => Ok((Charset::Gb18030, CharsetProof::WholeFile)),
                (utf8, gb18030) if gb18030 <= utf8 && tolerable(gb18030) => {
                    Ok((Charset::Gb18030, CharsetProof::FewestDefects))
                }
                (utf8, _) if tolerable(utf8) => Ok((Charset::Utf8, CharsetProof::FewestDefects)),
                _ => Err(DecodeError::CharsetUnknown),
            },
            _ => Err(DecodeError::CharsetUnknown),
        }
    }
}

fn is_gb18030(text: &[u8], may_be_cut: bool) -> bool {
    let mut decoder = encoding_rs::GB18030.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(text.len());
    let mut decoded = vec![0; room.unwrap_or(text.len() * 4)];
    let (result, _, _) = decoder.decode_to_utf8_without_replacement(text, &mut decoded, !may_be_cut);
    result == encoding_rs::DecoderResult::InputEmpty
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(texts: &[&[u8]], language: u8) -> Option<(Charset, CharsetProof)> {
        let mut fit = Fit::default();
        texts.iter().for_each(|text| fit.add(text, true));
        fit.charset(language).ok()
    }

    #[test]
    fn the_language_byte_is_believed_where_the_texts_do_not_contradict_it() {
        let utf8: Vec<&[u8]> = vec!["湘西州".as_bytes(); 8];
        let gbk: Vec<&[u8]> = vec![b"\xCF\xE6\xCE\xF7"; 8];
        assert_eq!(told(&gbk, 0x4D), Some((Charset::Gb18030, CharsetProof::Declared)));
        assert_eq!(
            told(&gbk, 0x00),
            Some((Charset::Gb18030, CharsetProof::WholeFile))
        );
        assert_eq!(told(&utf8, 0x7A), Some((Charset::Utf8, CharsetProof::WholeFile)));
        assert_eq!(told(&utf8, 0x57), Some((Charset::Utf8, CharsetProof::WholeFile)));
        // Western pages are not read, and not guessed to be Chinese.
        assert_eq!(told(&gbk, 0x02), None);
        assert_eq!(
            told(&[b"plain"], 0x02),
            Some((Charset::Utf8, CharsetProof::WholeFile))
        );
        // A text may be cut inside its last character.
        assert_eq!(
            told(&[b"\xCF\xE6\xCE"], 0x00),
            Some((Charset::Gb18030, CharsetProof::WholeFile))
        );
        assert_eq!(told(&[b"\xFF\xFF\xFF".as_slice(); 40], 0x4D), None);
    }
}
