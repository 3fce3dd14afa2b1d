//! An address or a body with places for the words of a slot and of a page.

use crate::parcel::Wanted;

const NAMES: [&str; 8] = [
    "period",
    "first_day",
    "last_day",
    "unit",
    "page",
    "page_rows",
    "offset",
    "cursor",
];

/// Text and the words between. A brace that holds no word of ours is text, because bodies are JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Word(&'static str),
}

/// Where in a long list we are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) page: u32,
    pub(super) page_rows: u32,
    pub(super) offset: u64,
    pub(super) cursor: String,
}

impl Template {
    /// `None` if there are words in braces that look like ours and are not.
    pub(super) fn parse(text: &str) -> Option<Template> {
        let (mut parts, mut plain) = (Vec::new(), String::new());
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at_checked(at)?;
            plain.push_str(before);
            let inside = from.get(1..)?;
            let word = inside.split_once('}').map(|(word, _)| word).unwrap_or_default();
            let is_word =
                !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            if is_word {
                let name = NAMES.into_iter().find(|name| *name == word)?;
                parts.push(Part::Text(std::mem::take(&mut plain)));
                parts.push(Part::Word(name));
                rest = inside.get(word.len() + 1..)?;
            } else {
                plain.push('{');
                rest = inside;
            }
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        Some(Template(parts))
    }

    pub(super) fn says(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|part| matches!(part, Part::Word(word) if *word == name))
    }

    pub(super) fn is_fixed(&self) -> bool {
        self.0.len() == 1
    }

    /// What stands before the first word.
    pub(super) fn fixed_beginning(&self) -> &str {
        match self.0.first() {
            Some(Part::Text(text)) => text,
            _ => "",
        }
    }

    /// With the words put in, each written so that it cannot be more than a word there.
    pub(super) fn filled(&self, wanted: &Wanted, place: &Place, escape: fn(&str) -> String) -> String {
        let word = |name: &str| match name {
            "period" => wanted.slot.period.clone(),
            "unit" => wanted.slot.unit.clone(),
            "first_day" => wanted.first_day.to_string(),
            "last_day" => wanted.last_day.to_string(),
            "page" => place.page.to_string(),
            "page_rows" => place.page_rows.to_string(),
            "offset" => place.offset.to_string(),
            _ => place.cursor.clone(),
        };
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Word(name) => escape(&word(name)),
        };
        self.0.iter().map(part).collect()
    }
}

/// For an address.
pub(super) fn in_url(word: &str) -> String {
    url::form_urlencoded::byte_serialize(word.as_bytes()).collect()
}

/// For the inside of a JSON text.
pub(super) fn in_json(word: &str) -> String {
    let quoted = serde_json::Value::from(word).to_string();
    quoted
        .trim_start_matches('"')
        .strip_suffix('"')
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::wanted;

    #[test]
    fn words_are_put_in_and_cannot_break_out() {
        let place = Place {
            page: 3,
            cursor: "a&b=\"c\"".to_owned(),
            ..Place::default()
        };
        let url = Template::parse("https://h/x?from={first_day}&p={page}&c={cursor}").unwrap();
        assert_eq!(
            url.filled(&wanted(), &place, in_url),
            "https://h/x?from=2025-01-01&p=3&c=a%26b%3D%22c%22"
        );
        let body = Template::parse("{\"month\": \"{period}\", \"next\": \"{cursor}\", \"q\": {}}").unwrap();
        assert_eq!(
            body.filled(&wanted(), &place, in_json),
            "{\"month\": \"202501\", \"next\": \"a&b=\\\"c\\\"\", \"q\": {}}"
        );
    }

    #[test]
    fn a_misspelt_word_is_refused() {
        assert_eq!(Template::parse("https://h/{periods}"), None);
        assert!(Template::parse("https://h/{Period}").unwrap().is_fixed());
    }
}
