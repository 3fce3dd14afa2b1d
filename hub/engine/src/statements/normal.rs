//! SQL as the audit log keeps it: the question without the constants. A constant may be a taxpayer's name.

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

/// The text with every literal replaced by `?`, comments dropped and white space folded. Names stay, except quoted
/// ones that are no plain words: `WHERE name = "张三"` is a constant by mistake. A text that has no tokens becomes `?`.
pub fn normalised(sql: &str) -> String {
    let Ok(tokens) = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize() else {
        return "?".to_owned();
    };
    let mut words: Vec<String> = Vec::with_capacity(tokens.len());
    let mut apart = true;
    for token in &tokens {
        if matches!(token, Token::Whitespace(_) | Token::EOF) {
            apart = true;
            continue;
        }
        // `count(x)` and `IN (x)` are told apart as they were written.
        let tight = !std::mem::take(&mut apart) && *token == Token::LParen;
        match token {
            Token::LParen => words.push(if tight { "(" } else { " (" }.to_owned()),
            Token::Word(word) => words.push(match word.quote_style {
                None => word.value.clone(),
                Some(_) if plain(&word.value) => format!("\"{}\"", word.value),
                Some(_) => "\"?\"".to_owned(),
            }),
            Token::Placeholder(text) => words.push(text.clone()),
            token if sign(token) => words.push(token.to_string()),
            _ => words.push("?".to_owned()),
        }
    }
    let mut text = String::with_capacity(sql.len());
    for word in words {
        let tight_before = matches!(word.as_str(), "," | ")" | ";" | "." | "::" | "(" | " (");
        let tight_after = text.ends_with('(') || text.ends_with('.') || text.ends_with("::");
        if !text.is_empty() && !tight_before && !tight_after {
            text.push(' ');
        }
        text.push_str(&word);
    }
    text.trim_start().to_owned()
}

fn plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A token of punctuation only. Numbers and strings of every spelling hold a letter, a digit or a quote.
fn sign(token: &Token) -> bool {
    let text = token.to_string();
    text.chars()
        .all(|c| c.is_ascii_punctuation() && c != '\'' && c != '"' && c != '`')
}
