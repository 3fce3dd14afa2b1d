//! One text for one JSON value: keys sorted by their bytes, no white space, so that a signature over it can
//! be checked by anyone with a JSON parser. We hold no floats, which is where such schemes usually fail.

use serde_json::Value;

/// Sorting is done here and not left to `serde_json::Map`, whose order is a feature any other crate in the
/// build may switch.
pub(crate) fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (no, (key, value)) in entries.into_iter().enumerate() {
                if no > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (no, item) in items.iter().enumerate() {
                if no > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&value.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::canonical;

    #[test]
    fn the_order_in_which_keys_were_written_does_not_matter() {
        let one = json!({"b": [1, {"z": null, "a": "湘西"}], "a": true});
        let two = json!({"a": true, "b": [1, {"a": "湘西", "z": null}]});
        assert_eq!(canonical(&one), canonical(&two));
        assert_eq!(canonical(&one), r#"{"a":true,"b":[1,{"a":"湘西","z":null}]}"#);
    }
}
