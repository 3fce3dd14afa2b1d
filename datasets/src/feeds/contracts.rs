//! One contract of a supplier: a deal of the trading centre, a procurement contract, or both.

use std::io;

use chrono::NaiveDate;

use super::Request;
use super::actors::{self, Party};
use super::deals::{Story, Supplier};
use crate::calendar::Quarter;
use crate::dice::{Dice, mixed};
use crate::money::{divided, rounded};
use crate::names;
use crate::place::{COUNTIES, County, SMALL_COUNTY};
use crate::power::signed;
use crate::prefecture::Prefecture;
use crate::sheet::{Care, Sheet};

pub(super) const DEAL: &[&str] = &[
    "lot_no",
    "project_no",
    "project_code",
    "trade_type",
    "tenderer_usc",
    "tenderer_name",
    "winner_usc",
    "winner_name",
    "share_ratio",
    "deal_price",
    "price_is_rate",
    "deal_date",
    "notice_date",
    "contract_no",
    "winner_home_division",
    "county",
];

pub(super) const PROCUREMENT: &[&str] = &[
    "contract_no",
    "project_no",
    "buyer_usc",
    "buyer_name",
    "supplier_usc",
    "supplier_name",
    "category",
    "amount",
    "sign_date",
    "duration",
    "publish_url",
    "county",
];

/// Through which feed a contract comes to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Deal,
    Procurement,
    Both,
}

/// What is bought. Stamp duty is on the amount without value added tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thing {
    Works,
    Goods,
    Services,
    Land,
    Other,
}

/// One contract.
pub(super) struct Contract {
    serial: u64,
    door: Door,
    thing: Thing,
    pub day: NaiveDate,
    pub county: County,
    buyer: Party,
    /// Fen.
    pub amount: u64,
    /// Of ten thousand; the others' share goes to a company from elsewhere.
    share: u64,
    rate: bool,
}

impl Contract {
    pub fn of(
        prefecture: &Prefecture,
        supplier: &Supplier,
        serial: u64,
        quarter: Quarter,
        nth: u64,
    ) -> Option<Self> {
        let seed = prefecture.population.seed();
        let mut dice = Dice::new(mixed(seed, 32), serial);
        let month = *dice.one_of(&quarter.months())?;
        let counties = COUNTIES.map(|county| (county.weight, county));
        let door = match supplier.story {
            Story::OneContractInBoth => Door::Both,
            Story::CodeUnknown => Door::Procurement,
            Story::RateDeals | Story::Consortium | Story::LandDeals => Door::Deal,
            _ if dice.chance(300) => Door::Deal,
            _ => Door::Procurement,
        };
        let thing = match (supplier.story, door) {
            (Story::LandDeals, _) => {
                if nth.is_multiple_of(2) {
                    Thing::Land
                } else {
                    Thing::Other
                }
            }
            (_, Door::Both) => Thing::Goods,
            (_, Door::Deal) => dice.weighted(&[(70, Thing::Works), (30, Thing::Goods)])?,
            (_, Door::Procurement) => {
                dice.weighted(&[(50, Thing::Goods), (20, Thing::Works), (30, Thing::Services)])?
            }
        };
        let county = dice.weighted(&counties).unwrap_or(SMALL_COUNTY);
        let median = if door == Door::Deal {
            120_000_000
        } else {
            28_000_000
        };
        Some(Self {
            serial,
            door,
            thing,
            day: month.day(dice.between(1, 28)),
            county,
            buyer: actors::body(
                seed,
                dice.between(0, actors::bodies(prefecture.population.scale()) / 8 - 1) * 8 + place(&county),
            ),
            amount: rounded(dice.skewed(median).max(6_000_000)),
            share: if supplier.story == Story::Consortium {
                6_000
            } else {
                10_000
            },
            rate: supplier.story == Story::RateDeals,
        })
    }

    /// A small purchase of goods in the month.
    pub fn small(request: &Request<'_>, serial: u64, county: County) -> Self {
        let mut dice = Dice::new(mixed(request.seed(), 35), serial);
        Self {
            serial,
            door: Door::Procurement,
            thing: Thing::Goods,
            day: request.month.day(dice.between(1, 28)),
            county,
            buyer: actors::body(request.seed(), place(&county)),
            amount: rounded(dice.skewed(4_000_000)),
            share: 10_000,
            rate: false,
        }
    }

    pub fn comes_through(&self, door: Door) -> bool {
        self.door == door || self.door == Door::Both
    }

    /// Whether stamp duty on the amount is owed here.
    pub fn counts(&self) -> bool {
        !self.rate && !matches!(self.thing, Thing::Land | Thing::Other)
    }

    /// Fen, half up: three ten-thousandths of the supplier's share, half of it with relief.
    pub fn stamp(&self, relief: bool) -> u64 {
        let with_tax = match self.thing {
            Thing::Works => 109,
            Thing::Goods => 113,
            Thing::Services => 106,
            Thing::Land | Thing::Other => 100,
        };
        let halves = if relief { 2 } else { 1 };
        divided(self.amount * self.share / 10_000 * 3, with_tax * 100 * halves)
    }

    fn number(&self) -> String {
        format!("{}购{:09}", self.county.short, self.serial)
    }

    pub fn write(
        &self,
        request: &Request<'_>,
        supplier: &Supplier,
        sheet: &mut Sheet<'_>,
        door: Door,
    ) -> io::Result<()> {
        let care = if supplier.matters() {
            Care::Kept
        } else {
            Care::Ordinary
        };
        let again = self.serial.is_multiple_of(9).then_some(Care::Spare);
        for care in std::iter::once(care).chain(again) {
            let spare = if care == Care::Spare { "补" } else { "" };
            if door == Door::Procurement {
                self.procurement(&supplier.party.code, &supplier.party.name, sheet, spare);
            } else {
                self.deal(&supplier.party, sheet, spare, self.share);
            }
            sheet.push(care)?;
        }
        if door == Door::Deal && self.share < 10_000 {
            let other = actors::outsider(request.seed(), 50_000 + supplier.key());
            self.deal(&other, sheet, "", 10_000 - self.share);
            sheet.push(Care::Kept)?;
        }
        Ok(())
    }

    fn deal(&self, winner: &Party, sheet: &mut Sheet<'_>, spare: &str, share: u64) {
        let trade = match self.thing {
            Thing::Works => "1",
            Thing::Goods | Thing::Services => "2",
            Thing::Land => "3",
            Thing::Other => "5",
        };
        let price = if self.rate { 93 } else { self.amount };
        let short = self.county.short;
        let row = sheet.row();
        row.text(&format!("{short}标{:09}{spare}", self.serial))
            .text(&format!("{short}招{:08}", self.serial / 10))
            .text(&format!("2501-433199-04-01-{:06}", self.serial % 1_000_000))
            .text(trade)
            .text(&self.buyer.code)
            .text(&self.buyer.name)
            .text(&winner.code)
            .text(&winner.name)
            .number(signed(share * 100))
            .number(signed(price))
            .text(if self.rate { "是" } else { "否" })
            .day(self.day)
            .maybe_day(self.day.checked_add_days(chrono::Days::new(3)));
        if self.thing == Thing::Land {
            row.empty();
        } else {
            row.text(&self.number());
        }
        row.text(winner.home).text(self.county.code);
    }

    pub fn procurement(&self, code: &str, name: &str, sheet: &mut Sheet<'_>, spare: &str) {
        let mut dice = Dice::new(self.serial, 33);
        let category = match self.thing {
            Thing::Works => "B",
            Thing::Services => "C",
            _ => "A",
        };
        sheet
            .row()
            .text(&format!("{}{spare}", self.number()))
            .text(&format!("{}采{:08}", self.county.short, self.serial / 10))
            .text(&self.buyer.code)
            .text(&self.buyer.name)
            .text(code)
            .text(&names::variant(&mut dice, name))
            .text(category)
            .number(signed(self.amount))
            .day(self.day)
            .text("签订后30日内")
            .text(&format!("https://procurement.example/{}", self.serial))
            .text(self.county.code);
    }
}

/// Where in the row of counties.
fn place(county: &County) -> u64 {
    let at = COUNTIES.iter().position(|one| one == county);
    at.and_then(|at| u64::try_from(at).ok()).unwrap_or(0)
}
