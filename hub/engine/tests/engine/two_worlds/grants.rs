//! Random grants: which columns, how masked, which rows.

use policy::Condition;
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;
use schemas::Treatment::{self, *};

use crate::suite::world::{GrantSpec, Row};

pub(super) const COUNTIES: [&str; 5] = ["433101", "433122", "433123", "433130", "433127"];
pub(super) const MONTHS: [&str; 3] = ["202501", "202502", "202503"];
pub(super) const CLASSES: [&str; 4] = ["1", "2", "4", "6"];

/// What a value is to the generator of questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Money,
    Day,
    Count,
}

const MONTH_VIEW: [(&str, Kind); 14] = [
    ("county_code", Kind::Text),
    ("month", Kind::Text),
    ("account_no", Kind::Text),
    ("customer_name", Kind::Text),
    ("usc_code", Kind::Text),
    ("id_no", Kind::Text),
    ("entity_key", Kind::Text),
    ("use_class", Kind::Text),
    ("industry_code", Kind::Text),
    ("address", Kind::Text),
    ("capacity_kva", Kind::Money),
    ("kwh", Kind::Money),
    ("fee", Kind::Money),
    ("read_date", Kind::Day),
];
const COUNTY_VIEW: [(&str, Kind); 6] = [
    ("county_code", Kind::Text),
    ("month", Kind::Text),
    ("use_class", Kind::Text),
    ("subjects_n", Kind::Count),
    ("kwh", Kind::Money),
    ("fee", Kind::Money),
];

/// A grant and what its reader knows of its columns.
#[derive(Debug, Clone)]
pub(super) struct Granted {
    pub spec: GrantSpec,
    pub columns: Vec<(&'static str, Kind, Treatment)>,
    /// Over `v_power_county_month`: the smallest group.
    pub subjects_min: Option<usize>,
    /// What questions read from: the view, or the rows of its admitted keys.
    pub from: String,
}

impl Granted {
    pub fn view(&self) -> &str {
        &self.from
    }

    pub fn specs(&self) -> Vec<GrantSpec> {
        vec![self.spec.clone()]
    }

    pub fn treatment(&self, column: &str) -> Option<Treatment> {
        self.columns
            .iter()
            .find(|(name, ..)| *name == column)
            .map(|(_, _, treatment)| *treatment)
    }

    /// Is a row of `v_power_month` released?
    pub fn releases(&self, row: &Row) -> bool {
        releases(&self.spec.condition, &self.spec.admitted, row)
    }
}

fn releases(condition: &Condition, admitted: &[String], row: &Row) -> bool {
    match condition {
        Condition::All => true,
        Condition::Keyed { column, .. } => {
            assert_eq!(column, KEY);
            admitted.contains(&row.use_class)
        }
        Condition::In { column, values } => {
            let value = match column.as_str() {
                "county_code" => row.county_code.as_ref(),
                "use_class" => Some(&row.use_class),
                "industry_code" => row.industry_code.as_ref(),
                other => panic!("no condition over {other}"),
            };
            value.is_some_and(|value| values.contains(value))
        }
        Condition::And(parts) => parts.iter().all(|part| releases(part, admitted, row)),
        Condition::AtLeast { .. } => panic!("a row has no count"),
    }
}

pub(super) fn any(random: &mut ChaCha8Rng) -> Granted {
    match random.random_range(0..8) {
        0 | 1 => county(random),
        2 | 3 => keyed(random),
        _ => month(random),
    }
}

/// The key of keyed grants: few values, so that questions meet released and hidden ones.
const KEY: &str = "use_class";

/// A grant that answers about named classes of use only.
fn keyed(random: &mut ChaCha8Rng) -> Granted {
    let mut granted = month(random);
    match granted.columns.iter_mut().find(|(name, ..)| *name == KEY) {
        Some(key) => key.2 = Clear,
        None => granted.columns.push((KEY, Kind::Text, Clear)),
    }
    let count = random.random_range(1..=CLASSES.len());
    let keys: Vec<String> = CLASSES
        .choose_multiple(random, count)
        .map(|class| (*class).to_owned())
        .collect();
    let condition = Condition::Keyed {
        column: KEY.to_owned(),
        daily_max: 10,
    };
    let from = format!(
        "(SELECT * FROM v_power_month WHERE {KEY} IN ('{}'))",
        keys.join("', '")
    );
    let mut granted = self::granted("v_power_month", granted.columns, condition, None);
    granted.spec.admitted = keys;
    Granted { from, ..granted }
}

fn month(random: &mut ChaCha8Rng) -> Granted {
    let mut columns = some(random, &MONTH_VIEW, 4);
    for column in &mut columns {
        let fitting: &[Treatment] = match (column.0, column.1) {
            ("account_no" | "id_no", _) => &[Token, Token, Null, Fixed, Last4],
            ("customer_name", _) => &[Name1, Name1, Null, Fixed],
            ("address", _) => &[AddressToCounty, AddressToCounty, Null, Fixed],
            ("usc_code" | "entity_key", _) => &[Clear, Clear, First4, Id6x4, Null],
            (_, Kind::Day) => &[Clear, Month, Year, Null, Fixed],
            (_, Kind::Money) => &[Clear, Clear, Clear, Null, Fixed],
            _ => &[Clear, Clear, Clear, Clear, Null],
        };
        column.2 = *fitting.choose(random).unwrap();
    }
    let condition = match random.random_range(0..6) {
        0 => Condition::All,
        1 => is_in(random, "use_class", &CLASSES),
        2 => Condition::And(vec![
            is_in(random, "county_code", &COUNTIES),
            is_in(random, "use_class", &CLASSES),
        ]),
        3 => Condition::In {
            column: "industry_code".to_owned(),
            values: (1000..1004).map(|code| code.to_string()).collect(),
        },
        _ => is_in(random, "county_code", &COUNTIES),
    };
    granted("v_power_month", columns, condition, None)
}

fn county(random: &mut ChaCha8Rng) -> Granted {
    let columns = some(random, &COUNTY_VIEW, 3);
    let min = random.random_range(2..6);
    let group = Condition::AtLeast {
        column: "subjects_n".to_owned(),
        min: min as i64,
    };
    granted("v_power_county_month", columns, group, Some(min))
}

fn granted(
    view: &str,
    columns: Vec<(&'static str, Kind, Treatment)>,
    condition: Condition,
    subjects_min: Option<usize>,
) -> Granted {
    let treatments: Vec<(&str, Treatment)> = columns
        .iter()
        .map(|(name, _, treatment)| (*name, *treatment))
        .collect();
    Granted {
        spec: GrantSpec::new(view, &treatments, condition),
        columns,
        subjects_min,
        from: view.to_owned(),
    }
}

/// At least `least` of the columns, in their order, in the clear.
fn some(
    random: &mut ChaCha8Rng,
    all: &[(&'static str, Kind)],
    least: usize,
) -> Vec<(&'static str, Kind, Treatment)> {
    let mut picked: Vec<usize> = (0..all.len()).collect();
    picked.shuffle(random);
    picked.truncate(random.random_range(least..=all.len()));
    picked.sort_unstable();
    picked
        .into_iter()
        .map(|index| (all[index].0, all[index].1, Clear))
        .collect()
}

fn is_in(random: &mut ChaCha8Rng, column: &str, all: &[&str]) -> Condition {
    let count = random.random_range(1..all.len());
    let values = all
        .choose_multiple(random, count)
        .map(|value| (*value).to_owned())
        .collect();
    Condition::In {
        column: column.to_owned(),
        values,
    }
}
