//! Takes one record apart: a JSON object or array that is there from its first byte to its last.

use super::super::DEPTH_MAX;
use super::text::unescape;

/// A value as it stands in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Between the quotes, escapes and all.
    Text(&'a [u8]),
    Number(&'a [u8]),
    /// `true`, `false`, and words that are no JSON, like the NaN that Python writes.
    Word(&'a [u8]),
    Null,
    /// A list, as it stands. What it means is not for a cell to say.
    List(&'a [u8]),
}

/// Where a record is no JSON, from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken(pub usize);

/// Visits the values of an object with their names, `外/内` inside an object that is a value.
pub(super) fn object<'a>(record: &'a [u8], mut visit: impl FnMut(&[u8], Value<'a>)) -> Result<(), Broken> {
    let mut parser = Parser { record, at: 0 };
    let mut name = Vec::new();
    parser.object(&mut name, 0, &mut visit)?;
    parser.end()
}

/// Visits the values of an array.
pub(super) fn array<'a>(record: &'a [u8], mut visit: impl FnMut(usize, Value<'a>)) -> Result<(), Broken> {
    let mut parser = Parser { record, at: 0 };
    parser.expect(b'[')?;
    let mut index = 0;
    loop {
        if parser.takes(b']') {
            return parser.end();
        }
        let value = match parser.peek() {
            Some(b'{') => parser.list()?,
            _ => parser.value()?,
        };
        visit(index, value);
        index += 1;
        parser.comma_or(b']')?;
    }
}

struct Parser<'a> {
    record: &'a [u8],
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&mut self) -> Option<u8> {
        let rest = self.record.get(self.at..)?;
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.at += blanks;
        self.record.get(self.at).copied()
    }

    fn takes(&mut self, byte: u8) -> bool {
        let takes = self.peek() == Some(byte);
        self.at += usize::from(takes);
        takes
    }

    fn expect(&mut self, byte: u8) -> Result<(), Broken> {
        if self.takes(byte) {
            Ok(())
        } else {
            Err(Broken(self.at))
        }
    }

    /// A comma, or the end that is only looked at. A comma before the end does no harm.
    fn comma_or(&mut self, end: u8) -> Result<(), Broken> {
        if self.takes(b',') || self.peek() == Some(end) {
            Ok(())
        } else {
            Err(Broken(self.at))
        }
    }

    fn end(&mut self) -> Result<(), Broken> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Broken(self.at)),
        }
    }

    fn object(
        &mut self,
        name: &mut Vec<u8>,
        depth: usize,
        visit: &mut impl FnMut(&[u8], Value<'a>),
    ) -> Result<(), Broken> {
        self.expect(b'{')?;
        let outer = name.len();
        loop {
            if self.takes(b'}') {
                return Ok(());
            }
            name.truncate(outer);
            if outer > 0 {
                name.push(b'/');
            }
            let raw = self.string()?;
            unescape(raw, name);
            self.expect(b':')?;
            if self.peek() == Some(b'{') && depth < DEPTH_MAX {
                self.object(name, depth + 1, visit)?;
            } else {
                let value = match self.peek() {
                    Some(b'{') => self.list()?,
                    _ => self.value()?,
                };
                visit(name, value);
            }
            name.truncate(outer);
            self.comma_or(b'}')?;
        }
    }

    fn value(&mut self) -> Result<Value<'a>, Broken> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::Text),
            Some(b'[') => self.list(),
            _ => {
                let from = self.at;
                let rest = self.record.get(from..).unwrap_or_default();
                let length = rest
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
                    .count();
                self.at += length;
                match rest.get(..length).unwrap_or_default() {
                    [] => Err(Broken(from)),
                    b"null" => Ok(Value::Null),
                    [b'-' | b'+' | b'.' | b'0'..=b'9', ..] => {
                        Ok(Value::Number(rest.get(..length).unwrap_or_default()))
                    }
                    word => Ok(Value::Word(word)),
                }
            }
        }
    }

    fn string(&mut self) -> Result<&'a [u8], Broken> {
        self.expect(b'"')?;
        let from = self.at;
        loop {
            let rest = self.record.get(self.at..).unwrap_or_default();
            match memchr::memchr2(b'"', b'\\', rest) {
                None => return Err(Broken(from)),
                Some(found) if rest.get(found) == Some(&b'"') => {
                    let end = self.at + found;
                    self.at = end + 1;
                    return Ok(self.record.get(from..end).unwrap_or_default());
                }
                Some(found) => self.at += found + 2,
            }
        }
    }

    /// An array or an object as it stands.
    fn list(&mut self) -> Result<Value<'a>, Broken> {
        let from = self.at;
        let mut depth = 0usize;
        while let Some(byte) = self.record.get(self.at) {
            match byte {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(Value::List(self.record.get(from..self.at).unwrap_or_default()));
            }
        }
        Err(Broken(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(record: &str) -> Result<Vec<(String, String)>, Broken> {
        let mut values = Vec::new();
        object(record.as_bytes(), |name, value| {
            let name = String::from_utf8(name.to_vec()).unwrap();
            let mut text = Vec::new();
            match value {
                Value::Text(raw) => {
                    unescape(raw, &mut text);
                }
                Value::Number(raw) | Value::Word(raw) | Value::List(raw) => text.extend_from_slice(raw),
                Value::Null => {}
            }
            values.push((name, String::from_utf8(text).unwrap()));
        })?;
        Ok(values)
    }

    #[test]
    fn values_keep_their_text_and_inner_objects_lend_their_name() {
        let values = told(
            r#"{"id": "00\u0031\"", "owner": {"name":"湘西","x":{"y":null}}, "n":-1.50, "ok":true,
                "list":[1, "]", {"a":2}], "pair":"\ud842\udfb7", "empty":{} ,}"#,
        );
        let expected = [
            ("id", "001\""),
            ("owner/name", "湘西"),
            ("owner/x/y", ""),
            ("n", "-1.50"),
            ("ok", "true"),
            ("list", r#"[1, "]", {"a":2}]"#),
            ("pair", "𠮷"),
        ];
        let expected: Vec<_> = expected
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into();
        assert_eq!(values, Ok(expected));
    }

    #[test]
    fn what_is_no_json_is_broken_at_a_place() {
        for (record, at) in [
            (r#"{"a" 1}"#, 5),
            (r#"{"a":}"#, 5),
            (r#"{"a":1 "b":2}"#, 7),
            (r#"{"a":"x}"#, 6),
            (r#"{"a":1} x"#, 8),
            (r#"[1]"#, 0),
            (r#"{a:1}"#, 1),
            (r#"{"a":[1}"#, 5),
        ] {
            let found = told(record);
            if record == r#"{"a":[1}"# {
                // The bracket is closed by the wrong one; the object is what is never closed then.
                assert!(found.is_err(), "{record}");
                continue;
            }
            assert_eq!(found, Err(Broken(at)), "{record}");
        }
    }

    #[test]
    fn an_array_is_a_row_of_values() {
        let mut values = Vec::new();
        array(br#"["a", 1, null, {"b":2}]"#, |index, value| {
            values.push((index, value))
        })
        .unwrap();
        assert_eq!(
            values,
            [
                (0, Value::Text(b"a")),
                (1, Value::Number(b"1")),
                (2, Value::Null),
                (3, Value::List(br#"{"b":2}"#))
            ]
        );
    }
}
