//! Names, attributes and texts as they stand between the marks of XML.

/// The name of a tag without its prefix.
pub(super) fn name(tag: &[u8]) -> &[u8] {
    let end = tag.iter().position(u8::is_ascii_whitespace);
    local(tag.get(..end.unwrap_or(tag.len())).unwrap_or_default())
}

fn local(name: &[u8]) -> &[u8] {
    let from = memchr::memchr(b':', name).map_or(0, |at| at + 1);
    name.get(from..).unwrap_or_default()
}

/// Attributes of a tag with their values, entities and all. Those that XML itself uses are left out.
pub(super) fn attributes(tag: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = tag;
    let all = std::iter::from_fn(move || {
        let equals = memchr::memchr(b'=', rest)?;
        let key = rest.get(..equals)?.trim_ascii_end();
        let from = key
            .iter()
            .rposition(u8::is_ascii_whitespace)
            .map_or(0, |at| at + 1);
        let value = rest.get(equals + 1..)?.trim_ascii_start();
        let quote = *value.first()?;
        let value = value.get(1..)?;
        let end = memchr::memchr(quote, value)?;
        rest = value.get(end + 1..)?;
        Some((key.get(from..)?, value.get(..end)?))
    });
    all.filter(|(key, _)| {
        !key.starts_with(b"xmlns") && !key.starts_with(b"xsi:") && !key.starts_with(b"xml:")
    })
    .map(|(key, value)| (local(key), value))
}

/// Elements that are called alike and say in an attribute which field they are, as database tools write them.
pub(super) fn field_name(tag: &[u8]) -> Option<&[u8]> {
    let element = name(tag).to_ascii_lowercase();
    let fields: [&[u8]; 7] = [
        b"field",
        b"col",
        b"column",
        b"cell",
        b"item",
        b"property",
        b"value",
    ];
    if !fields.contains(&element.as_slice()) {
        return None;
    }
    let named = |(key, _): &(&[u8], &[u8])| key.eq_ignore_ascii_case(b"name");
    attributes(tag).find(named).map(|(_, value)| value)
}

/// Appends a text with its entities resolved: the five of XML, and characters by number. Another one stays as it is.
pub(super) fn append(raw: &[u8], text: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'&', rest) {
        text.extend_from_slice(rest.get(..at).unwrap_or_default());
        let from = rest.get(at..).unwrap_or_default();
        let entity = memchr::memchr(b';', from.get(..from.len().min(12)).unwrap_or_default());
        let character = entity.and_then(|end| character(from.get(1..end)?));
        let length = match (character, entity) {
            (Some(character), Some(end)) => {
                text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                end + 1
            }
            _ => {
                text.push(b'&');
                1
            }
        };
        rest = from.get(length..).unwrap_or_default();
    }
    text.extend_from_slice(rest);
}

fn character(entity: &[u8]) -> Option<char> {
    match entity {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        _ => None,
    }
}

/// XML has no NUL.
fn number(digits: &[u8], radix: u32) -> Option<char> {
    let digits = std::str::from_utf8(digits).ok()?;
    let code = u32::from_str_radix(digits, radix).ok()?;
    char::from_u32(code).filter(|c| *c != '\0')
}

/// The charset that the declaration at the beginning claims.
pub(super) fn declared_charset(head: &[u8]) -> Option<&str> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let declaration = head.strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(declaration, b"?>")?;
    let mut all = attributes(declaration.get(..end)?);
    let value = all.find(|(key, _)| *key == b"encoding")?.1;
    std::str::from_utf8(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &str) -> String {
        let mut text = Vec::new();
        append(raw.as_bytes(), &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn entities_become_characters_once() {
        assert_eq!(
            text("a &lt; b &amp;amp; &#28248;&#x897F; &nbsp; & c;"),
            "a < b &amp; 湘西 &nbsp; & c;"
        );
        assert_eq!(text("&#0;&#xD800;&#99999999;&"), "&#0;&#xD800;&#99999999;&");
    }

    #[test]
    fn names_and_attributes_lose_their_prefix() {
        let tag = b"x:row id=\"1\" xmlns:x=\"u\" xsi:nil='true' y:name = 'a>b'";
        assert_eq!(name(tag), b"row");
        let found: Vec<_> = attributes(tag).collect();
        let expected: [(&[u8], &[u8]); 2] = [(b"id", b"1"), (b"name", b"a>b")];
        assert_eq!(found, expected);
        assert_eq!(field_name(b"field name=\"id\""), Some(&b"id"[..]));
        assert_eq!(field_name(b"owner name=\"id\""), None);
    }

    #[test]
    fn the_declaration_names_a_charset() {
        assert_eq!(
            declared_charset(b"<?xml version=\"1.0\" encoding='GBK'?><a/>"),
            Some("GBK")
        );
        assert_eq!(
            declared_charset(b"<?xml version=\"1.0\"?><a encoding='x'/>"),
            None
        );
        assert_eq!(declared_charset(b"<a/>"), None);
    }
}
