//! The operator's SELECT with the words of a slot put in. The words are constants of a closed alphabet, written by us; so
//! the server sees one plain statement and infers its types as if somebody had typed it.

use super::dialect::{Column, Dialect, KeyKind};
use crate::parcel::Wanted;

const BYTES_MAX: usize = 64 << 10;
const WORDS: [&str; 4] = ["period", "first_day", "last_day", "unit"];

#[derive(Debug, Clone)]
pub(crate) struct Question {
    parts: Vec<Part>,
    dialect: Dialect,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Sql(String),
    Word(&'static str),
}

impl Question {
    /// `None` for anything but one SELECT (or WITH) whose `:words` we know.
    pub(crate) fn parse(text: &str, dialect: Dialect) -> Option<Question> {
        let text = text.trim().trim_end_matches(';').trim_end();
        let first: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
        let reads = ["select", "with"].contains(&first.to_ascii_lowercase().as_str());
        if !reads || text.len() > BYTES_MAX {
            return None;
        }
        Some(Question {
            parts: parts(text)?,
            dialect,
        })
    }

    /// The SELECT for one slot.
    pub(crate) fn asked(&self, wanted: &Wanted) -> Option<String> {
        let harmless = |word: &str| {
            word.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let mut sql = String::new();
        for part in &self.parts {
            match part {
                Part::Sql(text) => sql.push_str(text),
                Part::Word(word) => {
                    let quoted = |text: &str| harmless(text).then(|| format!("'{text}'"));
                    sql.push_str(&match *word {
                        "period" => quoted(&wanted.slot.period)?,
                        "unit" => quoted(&wanted.slot.unit)?,
                        "first_day" => self.dialect.day(&wanted.first_day.to_string()),
                        _ => self.dialect.day(&wanted.last_day.to_string()),
                    });
                }
            }
        }
        Some(sql)
    }

    /// Count, highest key and last change of what a SELECT would give.
    pub(crate) fn mark(&self, asked: &str, key: Option<&str>, changed: Option<&str>) -> String {
        let highest = |column: Option<&str>| match column {
            Some(column) => self.dialect.text(&format!("max({})", self.dialect.name(column))),
            None => "NULL".to_owned(),
        };
        format!(
            "SELECT {} AS counted, {} AS highest, {} AS changed FROM (\n{asked}\n) AS pulled",
            self.dialect.text("count(*)"),
            highest(key),
            highest(changed)
        )
    }

    /// Every column as text, in the order of the SELECT.
    pub(crate) fn all(&self, asked: &str, columns: &[Column]) -> String {
        format!("SELECT {} FROM (\n{asked}\n) AS pulled", self.texts(columns))
    }

    /// One page in the order of the key. Parameters: the highest key of the pull, then the last one of the former page.
    pub(crate) fn page(
        &self,
        asked: &str,
        columns: &[Column],
        key: (&str, &KeyKind),
        first: bool,
        rows: u32,
    ) -> String {
        let (name, kind) = (self.dialect.name(key.0), key.1);
        let after = match first {
            true => String::new(),
            false => format!(" AND {name} > {}", self.dialect.parameter(2, kind)),
        };
        format!(
            "SELECT {} FROM (\n{asked}\n) AS pulled WHERE {name} <= {}{after} ORDER BY {name} LIMIT {rows}",
            self.texts(columns),
            self.dialect.parameter(1, kind)
        )
    }

    /// How many rows there are up to the highest key of the pull.
    pub(crate) fn count_up_to(&self, asked: &str, key: (&str, &KeyKind)) -> String {
        format!(
            "SELECT {} AS counted FROM (\n{asked}\n) AS pulled WHERE {} <= {}",
            self.dialect.text("count(*)"),
            self.dialect.name(key.0),
            self.dialect.parameter(1, key.1)
        )
    }

    fn texts(&self, columns: &[Column]) -> String {
        let text = |column: &Column| {
            let name = self.dialect.name(&column.name);
            format!("{} AS {name}", self.dialect.text(&name))
        };
        columns.iter().map(text).collect::<Vec<_>>().join(", ")
    }
}

/// Cuts at `:word` outside of strings, quoted names and comments. `::` is a cast.
fn parts(text: &str) -> Option<Vec<Part>> {
    let (mut parts, mut sql) = (Vec::new(), String::new());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '\'' | '"' | '`' => quoted(rest, next)?,
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/")? + 2,
            ';' => return None,
            ':' if rest.starts_with("::") => 2,
            ':' => {
                let named = |word: &&&str| {
                    rest.get(1..).is_some_and(|after| {
                        after
                            .strip_prefix(**word)
                            .is_some_and(|end| !end.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
                    })
                };
                let word = WORDS.iter().find(named)?;
                parts.push(Part::Sql(std::mem::take(&mut sql)));
                parts.push(Part::Word(word));
                rest = rest.get(1 + word.len()..)?;
                continue;
            }
            other => other.len_utf8(),
        };
        let (taken, left) = rest.split_at_checked(length)?;
        sql.push_str(taken);
        rest = left;
    }
    parts.push(Part::Sql(sql));
    Some(parts)
}

/// Length of a quoted text with its quotes. A doubled quote is two texts side by side, which is the same to us.
fn quoted(text: &str, quote: char) -> Option<usize> {
    text.get(1..)?.find(quote).map(|at| at + 2)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::parcel::SlotWords;

    fn wanted(period: &str) -> Wanted {
        Wanted {
            slot: SlotWords {
                feed: "prt_deal".to_owned(),
                period: period.to_owned(),
                unit: "433100".to_owned(),
            },
            first_day: NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
            last_day: NaiveDate::from_ymd_opt(2025, 1, 31).unwrap(),
        }
    }

    fn asked(text: &str) -> Option<String> {
        Question::parse(text, Dialect::Postgres)?.asked(&wanted("202501"))
    }

    #[test]
    fn the_words_of_a_slot_become_constants() {
        assert_eq!(
            asked("SELECT a FROM t WHERE d BETWEEN :first_day AND :last_day AND p=:period AND u = :unit;")
                .unwrap(),
            "SELECT a FROM t WHERE d BETWEEN DATE '2025-01-01' AND DATE '2025-01-31' AND p='202501' AND u = '433100'"
        );
        assert_eq!(
            asked("select :unit::int, x::text").unwrap(),
            "select '433100'::int, x::text"
        );
    }

    #[test]
    fn words_in_strings_names_and_comments_are_left_alone() {
        for text in [
            "SELECT ':unit', 'it''s :unit' FROM t",
            "SELECT \":unit\" FROM t",
            "SELECT a -- of :nobody\nFROM t",
            "SELECT a /* :nobody; */ FROM t",
        ] {
            assert_eq!(asked(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn only_one_select_with_known_words_is_a_question() {
        for text in [
            "DELETE FROM t",
            "SELECT 1; DROP TABLE t",
            "SELECT :periods FROM t",
            "SELECT :name",
            "SELECT 'open",
            "SELECT /* open",
            "",
        ] {
            assert!(asked(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_word_of_a_slot_cannot_end_its_quotes() {
        let question = Question::parse("SELECT :period", Dialect::Postgres).unwrap();
        assert_eq!(question.asked(&wanted("2025'; DROP")), None);
    }

    #[test]
    fn a_comment_at_the_end_does_not_swallow_what_we_put_around() {
        let question = Question::parse("SELECT a FROM t -- all", Dialect::Sqlite).unwrap();
        let column = Column {
            name: "a\"b".to_owned(),
            key: None,
        };
        let sql = question.all(&question.asked(&wanted("202501")).unwrap(), &[column]);
        assert_eq!(
            sql,
            "SELECT CAST(\"a\"\"b\" AS TEXT) AS \"a\"\"b\" FROM (\nSELECT a FROM t -- all\n) AS pulled"
        );
    }
}
