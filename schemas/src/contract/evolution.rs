//! What may change inside a version of a contract and what needs the next one. The rule is ours (after semantic
//! versioning): words may change at any time, what every earlier file still keeps needs the next minor version, and
//! whatever could refuse an earlier file or change a stored column needs the next major one.

mod compared;
pub mod draft;
mod rules;

use super::Contract;

/// The version that a change needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Titles, aliases, descriptions, names of codes, law, due days: the same version may carry it.
    Words,
    /// A file that was good stays good, and no stored column changes: `1.2.0` after `1.1.3`.
    Minor,
    /// A file that was good may be refused, or a stored column means something else: `2.0.0` after `1.9.1`.
    Major,
}

impl Step {
    /// The text code that names it.
    pub fn text(self) -> &'static str {
        match self {
            Step::Words => "evolution.step_words",
            Step::Minor => "evolution.step_minor",
            Step::Major => "evolution.step_major",
        }
    }
}

/// One difference between two versions of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub step: Step,
    /// As in a [`super::ContractError`]: `fields.kwh.rules`.
    pub place: String,
    /// Text code; its only argument is `detail`.
    pub text: &'static str,
    /// Names and limits, as contracts write them.
    pub detail: String,
}

/// Everything in which the contracts differ, in the order of the document.
pub fn changes(old: &Contract, new: &Contract) -> Vec<Change> {
    let mut found = compared::feeds(old, new);
    found.extend(compared::fields(old, new));
    found.extend(rules::compared(old, new));
    found
}

/// The step that the changes need together; none if nothing changed.
pub fn needed(changes: &[Change]) -> Option<Step> {
    changes.iter().map(|change| change.step).max()
}

/// Does the new contract carry a version that allows its changes? Versions are three numbers with points; of another
/// shape none allows anything but words.
pub fn is_version_allowed(old: &str, new: &str, needed: Option<Step>) -> bool {
    let (before, after) = (numbers(old), numbers(new));
    match (needed, before, after) {
        (None, _, _) => true,
        (Some(Step::Words), Some(before), Some(after)) => after >= before,
        (Some(Step::Words), _, _) => old == new,
        (Some(Step::Minor), Some([major, minor, _]), Some([new_major, new_minor, _])) => {
            (new_major, new_minor) > (major, minor)
        }
        (Some(Step::Major), Some([major, ..]), Some([new_major, ..])) => new_major > major,
        (Some(_), _, _) => false,
    }
}

/// The lowest version that allows a step.
pub fn next_version(old: &str, step: Step) -> Option<String> {
    let [major, minor, patch] = numbers(old)?;
    let [major, minor, patch] = match step {
        Step::Words => [major, minor, patch.checked_add(1)?],
        Step::Minor => [major, minor.checked_add(1)?, 0],
        Step::Major => [major.checked_add(1)?, 0, 0],
    };
    Some(format!("{major}.{minor}.{patch}"))
}

fn numbers(version: &str) -> Option<[u32; 3]> {
    let parts: Option<Vec<u32>> = version.split('.').map(|part| part.parse().ok()).collect();
    parts?.try_into().ok()
}

#[cfg(test)]
mod tests;
