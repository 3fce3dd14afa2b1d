//! Insured people by employer, and what medical insurance settles with clinics and chemists. Sums only: nobody insured
//! and no patient appears.

use std::io;

use super::Request;
use crate::codes;
use crate::dice::{Dice, mixed};
use crate::money::millionths;
use crate::power::signed;
use crate::sheet::{Care, Sheet};

pub(super) const INSURED: &[&str] = &[
    "usc_code",
    "unit_name",
    "insurance_type",
    "month",
    "insured_persons",
    "base_sum",
    "payable_unit",
    "payable_person",
    "paid",
    "paid_date",
    "county",
];

pub(super) const SETTLEMENT: &[&str] = &[
    "inst_code",
    "usc_code",
    "inst_name",
    "inst_kind",
    "fund_type",
    "biz_type",
    "visits",
    "total_fee",
    "fund_pay",
    "account_pay",
    "self_pay",
    "settle_month",
    "deducted",
    "county",
];

/// Old age, unemployment, injury: the employer's and the employee's part in millionths of the base.
const KINDS: [(&str, u64, u64); 3] = [("1", 160_000, 80_000), ("2", 7_000, 3_000), ("3", 9_000, 0)];

pub(super) fn insured(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    for business in request
        .prefecture
        .population
        .businesses()
        .filter(|one| one.staff > 0)
    {
        let mut dice = Dice::new(mixed(request.seed(), 81), business.index);
        // Not everybody is insured.
        let persons = (business.staff * dice.between(50, 100) / 100).max(1);
        let base = persons * dice.between(400_000, 750_000);
        for (kind, unit, person) in KINDS {
            let (unit, person) = (millionths(base, unit), millionths(base, person));
            sheet
                .row()
                .text(&business.credit_code())
                .text(&business.name())
                .text(kind)
                .text(request.label)
                .number(signed(persons))
                .number(signed(base))
                .number(signed(unit))
                .number(signed(person))
                .number(signed(unit + person))
                .day(request.month.plus(1).day(dice.between(5, 25)))
                .text(business.county.code);
            sheet.push(Care::Ordinary)?;
        }
    }
    Ok(())
}

/// Every two hundredth business is a clinic or a chemist.
pub(super) fn settlements(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let population = request.prefecture.population;
    for index in (7..population.scale().businesses()).step_by(100) {
        let business = population.business(index);
        let chemist = index % 200 == 7;
        let (letter, kind, trade) = if chemist {
            ('P', "4", "大药房")
        } else {
            ('H', "3", "诊所")
        };
        let mut dice = Dice::new(mixed(request.seed(), 82 + request.month.stamp()), index);
        for fund in ["1", "2"] {
            let works: &[&str] = if chemist { &["3"] } else { &["1", "4"] };
            for work in works {
                let visits = dice.between(20, 900);
                let total = visits * dice.between(3_500, 16_000);
                let fund_pay = total * dice.between(35, 65) / 100;
                let account = (total - fund_pay) * dice.between(20, 70) / 100;
                sheet
                    .row()
                    .text(&format!("{letter}4331{index:07}"))
                    .text(&codes::credit_code(business.kind.character(), index))
                    .text(&format!("{}（{trade}）", business.name()))
                    .text(kind)
                    .text(fund)
                    .text(work)
                    .number(signed(visits))
                    .number(signed(total))
                    .number(signed(fund_pay))
                    .number(signed(account))
                    .number(signed(total - fund_pay - account))
                    .text(request.label)
                    .number(signed(if dice.chance(60) { total / 200 } else { 0 }))
                    .text(business.county.code);
                sheet.push(Care::Ordinary)?;
            }
        }
    }
    Ok(())
}
