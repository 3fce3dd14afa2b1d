//! The two registers of who does business: the market regulator's events and the tax side's monthly snapshot.

use std::io;

use super::Request;
use super::actors::{self, Party};
use super::deals;
use crate::dice::{Dice, mixed};
use crate::population::{Business, Kind, VatType};
use crate::power::signed;
use crate::sheet::{Care, Sheet};

pub(super) const ENTITY: &[&str] = &[
    "usc_code",
    "entity_name",
    "entity_type",
    "legal_rep_name",
    "legal_rep_id_type",
    "legal_rep_id_no",
    "phone",
    "reg_capital",
    "currency",
    "est_date",
    "approve_date",
    "valid_from",
    "valid_to",
    "industry_code",
    "business_scope",
    "address",
    "addr_county",
    "reg_authority",
    "status",
];

pub(super) const TAXPAYER: &[&str] = &[
    "taxpayer_seq",
    "taxpayer_id",
    "usc_code",
    "taxpayer_name",
    "status",
    "reg_kind",
    "reg_type",
    "industry_code",
    "tax_authority",
    "tax_office",
    "vat_type",
    "eit_mode",
    "reg_date",
    "cancel_date",
    "credit_grade",
    "snapshot_month",
    "county",
];

/// Of the months of a year, how many bring an entity to the counter: 130,000 events a year for 300,000 entities.
const EVENTS_PER_MILLE: u64 = 36;

/// Whoever was registered or changed something this month.
pub(super) fn entities(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    for business in request.prefecture.population.businesses() {
        let mut dice = Dice::new(
            mixed(request.seed(), 1_000_000 + request.month.stamp()),
            business.index,
        );
        if dice.chance(EVENTS_PER_MILLE) {
            entity(request, &business, &mut dice, sheet)?;
        }
    }
    Ok(())
}

fn entity(
    request: &Request<'_>,
    business: &Business,
    dice: &mut Dice,
    sheet: &mut Sheet<'_>,
) -> io::Result<()> {
    let owner = business.owner();
    let approved = request.month.day(dice.between(1, 28));
    let kind = match business.kind {
        Kind::Company => "1130",
        Kind::SelfEmployed => "9500",
        Kind::Cooperative => "9100",
    };
    let capital = signed(business.turnover / 10_000 * 10_000 * 6);
    let row = sheet.row();
    row.text(&business.credit_code())
        .text(&business.name())
        .text(kind)
        .text(&owner.name)
        .text("201")
        .person(&owner.number)
        .text(&format!("0743-{:07}", business.index % 10_000_000));
    if business.kind == Kind::SelfEmployed {
        row.empty().empty();
    } else {
        row.number(capital).text("CNY");
    }
    row.day(business.since.min(approved)).day(approved);
    if business.kind == Kind::Company {
        row.day(business.since.min(approved))
            .maybe_day(approved.checked_add_days(chrono::Days::new(7_300)));
    } else {
        row.empty().empty();
    }
    let status = dice.weighted(&[(940, "1"), (35, "4"), (15, "5"), (8, "2"), (2, "9")]);
    row.text(business.industry)
        .text("以登记机关核准的为准")
        .text(&business.address())
        .text(business.county.code)
        .text(&format!("{}市场监督管理局", business.county.name))
        .text(status.unwrap_or("1"));
    sheet.push(Care::Ordinary)
}

/// Every taxpayer as registered at the end of the month.
pub(super) fn taxpayers(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    for business in request.prefecture.population.businesses() {
        let mut dice = Dice::new(mixed(request.seed(), 2_000_000), business.index);
        // Some do business and are unknown to the tax side.
        if business.kind == Kind::SelfEmployed && dice.chance(40) {
            continue;
        }
        taxpayer(request, &business, &mut dice, sheet)?;
    }
    let prefecture = request.prefecture;
    for serial in 0..actors::bodies(prefecture.population.scale()) {
        other(
            request,
            &actors::body(request.seed(), serial),
            "05",
            "9221",
            sheet,
        )?;
    }
    for outsider in deals::reported_from_elsewhere(prefecture, request.month.quarter()) {
        other(request, &outsider, "06", "4710", sheet)?;
    }
    other(request, &actors::leaf_buyer(), "01", "5128", sheet)
}

/// Somebody who is no business of the prefecture's own.
fn other(
    request: &Request<'_>,
    party: &Party,
    reg_kind: &str,
    industry: &str,
    sheet: &mut Sheet<'_>,
) -> io::Result<()> {
    sheet
        .row()
        .text(&party.file_number)
        .text(&party.code)
        .text(&party.code)
        .text(&party.name)
        .text("03")
        .text(reg_kind)
        .empty()
        .text(industry)
        .text(&format!("1{}0000", party.county.code))
        .text(&format!("1{}0100", party.county.code))
        .text(if reg_kind == "05" { "9" } else { "1" })
        .empty()
        .maybe_day(chrono::NaiveDate::from_ymd_opt(2015, 6, 1))
        .empty()
        .empty()
        .text(request.label)
        .text(party.county.code);
    sheet.push(Care::Kept)
}

fn taxpayer(
    request: &Request<'_>,
    business: &Business,
    dice: &mut Dice,
    sheet: &mut Sheet<'_>,
) -> io::Result<()> {
    let code = business.credit_code();
    let (reg_kind, reg_type, eit) = match business.kind {
        Kind::Company => ("01", Some("173"), Some("1")),
        Kind::SelfEmployed => ("02", None, None),
        Kind::Cooperative => ("01", Some("159"), Some("2")),
    };
    let vat = match business.vat {
        VatType::General => "1",
        VatType::Small => "2",
        VatType::Fixed => "3",
    };
    let status = match business.kind {
        Kind::Company => "03",
        _ => dice
            .weighted(&[(950, "03"), (25, "04"), (25, "05")])
            .unwrap_or("03"),
    };
    let grade = match business.kind {
        Kind::Company => dice.weighted(&[(10, "A"), (50, "B"), (30, "M"), (7, "C"), (3, "D")]),
        _ => None,
    };
    let office = format!("1{}0000", business.county.code);
    let row = sheet.row();
    row.text(&business.file_number())
        .text(&code)
        .text(&code)
        .text(&crate::names::variant(dice, &business.name()))
        .text(status)
        .text(reg_kind)
        .maybe(reg_type)
        .text(business.industry)
        .text(&office)
        .text(&format!("1{}0100", business.county.code))
        .text(vat)
        .maybe(eit)
        .day(business.since)
        .empty()
        .maybe(grade)
        .text(request.label)
        .text(business.county.code);
    // Comparisons look here for who somebody is, so companies are left in peace.
    let care = if business.kind == Kind::Company {
        Care::Kept
    } else {
        Care::Ordinary
    };
    sheet.push(care)
}
