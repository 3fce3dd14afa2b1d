//! Every vehicle with a plate of the prefecture, as the police list them at the end of a month.

use std::io;

use super::Request;
use crate::calendar::Month;
use crate::codes;
use crate::dice::{Dice, mixed};
use crate::names;
use crate::place::{COUNTIES, SMALL_COUNTY};
use crate::population::Person;
use crate::sheet::{Care, Sheet};

pub(super) const FIELDS: &[&str] = &[
    "vin",
    "plate_type",
    "plate",
    "vehicle_type",
    "use_nature",
    "brand",
    "model",
    "owner_name",
    "owner_id_type",
    "owner_id_no",
    "owner_usc",
    "address",
    "displacement_ml",
    "seats",
    "curb_mass_kg",
    "total_mass_kg",
    "load_kg",
    "energy",
    "first_reg_date",
    "status",
    "transfer_date",
    "inspect_valid_to",
    "compulsory_scrap_date",
    "county",
];

/// Type, use, displacement, seats, masses, load, energy.
const KINDS: [(u64, (&str, &str, i64, i64, i64, i64, i64, &str)); 6] = [
    (620, ("K33", "A", 1_498, 5, 1_310, 1_710, 0, "A")),
    (140, ("K33", "A", 0, 5, 1_620, 2_020, 0, "C")),
    (110, ("H31", "F", 2_499, 3, 2_600, 4_495, 1_700, "B")),
    (40, ("H11", "F", 8_424, 3, 9_800, 25_000, 15_000, "B")),
    (60, ("M21", "A", 149, 2, 130, 280, 0, "A")),
    (30, ("K11", "B", 7_140, 45, 11_000, 16_200, 0, "B")),
];

pub(super) fn rows(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let population = request.prefecture.population;
    for at in 0..population.scale().businesses() {
        let mut dice = Dice::new(mixed(request.seed(), 111), at);
        let (kind, used, displacement, seats, curb, total, load, energy) = dice
            .weighted(&KINDS)
            .unwrap_or(("K33", "A", 1_498, 5, 1_310, 1_710, 0, "A"));
        let owner = (used != "A" || dice.chance(60)).then(|| population.business(at));
        let counties = COUNTIES.map(|county| (county.weight, county));
        let county = match owner {
            Some(owner) => owner.county,
            None => dice.weighted(&counties).unwrap_or(SMALL_COUNTY),
        };
        let since = Month::new(2011, 1)
            .plus(i32::try_from(dice.between(0, 167)).unwrap_or(0))
            .day(dice.between(1, 28));
        let status = dice
            .weighted(&[(930, "A"), (25, "G"), (20, "P"), (15, "E"), (10, "B")])
            .unwrap_or("A");
        let row = sheet.row();
        row.text(&codes::vehicle_number(at * 13))
            .text("02")
            .text(&plate(at))
            .text(kind)
            .text(used)
            .text(names::pick(&mut dice, &["云鹤牌", "青湾牌", "松溪牌"]))
            .text("YH1000");
        match owner {
            Some(owner) => {
                let code = owner.credit_code();
                row.text(&owner.name())
                    .text("统一社会信用代码")
                    .text(&code)
                    .text(&code);
            }
            None => {
                let person = Person::of(&mut dice, &county);
                row.text(&person.name)
                    .text("居民身份证")
                    .person(&person.number)
                    .empty();
            }
        }
        row.text(&names::address(&mut dice, &county))
            .number(displacement)
            .number(seats)
            .number(curb)
            .number(total)
            .number(load)
            .text(energy)
            .day(since)
            .text(status)
            .empty()
            .day(
                Month::of(request.month.first_day())
                    .plus(i32::try_from(at % 24).unwrap_or(0))
                    .last_day(),
            )
            .maybe_day(Some(Month::of(since).plus(180).last_day()))
            .text(county.code);
        sheet.push(Care::Ordinary)?;
    }
    Ok(())
}

/// A letter and four digits, or letters that were never given out when those run short.
fn plate(at: u64) -> String {
    let letter =
        char::from_u32(u32::from(b'A') + u32::try_from(at / 10_000 % 26).unwrap_or(0)).unwrap_or('A');
    format!("湘U{letter}{:04}", at % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plates_follow_each_other() {
        assert_eq!(plate(10_001), "湘UB0001");
    }
}
