//! PostgreSQL's binary `numeric`, exact for all 38 digits. The encoders at hand go through 96 bits and lose the rest.

/// Four decimal digits, the unit of the format.
const GROUP: usize = 4;

const NEGATIVE: u16 = 0x4000;

/// `unscaled × 10^-scale` as the value bytes of a binary `numeric`.
pub(super) fn encode(unscaled: i128, scale: i8) -> Vec<u8> {
    let digits = unscaled.unsigned_abs().to_string();
    let scale = i32::from(scale);
    let (mut whole, mut fraction) = if scale > 0 {
        let scale = usize::try_from(scale).unwrap_or(0);
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        (whole.to_owned(), fraction.to_owned())
    } else {
        (
            digits + &"0".repeat(usize::try_from(-scale).unwrap_or(0)),
            String::new(),
        )
    };
    whole = "0".repeat((GROUP - whole.len() % GROUP) % GROUP) + &whole;
    fraction += &"0".repeat((GROUP - fraction.len() % GROUP) % GROUP);

    let mut weight = i16::try_from(whole.len() / GROUP).unwrap_or(i16::MAX) - 1;
    let mut groups: Vec<u16> = groups(&whole).chain(groups(&fraction)).collect();
    let leading = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..leading);
    weight -= i16::try_from(leading).unwrap_or(0);
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let sign = if unscaled < 0 { NEGATIVE } else { 0 };
    if groups.is_empty() {
        weight = 0;
    }
    let mut bytes = Vec::with_capacity(8 + 2 * groups.len());
    bytes.extend(u16::try_from(groups.len()).unwrap_or(0).to_be_bytes());
    bytes.extend(weight.to_be_bytes());
    bytes.extend(sign.to_be_bytes());
    bytes.extend(u16::try_from(scale.max(0)).unwrap_or(0).to_be_bytes());
    bytes.extend(groups.iter().flat_map(|group| group.to_be_bytes()));
    bytes
}

fn groups(digits: &str) -> impl Iterator<Item = u16> {
    digits.as_bytes().chunks(GROUP).map(|group| {
        group
            .iter()
            .fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'))
    })
}

/// Digits before and after the point that a parameter may have; PostgreSQL allows 131072.
const DIGITS_MAX: usize = 200;

/// The text form of a binary `numeric`. `None` if it is malformed, not a number, or longer than any of our columns.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let mut words = bytes
        .chunks(2)
        .map(|pair| pair.try_into().ok().map(u16::from_be_bytes));
    let mut word = || words.next().flatten();
    let count = usize::from(word()?);
    let weight = word()?.cast_signed();
    let sign = word()?;
    let scale = usize::from(word()?);
    let groups: Vec<u16> = (0..count).map(|_| word()).collect::<Option<_>>()?;
    if bytes.len() != 8 + 2 * count
        || groups.iter().any(|group| *group > 9_999)
        || !matches!(sign, 0 | NEGATIVE)
    {
        return None;
    }
    let whole_groups = usize::try_from(i32::from(weight) + 1).unwrap_or(0);
    let missing = usize::try_from(-1 - i32::from(weight)).unwrap_or(0);
    if whole_groups * GROUP > DIGITS_MAX
        || scale > DIGITS_MAX
        || missing * GROUP > DIGITS_MAX
        || count > DIGITS_MAX
    {
        return None;
    }
    let group = |at: usize| groups.get(at).copied().unwrap_or(0);
    let whole: String = (0..whole_groups).map(|at| format!("{:04}", group(at))).collect();
    let fraction: String = "0000".repeat(missing)
        + &(whole_groups..count.max(whole_groups))
            .map(|at| format!("{:04}", group(at)))
            .collect::<String>();
    let whole = whole.trim_start_matches('0');
    let mut text = String::new();
    if sign == NEGATIVE {
        text.push('-');
    }
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if scale > 0 {
        text.push('.');
        text.push_str(&format!(
            "{:0<scale$}",
            fraction.get(..scale).unwrap_or(&fraction)
        ));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn numbers_survive_in_all_their_digits() {
        for (unscaled, scale, text) in [
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-5, 4, "-0.0005"),
            (1, 8, "0.00000001"),
            (12_345_678, 2, "123456.78"),
            (100_000_000, 0, "100000000"),
            (7, -3, "7000"),
            (
                99_999_999_999_999_999_999_999_999_999_999_999_999,
                2,
                "999999999999999999999999999999999999.99",
            ),
            (
                -99_999_999_999_999_999_999_999_999_999_999_999_999,
                38,
                "-0.99999999999999999999999999999999999999",
            ),
        ] {
            assert_eq!(decode(&encode(unscaled, scale)).as_deref(), Some(text));
        }
    }

    #[test]
    fn the_bytes_are_those_of_postgresql() {
        // 12345.67: three groups, the first of weight 1.
        let expected: [u16; 7] = [3, 1, 0, 2, 1, 2345, 6700];
        assert_eq!(
            encode(1_234_567, 2),
            expected
                .iter()
                .flat_map(|word| word.to_be_bytes())
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn malformed_numbers_are_none() {
        assert_eq!(decode(&[]), None);
        assert_eq!(decode(&[0, 1, 0, 0, 0xc0, 0, 0, 0, 0, 1]), None);
        assert_eq!(decode(&[0, 1, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(decode(&[0, 0, 0x7f, 0xff, 0, 0, 0, 0]), None);
        assert_eq!(decode(&[0, 1, 0, 0, 0, 0, 0, 0, 0xff, 0xff]), None);
    }
}
