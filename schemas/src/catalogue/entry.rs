//! One entry of the catalogue, as its file says it.

use serde::{Deserialize, Serialize};

use crate::contract::{Bilingual, DataClass};
use crate::due::Due;
use crate::names::{DepartmentCode, FeedId};

/// A feed as the catalogue knows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Entry {
    /// Its number in the catalogue, from 1.
    pub number: u16,
    pub id: FeedId,
    pub title: Bilingual,
    /// Who provides it, where that is not simply the department.
    provider: Option<Bilingual>,
    /// A contract ships with the product.
    #[serde(default)]
    pub contract: bool,
    /// One row per what; with a contract, there.
    pub grain: Option<Bilingual>,
    /// Its main columns; with a contract, there.
    #[serde(default)]
    pub items: Vec<Item>,
    pub refresh: Refresh,
    /// Our default in every case: no statute says a day. None for what is asked and answered at once.
    pub due: Option<Due>,
    pub scope: Scope,
    /// The most that a row tells about a person.
    pub person: DataClass,
    /// What may never come.
    pub refused: Option<Bilingual>,
    pub share_type: ShareType,
    pub share_note: Option<Bilingual>,
    /// What it is compared for: words of the code list of taxes, or `all`.
    pub taxes: Vec<String>,
    /// Articles beyond those that bind every department; with a contract, there.
    #[serde(default)]
    pub basis: Vec<String>,
    pub note: Option<Bilingual>,
}

impl Entry {
    /// The department whose file the entry is in, which is the first part of the feed's id.
    pub fn department(&self) -> Option<DepartmentCode> {
        let (department, _) = self.id.as_str().split_once('_')?;
        DepartmentCode::parse(department).ok()
    }

    /// Who provides it, in words.
    pub fn provider(&self) -> Option<&Bilingual> {
        let named = || Some(&super::provider(&self.department()?)?.name);
        self.provider.as_ref().or_else(named)
    }
}

/// A main column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub name: String,
    pub zh: String,
}

/// How often the provider's data change hands (更新周期).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refresh {
    RealTime,
    Day,
    Month,
    Quarter,
    HalfYear,
    Year,
}

impl Refresh {
    /// The number existing catalogue products give it. Theirs has a week as 3.
    pub fn number(self) -> u8 {
        match self {
            Refresh::RealTime => 1,
            Refresh::Day => 2,
            Refresh::Month => 4,
            Refresh::Quarter => 5,
            Refresh::HalfYear => 6,
            Refresh::Year => 7,
        }
    }

    /// The code of its name in the text catalogue.
    pub fn text(self) -> &'static str {
        match self {
            Refresh::RealTime => "catalogue.refresh_real_time",
            Refresh::Day => "catalogue.refresh_day",
            Refresh::Month => "catalogue.refresh_month",
            Refresh::Quarter => "catalogue.refresh_quarter",
            Refresh::HalfYear => "catalogue.refresh_half_year",
            Refresh::Year => "catalogue.refresh_year",
        }
    }
}

/// Who reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The object lies in a county, and a county may report by itself.
    County,
    /// One report for the whole prefecture.
    Prefecture,
}

/// 共享类型 of the government information resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum ShareType {
    Unconditional,
    OnCondition,
    NotShared,
}

impl TryFrom<u8> for ShareType {
    type Error = &'static str;
    fn try_from(number: u8) -> Result<ShareType, Self::Error> {
        match number {
            1 => Ok(ShareType::Unconditional),
            2 => Ok(ShareType::OnCondition),
            3 => Ok(ShareType::NotShared),
            _ => Err("share types are 1, 2 and 3"),
        }
    }
}

impl From<ShareType> for u8 {
    fn from(kind: ShareType) -> u8 {
        match kind {
            ShareType::Unconditional => 1,
            ShareType::OnCondition => 2,
            ShareType::NotShared => 3,
        }
    }
}
