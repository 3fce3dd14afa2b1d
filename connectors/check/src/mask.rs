//! What of a value a finding may show. Lists of findings travel further than the data they speak of.

use schemas::{DataClass, Field, Level};

/// Characters of an unprotected value that are shown.
const SHOWN_MAX: usize = 64;

/// May values of the field not be shown? L3, L4, tokens, and whatever identifies a person or is sensitive.
pub(crate) fn is_protected(field: &Field) -> bool {
    field.is_token()
        || field.level >= Level::L3
        || matches!(field.class, DataClass::Identifying | DataClass::Sensitive)
}

/// The value as a finding may show it: a protected one as its first character and its length, `4***(18)`.
pub(crate) fn masked(field: Option<&Field>, value: &str) -> String {
    let length = value.chars().count();
    match field {
        Some(field) if is_protected(field) => {
            // The first character of one or two would be too much of it.
            let first = value
                .chars()
                .next()
                .filter(|_| length > 2)
                .map(String::from)
                .unwrap_or_default();
            format!("{first}***({length})")
        }
        _ if length > SHOWN_MAX => value.chars().take(SHOWN_MAX).chain(['…']).collect(),
        _ => value.to_owned(),
    }
}

/// Characters of a protected value that a suggestion may tell.
const CHANGES_MAX: usize = 3;

/// A suggestion as a finding may show it. Of a protected value only the characters that differ are told, with their
/// place: `15: O→0`, `7: +1`, `9: −0`. If the difference is not a matter of a few characters, nothing is told.
pub(crate) fn suggestion(field: Option<&Field>, value: &str, suggested: &str) -> Option<String> {
    if !field.is_some_and(is_protected) {
        return Some(suggested.to_owned());
    }
    let (long, short) = (value.chars().count(), suggested.chars().count());
    if long != short {
        let (sign, more, fewer) = if long > short {
            ('−', value, suggested)
        } else {
            ('+', suggested, value)
        };
        let extra = extra(more, fewer)?;
        let told: Vec<String> = extra
            .iter()
            .map(|(at, c)| format!("{}: {sign}{c}", at + 1))
            .collect();
        return (told.len() <= CHANGES_MAX).then(|| told.join(", "));
    }
    let pairs = value.chars().zip(suggested.chars()).enumerate();
    let differing: Vec<String> = pairs
        .filter(|(_, (old, new))| old != new)
        .map(|(at, (old, new))| format!("{}: {old}→{new}", at + 1))
        .collect();
    (1..=CHANGES_MAX)
        .contains(&differing.len())
        .then(|| differing.join(", "))
}

/// The characters of `more` that are not in `fewer`, with their places; none if something else differs as well.
fn extra(more: &str, fewer: &str) -> Option<Vec<(usize, char)>> {
    let mut rest = fewer.chars().peekable();
    let mut extra = Vec::new();
    for (at, c) in more.chars().enumerate() {
        if rest.next_if_eq(&c).is_none() {
            extra.push((at, c));
        }
    }
    rest.next().is_none().then_some(extra)
}
