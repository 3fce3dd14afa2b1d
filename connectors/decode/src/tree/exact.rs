//! Numbers with an exponent as people write them, digit by digit: no float is ever made of them.

/// A number that would take more digits stays as it is.
const DIGITS_MAX: usize = 80;

/// Appends a number: `1.5E+3` as `1500`, everything else as it stands.
pub(super) fn append(number: &[u8], text: &mut Vec<u8>) {
    match plain(number) {
        Some(plain) => text.extend_from_slice(&plain),
        None => text.extend_from_slice(number),
    }
}

fn plain(number: &[u8]) -> Option<Vec<u8>> {
    let at = number.iter().position(|byte| matches!(byte, b'e' | b'E'))?;
    let (mantissa, exponent) = (number.get(..at)?, number.get(at + 1..)?);
    let exponent: i64 = std::str::from_utf8(exponent).ok()?.parse().ok()?;
    let (sign, digits) = match mantissa {
        [b'-', rest @ ..] => (&b"-"[..], rest),
        [b'+', rest @ ..] | rest => (&b""[..], rest),
    };
    let point = digits.iter().position(|byte| *byte == b'.');
    let whole = digits.get(..point.unwrap_or(digits.len()))?;
    let fraction = point
        .and_then(|point| digits.get(point + 1..))
        .unwrap_or_default();
    let all: Vec<u8> = [whole, fraction].concat();
    if all.is_empty() || !all.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // Where the point stands among all digits.
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let length = i64::try_from(all.len()).ok()?;
    if point > DIGITS_MAX as i64 || point.saturating_neg().saturating_add(length) > DIGITS_MAX as i64 {
        return None;
    }
    let zeros = |count: i64| vec![b'0'; usize::try_from(count).unwrap_or(0)];
    let (whole, fraction) = match usize::try_from(point) {
        Ok(point) if point <= all.len() => (all.get(..point)?.to_vec(), all.get(point..)?.to_vec()),
        Ok(_) => ([all.clone(), zeros(point - length)].concat(), Vec::new()),
        Err(_) => (Vec::new(), [zeros(-point), all.clone()].concat()),
    };
    let leading = whole.iter().take_while(|byte| **byte == b'0').count();
    let mut plain = sign.to_vec();
    match whole.get(leading..) {
        None | Some([]) => plain.push(b'0'),
        Some(whole) => plain.extend_from_slice(whole),
    }
    if !fraction.is_empty() {
        plain.push(b'.');
        plain.extend_from_slice(&fraction);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_move_the_point_and_lose_no_digit() {
        for (number, expected) in [
            ("7800.10", "7800.10"),
            ("433101199001011234", "433101199001011234"),
            ("1E+3", "1000"),
            ("1.50e1", "15.0"),
            ("-1.5E-3", "-0.0015"),
            ("12345.678e2", "1234567.8"),
            ("0e0", "0"),
            ("0.25E1", "2.5"),
            ("1e2147483648", "1e2147483648"),
            ("1e-900", "1e-900"),
            ("9e99999999999999999999", "9e99999999999999999999"),
            ("e5", "e5"),
            ("1.2.3e1", "1.2.3e1"),
        ] {
            let mut text = Vec::new();
            append(number.as_bytes(), &mut text);
            assert_eq!(String::from_utf8(text).unwrap(), expected, "{number}");
        }
    }
}
