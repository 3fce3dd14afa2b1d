//! What an arrival does to its slot: fills or replaces it, corrects it, adds to it, takes it back. Each act is a
//! revision of its own with a receipt of its own. Not here: how long which act is allowed (contracts, duties).

use std::fmt;

use schemas::SubmissionId;
use serde::{Deserialize, Serialize};

const REASON_CHARS_MAX: usize = 200;
const MANIFEST_LENGTH_MAX: usize = 80;

/// One act. Those that name a submission are refused unless it is the one they may act on, so that nobody corrects or
/// withdraws a state that has moved on meanwhile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Act {
    /// The whole of the slot: the first time, or in the place of what is there (替换).
    #[default]
    Whole,
    /// The whole of the slot again, mending the accepted submission it names (更正). What it changes is listed.
    Correction { of: SubmissionId },
    /// Rows that were missing, added to those of the accepted submission it names (补报).
    Supplement { of: SubmissionId },
    /// Takes the accepted submission back (撤回): the slot holds nothing and is owed again.
    Withdrawal {
        of: SubmissionId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The whole of a past period, from a manifest of such files (历史补录). Fills an empty slot and replaces nothing.
    Backfill { manifest: String },
}

/// An act without what it refers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    #[default]
    Whole,
    Correction,
    Supplement,
    Withdrawal,
    Backfill,
}

impl ActKind {
    pub const ALL: [ActKind; 5] = [
        ActKind::Whole,
        ActKind::Correction,
        ActKind::Supplement,
        ActKind::Withdrawal,
        ActKind::Backfill,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            ActKind::Whole => "whole",
            ActKind::Correction => "correction",
            ActKind::Supplement => "supplement",
            ActKind::Withdrawal => "withdrawal",
            ActKind::Backfill => "backfill",
        }
    }
}

impl fmt::Display for ActKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Act {
    /// A withdrawal with the sender's words, cut to what a receipt should carry.
    pub fn withdrawal(of: SubmissionId, reason: Option<&str>) -> Act {
        let tidy = |reason: &str| {
            let shown = reason.trim().chars().filter(|c| !c.is_control());
            shown.take(REASON_CHARS_MAX).collect::<String>()
        };
        Act::Withdrawal {
            of,
            reason: reason.map(tidy).filter(|reason| !reason.is_empty()),
        }
    }

    /// A backfill; `None` if the manifest's name is not 1 to 80 letters, digits, `-`, `_`, `.` or `:`.
    pub fn backfill(manifest: &str) -> Option<Act> {
        let named = (1..=MANIFEST_LENGTH_MAX).contains(&manifest.len())
            && manifest
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'));
        named.then(|| Act::Backfill {
            manifest: manifest.to_owned(),
        })
    }

    pub fn kind(&self) -> ActKind {
        match self {
            Act::Whole => ActKind::Whole,
            Act::Correction { .. } => ActKind::Correction,
            Act::Supplement { .. } => ActKind::Supplement,
            Act::Withdrawal { .. } => ActKind::Withdrawal,
            Act::Backfill { .. } => ActKind::Backfill,
        }
    }

    /// The submission it acts on.
    pub fn of(&self) -> Option<&SubmissionId> {
        match self {
            Act::Correction { of } | Act::Supplement { of } | Act::Withdrawal { of, .. } => Some(of),
            Act::Whole | Act::Backfill { .. } => None,
        }
    }

    pub fn is_whole(&self) -> bool {
        *self == Act::Whole
    }

    pub fn is_withdrawal(&self) -> bool {
        self.kind() == ActKind::Withdrawal
    }

    /// The file holds some of the rows only; the others come from the submission it names.
    pub fn is_partial(&self) -> bool {
        matches!(self, Act::Supplement { .. })
    }

    /// Would this act with the same bytes say what that one said? A whole file is the same truth whatever it was called;
    /// the same few rows added to another submission are not.
    pub(crate) fn says_the_same(&self, other: &Act) -> bool {
        match (self, other) {
            (Act::Withdrawal { of, .. }, Act::Withdrawal { of: other, .. }) => of == other,
            (one, other) if one.is_withdrawal() || other.is_withdrawal() => false,
            (one, other) if one.is_partial() || other.is_partial() => one == other,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withdrawal_says_the_same_as_one_of_the_same_submission_and_as_nothing_else() {
        let (one, other) = (SubmissionId::new(), SubmissionId::new());
        let withdrawn = Act::withdrawal(one.clone(), Some("导错了月份"));
        assert!(withdrawn.says_the_same(&Act::withdrawal(one.clone(), None)));
        for act in [
            Act::Whole,
            Act::withdrawal(other, None),
            Act::Correction { of: one },
        ] {
            assert!(
                !withdrawn.says_the_same(&act) && !act.says_the_same(&withdrawn),
                "{act:?}"
            );
        }
    }

    #[test]
    fn a_whole_file_is_the_same_truth_whatever_it_was_called_and_added_rows_are_not() {
        let (one, other) = (SubmissionId::new(), SubmissionId::new());
        assert!(Act::Whole.says_the_same(&Act::Correction { of: one.clone() }));
        let added = Act::Supplement { of: one.clone() };
        assert!(added.says_the_same(&Act::Supplement { of: one.clone() }));
        assert!(!added.says_the_same(&Act::Supplement { of: other }));
        assert!(!added.says_the_same(&Act::Whole) && !Act::Whole.says_the_same(&added));
    }

    #[test]
    fn an_act_keeps_its_words_on_a_wire_and_its_name_is_its_kind() {
        let of = SubmissionId::parse("sub_0192f0c1d2e3475a8b9c0d1e2f3a4b5c").unwrap();
        let acts = [
            Act::Whole,
            Act::Correction { of: of.clone() },
            Act::Supplement { of: of.clone() },
            Act::withdrawal(of, Some(" 重复\u{7}导出 ")),
            Act::backfill("2022-2024:power").unwrap(),
        ];
        for (act, kind) in acts.iter().zip(ActKind::ALL) {
            let wire = serde_json::to_value(act).unwrap();
            assert_eq!((wire["kind"].as_str(), act.kind()), (Some(kind.as_str()), kind));
            assert_eq!(serde_json::from_value::<Act>(wire).unwrap(), *act);
        }
        let Act::Withdrawal { reason, .. } = &acts[3] else {
            panic!()
        };
        assert_eq!(reason.as_deref(), Some("重复导出"));
        for manifest in ["", "a b", "../x", "清单", &"m".repeat(81)] {
            assert_eq!(Act::backfill(manifest), None, "{manifest}");
        }
    }
}
