//! Lists in PostgreSQL's text form, `{a,"b c",NULL}`: made, taken apart, looked into.

use super::super::facts::Facts;
use super::super::rows::Cell;
use super::Gives::{Count, Text, Truth};
use super::{Word, at, number_in, text_in, word};
use crate::refusal::{Reason, Refusal};

type Given = Result<Cell, Refusal>;

pub(super) const WORDS: &[Word] = &[
    word("any_equal", 2..=2, Truth, any_equal),
    word("array_length", 2..=2, Count, length),
    word("array_remove", 2..=2, Text, removed),
    word("array_to_string", 2..=3, Text, joined),
    word("array_upper", 2..=2, Count, length),
    word("current_schemas", 1..=1, Text, schemas),
    word("list_element", 1..=1, Text, element),
    word("list_item", 2..=2, Text, item),
];

/// Bytes that one call may build.
const RESULT_BYTES_MAX: usize = 1 << 20;

/// The elements of a list, `None` for NULL; `None` if the text is no list.
pub(crate) fn elements(list: &str) -> Option<Vec<Option<String>>> {
    let inside = list.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut elements = vec![];
    let mut word = String::new();
    let (mut quoted, mut in_quotes) = (false, false);
    let mut letters = inside.chars();
    let mut taken = |word: &mut String, quoted: &mut bool| {
        let null = !*quoted && word.eq_ignore_ascii_case("null");
        let word = std::mem::take(word);
        *quoted = false;
        elements.push((!null).then_some(word));
    };
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => word.extend(letters.next()),
            '"' => {
                in_quotes = !in_quotes;
                quoted = true;
            }
            ',' if !in_quotes => taken(&mut word, &mut quoted),
            letter => word.push(letter),
        }
    }
    if !inside.is_empty() {
        taken(&mut word, &mut quoted);
    }
    Some(elements)
}

fn list(cell: &Cell) -> Option<Vec<Option<String>>> {
    text_in(cell).and_then(elements)
}

/// `x = ANY(list)`, for a list that is not written out in the question.
fn any_equal(_: &Facts, arguments: &[Cell]) -> Given {
    let Some(elements) = list(at(arguments, 1)) else {
        return Ok(Cell::Null);
    };
    let wanted = match at(arguments, 0) {
        Cell::Null => return Ok(Cell::Null),
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Truth(truth) => if *truth { "t" } else { "f" }.to_owned(),
    };
    Ok(Cell::Truth(
        elements.into_iter().flatten().any(|element| element == wanted),
    ))
}

fn length(_: &Facts, arguments: &[Cell]) -> Given {
    let one_dimension = number_in(at(arguments, 1)) == Some(1);
    let count = list(at(arguments, 0)).filter(|elements| one_dimension && !elements.is_empty());
    Ok(count
        .and_then(|elements| i64::try_from(elements.len()).ok())
        .map_or(Cell::Null, Cell::Number))
}

fn removed(_: &Facts, arguments: &[Cell]) -> Given {
    let Some(elements) = list(at(arguments, 0)) else {
        return Ok(Cell::Null);
    };
    let unwanted = text_in(at(arguments, 1));
    let kept = elements.iter().filter(|element| element.as_deref() != unwanted);
    let kept: Vec<String> = kept.map(|element| written(element.as_deref())).collect();
    Ok(Cell::Text(format!("{{{}}}", kept.join(","))))
}

fn joined(_: &Facts, arguments: &[Cell]) -> Given {
    let (Some(elements), Some(between)) = (list(at(arguments, 0)), text_in(at(arguments, 1))) else {
        return Ok(Cell::Null);
    };
    let for_null = text_in(at(arguments, 2));
    let shown: Vec<&str> = elements
        .iter()
        .filter_map(|element| element.as_deref().or(for_null))
        .collect();
    let size = shown.iter().map(|word| word.len() + between.len()).sum::<usize>();
    if size > RESULT_BYTES_MAX {
        let refusal = Refusal::new(Reason::FunctionLimit).with("function", "array_to_string");
        return Err(refusal.with("max", RESULT_BYTES_MAX));
    }
    Ok(Cell::Text(shown.join(between)))
}

fn schemas(_: &Facts, arguments: &[Cell]) -> Given {
    let implicit = *at(arguments, 0) == Cell::Truth(true);
    let list = if implicit {
        "{pg_catalog,public}"
    } else {
        "{public}"
    };
    Ok(Cell::Text(list.to_owned()))
}

/// `list[n]`, from 1.
fn item(_: &Facts, arguments: &[Cell]) -> Given {
    let place = number_in(at(arguments, 1)).and_then(|place| usize::try_from(place).ok()?.checked_sub(1));
    let element = list(at(arguments, 0))
        .zip(place)
        .and_then(|(list, place)| list.into_iter().nth(place)?);
    Ok(element.map_or(Cell::Null, Cell::Text))
}

/// One element as a list holds it, for lists that are put together from rows.
fn element(_: &Facts, arguments: &[Cell]) -> Given {
    Ok(Cell::Text(match at(arguments, 0) {
        Cell::Null => written(None),
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => written(Some(text)),
        Cell::Truth(truth) => if *truth { "t" } else { "f" }.to_owned(),
    }))
}

fn written(element: Option<&str>) -> String {
    match element {
        None => "NULL".to_owned(),
        Some(text) => {
            let special = |c: char| c.is_whitespace() || matches!(c, ',' | '{' | '}' | '"' | '\\');
            if text.is_empty() || text.contains(special) || text.eq_ignore_ascii_case("null") {
                format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            } else {
                text.to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::elements;

    #[test]
    fn lists_are_taken_apart_like_postgresql_writes_them() {
        let read = |list: &str| {
            elements(list).map(|words| {
                words
                    .into_iter()
                    .map(|w| w.unwrap_or("∅".into()))
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(read("{}"), Some(vec![]));
        assert_eq!(
            read("{a,NULL,\"NULL\",\"b \\\"c\\\\\"}"),
            Some(vec!["a".into(), "∅".into(), "NULL".into(), "b \"c\\".into()])
        );
        assert_eq!(
            read("{r,v,\"\"}"),
            Some(vec!["r".into(), "v".into(), String::new()])
        );
        assert_eq!(read("a"), None);
    }
}
