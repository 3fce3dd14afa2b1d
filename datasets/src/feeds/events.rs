//! Single events: shares that change hands, building permits, judicial auctions.

use std::io;

use chrono::Days;

use super::Request;
use super::actors;
use crate::codes;
use crate::dice::{Dice, mixed};
use crate::money::rounded;
use crate::names;
use crate::place::{COUNTIES, County, SMALL_COUNTY};
use crate::population::{Kind, Person};
use crate::power::signed;
use crate::sheet::{Care, Sheet};

pub(super) const EQUITY: &[&str] = &[
    "usc_code",
    "entity_name",
    "seq",
    "transferor_type",
    "transferor_name",
    "transferor_id_no",
    "transferee_type",
    "transferee_name",
    "transferee_id_no",
    "ratio_before",
    "ratio_after",
    "ratio_transferred",
    "sub_capital_transferred",
    "paid_capital_transferred",
    "price",
    "transfer_kind",
    "agreement_date",
    "approve_date",
    "county",
];

pub(super) const PERMIT: &[&str] = &[
    "permit_no",
    "project_code",
    "project_name",
    "project_type",
    "owner_name",
    "owner_usc",
    "participant_role",
    "participant_name",
    "participant_usc",
    "participant_home_division",
    "contract_price",
    "gfa",
    "location",
    "plan_start",
    "plan_end",
    "issue_date",
    "pm_name",
    "pm_id",
    "wage_account_no",
    "county",
];

pub(super) const AUCTION: &[&str] = &[
    "case_no",
    "court",
    "lot_no",
    "asset_type",
    "unit_no",
    "plate",
    "vin",
    "target_usc",
    "debtor_name",
    "debtor_code",
    "buyer_name",
    "buyer_code",
    "appraise_price",
    "deal_price",
    "deal_date",
    "ruling_date",
    "tax_clause",
    "platform",
    "county",
];

fn somewhere(dice: &mut Dice) -> County {
    let counties = COUNTIES.map(|county| (county.weight, county));
    dice.weighted(&counties).unwrap_or(SMALL_COUNTY)
}

/// Shares that changed hands, company by company.
pub(super) fn equity(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    for business in request
        .prefecture
        .population
        .businesses()
        .filter(|one| one.kind == Kind::Company)
    {
        let mut dice = Dice::new(mixed(request.seed(), 101 + request.month.stamp()), business.index);
        if !dice.chance(14) {
            continue;
        }
        let capital = business.turnover * 6;
        let approved = request.month.day(dice.between(1, 28));
        for seq in 1..=dice.between(1, 2) {
            let (from, to) = (
                Person::of(&mut dice, &business.county),
                Person::of(&mut dice, &business.county),
            );
            let (before, moved) = (dice.between(300, 900) * 1_000, dice.between(50, 290) * 1_000);
            let part = capital / 1_000_000 * moved;
            // Many give one yuan, or nothing, as the price.
            let price = dice.weighted(&[
                (35, Some(part)),
                (30, Some(100)),
                (15, None),
                (20, Some(part * 2)),
            ]);
            sheet
                .row()
                .text(&business.credit_code())
                .text(&business.name())
                .number(signed(seq))
                .text("1")
                .text(&from.name)
                .person(&from.number)
                .text("1")
                .text(&to.name)
                .person(&to.number)
                .number(signed(before))
                .number(signed(before - moved))
                .number(signed(moved))
                .number(signed(part))
                .number(signed(part / 2))
                .maybe_number(price.flatten().map(signed))
                .text("1")
                .maybe_day(approved.checked_sub_days(Days::new(dice.between(1, 20))))
                .day(approved)
                .text(business.county.code);
            sheet.push(Care::Ordinary)?;
        }
    }
    Ok(())
}

/// Permits of the month, one row per participant.
pub(super) fn permits(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let prefecture = request.prefecture;
    let count = (prefecture.population.scale().businesses() / 4_500).max(10);
    for at in 0..count {
        let serial = request.month.stamp() % 1_000 * 1_000 + at;
        let mut dice = Dice::new(mixed(request.seed(), 102), serial);
        let county = somewhere(&mut dice);
        let owner = actors::body(request.seed(), dice.between(0, 63));
        let price = rounded(dice.skewed(1_800_000_000));
        let issued = request.month.day(dice.between(1, 28));
        let manager = Person::of(&mut dice, &county);
        for (role, part) in [("1", 100), ("3", 22), ("4", 3), ("5", 2)] {
            let party = if dice.chance(300) {
                actors::outsider(request.seed(), serial % 400 * 4 + part % 4)
            } else {
                actors::Party::of(
                    &prefecture
                        .population
                        .business(prefecture.supplier(serial * 5 + part)),
                )
            };
            sheet
                .row()
                .text(&format!(
                    "{}{}{:02}01",
                    county.code,
                    issued.format("%Y%m%d"),
                    at % 100
                ))
                .text(&format!("2501-433199-04-01-{serial:06}"))
                .text(&format!("{}云鹤{serial}号工程", county.short))
                .text(if dice.chance(700) { "1" } else { "2" })
                .text(&owner.name)
                .text(&owner.code)
                .text(role)
                .text(&party.name)
                .text(&party.code)
                .text(party.home)
                .number(signed(price / 100 * part))
                .number(signed(price / 2_500))
                .text(&names::address(&mut dice, &county))
                .day(issued)
                .maybe_day(issued.checked_add_days(Days::new(540)))
                .day(issued)
                .text(&manager.name)
                .person(&manager.number)
                .text(&format!("8201{:012}", serial * 7))
                .text(county.code);
            sheet.push(Care::Ordinary)?;
        }
    }
    Ok(())
}

/// Lots sold in the month.
pub(super) fn auctions(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let count = (request.prefecture.population.scale().businesses() / 6_000).max(15);
    for at in 0..count {
        let serial = request.month.stamp() % 1_000 * 1_000 + at;
        let mut dice = Dice::new(mixed(request.seed(), 103), serial);
        let county = somewhere(&mut dice);
        let kind = dice
            .weighted(&[(50, "1"), (20, "2"), (10, "3"), (20, "4")])
            .unwrap_or("1");
        let vehicle = kind == "4";
        let appraised = rounded(dice.skewed(if vehicle { 6_000_000 } else { 70_000_000 }));
        let sold = request.month.day(dice.between(1, 28));
        let (debtor, buyer) = (Person::of(&mut dice, &county), Person::of(&mut dice, &county));
        let row = sheet.row();
        row.text(&format!(
            "（2025）湘31{}执{serial}号",
            county.code.get(4..).unwrap_or("01")
        ))
        .text(&format!("{}人民法院", county.name))
        .text("1")
        .text(kind);
        if vehicle {
            row.empty()
                .text(&format!("湘U{:05}", serial % 100_000))
                .text(&codes::vehicle_number(800_000_000 + serial));
        } else {
            row.text(&codes::unit_number(
                county.code,
                60_000 + serial % 10_000,
                Some(30_001),
            ))
            .empty()
            .empty();
        }
        row.empty()
            .text(&debtor.name)
            .person(&debtor.number)
            .text(&buyer.name)
            .person(&buyer.number)
            .number(signed(appraised))
            .number(signed(appraised / 100 * dice.between(56, 130)))
            .day(sold)
            .maybe_day(sold.checked_add_days(Days::new(dice.between(5, 40))))
            .text(dice.one_of(&["1", "2", "3"]).copied().unwrap_or("3"))
            .text("某拍卖平台")
            .text(county.code);
        sheet.push(Care::Ordinary)?;
    }
    Ok(())
}
