//! Amounts in capital numerals, as on contracts and cheques: `壹佰贰拾叁万肆仟元伍角整`. Plain numerals (`一百`) are
//! read too, because clerks mix them.

use super::decimal::Plain;

/// The amount in yuan, or `None` if the text is not a well-formed amount in numerals.
pub(super) fn read(text: &str) -> Option<Plain> {
    let text = text.strip_suffix(['整', '正']).unwrap_or(text);
    let end = text.find(['元', '圆'])?;
    let (whole, behind) = text.split_at_checked(end)?;
    let cents = cents(behind.strip_prefix(['元', '圆'])?)?;
    let yuan = yuan(whole)?;
    Some(Plain {
        unscaled: yuan.checked_mul(100)?.checked_add(cents)?,
        scale: 2,
    })
}

/// Sections of four digits, each closed by 万 or 亿; the units within a section must fall.
fn yuan(text: &str) -> Option<i128> {
    let (mut total, mut section, mut digit): (i128, i128, Option<i128>) = (0, 0, None);
    let (mut section_unit, mut digit_unit) = (i128::MAX, i128::MAX);
    let mut seen = false;
    for c in text.chars() {
        if let Some(value) = digit_of(c) {
            if digit.is_some_and(|before| before != 0) {
                return None;
            }
            digit = Some(value);
        } else if let Some(unit) = unit_of(c) {
            // 拾 alone means ten.
            let times = match digit.take() {
                Some(0) | None if unit == 10 => 1,
                Some(value) if value > 0 => value,
                _ => return None,
            };
            if unit >= digit_unit {
                return None;
            }
            digit_unit = unit;
            section = section.checked_add(times.checked_mul(unit)?)?;
        } else {
            let unit = match c {
                '万' | '萬' => 10_000,
                '亿' | '億' => 100_000_000,
                _ => return None,
            };
            section = section.checked_add(digit.take().unwrap_or(0))?;
            if section == 0 || unit >= section_unit {
                return None;
            }
            total = total.checked_add(section.checked_mul(unit)?)?;
            (section, section_unit, digit_unit) = (0, unit, i128::MAX);
        }
        seen = true;
    }
    seen.then(|| total.checked_add(section)?.checked_add(digit.unwrap_or(0)))?
}

fn cents(text: &str) -> Option<i128> {
    let text = text.trim_start_matches('零');
    let (ten, rest) = match text.split_once('角') {
        Some((digit, rest)) => (single(digit)?, rest.trim_start_matches('零')),
        None => (0, text),
    };
    let one = match rest.strip_suffix('分') {
        Some(digit) => single(digit)?,
        None if rest.is_empty() => 0,
        None => return None,
    };
    Some(ten * 10 + one)
}

fn single(text: &str) -> Option<i128> {
    let mut chars = text.chars();
    let digit = digit_of(chars.next()?)?;
    chars.next().is_none().then_some(digit)
}

fn digit_of(c: char) -> Option<i128> {
    Some(match c {
        '零' | '〇' => 0,
        '壹' | '一' => 1,
        '贰' | '貳' | '二' => 2,
        '叁' | '參' | '三' => 3,
        '肆' | '四' => 4,
        '伍' | '五' => 5,
        '陆' | '陸' | '六' => 6,
        '柒' | '七' => 7,
        '捌' | '八' => 8,
        '玖' | '九' => 9,
        _ => return None,
    })
}

fn unit_of(c: char) -> Option<i128> {
    Some(match c {
        '拾' | '十' => 10,
        '佰' | '百' => 100,
        '仟' | '千' => 1000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_read_in_sections() {
        for (text, cents) in [
            ("壹元", 100),
            ("拾元整", 1_000),
            ("壹拾元整", 1_000),
            ("壹佰零伍元", 10_500),
            ("壹仟零伍拾元正", 105_000),
            ("叁万贰仟元", 3_200_000),
            ("壹佰万元整", 100_000_000),
            ("贰亿零伍拾万圆整", 20_050_000_000),
            ("一百二十三元四角五分", 12_345),
            ("伍元零玖分", 509),
            ("零元伍角", 50),
        ] {
            assert_eq!(read(text).map(|amount| amount.unscaled), Some(cents), "{text}");
        }
        for text in [
            "",
            "元",
            "壹",
            "壹贰元",
            "万元",
            "壹万亿亿元",
            "拾佰元",
            "壹元伍",
            "五元钱",
            "壹零零元五角五角",
        ] {
            assert_eq!(read(text).map(|amount| amount.unscaled), None, "{text}");
        }
    }
}
