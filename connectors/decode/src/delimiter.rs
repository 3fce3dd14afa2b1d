//! What separates the fields of a text table: one to eight ASCII characters, none of them a line end or a quote.

/// Longer ones have never been seen, and every byte of it is searched for.
const BYTES_MAX: usize = 8;

/// A separator of fields, such as `,`, tab, `||` or `^|^`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Delimiter {
    bytes: [u8; BYTES_MAX],
    length: usize,
}

impl Delimiter {
    pub const COMMA: Self = Self::byte(b',');

    /// `None` if the text is empty, too long, not ASCII, or holds a line end, a quote or a NUL.
    pub fn new(text: &str) -> Option<Self> {
        let refused = |byte: u8| !byte.is_ascii() || matches!(byte, b'\n' | b'\r' | b'"' | 0);
        if text.is_empty() || text.len() > BYTES_MAX || text.bytes().any(refused) {
            return None;
        }
        let mut bytes = [0; BYTES_MAX];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self {
            bytes,
            length: text.len(),
        })
    }

    pub(crate) const fn byte(byte: u8) -> Self {
        Self {
            bytes: [byte, 0, 0, 0, 0, 0, 0, 0],
            length: 1,
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    pub(crate) const fn first(&self) -> u8 {
        self.bytes[0]
    }

    pub(crate) const fn length(&self) -> usize {
        self.length
    }

    pub fn as_str(&self) -> &str {
        // Only ASCII gets in.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// For receipts: `,`, `||`; `tab` and `space` by name, control characters as `\x01`.
    pub fn label(&self) -> String {
        match self.as_bytes() {
            b"\t" => "tab".to_owned(),
            b" " => "space".to_owned(),
            bytes => bytes
                .iter()
                .map(|byte| match byte {
                    b'\t' => "\\t".to_owned(),
                    byte if byte.is_ascii_control() => format!("\\x{byte:02x}"),
                    byte => char::from(*byte).to_string(),
                })
                .collect(),
        }
    }
}

impl std::fmt::Debug for Delimiter {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:?}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delimiter_is_short_ascii_and_no_line_end() {
        for text in [",", "\t", "||", "^|^", "::", "\u{1}", ", ", "12345678"] {
            assert_eq!(Delimiter::new(text).unwrap().as_str(), text);
        }
        for text in ["", "，", "a\n", "\"", "\0", "123456789"] {
            assert_eq!(Delimiter::new(text), None, "{text:?}");
        }
    }

    #[test]
    fn invisible_delimiters_have_a_name() {
        let label = |text: &str| Delimiter::new(text).unwrap().label();
        assert_eq!(
            ["\t", " ", "\u{1}", "\t\t", ", ", "|"].map(label),
            ["tab", "space", "\\x01", "\\t\\t", ", ", "|"]
        );
    }
}
