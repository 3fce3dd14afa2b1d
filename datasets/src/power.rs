//! The monthly file of the feed `pow_usage` as the power company of the prefecture would send it.

use crate::codes;
use crate::dice::Dice;
use crate::dirt::{Damage, Dirt, Planted, Truth};
use crate::file::{Charset, GeneratedFile, push_record};
use crate::place::UseClass;
use crate::population::{Account, Population};
use chrono::{Datelike, Days};
use schemas::Period;

/// Field names of the contract and the Chinese headers of the file, in the order of the file.
pub const COLUMNS: [(&str, &str); 17] = [
    ("account_no", "户号"),
    ("customer_name", "户名"),
    ("usc_code", "统一社会信用代码"),
    ("id_no", "个人证件号码"),
    ("county", "所属县市代码"),
    ("use_class", "用电类别"),
    ("industry_code", "行业代码"),
    ("address", "用电地址"),
    ("capacity_kva", "容量"),
    ("kwh", "电量"),
    ("kwh_peak", "峰电量"),
    ("kwh_flat", "平电量"),
    ("kwh_valley", "谷电量"),
    ("fee", "电费"),
    ("adjustment_flag", "退补标志"),
    ("month", "电费月"),
    ("read_date", "抄表日期"),
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
    if dirt == Dirt::WrongColumns {
        return GeneratedFile::from_text(&another_offices_table(population), Truth::default(), charset);
    }
    let mut text = String::new();
    let mut truth = Truth::default();
    let mut record_no = 1;
    push_record(&mut text, COLUMNS.iter().map(|(_, title)| *title));
    for account in population.accounts() {
        let mut dice = Dice::new(population.seed() ^ month_stamp(period), account.index);
        let mut row = Row::of(&account, period, &mut dice);
        let struck = dirt.strike(account.index, &mut dice);
        if let Some(damage) = struck {
            row.damage(damage);
        }
        record_no += 1;
        truth.rows += 1;
        push_record(&mut text, row.cells());
        if struck.is_some_and(Damage::refuses) {
            truth.quarantined += 1;
        } else {
            truth.committed += 1;
            truth.kwh_committed += row.kwh;
        }
        let Some(damage) = struck else { continue };
        if damage == Damage::DuplicateRow {
            record_no += 1;
            truth.rows += 1;
            truth.duplicate += 1;
            push_record(&mut text, row.cells());
        }
        truth.planted.push(Planted { record_no, damage });
    }
    GeneratedFile::from_text(&text, truth, charset)
}

/// What arrives when the water company's clerk picks the wrong tile.
fn another_offices_table(population: &Population) -> String {
    let mut text = String::new();
    push_record(
        &mut text,
        ["水表号", "用户名称", "用水性质", "用水量（吨）", "水费"].into_iter(),
    );
    for account in population.accounts().take(50) {
        let tonnes = hundredths(account.usual_kwh / 40);
        push_record(
            &mut text,
            [
                account.account_no.as_str(),
                &account.entity.name,
                "非居民",
                &tonnes,
                "0.00",
            ]
            .into_iter(),
        );
    }
    text
}

/// One row: cells in the order of [`COLUMNS`], and the numbers damage needs to know.
struct Row {
    cells: [String; 17],
    kwh: i64,
}

impl Row {
    fn of(account: &Account, period: &Period, dice: &mut Dice) -> Self {
        let entity = &account.entity;
        let season = season_percent(entity.class, period.start().month());
        let kwh = account.usual_kwh * season / 100 * dice.between(88, 112) / 100;
        let peak = kwh * dice.between(25, 40) / 100;
        let flat = kwh * dice.between(35, 45) / 100;
        // Tariffs are in hundredths of a fen; the division rounds half up to whole fen.
        let fee = (kwh * tariff(entity.class) + 5_000) / 10_000;
        let read = period
            .start()
            .checked_add_days(Days::new(dice.between(0, 27)))
            .unwrap_or(period.start());
        let code = if account.knows_code {
            entity.credit_code.as_str()
        } else {
            ""
        };
        let cells = [
            account.account_no.clone(),
            entity.name.clone(),
            code.to_owned(),
            String::new(),
            entity.county.code.to_owned(),
            entity.class.code().to_owned(),
            entity.industry.unwrap_or("").to_owned(),
            account.address.clone(),
            account.capacity.map(hundredths).unwrap_or_default(),
            hundredths(kwh),
            hundredths(peak),
            hundredths(flat),
            hundredths(kwh - peak - flat),
            hundredths(fee),
            String::new(),
            period.label().to_owned(),
            read.format("%Y-%m-%d").to_string(),
        ];
        Self {
            cells,
            kwh: i64::try_from(kwh).unwrap_or(i64::MAX),
        }
    }

    fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(String::as_str)
    }

    /// Damages the row.
    fn damage(&mut self, damage: Damage) {
        let kwh = u64::try_from(self.kwh).unwrap_or(0);
        let Some(cell) = damage.field().and_then(|field| self.cell(field)) else {
            return;
        };
        *cell = match damage {
            Damage::BadCheckCharacter => codes::broken_credit_code(&some_code(cell)),
            Damage::FullWidthCode => full_width(&some_code(cell)),
            Damage::OldHolder => codes::citizen_number("433101", kwh),
            Damage::Household => "3".to_owned(),
            Damage::WrongDate => "2025-02-30".to_owned(),
            Damage::OtherMonth => "201912".to_owned(),
            Damage::MissingRequired => String::new(),
            Damage::NotANumber => "约五百".to_owned(),
            Damage::UnknownClass => "9".to_owned(),
            Damage::SumMismatch => hundredths(kwh * 2 + 100_000),
            Damage::OddFee => hundredths(kwh * 9),
            Damage::LostDigits => cell.chars().skip(2).collect(),
            Damage::DuplicateRow => return,
        };
    }

    fn cell(&mut self, field: &str) -> Option<&mut String> {
        COLUMNS
            .iter()
            .position(|(name, _)| *name == field)
            .and_then(|at| self.cells.get_mut(at))
    }
}

/// A row whose code is unknown to the company gets one first, so that there is something to damage.
fn some_code(cell: &str) -> String {
    if cell.is_empty() {
        codes::credit_code('2', 777_777_777)
    } else {
        cell.to_owned()
    }
}

fn full_width(text: &str) -> String {
    let wide = |digit: char| {
        digit
            .to_digit(10)
            .and_then(|value| char::from_u32(0xFF10 + value))
            .unwrap_or(digit)
    };
    text.chars().map(wide).collect()
}

fn hundredths(value: u64) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}

fn month_stamp(period: &Period) -> u64 {
    let start = period.start();
    u64::from(start.year().unsigned_abs()) * 100 + u64::from(start.month())
}

/// Percent of the usual: tourists in summer and at the October holidays, tea in spring, furnaces after New Year's rest.
fn season_percent(class: UseClass, month: u32) -> u64 {
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
