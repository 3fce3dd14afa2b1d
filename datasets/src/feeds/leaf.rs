//! Leaf bought in the season, station by station and grade by grade, and the leaf tax on it.

use std::io;

use chrono::Days;

use super::Request;
use super::actors;
use crate::calendar::Month;
use crate::dice::{Dice, mixed};
use crate::money::{Payment, millionths, yuan};
use crate::place::{COUNTIES, County};
use crate::power::signed;
use crate::prefecture::{PlantedCase, Prefecture};
use crate::roles::{Cast, Role, told};
use crate::sheet::{Care, Sheet};

pub(super) const FIELDS: &[&str] = &[
    "station_code",
    "station_name",
    "buyer_usc",
    "leaf_type",
    "grade",
    "weight_kg",
    "price_paid",
    "subsidy",
    "month",
    "county",
];

const LEAF: &str = "10120";
/// Millionths, by law.
const RATE: u64 = 200_000;
/// Leaf is bought from July to October.
const SEASON: std::ops::RangeInclusive<u32> = 7..=10;
const GRADES: [(&str, u64); 8] = [
    ("C2F", 3_480),
    ("C3F", 3_180),
    ("C4F", 2_760),
    ("B2F", 2_900),
    ("B3F", 2_420),
    ("X2F", 2_200),
    ("C3L", 2_680),
    ("H1F", 3_000),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    NothingPaid,
    WithoutSubsidy,
    StationForgotten,
    HalfTheRate,
    Instalments,
    PaidNextMonth,
    RefundedAndPaidAgain,
    RoundedDown,
    LateFeeBeside,
    PaidInFull,
}

const TRUE: &[Story] = &[
    Story::WithoutSubsidy,
    Story::StationForgotten,
    Story::NothingPaid,
    Story::HalfTheRate,
];
const DECOY: &[Story] = &[
    Story::Instalments,
    Story::PaidNextMonth,
    Story::RefundedAndPaidAgain,
    Story::RoundedDown,
    Story::LateFeeBeside,
];

impl Story {
    fn name(self) -> &'static str {
        match self {
            Self::NothingPaid => "nothing_paid",
            Self::WithoutSubsidy => "subsidy_left_out",
            Self::StationForgotten => "station_forgotten",
            Self::HalfTheRate => "half_the_rate",
            Self::Instalments => "paid_in_instalments",
            Self::PaidNextMonth => "paid_in_another_month",
            Self::RefundedAndPaidAgain => "refunded_and_paid_again",
            Self::RoundedDown => "rounded_down_to_the_yuan",
            Self::LateFeeBeside => "late_fee_beside",
            Self::PaidInFull => "paid_in_full",
        }
    }
}

/// One grade at one station in one month, fen and thousandths of a kilogram.
struct Line {
    station: u64,
    grade: &'static str,
    weight: u64,
    price: u64,
    subsidy: u64,
}

/// One county in one month.
struct Cell {
    month: Month,
    county: County,
    story: Story,
    truth: bool,
    decoy: bool,
    lines: Vec<Line>,
}

fn months(prefecture: &Prefecture) -> Vec<Month> {
    let season = prefecture
        .months
        .iter()
        .filter(|month| SEASON.contains(&month.number()));
    season.copied().collect()
}

fn cells(prefecture: &Prefecture) -> Vec<Cell> {
    let months = months(prefecture);
    let all = u64::try_from(months.len() * COUNTIES.len()).unwrap_or(0);
    let cast = Cast {
        all,
        truths: all / 4,
        decoys: all / 2,
    };
    let places = months
        .iter()
        .flat_map(|month| COUNTIES.map(|county| (*month, county)));
    (0..)
        .zip(places)
        .map(|(at, (month, county))| Cell::of(prefecture, month, county, cast.role(at)))
        .collect()
}

impl Cell {
    fn of(prefecture: &Prefecture, month: Month, county: County, role: Role) -> Self {
        let seed = prefecture.population.seed();
        let place = county
            .code
            .bytes()
            .fold(0, |sum: u64, digit| sum * 10 + u64::from(digit - b'0'));
        let mut dice = Dice::new(mixed(seed, 41), month.stamp() * 1_000_000 + place);
        let story = match role {
            Role::True(number) => told(TRUE, number),
            Role::Decoy(number) => told(DECOY, number),
            Role::Plain => None,
        };
        // Much in August and September, a little before and after.
        let busy = if matches!(month.number(), 8 | 9) { 100 } else { 35 };
        let mut lines = Vec::new();
        for station in 0..2 + county.weight / 5 {
            for (grade, fen_per_kg) in GRADES {
                if dice.chance(750) {
                    let weight = dice.skewed(4_200_000) * busy / 100;
                    let price = weight * fen_per_kg / 1_000;
                    lines.push(Line {
                        station,
                        grade,
                        weight,
                        price,
                        subsidy: price / 10,
                    });
                }
            }
        }
        Self {
            month,
            county,
            story: story.unwrap_or(Story::PaidInFull),
            truth: matches!(role, Role::True(_)),
            decoy: matches!(role, Role::Decoy(_)),
            lines,
        }
    }

    fn tax(&self) -> u64 {
        millionths(
            self.lines.iter().map(|line| line.price + line.subsidy).sum(),
            RATE,
        )
    }

    fn paid(&self) -> u64 {
        let of = |base: u64| millionths(base, RATE);
        match self.story {
            Story::NothingPaid => 0,
            Story::WithoutSubsidy => of(self.lines.iter().map(|line| line.price).sum()),
            Story::StationForgotten => {
                let others = self.lines.iter().filter(|line| line.station != 0);
                of(others.map(|line| line.price + line.subsidy).sum())
            }
            Story::HalfTheRate => self.tax() / 2,
            Story::RoundedDown => self.tax() / 100 * 100,
            _ => self.tax(),
        }
    }

    fn payments(&self) -> Vec<Payment> {
        let buyer = actors::leaf_buyer();
        let paid = signed(self.paid());
        let lines: Vec<(&'static str, i64, u64)> = match self.story {
            Story::NothingPaid => vec![],
            Story::Instalments => vec![("1", paid / 2, 6), ("1", paid - paid / 2, 13)],
            Story::PaidNextMonth => vec![("1", paid, 36)],
            Story::RefundedAndPaidAgain => vec![("1", paid, 8), ("4", -paid, 16), ("1", paid, 24)],
            Story::LateFeeBeside => vec![("1", paid, 20), ("2", paid / 400, 20)],
            _ => vec![("1", paid, 11)],
        };
        let line = |(kind, amount, days): (&'static str, i64, u64)| Payment {
            taxpayer: buyer.code.clone(),
            file_number: buyer.file_number.clone(),
            county: self.county.code,
            tax: LEAF,
            from: self.month.first_day(),
            to: self.month.last_day(),
            kind,
            amount,
            paid: self
                .month
                .last_day()
                .checked_add_days(Days::new(days))
                .unwrap_or(self.month.last_day()),
        };
        lines.into_iter().map(line).collect()
    }

    fn write(&self, sheet: &mut Sheet<'_>) -> io::Result<()> {
        let buyer = actors::leaf_buyer();
        for (at, line) in (0..).zip(&self.lines) {
            let times: &[Care] = if at % 11 == 0 {
                &[Care::Kept, Care::Spare]
            } else {
                &[Care::Kept]
            };
            for care in times {
                let station = line.station + if *care == Care::Spare { 90 } else { 1 };
                sheet
                    .row()
                    .text(&format!("{}{station:02}", self.county.code))
                    .text(&format!("{}第{station}烟站", self.county.short))
                    .text(&buyer.code)
                    .text("1")
                    .text(line.grade)
                    .number(signed(line.weight))
                    .number(signed(line.price))
                    .number(signed(line.subsidy))
                    .text(&self.month.label())
                    .text(self.county.code);
                sheet.push(*care)?;
            }
        }
        Ok(())
    }
}

/// Leaf bought in the month.
pub(super) fn rows(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    for cell in cells(request.prefecture)
        .iter()
        .filter(|cell| cell.month == request.month)
    {
        cell.write(sheet)?;
    }
    Ok(())
}

/// Whether leaf is bought in the month.
pub(super) fn in_season(month: Month) -> bool {
    SEASON.contains(&month.number())
}

/// What the buyer paid on a day of the month.
pub(super) fn payments(prefecture: &Prefecture, month: Month) -> Vec<Payment> {
    let cells = cells(prefecture);
    let paid = cells.iter().flat_map(Cell::payments);
    paid.filter(|payment| Month::of(payment.paid) == month).collect()
}

pub(crate) fn cases(prefecture: &Prefecture) -> Vec<PlantedCase> {
    let buyer = actors::leaf_buyer();
    let cells = cells(prefecture);
    let planted = cells.iter().filter(|cell| cell.truth || cell.decoy);
    let case = |cell: &Cell| PlantedCase {
        model: "M35",
        story: cell.story.name(),
        taxpayer: buyer.code.clone(),
        county: cell.county.code.to_owned(),
        period: cell.month.label(),
        tax_code: LEAF,
        expected: if cell.decoy {
            yuan(0)
        } else {
            yuan(cell.tax() - cell.paid())
        },
        decoy: cell.decoy,
    };
    planted.map(case).collect()
}
