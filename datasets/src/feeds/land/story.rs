//! What became of the taxes on a land contract.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Story {
    DeedUnpaid,
    WithoutOtherCost,
    StampUnpaid,
    NothingPaid,
    DeedRefunded,
    Allotted,
    Authorised,
    PublicBody,
    Instalments,
    PaidLater,
    APersonsOwn,
    LateFeeBeside,
    ShareInKind,
    PaidInFull,
}

pub(super) const TRUE: &[Story] = &[
    Story::DeedUnpaid,
    Story::WithoutOtherCost,
    Story::StampUnpaid,
    Story::NothingPaid,
    Story::DeedRefunded,
];
pub(super) const DECOY: &[Story] = &[
    Story::Allotted,
    Story::Instalments,
    Story::PublicBody,
    Story::PaidLater,
    Story::APersonsOwn,
    Story::LateFeeBeside,
    Story::Authorised,
    Story::ShareInKind,
];

impl Story {
    /// No tax is owed, whoever the land went to.
    pub fn is_exempt(self) -> bool {
        matches!(self, Self::Allotted | Self::Authorised | Self::PublicBody)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::DeedUnpaid => "deed_unpaid",
            Self::WithoutOtherCost => "deed_without_other_cost",
            Self::StampUnpaid => "stamp_unpaid",
            Self::NothingPaid => "nothing_paid",
            Self::DeedRefunded => "deed_refunded",
            Self::Allotted => "allotted",
            Self::Authorised => "authorised_operation",
            Self::PublicBody => "public_body",
            Self::Instalments => "paid_in_instalments",
            Self::PaidLater => "paid_in_another_month",
            Self::APersonsOwn => "grantee_is_a_person",
            Self::LateFeeBeside => "late_fee_beside",
            Self::ShareInKind => "contribution_in_kind",
            Self::PaidInFull => "paid_in_full",
        }
    }
}
