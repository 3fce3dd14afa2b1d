//! Flats: contracts with developers, and what the registry enters when they, or older houses, change hands.

use std::io;

use chrono::{Days, NaiveDate};

use super::Request;
use crate::calendar::Month;
use crate::codes;
use crate::dice::{Dice, mixed};
use crate::names;
use crate::place::{COUNTIES, County, SMALL_COUNTY};
use crate::population::Person;
use crate::power::signed;
use crate::sheet::{Care, Sheet};

pub(super) const CONTRACT: &[&str] = &[
    "contract_no",
    "presale_permit_no",
    "developer_usc",
    "developer_name",
    "project_name",
    "building",
    "unit",
    "room",
    "unit_no",
    "buyer_name",
    "buyer_id_type",
    "buyer_id_no",
    "co_buyers",
    "use",
    "building_area",
    "inner_area",
    "unit_price",
    "total_price",
    "pay_mode",
    "prepaid",
    "sign_date",
    "filing_date",
    "cancel_flag",
    "cancel_date",
    "county",
];

pub(super) const REGISTERED: &[&str] = &[
    "biz_no",
    "unit_no",
    "cert_no",
    "reg_kind",
    "transfer_cause",
    "seller_name",
    "seller_id_no",
    "holder_name",
    "holder_id_no",
    "holder_seq",
    "share_ratio",
    "location",
    "room_use",
    "planned_use",
    "land_area",
    "building_area",
    "inner_area",
    "price",
    "contract_no",
    "prev_acquire_date",
    "tax_proof_no",
    "accept_date",
    "reg_date",
    "county",
];

/// A flat sold by a developer.
struct Flat {
    serial: u64,
    county: County,
    developer: u64,
    area: u64,
    unit_price: u64,
    signed_on: NaiveDate,
    buyer: Person,
    partner: Option<Person>,
}

impl Flat {
    fn of(request: &Request<'_>, month: Month, at: u64) -> Self {
        let seed = request.seed();
        let serial = month.stamp() % 1_000 * 10_000 + at;
        let mut dice = Dice::new(mixed(seed, 91), serial);
        let counties = COUNTIES.map(|county| (county.weight, county));
        let anywhere = dice.weighted(&counties).unwrap_or(SMALL_COUNTY);
        // Every county sells something every month.
        let first = usize::try_from(at).ok().and_then(|at| COUNTIES.get(at).copied());
        let county = first.unwrap_or(anywhere);
        Self {
            serial,
            county,
            developer: request.prefecture.grantee(dice.between(0, 24)),
            area: dice.between(7_200, 16_500),
            unit_price: dice.between(340_000, 720_000),
            signed_on: month.day(dice.between(1, 25)),
            buyer: Person::of(&mut dice, &county),
            partner: dice.chance(350).then(|| Person::of(&mut dice, &county)),
        }
    }

    fn number(&self) -> String {
        format!("{}商{:08}", self.county.short, self.serial)
    }

    fn unit_number(&self) -> String {
        codes::unit_number(
            self.county.code,
            self.serial / 100,
            Some(10_000 + self.serial % 100),
        )
    }

    /// Fen: hundredths of a square metre times fen.
    fn price(&self) -> u64 {
        self.area * self.unit_price / 100
    }
}

fn sold(request: &Request<'_>) -> u64 {
    (request.prefecture.population.scale().businesses() / 240).max(40)
}

/// Contracts filed in the month.
pub(super) fn contracts(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    for at in 0..sold(request) {
        let flat = Flat::of(request, request.month, at);
        if request.county.is_some_and(|county| county != flat.county) {
            continue;
        }
        let developer = request.prefecture.population.business(flat.developer);
        let mut dice = Dice::new(mixed(request.seed(), 92), flat.serial);
        let cancelled = dice
            .chance(25)
            .then(|| flat.signed_on.checked_add_days(Days::new(2)))
            .flatten();
        sheet
            .row()
            .text(&flat.number())
            .text(&format!(
                "{}房预字（2025）第{:03}号",
                flat.county.short,
                flat.developer % 1_000
            ))
            .text(&developer.credit_code())
            .text(&developer.name())
            .text("云鹤湾小区")
            .text(&format!("{}栋", 1 + flat.serial % 12))
            .text(&format!("{}单元", 1 + flat.serial % 3))
            .text(&format!("{}0{}", 1 + flat.serial % 17, 1 + flat.serial % 4))
            .text(&flat.unit_number())
            .text(&flat.buyer.name)
            .text("201")
            .person(&flat.buyer.number)
            .maybe(flat.partner.as_ref().map(|partner| partner.name.as_str()))
            .text(if dice.chance(900) { "住宅" } else { "商业" })
            .number(signed(flat.area))
            .number(signed(flat.area * 80 / 100))
            .number(signed(flat.unit_price))
            .number(signed(flat.price()))
            .text(dice.one_of(&["1", "2", "3", "4", "5"]).copied().unwrap_or("3"))
            .number(signed(flat.price() * 3 / 10))
            .day(flat.signed_on)
            .maybe_day(flat.signed_on.checked_add_days(Days::new(2)))
            .text(if cancelled.is_some() { "是" } else { "否" })
            .maybe_day(cancelled)
            .text(flat.county.code);
        sheet.push(Care::Ordinary)?;
    }
    Ok(())
}

/// Entries of the month: flats sold a month before, then older houses.
pub(super) fn registered(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    for at in 0..sold(request) {
        let flat = Flat::of(request, request.month.plus(-1), at);
        let developer = request.prefecture.population.business(flat.developer);
        let people: Vec<&Person> = std::iter::once(&flat.buyer).chain(&flat.partner).collect();
        let entry = Entry {
            number: format!("{}1{:08}", request.label, flat.serial),
            unit: flat.unit_number(),
            kind: "2",
            cause: Some("01"),
            seller: Some((developer.name(), developer.credit_code(), false)),
            area: flat.area,
            price: Some(flat.price()),
            contract: Some(flat.number()),
            county: flat.county,
        };
        entry.write(request, &people, sheet)?;
    }
    let older = (request.prefecture.population.scale().businesses() / 30).max(40);
    for at in 0..older {
        let mut dice = Dice::new(mixed(request.seed(), 93 + request.month.stamp()), at);
        let counties = COUNTIES.map(|county| (county.weight, county));
        let county = dice.weighted(&counties).unwrap_or(SMALL_COUNTY);
        let people: Vec<Person> = (0..1 + u64::from(dice.chance(300)))
            .map(|_| Person::of(&mut dice, &county))
            .collect();
        let kind = dice
            .weighted(&[(45, "5"), (30, "2"), (15, "1"), (10, "3")])
            .unwrap_or("5");
        let moves = kind == "2";
        let seller = Person::of(&mut dice, &county);
        let area = dice.between(6_000, 24_000);
        let entry = Entry {
            number: format!("{}2{at:08}", request.label),
            unit: codes::unit_number(county.code, 70_000 + at, Some(20_000 + at % 100)),
            kind,
            cause: moves
                .then(|| dice.weighted(&[(60, "01"), (15, "02"), (20, "03"), (5, "07")]))
                .flatten(),
            seller: moves.then_some((seller.name, seller.number, true)),
            area,
            price: moves.then(|| area * dice.between(260_000, 560_000) / 100),
            contract: None,
            county,
        };
        entry.write(request, &people.iter().collect::<Vec<_>>(), sheet)?;
    }
    Ok(())
}

/// One entry, which may have several holders.
struct Entry {
    number: String,
    unit: String,
    kind: &'static str,
    cause: Option<&'static str>,
    /// Name, number, and whether it is a person's.
    seller: Option<(String, String, bool)>,
    area: u64,
    price: Option<u64>,
    contract: Option<String>,
    county: County,
}

impl Entry {
    fn write(&self, request: &Request<'_>, holders: &[&Person], sheet: &mut Sheet<'_>) -> io::Result<()> {
        let number = self.number.bytes().map(|digit| u64::from(digit - b'0'));
        let stream = number.fold(0, |sum: u64, digit| sum.wrapping_mul(10).wrapping_add(digit));
        let mut dice = Dice::new(mixed(request.seed(), 94), stream);
        let accepted = request.month.day(dice.between(1, 20));
        let location = names::address(&mut dice, &self.county);
        let share = if holders.len() > 1 { 500_000 } else { 1_000_000 };
        let usage = if dice.chance(880) { "1" } else { "2" };
        for (seq, holder) in (1..).zip(holders) {
            let row = sheet.row();
            row.text(&self.number)
                .text(&self.unit)
                .text(&format!(
                    "湘（{}）{}不动产权第{:07}号",
                    request.month.year(),
                    self.county.name,
                    dice.between(1, 9_999_999)
                ))
                .text(self.kind)
                .maybe(self.cause);
            match &self.seller {
                Some((name, number, true)) => row.text(name).person(number),
                Some((name, number, false)) => row.text(name).text(number),
                None => row.empty().empty(),
            };
            row.text(&holder.name)
                .person(&holder.number)
                .number(seq)
                .number(share)
                .text(&location)
                .text(usage)
                .text(usage)
                .number(signed(self.area / 6))
                .number(signed(self.area))
                .number(signed(self.area * 80 / 100))
                .maybe_number(self.price.map(signed))
                .maybe(self.contract.as_deref())
                .empty()
                .empty()
                .day(accepted)
                .maybe_day(accepted.checked_add_days(Days::new(5)))
                .text(self.county.code);
            sheet.push(Care::Ordinary)?;
        }
        Ok(())
    }
}
