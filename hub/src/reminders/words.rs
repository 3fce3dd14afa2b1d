//! What a mail says: which duties, how they stand, and what to do. Chinese first, English below it. No name and no number
//! of anybody: a mail passes through other hands.

use std::collections::BTreeMap;

use schemas::texts::{self, Lang};
use schemas::{Bilingual, FeedId};

use super::plan::Letter;
use crate::duties::Duty;

/// Duties listed in one mail; the rest is counted.
const LISTED_MAX: usize = 100;

/// The subject in both languages.
pub(super) fn subject(letter: &Letter<'_>) -> String {
    let count = letter.duties.len().to_string();
    let message = texts::render(
        &format!("reminder.subject_{}", letter.stage.as_str()),
        &[("count", &count)],
    );
    format!("{} / {}", message.zh, message.en)
}

/// The text. `titles` are those of the feeds; `page` is where people find the hub, if that is set.
pub(super) fn body(letter: &Letter<'_>, titles: &BTreeMap<FeedId, Bilingual>, page: &str) -> String {
    let parts = [Lang::Zh, Lang::En].map(|lang| part(letter, titles, page, lang));
    parts.join("\n\n----\n\n")
}

fn part(letter: &Letter<'_>, titles: &BTreeMap<FeedId, Bilingual>, page: &str, lang: Lang) -> String {
    let say = |code: &str, args: &[(&str, &str)]| texts::render(code, args).text(lang).to_owned();
    let mut lines = vec![
        say(&format!("reminder.intro_{}", letter.stage.as_str()), &[]),
        String::new(),
    ];
    let listed = letter.duties.iter().take(LISTED_MAX);
    lines.extend(listed.map(|duty| line(duty, titles, lang)));
    let more = letter.duties.len().saturating_sub(LISTED_MAX);
    if more > 0 {
        lines.push(say("reminder.more", &[("count", &more.to_string())]));
    }
    lines.extend([String::new(), say("reminder.how", &[])]);
    if !page.is_empty() {
        lines.push(say("reminder.page", &[("url", page)]));
    }
    lines.push(say("reminder.footer", &[]));
    lines.join("\n")
}

fn line(duty: &Duty, titles: &BTreeMap<FeedId, Bilingual>, lang: Lang) -> String {
    let say = |code: &str, args: &[(&str, &str)]| texts::render(code, args).text(lang).to_owned();
    let title = titles.get(&duty.slot.feed).map(|title| match lang {
        Lang::Zh => title.zh.as_str(),
        Lang::En => title.en.as_str(),
    });
    let state = say(&duty.state.text(), &[]);
    let days = duty.late_workdays.to_string();
    let state = match duty.overdue {
        true => say("reminder.late_by", &[("state", &state), ("days", &days)]),
        false => state,
    };
    say(
        "reminder.line",
        &[
            ("title", title.unwrap_or_default()),
            ("feed", duty.slot.feed.as_str()),
            ("period", &duty.slot.period),
            ("unit", duty.slot.unit.as_str()),
            ("due", &duty.due.to_string()),
            ("state", &state),
        ],
    )
}
