//! What a file's name says about its slot. `{feed}`, `{period}` and `{unit}` stand for their words, `*` for anything
//! within one name; everything else is itself.

use regex::Regex;

use crate::parcel::SlotWords;

/// A pattern as the settings have it, with what it leaves open filled in.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
    feeds: Vec<String>,
    units: Vec<String>,
}

const LENGTH_MAX: usize = 200;
const WORDS: [(&str, &str); 3] = [
    ("{feed}", "(?<feed>[a-z][a-z0-9]*(?:_[a-z0-9]+)+?)"),
    (
        "{period}",
        "(?<period>[0-9]{8}|[0-9]{6}|[0-9]{4}-[0-9]{2}|[0-9]{4}Q[1-4]|[0-9]{4})",
    ),
    ("{unit}", "(?<unit>[0-9]{6})"),
];

impl Pattern {
    /// `None` if the pattern is too long, names a period never or a word twice, or leaves a word open that the lists
    /// do not decide.
    pub fn new(text: &str, feeds: &[String], units: &[String]) -> Option<Pattern> {
        let open = |word: &str, list: &[String]| match text.matches(word).count() {
            0 => list.len() == 1,
            1 => !list.is_empty(),
            _ => false,
        };
        let whole = text.len() <= LENGTH_MAX
            && !text.contains('/')
            && text.matches("{period}").count() == 1
            && open("{feed}", feeds)
            && open("{unit}", units);
        if !whole {
            return None;
        }
        let mut expression = regex::escape(text).replace(r"\*", "[^/]*");
        for (word, meaning) in WORDS {
            expression = expression.replace(&regex::escape(word), meaning);
        }
        let regex = Regex::new(&format!("^(?:{expression})$")).ok()?;
        Some(Pattern {
            regex,
            feeds: feeds.to_vec(),
            units: units.to_vec(),
        })
    }

    /// The slot a name speaks of, if the settings allow its feed and its unit.
    pub fn slot(&self, name: &str) -> Option<SlotWords> {
        let found = self.regex.captures(name)?;
        let word = |key: &str, list: &[String]| match found.name(key) {
            Some(word) => list.iter().find(|allowed| *allowed == word.as_str()).cloned(),
            None => list.first().cloned(),
        };
        Some(SlotWords {
            feed: word("feed", &self.feeds)?,
            period: found.name("period")?.as_str().to_owned(),
            unit: word("unit", &self.units)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn words(pattern: &str, feeds: &[&str], units: &[&str], name: &str) -> Option<(String, String, String)> {
        let slot = Pattern::new(pattern, &list(feeds), &list(units))?.slot(name)?;
        Some((slot.feed, slot.period, slot.unit))
    }

    #[test]
    fn a_name_tells_feed_period_and_unit() {
        let found = words(
            "{feed}_{period}_{unit}*",
            &["pow_usage", "pow_user_new"],
            &["433101", "433122"],
            "pow_user_new_202501_433122 (2).csv",
        );
        assert_eq!(
            found,
            Some(("pow_user_new".into(), "202501".into(), "433122".into()))
        );
        for period in ["2025Q3", "2025-03", "2025", "20250131"] {
            let name = format!("pow_usage_{period}_433101.csv");
            let found = words("{feed}_{period}_{unit}.csv", &["pow_usage"], &["433101"], &name);
            assert_eq!(found.map(|found| found.1).as_deref(), Some(period));
        }
    }

    #[test]
    fn a_name_may_leave_out_what_the_settings_decide() {
        let found = words(
            "用电量{period}*",
            &["pow_usage"],
            &["433101"],
            "用电量202501-终稿.xlsx",
        );
        assert_eq!(
            found,
            Some(("pow_usage".into(), "202501".into(), "433101".into()))
        );
    }

    #[test]
    fn a_feed_or_unit_that_is_not_in_the_settings_is_not_read_from_a_name() {
        let pattern = "{feed}_{period}_{unit}.csv";
        assert_eq!(
            words(
                pattern,
                &["pow_usage"],
                &["433101"],
                "amr_entity_reg_202501_433101.csv"
            ),
            None
        );
        assert_eq!(
            words(
                pattern,
                &["pow_usage"],
                &["433101"],
                "pow_usage_202501_433122.csv"
            ),
            None
        );
        assert_eq!(
            words(
                pattern,
                &["pow_usage"],
                &["433101"],
                "x/pow_usage_202501_433101.csv"
            ),
            None
        );
    }

    #[test]
    fn a_pattern_must_decide_the_slot() {
        assert!(
            Pattern::new(
                "{period}.csv",
                &list(&["pow_usage"]),
                &list(&["433101", "433122"])
            )
            .is_none()
        );
        assert!(Pattern::new("{unit}.csv", &list(&["pow_usage"]), &list(&["433101"])).is_none());
        assert!(Pattern::new("{period}.csv", &[], &list(&["433101"])).is_none());
        assert!(Pattern::new("{period}{period}", &list(&["pow_usage"]), &list(&["433101"])).is_none());
    }
}
