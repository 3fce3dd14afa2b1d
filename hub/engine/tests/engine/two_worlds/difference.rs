//! A database and its twin: the same in everything a grant releases, otherwise as different as can be.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use schemas::Treatment::{self, *};

use super::grants::{CLASSES, COUNTIES, Granted, MONTHS};
use crate::suite::world::{Row, World};

/// Rows that pass every trap of `questions`: texts that are numbers, amounts that divide.
fn harmless(random: &mut ChaCha8Rng, number: usize) -> Row {
    let county = *COUNTIES.choose(random).unwrap();
    let mut row = Row::new(number, county, MONTHS.choose(random).unwrap());
    row.use_class = (*CLASSES.choose(random).unwrap()).to_owned();
    row.industry_code = random
        .random_bool(0.9)
        .then(|| random.random_range(1000..1008).to_string());
    row.usc_code = random
        .random_bool(0.7)
        .then(|| format!("{:018}", random.random_range(1_u64..40)));
    row.kwh = random.random_range(1..60) * 1_000;
    row.fee = random.random_range(1..60) * 1_000;
    row.address = format!(
        "湖南省湘西土家族苗族自治州{}街道{number}号",
        ["吉首市", "泸溪县", "无名"].choose(random).unwrap()
    );
    if random.random_bool(0.05) {
        row.county_code = None;
    }
    row
}

/// Rows that spring every trap.
fn trapped(random: &mut ChaCha8Rng, number: usize) -> Row {
    let mut row = harmless(random, number);
    row.usc_code = Some(["secret-77x", "", "张三"].choose(random).unwrap().to_string());
    row.industry_code = Some("xxxx".to_owned());
    row.customer_name = "12".to_owned();
    row.kwh = [55_500, 0, 10_i128.pow(17)].choose(random).copied().unwrap();
    row.fee = 55_500;
    row.read_date = [None, Some(1), Some(2_900_000)].choose(random).copied().unwrap();
    row
}

/// Two worlds that `granted` cannot tell apart.
pub(super) async fn pair(random: &mut ChaCha8Rng, granted: &Granted) -> (World, World) {
    let (left, right) = match granted.subjects_min {
        Some(min) => groups(random, granted, min),
        None => rows(random, granted),
    };
    // All counties of a month in one file: released and hidden rows side by side. `lake` writes a file per county, and a
    // count of rows relies on that; see `feed_table::files::within`.
    if granted.subjects_min.is_some() && random.random_bool(0.3) {
        return (by_month(&left).await, by_month(&right).await);
    }
    (World::of(&left).await, World::of(&right).await)
}

async fn by_month(rows: &[Row]) -> World {
    let mut files: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        files.entry(&row.month).or_default().push(row);
    }
    World::with_files(files.into_values().collect()).await
}

fn rows(random: &mut ChaCha8Rng, granted: &Granted) -> (Vec<Row>, Vec<Row>) {
    let count = random.random_range(0..120);
    let visible: Vec<Row> = (0..count)
        .map(|number| harmless(random, number))
        .filter(|row| granted.releases(row))
        .collect();
    let twins: Vec<Row> = visible.iter().map(|row| twin(random, granted, row)).collect();
    let left = visible
        .into_iter()
        .chain(hidden(random, granted, harmless))
        .collect();
    let right = twins
        .into_iter()
        .chain(hidden(random, granted, trapped))
        .collect();
    (left, right)
}

/// Rows the grant does not release, in a number that has nothing to do with anything.
fn hidden(random: &mut ChaCha8Rng, granted: &Granted, row: fn(&mut ChaCha8Rng, usize) -> Row) -> Vec<Row> {
    let count = [0, 1, 7, 60, 900].choose(random).copied().unwrap();
    let made: Vec<Row> = (0..count).map(|number| row(random, 10_000 + number)).collect();
    made.into_iter().filter(|row| !granted.releases(row)).collect()
}

/// A row that looks the same through the grant's masks. What decides whether it is released stays too.
fn twin(random: &mut ChaCha8Rng, granted: &Granted, row: &Row) -> Row {
    let mut twin = row.clone();
    let keeps = |column: &str| matches!(granted.treatment(column), Some(Clear | Token));
    let decides = |column: &str| format!("{:?}", granted.spec.condition).contains(column);
    let other = trapped(random, 7_777);
    twin.customer_name = alike(
        random,
        granted.treatment("customer_name"),
        &row.customer_name,
        &other.customer_name,
    );
    twin.address = alike(random, granted.treatment("address"), &row.address, "泥坑");
    twin.account_no = alike(
        random,
        granted.treatment("account_no"),
        &row.account_no,
        "tok_other",
    );
    let optional =
        |random: &mut ChaCha8Rng, column: &str, value: &Option<String>, other: Option<String>| match (
            granted.treatment(column),
            value,
        ) {
            (None | Some(Null | Fixed), _) => other,
            (_, None) => None,
            (treatment, Some(value)) => {
                Some(alike(random, treatment, value, other.as_deref().unwrap_or("x")))
            }
        };
    // The credit code is shown twice, once as the entity key: it may change only as far as both allow.
    if granted.treatment("usc_code") == granted.treatment("entity_key")
        || granted.treatment("entity_key").is_none()
    {
        twin.usc_code = optional(random, "usc_code", &row.usc_code, other.usc_code);
    }
    twin.id_no = optional(random, "id_no", &row.id_no, Some("tok_none".to_owned()));
    if !keeps("industry_code") && !decides("industry_code") {
        twin.industry_code = other.industry_code;
    }
    if !keeps("use_class") && !decides("use_class") {
        twin.use_class = other.use_class;
    }
    if !keeps("kwh") {
        twin.kwh = other.kwh;
    }
    if !keeps("fee") {
        twin.fee = other.fee;
    }
    if !keeps("capacity_kva") {
        twin.capacity_kva = Some(random.random_range(-5..5));
    }
    twin.read_date = match (granted.treatment("read_date"), row.read_date) {
        (Some(Clear), day) => day,
        (Some(Month | Year), None) => None,
        // The rows' days all lie in January and February 2025; days 20,089 to 20,116 are its first 28.
        (Some(Month), Some(day)) => Some(same_month(random, day)),
        (Some(Year), Some(_)) => Some(random.random_range(20_089..20_454)),
        _ => other.read_date,
    };
    twin
}

fn same_month(random: &mut ChaCha8Rng, day: i32) -> i32 {
    use chrono::Datelike;
    let date = chrono::NaiveDate::from_epoch_days(day).unwrap();
    date.with_day(random.random_range(1..=28))
        .unwrap()
        .to_epoch_days()
}

/// Another text with the same mask.
fn alike(random: &mut ChaCha8Rng, treatment: Option<Treatment>, value: &str, other: &str) -> String {
    let chars: Vec<char> = value.chars().collect();
    let head = |count: usize| chars.iter().take(count).collect::<String>();
    let tail = |count: usize| {
        chars
            .iter()
            .skip(chars.len().saturating_sub(count))
            .collect::<String>()
    };
    let middle = "9".repeat(random.random_range(8..40));
    match treatment {
        Some(Clear | Token) => value.to_owned(),
        Some(Name1) if !chars.is_empty() => format!("{}{middle}", head(1)),
        Some(First4) if chars.len() >= 5 => format!("{}{middle}", head(4)),
        Some(Last4) if chars.len() >= 5 => format!("{middle}{}", tail(4)),
        Some(Id6x4) if chars.len() >= 15 => format!("{}{middle}{}", head(6), tail(4)),
        Some(AddressToCounty) => {
            let county = ["吉首市", "泸溪县"]
                .into_iter()
                .find(|county| value.contains(county))
                .unwrap_or("某处");
            format!("{county}{middle}")
        }
        Some(Null | Fixed) | None => other.to_owned(),
        Some(_) => value.to_owned(),
    }
}

type Group = (Option<String>, String, String);

/// Groups above the smallest size keep their sums; groups below come and go.
fn groups(random: &mut ChaCha8Rng, granted: &Granted, min: usize) -> (Vec<Row>, Vec<Row>) {
    let rows: Vec<Row> = (0..random.random_range(0..160))
        .map(|number| harmless(random, number))
        .collect();
    let mut grouped: BTreeMap<Group, Vec<Row>> = BTreeMap::new();
    for row in rows {
        grouped
            .entry((row.county_code.clone(), row.month.clone(), row.use_class.clone()))
            .or_default()
            .push(row);
    }
    let (mut left, mut right) = (vec![], vec![]);
    for (group, rows) in grouped {
        let accounts: BTreeSet<&str> = rows.iter().map(|row| row.account_no.as_str()).collect();
        if accounts.len() < min {
            left.extend(rows);
            right.extend(few(random, &group, min));
            continue;
        }
        let mut twins = rows.clone();
        for twin in &mut twins {
            let other = trapped(random, 7_777);
            (twin.customer_name, twin.usc_code, twin.read_date) =
                (other.customer_name, other.usc_code, other.read_date);
            twin.industry_code = other.industry_code;
            twin.account_no = format!("other_{}", twin.account_no);
        }
        // Amounts move between the rows of a group, or anywhere if nobody sees their sum.
        let moved = random.random_range(-50_000..50_000);
        twins[0].kwh += moved;
        twins[1].kwh -= moved;
        if granted.treatment("fee").is_none() {
            twins[0].fee = 55_500;
        }
        left.extend(rows);
        right.extend(twins);
    }
    (left, right)
}

fn few(random: &mut ChaCha8Rng, group: &Group, min: usize) -> Vec<Row> {
    (0..random.random_range(0..min))
        .map(|number| {
            let mut row = trapped(random, 20_000 + number);
            (row.county_code, row.month, row.use_class) = group.clone();
            row
        })
        .collect()
}
