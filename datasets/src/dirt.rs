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
    /// A date that is in no calendar.
    WrongDate,
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
    LostZero,
    /// The row before, once more.
    DuplicateRow,
}

impl Damage {
    pub const ALL: [Self; 10] = [
        Self::BadCheckCharacter,
        Self::FullWidthCode,
        Self::WrongDate,
        Self::MissingRequired,
        Self::NotANumber,
        Self::UnknownClass,
        Self::SumMismatch,
        Self::OddFee,
        Self::LostZero,
        Self::DuplicateRow,
    ];

    /// Name in the truth file.
    pub fn name(self) -> &'static str {
        match self {
            Self::BadCheckCharacter => "bad_check_character",
            Self::FullWidthCode => "full_width_code",
            Self::WrongDate => "wrong_date",
            Self::MissingRequired => "missing_required",
            Self::NotANumber => "not_a_number",
            Self::UnknownClass => "unknown_class",
            Self::SumMismatch => "sum_mismatch",
            Self::OddFee => "odd_fee",
            Self::LostZero => "lost_zero",
            Self::DuplicateRow => "duplicate_row",
        }
    }

    /// Whether the row is kept out of the lake. The others leave a warning, a repeated row counts as duplicate.
    pub fn refuses(self) -> bool {
        !matches!(self, Self::FullWidthCode | Self::OddFee | Self::DuplicateRow)
    }
}

/// One damaged row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// Record number in the file, the header being 1.
    pub record_no: u64,
    /// Field name in the contract; `None` when the row as a whole is meant.
    pub field: Option<&'static str>,
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
    /// One row per damage: `record_no,field,damage,refuses`.
    pub fn csv(&self) -> String {
        let mut text = String::from("record_no,field,damage,refuses\n");
        for one in &self.planted {
            let field = one.field.unwrap_or("");
            let (name, refuses) = (one.damage.name(), one.damage.refuses());
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{},{field},{name},{refuses}", one.record_no);
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
            .and_then(|nth| Damage::ALL.get(nth))
        {
            return Some(*kind);
        }
        dice.chance(u64::from(per_mille))
            .then(|| dice.one_of(&Damage::ALL).copied())
            .flatten()
    }
}

/// The small county's few large accounts come first and stay whole.
const FIRST_STRUCK: u64 = 10;
const GAP: u64 = 12;
