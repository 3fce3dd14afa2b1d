//! JSON in one form only, so that the same content has the same hash everywhere: keys sorted by their bytes, no white
//! space, numbers whole.

use serde_json::Value;

/// The canonical text of a value.
pub(crate) fn json(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => list(text, ('[', ']'), items, write),
        Value::Object(fields) => {
            // Other crates may switch serde_json to keep insertion order.
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| name.as_str());
            list(text, ('{', '}'), &sorted, |(name, value), text| {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(value, text);
            });
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn list<T>(
    text: &mut String,
    (open, close): (char, char),
    items: &[T],
    mut write: impl FnMut(&T, &mut String),
) {
    text.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write(item, text);
    }
    text.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_texts_escaped_at_every_depth() {
        let value: Value =
            serde_json::from_str(r#"{"b":[{"z":1,"a":null}],"a":"引号\" \u0001","B":[]}"#).unwrap();
        assert_eq!(
            json(&value),
            r#"{"B":[],"a":"引号\" \u0001","b":[{"a":null,"z":1}]}"#
        );
    }
}
