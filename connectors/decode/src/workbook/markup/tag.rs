//! Tags and entities as they are really written: in any case, with quotes or without, with values or without.

/// A tag without its brackets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'a>(&'a [u8]);

impl<'a> Tag<'a> {
    pub fn new(content: &'a [u8]) -> Self {
        Self(content)
    }

    /// Is this its name, whatever its prefix and case?
    pub fn is(self, name: &[u8]) -> bool {
        let end = self
            .0
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || *byte == b'/');
        local(self.0.get(..end.unwrap_or(self.0.len())).unwrap_or_default()).eq_ignore_ascii_case(name)
    }

    /// Does the tag close itself?
    pub fn is_empty(self) -> bool {
        self.0.ends_with(b"/")
    }

    /// The value of an attribute, whatever its prefix and case; empty if it has none. Entities stay as they are.
    pub fn attribute(self, name: &[u8]) -> Option<&'a [u8]> {
        let start = self.0.iter().position(u8::is_ascii_whitespace)?;
        let mut rest = self.0.get(start..)?;
        loop {
            rest = rest.trim_ascii_start();
            let end = rest
                .iter()
                .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'/'))
                .unwrap_or(rest.len());
            let (key, behind) = rest.split_at_checked(end)?;
            let value;
            (value, rest) = match behind.trim_ascii_start() {
                [b'=', assigned @ ..] => assigned_value(assigned.trim_ascii_start()),
                [b'/', after @ ..] if key.is_empty() => (&[][..], after),
                _ => (&[][..], behind),
            };
            if !key.is_empty() && local(key).eq_ignore_ascii_case(name) {
                return Some(value);
            }
            if rest.is_empty() || (key.is_empty() && rest.len() == behind.len()) {
                return None;
            }
        }
    }

    /// A count in an attribute, such as `colspan`.
    pub fn number(self, name: &[u8]) -> Option<u64> {
        let value = std::str::from_utf8(self.attribute(name)?).ok()?;
        value.trim().parse().ok()
    }
}

/// The value behind `=` and what follows it.
fn assigned_value(text: &[u8]) -> (&[u8], &[u8]) {
    let (value, end) = match text {
        [quote @ (b'"' | b'\''), quoted @ ..] => {
            let end = memchr::memchr(*quote, quoted).unwrap_or(quoted.len());
            (quoted.get(..end), end + 2)
        }
        _ => {
            let end = text
                .iter()
                .position(u8::is_ascii_whitespace)
                .unwrap_or(text.len());
            (text.get(..end), end)
        }
    };
    (value.unwrap_or_default(), text.get(end..).unwrap_or_default())
}

fn local(name: &[u8]) -> &[u8] {
    let from = memchr::memrchr(b':', name).map_or(0, |at| at + 1);
    name.get(from..).unwrap_or_default()
}

/// No entity is longer.
const ENTITY_BYTES_MAX: usize = 12;

/// Appends a text with its entities as the characters they stand for. What is no entity stays as it is.
pub(super) fn append_resolved(raw: &str, text: &mut String) {
    let mut rest = raw;
    while let Some((before, from)) = rest.split_once('&') {
        text.push_str(before);
        let entity = from
            .split_once(';')
            .filter(|(name, _)| name.len() <= ENTITY_BYTES_MAX);
        match entity.and_then(|(name, behind)| Some((character(name)?, behind))) {
            Some((character, behind)) => {
                text.push(character);
                rest = behind;
            }
            None => {
                text.push('&');
                rest = from;
            }
        }
    }
    text.push_str(rest);
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        "ensp" => '\u{2002}',
        "emsp" => '\u{2003}',
        "middot" => '·',
        "times" => '×',
        "yen" => '¥',
        "deg" => '°',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '\u{2018}',
        "rsquo" => '\u{2019}',
        "ldquo" => '\u{201C}',
        "rdquo" => '\u{201D}',
        "hellip" => '…',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_however_they_are_written() {
        let tag = Tag::new(b"TD class=xl24 x:num=\"12.5\" nowrap COLSPAN = 2 style='a:\"b\"' x:str/");
        assert!(tag.is(b"td") && tag.is_empty() && !tag.is(b"t"));
        let attribute = |name: &[u8]| {
            tag.attribute(name)
                .map(|value| String::from_utf8_lossy(value).into_owned())
        };
        assert_eq!(attribute(b"num").as_deref(), Some("12.5"));
        assert_eq!(attribute(b"nowrap").as_deref(), Some(""));
        assert_eq!(attribute(b"style").as_deref(), Some("a:\"b\""));
        assert_eq!(attribute(b"str").as_deref(), Some(""));
        assert_eq!(
            (tag.number(b"colspan"), attribute(b"td"), attribute(b"24")),
            (Some(2), None, None)
        );
        for odd in [
            &b""[..],
            b"td",
            b"td ",
            b"td =",
            b"td = =x",
            b"td / / a",
            b"td a=\"open",
            b"td //",
        ] {
            assert_eq!(Tag::new(odd).attribute(b"num"), None);
        }
    }

    #[test]
    fn entities_become_their_characters_and_others_stay() {
        let mut text = String::new();
        append_resolved(
            "a&amp;b &#20013;&#x6587; 阿&middot;依 R&D &nope; &#xD800; &",
            &mut text,
        );
        assert_eq!(text, "a&b 中文 阿·依 R&D &nope; &#xD800; &");
    }
}
