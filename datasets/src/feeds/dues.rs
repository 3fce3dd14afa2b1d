//! What a business declares in a month: which taxes, on what, and how much is left to pay. One source for declarations
//! and payments, so that the two agree.

use chrono::NaiveDate;

use crate::calendar::Month;
use crate::dice::mixed;
use crate::money::millionths;
use crate::population::{Business, Kind, VatType};
use crate::power::season_percent;

/// One line of a declaration. Fen; the rate in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    pub tax: &'static str,
    pub item: &'static str,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub sales: u64,
    pub base: u64,
    pub rate: u64,
    pub tax_due: u64,
    pub relief: u64,
}

impl Due {
    pub fn payable(&self) -> u64 {
        self.tax_due - self.relief
    }
}

/// Sales of a month, fen: the season of the trade, and no month like another.
pub(super) fn sales(seed: u64, business: &Business, month: Month) -> u64 {
    let noise = 82 + mixed(seed ^ business.index.rotate_left(20), month.stamp()) % 37;
    business.turnover * season_percent(business.class, month.number()) / 100 * noise / 100
}

/// Everything a business declares in the month. Companies that take part in deals or land contracts are `cast`: their
/// stamp duty follows from those and from nothing else.
pub(super) fn declared(seed: u64, business: &Business, month: Month, cast: bool, found: &mut Vec<Due>) {
    found.clear();
    let before = month.plus(-1);
    let quarter = month.follows_a_quarter();
    match business.vat {
        VatType::General => {
            let sales = sales(seed, business, before);
            // A quarter of the tax on sales is left after the tax on purchases.
            let base = sales / 4;
            let vat = push(
                found,
                "10101",
                "101010101",
                (before, before),
                sales,
                base,
                130_000,
                0,
            );
            surcharges(found, (before, before), vat, 0);
        }
        VatType::Small | VatType::Fixed if quarter => {
            let months = before.quarter().months();
            let sales: u64 = months.iter().map(|month| sales(seed, business, *month)).sum();
            let span = (month.plus(-3), before);
            let exempt = sales <= 30_000_000 || business.kind == Kind::Cooperative;
            let vat = push(
                found,
                "10101",
                "101010102",
                span,
                sales,
                sales,
                10_000,
                if exempt { 1_000 } else { 0 },
            );
            if vat > 0 {
                surcharges(found, span, vat, 500);
            }
        }
        VatType::Small | VatType::Fixed => {}
    }
    if business.staff > 0 && business.kind == Kind::Company {
        push(
            found,
            "10106",
            "101060100",
            (before, before),
            0,
            business.staff * 480_000,
            12_000,
            0,
        );
    }
    if !quarter {
        return;
    }
    let span = (month.plus(-3), before);
    let sales: u64 = before
        .quarter()
        .months()
        .iter()
        .map(|month| sales(seed, business, *month))
        .sum();
    match business.kind {
        Kind::Company => {
            push(
                found,
                "10104",
                "101040001",
                span,
                sales,
                sales * 6 / 100,
                50_000,
                0,
            );
            if !cast {
                push(found, "10111", "101110101", span, 0, sales, 300, 500);
            }
        }
        Kind::SelfEmployed => {
            push(found, "10106", "101060200", span, sales, sales, 5_000, 500);
        }
        Kind::Cooperative => {}
    }
    if business.kind == Kind::Company && matches!(month.number(), 4 | 10) {
        let half = (month.plus(-3), month.plus(2));
        push(
            found,
            "10110",
            "101100100",
            half,
            0,
            business.turnover * 3,
            6_000,
            500,
        );
        push(
            found,
            "10112",
            "101120000",
            half,
            0,
            business.turnover / 3,
            4_500,
            500,
        );
    }
}

/// Adds a line and gives what is payable; relief in thousandths of the tax.
#[expect(clippy::too_many_arguments, reason = "one line of a form has this many boxes")]
fn push(
    found: &mut Vec<Due>,
    tax: &'static str,
    item: &'static str,
    span: (Month, Month),
    sales: u64,
    base: u64,
    rate: u64,
    relief: u64,
) -> u64 {
    let tax_due = millionths(base, rate);
    let due = Due {
        tax,
        item,
        from: span.0.first_day(),
        to: span.1.last_day(),
        sales,
        base,
        rate,
        tax_due,
        relief: tax_due * relief / 1_000,
    };
    found.push(due);
    due.payable()
}

fn surcharges(found: &mut Vec<Due>, span: (Month, Month), vat: u64, relief: u64) {
    push(found, "10109", "101090101", span, 0, vat, 70_000, relief);
    push(found, "30203", "302030000", span, 0, vat, 30_000, relief);
    push(found, "30216", "302160000", span, 0, vat, 20_000, relief);
}
