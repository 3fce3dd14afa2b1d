//! Names of ten bytes, as DBF tables have them and what was exported from them keeps: titles cut short, or the initials of
//! their pinyin (`YHBH` for 用户编号). A name is taken for a field only if no other field could be meant; initials only
//! where the file names its columns so throughout. Which columns were found this way is told.

use encoding_rs::GB18030;
use schemas::{Contract, Field};

use crate::file_rules::finding;
use crate::{Finding, Severity};

/// What dBase leaves of a name.
const NAME_BYTES: usize = 10;

/// The field whose name, title or alias was cut to this.
pub(crate) fn cut<'a>(contract: &'a Contract, name: &str) -> Option<&'a Field> {
    let name = name.trim().to_lowercase();
    let bytes = GB18030.encode(&name).0;
    // A cut inside a character leaves nine bytes.
    if !(NAME_BYTES - 1..=NAME_BYTES).contains(&bytes.len()) {
        return None;
    }
    only(contract, |title| {
        let title = title.to_lowercase();
        let title = GB18030.encode(&title).0;
        title.len() > NAME_BYTES && title.starts_with(&bytes)
    })
}

/// The field whose title or alias has these initials.
pub(crate) fn initials<'a>(contract: &'a Contract, name: &str) -> Option<&'a Field> {
    let name = name.trim().to_ascii_uppercase();
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain || !(2..=NAME_BYTES).contains(&name.len()) {
        return None;
    }
    only(contract, |title| has_initials(title, name.as_bytes()))
}

/// Says which columns were found by short names.
pub(crate) fn told(short: &[(String, String)]) -> Option<Finding> {
    let names: Vec<String> = short
        .iter()
        .map(|(name, title)| format!("{name} = {title}"))
        .collect();
    (!names.is_empty()).then(|| {
        let args = [("names", names.join(", "))];
        finding("F-names_short", Severity::Warning, "check.names_short", &args)
    })
}

/// The one field of which a title says so.
fn only<'a>(contract: &'a Contract, is_meant: impl Fn(&str) -> bool) -> Option<&'a Field> {
    let mut meant = contract.sent_fields().filter(|field| {
        let own = [&field.name, &field.title.zh];
        own.into_iter().chain(&field.aliases).any(|title| is_meant(title))
    });
    let field = meant.next()?;
    meant.next().is_none().then_some(field)
}

fn has_initials(title: &str, name: &[u8]) -> bool {
    if title.is_ascii() {
        return false;
    }
    let mut letters = name.iter();
    for character in title.chars().filter(|character| character.is_alphanumeric()) {
        let Some(letter) = letters.next() else {
            return name.len() == NAME_BYTES;
        };
        let is_letter = match character.is_ascii() {
            true => character.to_ascii_uppercase() == char::from(*letter),
            false => initial(character) == Some(*letter) || other_reading(character) == Some(*letter),
        };
        if !is_letter {
            return false;
        }
    }
    letters.next().is_none()
}

/// GB 2312 lists its 3,755 common characters by pinyin: for each initial the first of its characters.
const FIRST: [(u16, u8); 23] = [
    (0xB0A1, b'A'),
    (0xB0C5, b'B'),
    (0xB2C1, b'C'),
    (0xB4EE, b'D'),
    (0xB6EA, b'E'),
    (0xB7A2, b'F'),
    (0xB8C1, b'G'),
    (0xB9FE, b'H'),
    (0xBBF7, b'J'),
    (0xBFA6, b'K'),
    (0xC0AC, b'L'),
    (0xC2E8, b'M'),
    (0xC4C3, b'N'),
    (0xC5B6, b'O'),
    (0xC5BE, b'P'),
    (0xC6DA, b'Q'),
    (0xC8BB, b'R'),
    (0xC8F6, b'S'),
    (0xCBFA, b'T'),
    (0xCDDA, b'W'),
    (0xCEF4, b'X'),
    (0xD1B9, b'Y'),
    (0xD4D1, b'Z'),
];
/// Behind this the characters are listed by their strokes.
const LAST: u16 = 0xD7F9;

fn initial(character: char) -> Option<u8> {
    let mut text = [0; 4];
    let encoded = GB18030.encode(character.encode_utf8(&mut text)).0;
    let code = u16::from_be_bytes(encoded.as_ref().try_into().ok()?);
    if code > LAST {
        return None;
    }
    let after = FIRST.partition_point(|(first, _)| *first <= code);
    FIRST.get(after.checked_sub(1)?).map(|(_, letter)| *letter)
}

/// Characters of column names that are read in two ways.
fn other_reading(character: char) -> Option<u8> {
    Some(match character {
        '行' => b'H',
        '会' => b'K',
        '重' => b'C',
        '长' => b'C',
        '率' => b'S',
        '调' => b'D',
        '单' => b'S',
        '车' => b'J',
        '省' => b'X',
        '石' => b'D',
        '提' => b'D',
        '还' => b'X',
        '降' => b'X',
        '传' => b'C',
        '曾' => b'C',
        '校' => b'J',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_read_from_the_order_of_gb_2312() {
        let cases = [
            ("用户编号", "YHBH"),
            ("所属县市代码", "SSXSDM"),
            ("行业代码", "HYDM"),
            ("统一社会信用代码", "TYSHXYDM"),
            ("VIN码", "VINM"),
            ("国民经济行业代码明细", "GMJJHYDMMX"),
            ("国民经济行业代码明细表", "GMJJHYDMMX"),
            ("啊座匝撒", "AZZS"),
        ];
        for (title, name) in cases {
            assert!(has_initials(title, name.as_bytes()), "{title}");
        }
        for (title, name) in [
            ("用户编号", "YHB"),
            ("用户", "YHBH"),
            ("用户", "YX"),
            ("kwh", "KWH"),
            ("龘", "D"),
        ] {
            assert!(!has_initials(title, name.as_bytes()), "{title}");
        }
    }
}
