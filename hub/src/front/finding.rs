//! A finding as every interface shows it, the offline check included.

use check::Finding;
use serde_json::Value;

/// The stored fields, the sentence, and why something is suggested or cannot be, in both languages.
pub fn shown(finding: &Finding) -> Value {
    let message = finding.message();
    let mut value = serde_json::to_value(finding).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.insert("message".to_owned(), message.zh.into());
        object.insert("message_en".to_owned(), message.en.into());
        object.insert("hint".to_owned(), message.hint_zh.into());
        object.insert("hint_en".to_owned(), message.hint_en.into());
        if let Some(advice) = finding.advice_message() {
            let sentences = [
                ("advice_message", Some(advice.zh)),
                ("advice_message_en", Some(advice.en)),
                ("advice_hint", advice.hint_zh),
                ("advice_hint_en", advice.hint_en),
            ];
            let told = sentences.into_iter().filter_map(|(key, text)| Some((key, text?)));
            object.extend(told.map(|(key, text)| (key.to_owned(), text.into())));
        }
    }
    value
}
