//! Which duties somebody asks for.

use schemas::{DepartmentCode, FeedId, RegionCode};

use super::PageAsked;
use crate::duties::DutyState;

/// What is left out is not asked about. Whether the caller may see a duty is another question.
#[derive(Debug, Clone)]
pub struct DutiesAsked {
    pub feed: Option<FeedId>,
    /// The canonical label.
    pub period: Option<String>,
    pub unit: Option<RegionCode>,
    pub department: Option<DepartmentCode>,
    pub state: Option<DutyState>,
    pub overdue: Option<bool>,
    pub page: PageAsked,
}
