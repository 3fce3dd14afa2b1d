//! Which of the known feeds this centre does not take. Everything else it takes.

use schemas::FeedId;
use serde::{Deserialize, Serialize};

use super::ConfigError;

/// More names than there are feeds are a mistake.
const ABSENT_MAX: usize = 200;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Feeds {
    /// Feed ids, or beginnings of them followed by `*`.
    pub absent: Vec<String>,
}

impl Feeds {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.absent.len() <= ABSENT_MAX && self.absent.iter().all(|pattern| is_plain(pattern)) {
            return Ok(());
        }
        Err(ConfigError::refused("feeds.absent", "hub.config_feed_pattern"))
    }

    pub fn takes(&self, feed: &FeedId) -> bool {
        !self.absent.iter().any(|pattern| matches(pattern, feed))
    }

    /// The first name that none of these feeds has. A misspelt one would keep a feed that was meant to be absent.
    pub fn misspelt<'a>(&self, feeds: impl Iterator<Item = &'a FeedId> + Clone) -> Option<&str> {
        let nowhere = |pattern: &&String| !feeds.clone().any(|feed| matches(pattern, feed));
        self.absent.iter().find(nowhere).map(String::as_str)
    }
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
