//! Which of the known feeds this centre does not take, and of which a second person signs the submissions.

use schemas::FeedId;
use serde::{Deserialize, Serialize};

use super::ConfigError;

/// More names than there are feeds are a mistake.
const PATTERNS_MAX: usize = 200;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Feeds {
    /// Feed ids, or beginnings of them followed by `*`.
    pub absent: Vec<String>,
    /// Feeds whose submissions count when a colleague of the sender has signed; written like `absent`.
    pub signed: Vec<String>,
}

impl Feeds {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for (key, patterns) in [("feeds.absent", &self.absent), ("feeds.signed", &self.signed)] {
            if patterns.len() > PATTERNS_MAX || !patterns.iter().all(|pattern| is_plain(pattern)) {
                return Err(ConfigError::refused(key, "hub.config_feed_pattern"));
            }
        }
        Ok(())
    }

    /// Does a submission of the feed wait for a second person?
    pub fn signs(&self, feed: &FeedId) -> bool {
        self.signed.iter().any(|pattern| matches(pattern, feed))
    }

    /// The first name under `signed` that none of these feeds has. A misspelt one would let unsigned files in.
    pub fn misspelt_signed<'a>(&self, feeds: impl Iterator<Item = &'a FeedId> + Clone) -> Option<&str> {
        nowhere(&self.signed, feeds)
    }

    pub fn takes(&self, feed: &FeedId) -> bool {
        !self.absent.iter().any(|pattern| matches(pattern, feed))
    }

    /// The first name that none of these feeds has. A misspelt one would keep a feed that was meant to be absent.
    pub fn misspelt<'a>(&self, feeds: impl Iterator<Item = &'a FeedId> + Clone) -> Option<&str> {
        nowhere(&self.absent, feeds)
    }
}

fn nowhere<'p, 'a>(
    patterns: &'p [String],
    feeds: impl Iterator<Item = &'a FeedId> + Clone,
) -> Option<&'p str> {
    let nowhere = |pattern: &&String| !feeds.clone().any(|feed| matches(pattern, feed));
    patterns.iter().find(nowhere).map(String::as_str)
}

fn matches(pattern: &str, feed: &FeedId) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => feed.as_str().starts_with(beginning),
        None => feed.as_str() == pattern,
    }
}

/// A star alone would be a centre without feeds.
fn is_plain(pattern: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    match pattern.strip_suffix('*') {
        Some(beginning) => !beginning.is_empty() && beginning.chars().all(is_letter),
        None => FeedId::parse(pattern).is_ok(),
    }
}
