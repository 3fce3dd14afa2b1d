//! What became of the stamp duty of a supplier.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::feeds) enum Story {
    NothingPaid,
    OneForgotten,
    TenthPaid,
    PaidByContract,
    PaidOnceAQuarter,
    PaidLate,
    RateDeals,
    OneContractInBoth,
    Consortium,
    LandDeals,
    Outsider,
    PublicBody,
    CodeUnknown,
}

pub(super) const TRUE: &[Story] = &[
    Story::NothingPaid,
    Story::OneForgotten,
    Story::NothingPaid,
    Story::TenthPaid,
];
/// Played by companies of the prefecture.
pub(super) const DECOY: &[Story] = &[
    Story::RateDeals,
    Story::PaidByContract,
    Story::OneContractInBoth,
    Story::PaidLate,
    Story::Consortium,
    Story::LandDeals,
];
/// Played by others.
pub(super) const STRANGERS: &[Story] = &[Story::Outsider, Story::PublicBody, Story::CodeUnknown];

impl Story {
    pub fn name(self) -> &'static str {
        match self {
            Self::NothingPaid => "nothing_paid",
            Self::OneForgotten => "one_contract_forgotten",
            Self::TenthPaid => "a_tenth_paid",
            Self::PaidByContract => "paid_by_contract",
            Self::PaidOnceAQuarter => "paid_once_a_quarter",
            Self::PaidLate => "paid_late_within_grace",
            Self::RateDeals => "price_is_rate",
            Self::OneContractInBoth => "one_contract_in_both_feeds",
            Self::Consortium => "share_of_a_consortium",
            Self::LandDeals => "land_deals",
            Self::Outsider => "supplier_from_elsewhere",
            Self::PublicBody => "public_body",
            Self::CodeUnknown => "supplier_without_code",
        }
    }
}
