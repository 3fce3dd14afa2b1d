//! Finds where a JSON value ends without understanding it, over any cut of the bytes.

use crate::scan::Scan;

/// How far a value has been followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Balance {
    depth: u64,
    in_string: bool,
}

/// What the bytes say about the end of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The first byte behind it.
    End(usize),
    /// It goes on; so many bytes need not be seen again.
    More(usize),
}

impl Balance {
    /// Follows a value on from `from`. Brackets of the two kinds are not told apart: who parses it will.
    pub fn run(&mut self, text: &[u8], from: usize, scan: Scan) -> Step {
        let mut at = from;
        while let Some(byte) = text.get(at) {
            if self.in_string {
                match scan.find(text, at, [b'"', b'\\', b'"']) {
                    // In GB18030 the last byte may be half a character, so the string is walked again from here.
                    None => return Step::More(at),
                    Some(found) if text.get(found) == Some(&b'\\') => {
                        if found + 1 >= text.len() {
                            return Step::More(found);
                        }
                        at = found + 2;
                    }
                    Some(found) => {
                        self.in_string = false;
                        at = found + 1;
                        if self.depth == 0 {
                            return Step::End(at);
                        }
                    }
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth <= 1 => {
                    // A bracket that closes nothing belongs to what is around the value.
                    return Step::End(at + usize::from(self.depth == 1));
                }
                b'}' | b']' => self.depth -= 1,
                b',' if self.depth == 0 => return Step::End(at),
                byte if self.depth == 0 && byte.is_ascii_whitespace() => return Step::End(at),
                _ => {}
            }
            at += 1;
        }
        Step::More(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delimiter::Delimiter;

    #[test]
    fn a_value_ends_in_the_same_place_however_it_is_cut() {
        let scan = Scan::new(false, Delimiter::COMMA, [b'"', b'\\']);
        for (text, expected) in [
            (r#"{"a":"}\"","b":[1,{}]} ,"#, 22),
            (r#""a,\\","#, 6),
            ("12.5,", 4),
            ("true}", 4),
            ("[[],[]]]", 7),
        ] {
            for cut in 0..text.len() {
                let mut balance = Balance::default();
                let (mut shown, mut from) = (cut, 0);
                let end = loop {
                    match balance.run(&text.as_bytes()[..shown], from, scan) {
                        Step::End(end) => break end,
                        Step::More(at) => from = at,
                    }
                    shown += 1;
                };
                assert_eq!(end, expected, "{text} cut at {cut}");
            }
        }
    }

    #[test]
    fn the_second_byte_of_a_character_is_no_backslash() {
        let scan = Scan::new(true, Delimiter::COMMA, [b'"', b'\\']);
        // 0x95 0x5C is one character of GBK.
        let text = b"\"\x95\x5C\",";
        for cut in 1..text.len() {
            let mut balance = Balance::default();
            let Step::More(from) = balance.run(&text[..cut], 0, scan) else {
                assert_eq!(cut, 4);
                continue;
            };
            assert_eq!(balance.run(text, from, scan), Step::End(4), "cut at {cut}");
        }
    }
}
