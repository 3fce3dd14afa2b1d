//! Texts of JSON without their escapes.

/// Appends the text between two quotes. Tells what is no character in it.
pub(super) fn unescape(raw: &[u8], text: &mut Vec<u8>) -> Option<Odd> {
    let mut odd = None;
    let mut rest = raw;
    while let Some(at) = memchr::memchr2(b'\\', 0, rest) {
        text.extend_from_slice(rest.get(..at).unwrap_or_default());
        let escape = rest.get(at..).unwrap_or_default();
        let (length, told) = match escape {
            [0, ..] => (1, Some(Odd::Control)),
            [b'\\', b'u', ..] => unicode(escape, text),
            [b'\\', byte, ..] => {
                text.push(match byte {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 0x08,
                    b'f' => 0x0C,
                    other => *other,
                });
                (2, None)
            }
            _ => (1, Some(Odd::NoCharacter)),
        };
        odd = odd.or(told);
        rest = escape.get(length..).unwrap_or_default();
    }
    text.extend_from_slice(rest);
    odd
}

/// What a text holds that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Odd {
    NoCharacter,
    /// NUL.
    Control,
}

/// `\u0041`, or two of them for a character beyond the basic plane.
fn unicode(escape: &[u8], text: &mut Vec<u8>) -> (usize, Option<Odd>) {
    let unit = |from: usize| {
        let digits = escape.get(from..from + 4)?;
        let digits = std::str::from_utf8(digits).ok()?;
        u16::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(2) else {
        text.extend_from_slice("\u{FFFD}".as_bytes());
        return (2, Some(Odd::NoCharacter));
    };
    let second = (escape.get(6..8) == Some(b"\\u")).then(|| unit(8)).flatten();
    let units = [first, second.unwrap_or_default()];
    let is_pair =
        (0xD800..0xDC00).contains(&first) && second.is_some_and(|unit| (0xDC00..0xE000).contains(&unit));
    let decoded = char::decode_utf16(units).next().and_then(Result::ok);
    match decoded {
        Some('\0') => (6, Some(Odd::Control)),
        Some(character) => {
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            (if is_pair { 12 } else { 6 }, None)
        }
        None => {
            text.extend_from_slice("\u{FFFD}".as_bytes());
            (6, Some(Odd::NoCharacter))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_and_nul_are_told() {
        let odd = |raw: &str| {
            let mut text = Vec::new();
            let odd = unescape(raw.as_bytes(), &mut text);
            (String::from_utf8(text).unwrap(), odd)
        };
        assert_eq!(
            odd(r"a\ud800b"),
            ("a\u{FFFD}b".to_owned(), Some(Odd::NoCharacter))
        );
        assert_eq!(odd(r"\u12"), ("\u{FFFD}12".to_owned(), Some(Odd::NoCharacter)));
        assert_eq!(odd(r"a\u0000b"), ("ab".to_owned(), Some(Odd::Control)));
        assert_eq!(odd(r"\/\t\q"), ("/\tq".to_owned(), None));
    }
}
