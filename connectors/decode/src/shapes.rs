//! What a cell looks like. Tells delimiters apart and a header from data; it never decides a type, which contracts do.

/// The look of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    Empty,
    /// Digits with signs, separators, a currency or a percent sign.
    Number,
    /// A date, a time, or both.
    Moment,
    /// Letters and digits without blanks: a code, a name of a file, an address on the net.
    Code,
    /// Words without digits.
    Words,
    /// Words with digits, as in a street's address.
    Phrase,
    /// Anything else, such as sentences and what a wrong delimiter leaves behind.
    Other,
}

/// A word or phrase is no longer than this, in characters.
const PHRASE_MAX: usize = 60;

impl Shape {
    pub fn of(cell: &str) -> Self {
        let cell = cell.trim();
        if cell.is_empty() {
            return Self::Empty;
        }
        let digits = cell.chars().filter(char::is_ascii_digit).count();
        if digits > 0 && is_number(cell) {
            return Self::Number;
        }
        if digits > 0 && is_moment(cell) {
            return Self::Moment;
        }
        let code = |c: char| c.is_ascii_alphanumeric() || "-_./#@+:%&=?".contains(c);
        if digits > 0 && cell.chars().all(code) {
            return Self::Code;
        }
        let word = |c: char| c.is_alphanumeric() || " -_/.&'()（）[]【】·、:：*%￥".contains(c);
        if cell.chars().count() > PHRASE_MAX || !cell.chars().all(word) {
            return Self::Other;
        }
        if digits > 0 { Self::Phrase } else { Self::Words }
    }

    /// Values look so, headers do not.
    pub const fn is_value(self) -> bool {
        matches!(self, Self::Number | Self::Moment)
    }
}

/// `-1,234.50`, `￥12`, `3.5%`, `(120)`, `1.2E+05`, `12万元`.
fn is_number(cell: &str) -> bool {
    let bare = cell
        .trim_start_matches(['+', '-', '$', '¥', '￥', '€', '£', '(', ' '])
        .trim_end_matches([')', '%', '元', '万', '亿', ' ']);
    let exponent = |c: char| matches!(c, 'e' | 'E');
    let (mantissa, power) = bare.split_once(exponent).unwrap_or((bare, "0"));
    mantissa.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && mantissa
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\''))
        && mantissa.matches('.').count() <= 1
        && power
            .trim_start_matches(['+', '-'])
            .chars()
            .all(|c| c.is_ascii_digit())
}

/// `2025-01-31`, `31/01/2018`, `2025年1月31日 12:00:00`, `08:15`.
fn is_moment(cell: &str) -> bool {
    let separator = |c: char| matches!(c, '-' | '/' | '.' | ':' | '年' | '月' | '日' | 'T' | ' ');
    let separators = cell
        .trim_end_matches('日')
        .chars()
        .filter(|c| separator(*c))
        .count();
    let time = separators == 1 && cell.contains(':');
    cell.starts_with(|c: char| c.is_ascii_digit())
        && cell.chars().all(|c| c.is_ascii_digit() || separator(c))
        && cell
            .split(separator)
            .all(|part| part.len() <= 4 || part.len() == 6)
        && (time || separators >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_look_like_what_they_are() {
        let looks = [
            (Shape::Empty, "  "),
            (Shape::Number, "-1,234.50"),
            (Shape::Number, "$74.69"),
            (Shape::Number, "20250131"),
            (Shape::Number, "4.33101E+17"),
            (Shape::Number, "1,5"),
            (Shape::Moment, "31/01/2018"),
            (Shape::Moment, "2025年1月31日"),
            (Shape::Moment, "2025-01-31 08:15:00"),
            (Shape::Moment, "08:15"),
            (Shape::Code, "MG-8769"),
            (Shape::Code, "https://www.example.com/product/MG_8769.html"),
            (Shape::Words, "户号"),
            (Shape::Words, "ProductType"),
            (Shape::Words, "电费(元)"),
            (Shape::Phrase, "吉首市人民路12号"),
            (Shape::Phrase, "1月"),
            (Shape::Other, "a;b"),
            (Shape::Other, "x, y"),
            (Shape::Other, "\"a"),
        ];
        for (shape, cell) in looks {
            assert_eq!(Shape::of(cell), shape, "{cell}");
        }
    }
}
