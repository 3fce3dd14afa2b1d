//! Damage that departments really do to their files, planted on purpose and told in a truth.
//!
//! A row carries at most one damage, so a finding can be traced to its cause. Which damages refuse a row is the
//! contract's decision; `refuses` repeats it here and the tests of the whole hold the two together.

use crate::dice::Dice;
use std::fmt::Write as _;

/// What shape the file is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dirt {
    /// Every row keeps the contract.
    Clean,
    /// About this many rows of a thousand are damaged, every kind of damage at least once in a file of a few
    /// hundred rows.
    Planted { per_mille: u16 },
    /// The clerk sent a table of another office: the columns are not those of the feed.
    WrongColumns,
}

/// One kind of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Damage {
    /// The last character of the credit code is wrong.
    BadCheckCharacter,
    /// The credit code is typed in full-width digits; the value can be read all the same.
    FullWidthCode,
    /// The holder's number is well-formed and says that he is a hundred and forty years old.
    OldHolder,
    /// A household the provider should have left out.
    Household,
    /// A date that is in no calendar.
    WrongDate,
    /// A row of long ago.
    OtherMonth,
    /// A required cell is empty.
    MissingRequired,
    /// Words where a number belongs.
    NotANumber,
    /// A code that is not in the list.
    UnknownClass,
    /// Peak, flat and valley do not add up to the whole.
    SumMismatch,
    /// The fee per kWh is far outside of any tariff.
    OddFee,
    /// A spreadsheet ate leading digits of the account number.
    LostDigits,
    /// The row before, once more.
    DuplicateRow,
}

/// Name in the truth file, field, and the rule of the contract that notices. A repeated row is counted, not found.
const KINDS: [(Damage, &str, Option<&str>, Option<&str>); 13] = [
    (
        Damage::BadCheckCharacter,
        "bad_check_character",
        Some("usc_code"),
        Some("R-usc_code-uscc"),
    ),
    (
        Damage::FullWidthCode,
        "full_width_code",
        Some("usc_code"),
        Some("R-usc_code-uscc"),
    ),
    (
        Damage::OldHolder,
        "old_holder",
        Some("id_no"),
        Some("R-id_no-citizen_id"),
    ),
    (
        Damage::Household,
        "household",
        Some("use_class"),
        Some("R-use_class-residential"),
    ),
    (
        Damage::WrongDate,
        "wrong_date",
        Some("read_date"),
        Some("R-read_date-type"),
    ),
    (
        Damage::OtherMonth,
        "other_month",
        Some("month"),
        Some("R-month-period"),
    ),
    (
        Damage::MissingRequired,
        "missing_required",
        Some("customer_name"),
        Some("R-customer_name-required"),
    ),
    (
        Damage::NotANumber,
        "not_a_number",
        Some("kwh"),
        Some("R-kwh-type"),
    ),
    (
        Damage::UnknownClass,
        "unknown_class",
        Some("use_class"),
        Some("R-use_class-code"),
    ),
    (
        Damage::SumMismatch,
        "sum_mismatch",
        Some("kwh_valley"),
        Some("R-kwh-sum"),
    ),
    (Damage::OddFee, "odd_fee", Some("fee"), Some("R-fee-ratio")),
    (
        Damage::LostDigits,
        "lost_digits",
        Some("account_no"),
        Some("R-account_no-digits"),
    ),
    (Damage::DuplicateRow, "duplicate_row", None, None),
];

impl Damage {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|(damage, ..)| *damage)
    }

    /// Name in the truth file.
    pub fn name(self) -> &'static str {
        self.row().map_or("", |(_, name, ..)| name)
    }

    /// The field in which the damage sits; `None` when it is the row as a whole.
    pub fn field(self) -> Option<&'static str> {
        self.row().and_then(|(_, _, field, _)| field)
    }

    /// The rule of the contract that must notice.
    pub fn rule(self) -> Option<&'static str> {
        self.row().and_then(|(.., rule)| rule)
    }

    /// Whether the row is kept out of the lake. The others leave a warning, a repeated row counts as duplicate.
    pub fn refuses(self) -> bool {
        use Damage::*;
        !matches!(
            self,
            FullWidthCode | OldHolder | SumMismatch | OddFee | DuplicateRow
        )
    }

    fn row(self) -> Option<(Self, &'static str, Option<&'static str>, Option<&'static str>)> {
        KINDS.iter().find(|(damage, ..)| *damage == self).copied()
    }
}

/// One damaged row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// Record number in the file, the header being 1.
    pub record_no: u64,
    pub damage: Damage,
}

/// What a right check of the file must find.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Truth {
    /// Data rows in the file, without the header.
    pub rows: u64,
    pub committed: u64,
    pub quarantined: u64,
    pub duplicate: u64,
    /// Hundredths of kWh over the committed rows.
    pub kwh_committed: i64,
    pub planted: Vec<Planted>,
}

impl Truth {
    /// One row per damage: `record_no,field,damage,rule,refuses`.
    pub fn csv(&self) -> String {
        let mut text = String::from("record_no,field,damage,rule,refuses\n");
        for Planted { record_no, damage } in &self.planted {
            let (field, rule) = (damage.field().unwrap_or(""), damage.rule().unwrap_or(""));
            // Writing into a String cannot fail.
            let _ = writeln!(
                text,
                "{record_no},{field},{},{rule},{}",
                damage.name(),
                damage.refuses()
            );
        }
        text
    }
}

impl Dirt {
    /// The damage for the data row with this index, if it shall have one. The first rows take one kind each, so
    /// that a small file has them all.
    pub(crate) fn strike(self, index: u64, dice: &mut Dice) -> Option<Damage> {
        let Self::Planted { per_mille } = self else {
            return None;
        };
        let nth = index
            .checked_sub(FIRST_STRUCK)
            .and_then(|past| past.is_multiple_of(GAP).then_some(past / GAP));
        if let Some(kind) = nth
            .and_then(|nth| usize::try_from(nth).ok())
            .and_then(|nth| KINDS.get(nth))
        {
            return Some(kind.0);
        }
        dice.chance(u64::from(per_mille))
            .then(|| dice.one_of(&KINDS).map(|kind| kind.0))
            .flatten()
    }
}

/// The small county's few large accounts come first and stay whole.
const FIRST_STRUCK: u64 = 10;
const GAP: u64 = 12;
