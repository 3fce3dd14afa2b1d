//! A reminder as a mail message (RFC 5322, MIME): plain text in UTF-8, Chinese first. Not here: how it is delivered.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

/// Bytes of one encoded word before encoding: 52 characters of base64 and 12 around them leave room for a header's name in a
/// line of 78.
const WORD_BYTES: usize = 39;
/// Characters of one line of the body.
const LINE_CHARS: usize = 76;

/// What a message says.
pub(super) struct Message<'a> {
    pub from: &'a str,
    pub sender: &'a str,
    pub to: &'a BTreeSet<String>,
    pub subject: &'a str,
    pub body: &'a str,
}

impl Message<'_> {
    /// The bytes that go to the server. Everything people wrote is encoded, so no line of it can be a header or an end.
    pub(super) fn bytes(&self, at: DateTime<Utc>) -> String {
        let to: Vec<&str> = self.to.iter().map(String::as_str).collect();
        let host = self.from.split_once('@').map_or("localhost", |(_, host)| host);
        let headers = [
            format!("From: {} <{}>", words(self.sender), self.from),
            format!("To: {}", to.join(",\r\n ")),
            format!("Subject: {}", words(self.subject)),
            format!("Date: {}", at.to_rfc2822()),
            format!("Message-ID: <{}@{host}>", uuid::Uuid::now_v7().simple()),
            // Nobody's holiday note shall answer it.
            "Auto-Submitted: auto-generated".to_owned(),
            "MIME-Version: 1.0".to_owned(),
            "Content-Type: text/plain; charset=utf-8".to_owned(),
            "Content-Transfer-Encoding: base64".to_owned(),
        ];
        format!("{}\r\n\r\n{}\r\n", headers.join("\r\n"), lines(self.body))
    }
}

/// A text as encoded words (RFC 2047), cut between characters.
fn words(text: &str) -> String {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars().filter(|c| !c.is_control()) {
        if word.len() + c.len_utf8() > WORD_BYTES {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.push(word);
    let encoded = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
    encoded.collect::<Vec<_>>().join("\r\n ")
}

/// The body in base64. Its lines never begin with a dot, which would mean the end.
fn lines(text: &str) -> String {
    let encoded = STANDARD.encode(text.replace('\n', "\r\n"));
    let mut rest = encoded.as_str();
    let mut lines = Vec::new();
    while let Some((line, more)) = rest.split_at_checked(LINE_CHARS) {
        lines.push(line);
        rest = more;
    }
    lines.push(rest);
    lines.join("\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_encoded_and_nothing_people_wrote_makes_a_header() {
        let to = ["b@x.example".to_owned(), "a@x.example".to_owned()].into();
        let subject = format!("{}\r\nBcc: spy@x.example", "报送催报：三项已逾期 ".repeat(8));
        let message = Message {
            from: "hub@tg.example",
            sender: "综合治税",
            to: &to,
            subject: &subject,
            body: &".\r\n逾期\n".repeat(40),
        };
        let text = message.bytes("2026-03-10T02:00:00Z".parse().unwrap());
        assert!(text.is_ascii() && text.split("\r\n").all(|line| line.len() <= 78));
        assert!(!text.contains("\nBcc") && !text.contains("\r\n.\r\n"));
        assert!(text.contains("To: a@x.example,\r\n b@x.example\r\n"));
        assert!(text.contains("Date: Tue, 10 Mar 2026 02:00:00 +0000\r\n"));
        let encoded: String = text.split("\r\n\r\n").nth(1).unwrap().split("\r\n").collect();
        let body = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
        assert_eq!(body.matches("逾期\r\n").count(), 40);
    }
}
