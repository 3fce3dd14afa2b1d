//! The monthly file of the feed `pow_usage` as the power company of the prefecture would send it, also by itself: one
//! row for each of any number of accounts.

use std::io;

use schemas::{Contract, Period, feeds};

use crate::calendar::Month;
use crate::dice::{Dice, mixed};
use crate::dirt::Dirt;
use crate::file::{Charset, GeneratedFile, push_record};
use crate::place::UseClass;
use crate::population::{Account, Population};
use crate::record::Record;
use crate::sheet::{Care, Habit, Sheet, SheetPlan};
use crate::truth::Truth;

/// Field names of the contract, in the order of the file.
pub const FIELDS: [&str; 17] = [
    "account_no",
    "customer_name",
    "usc_code",
    "id_no",
    "county",
    "use_class",
    "industry_code",
    "address",
    "capacity_kva",
    "kwh",
    "kwh_peak",
    "kwh_flat",
    "kwh_valley",
    "fee",
    "adjustment_flag",
    "month",
    "read_date",
];

/// The file for one month in UTF-8. See [`month_file_in`].
pub fn month_file(population: &Population, period: &Period, dirt: Dirt) -> GeneratedFile {
    month_file_in(population, period, dirt, Charset::Utf8)
}

/// The file for one month: a header and one row per account, the same bytes for the same arguments.
pub fn month_file_in(
    population: &Population,
    period: &Period,
    dirt: Dirt,
    charset: Charset,
) -> GeneratedFile {
    let per_mille = match dirt {
        Dirt::Clean => 0,
        Dirt::Planted { per_mille } => per_mille,
        Dirt::WrongColumns => return another_offices_table(population, charset),
    };
    let mut bytes = Vec::new();
    let truth = contract()
        .map(|contract| {
            let plan = SheetPlan {
                contract: &contract,
                period,
                county: false,
                habit: Habit::default(),
                charset,
                per_mille,
                turn: 0,
            };
            write(&plan, population, population.accounts(), &mut bytes)
        })
        // Writing into memory cannot fail, and the contract is one of those that ship.
        .and_then(Result::ok)
        .unwrap_or_default();
    GeneratedFile {
        bytes,
        charset,
        truth,
    }
}

fn contract() -> Option<Contract> {
    let contracts = feeds::embedded().unwrap_or_default();
    contracts
        .into_iter()
        .find(|contract| contract.id().as_str() == "pow_usage")
}

fn write(
    plan: &SheetPlan<'_>,
    population: &Population,
    accounts: impl Iterator<Item = Account>,
    bytes: &mut Vec<u8>,
) -> io::Result<Truth> {
    let mut sheet = Sheet::open(plan, &FIELDS, bytes)?;
    rows(
        &mut sheet,
        population.seed(),
        Month::of(plan.period.start()),
        accounts,
    )?;
    sheet.close()
}

/// Writes one row per account.
pub(crate) fn rows(
    sheet: &mut Sheet<'_>,
    seed: u64,
    month: Month,
    accounts: impl Iterator<Item = Account>,
) -> io::Result<()> {
    let label = month.label();
    for account in accounts {
        let mut dice = Dice::new(mixed(seed, month.stamp()), account.index);
        row(sheet.row(), &account, month, &label, &mut dice);
        sheet.push(Care::Ordinary)?;
    }
    Ok(())
}

/// What arrives when the water company's clerk picks the wrong tile.
fn another_offices_table(population: &Population, charset: Charset) -> GeneratedFile {
    let mut text = String::new();
    push_record(
        &mut text,
        ["水表号", "用户名称", "用水性质", "用水量（吨）", "水费"].into_iter(),
    );
    let mut truth = Truth {
        rejected: true,
        ..Truth::default()
    };
    truth.find("F-feed");
    for account in population.accounts().take(50) {
        let tonnes = hundredths(account.usual_kwh / 40);
        push_record(
            &mut text,
            [
                account.account_no.as_str(),
                &account.customer,
                "非居民",
                &tonnes,
                "0.00",
            ]
            .into_iter(),
        );
    }
    GeneratedFile::from_text(&text, truth, charset)
}

fn row(row: &mut Record, account: &Account, month: Month, label: &str, dice: &mut Dice) {
    let business = &account.business;
    let season = season_percent(business.class, month.number());
    let kwh = account.usual_kwh * season / 100 * dice.between(88, 112) / 100;
    let peak = kwh * dice.between(25, 40) / 100;
    let flat = kwh * dice.between(35, 45) / 100;
    // Tariffs are in hundredths of a fen; the division rounds half up to whole fen.
    let fee = (kwh * tariff(business.class) + 5_000) / 10_000;
    let read = month.day(dice.between(1, 28));
    row.text(&account.account_no).text(&account.customer);
    if account.knows_code {
        row.text(&business.credit_code());
    } else {
        row.empty();
    }
    row.empty()
        .text(business.county.code)
        .text(business.class.code())
        .text(business.industry)
        .text(&account.address)
        .maybe_number(account.capacity.map(signed))
        .number(signed(kwh))
        .number(signed(peak))
        .number(signed(flat))
        .number(signed(kwh - peak - flat))
        .number(signed(fee))
        .empty()
        .text(label)
        .day(read);
}

pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn hundredths(value: u64) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}

/// Percent of the usual: tourists in summer and at the October holidays, tea in spring, furnaces after New Year's rest.
pub(crate) fn season_percent(class: UseClass, month: u32) -> u64 {
    let table: [u64; 12] = match class {
        UseClass::LargeIndustry => [82, 70, 96, 102, 105, 104, 106, 108, 107, 106, 108, 106],
        UseClass::Commercial => [104, 108, 88, 92, 98, 104, 128, 132, 104, 112, 90, 100],
        UseClass::Farming => [70, 72, 120, 140, 124, 110, 116, 112, 98, 88, 78, 72],
        UseClass::Lighting | UseClass::Other => [108, 102, 98, 96, 94, 94, 100, 100, 98, 100, 104, 108],
    };
    usize::try_from(month)
        .ok()
        .and_then(|month| table.get(month.checked_sub(1)?))
        .copied()
        .unwrap_or(100)
}

/// Hundredths of a fen per kWh. Invented, near enough to be believed.
fn tariff(class: UseClass) -> u64 {
    match class {
        UseClass::LargeIndustry => 6_300,
        UseClass::Commercial => 7_200,
        UseClass::Farming => 4_500,
        UseClass::Lighting => 7_000,
        UseClass::Other => 6_500,
    }
}

#[cfg(test)]
mod tests;
