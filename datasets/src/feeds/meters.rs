//! Water: what the suppliers of the counties bill, and what those who hold permits draw from rivers.

use std::io;

use super::Request;
use crate::dice::{Dice, mixed};
use crate::names;
use crate::place::UseClass;
use crate::population::Kind;
use crate::power::{season_percent, signed};
use crate::sheet::{Care, Sheet};

pub(super) const SUPPLY: &[&str] = &[
    "account_no",
    "customer_name",
    "usc_code",
    "use_class",
    "address",
    "volume_m3",
    "fee",
    "month",
    "county",
];

pub(super) const INTAKE: &[&str] = &[
    "permit_no",
    "usc_code",
    "name",
    "source_type",
    "use_type",
    "outside_limit_zone",
    "plan_m3",
    "actual_m3",
    "metered",
    "power_kwh",
    "quarter",
    "county",
];

/// Every fifth business has a water meter in its own name.
pub(super) fn supply(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let population = request.prefecture.population;
    for index in (0..population.scale().businesses()).step_by(5) {
        let business = population.business(index);
        if request.county.is_some_and(|county| county != business.county) {
            continue;
        }
        let mut habit = Dice::new(mixed(request.seed(), 71), index);
        let usual = habit.skewed(4_200);
        let knows = habit.chance(450);
        let special = business.industry == "6110" && habit.chance(300);
        let mut dice = Dice::new(mixed(request.seed(), 72 + request.month.stamp()), index);
        let volume = usual * season_percent(business.class, request.month.number()) / 100
            * dice.between(85, 115)
            / 100;
        let fen_per_m3 = if special { 1_250 } else { 385 };
        let row = sheet.row();
        row.text(&format!(
            "{}{:08}",
            business.county.code.get(4..).unwrap_or("00"),
            index + 1
        ))
        .text(&names::variant(&mut habit, &business.name()));
        if knows {
            row.text(&business.credit_code());
        } else {
            row.empty();
        }
        row.text(if special { "3" } else { "2" })
            .text(&business.address())
            .number(signed(volume))
            .number(signed((volume * fen_per_m3 + 50) / 100))
            .text(request.label)
            .text(business.county.code);
        sheet.push(Care::Ordinary)?;
    }
    Ok(())
}

/// Factories and cooperatives that draw water themselves; some dam it for power.
pub(super) fn intake(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    for business in request.prefecture.population.businesses() {
        let draws = business.class == UseClass::LargeIndustry
            || (business.kind == Kind::Cooperative && business.index.is_multiple_of(3));
        if !draws {
            continue;
        }
        let mut dice = Dice::new(
            mixed(request.seed(), 73 + request.month.quarter().stamp()),
            business.index,
        );
        let plan = dice.skewed(2_400_000);
        let actual = plan * dice.between(40, 99) / 100;
        let dams = business.class == UseClass::LargeIndustry && business.index.is_multiple_of(5);
        let used = match business.class {
            _ if dams => "3",
            UseClass::LargeIndustry => "2",
            _ => "6",
        };
        sheet
            .row()
            .text(&format!("取水（湘西）字第{:06}号", business.index))
            .text(&business.credit_code())
            .text(&business.name())
            .text(if dice.chance(850) { "1" } else { "2" })
            .text(used)
            .text(if dice.chance(20) { "是" } else { "否" })
            .number(signed(plan))
            .number(signed(actual))
            .text(if dice.chance(900) { "是" } else { "否" })
            .maybe_number(dams.then(|| signed(actual * 3 / 10)))
            .text(request.label)
            .text(business.county.code);
        sheet.push(Care::Ordinary)?;
    }
    Ok(())
}
