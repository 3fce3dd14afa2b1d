//! Does a row belong to the slot it was sent for: to its period, and to its reporting unit? The region follows where the
//! object lies; it is never derived from a credit code or an ID number.

use arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder};
use arrow::datatypes::Date32Type;
use schemas::{Period, RegionCode};

use crate::Severity;
use crate::hits::Hits;
use crate::memo::Memo;
use crate::plan::Plan;
use crate::read::days;

/// Where the rows of a frame lie.
pub(crate) struct Regions {
    /// Null only in rows that are refused.
    pub region: StringArray,
    /// Where the region is a county.
    pub county: StringArray,
}

#[derive(Clone, Copy)]
struct Place {
    inside: bool,
    county: bool,
}

/// What is remembered between frames.
#[derive(Default)]
pub(crate) struct Slot {
    places: Memo<Option<Place>>,
    periods: Memo<bool>,
}

impl Slot {
    /// Adds a hit for every row of another period.
    pub fn check_period(&mut self, plan: &Plan<'_>, columns: &[ArrayRef], hits: &mut Hits) {
        let Some((field, rule)) = plan.period else { return };
        let Some(column) = columns.get(field) else { return };
        let (contract, period) = (plan.job.contract, plan.job.period);
        if let Some(dates) = column.as_primitive_opt::<Date32Type>() {
            let slot = days(period.start())..=days(period.end());
            let rather = plan.period_rather.and_then(|field| columns.get(field));
            let rather = rather.and_then(|column| column.as_primitive_opt::<Date32Type>());
            for (row, day) in dates.iter().enumerate() {
                let instead = rather.and_then(|rather| rather.is_valid(row).then(|| rather.value(row)));
                if instead.or(day).is_some_and(|day| !slot.contains(&day)) {
                    let text = instead.map(|_| "check.period_rather");
                    hits.add(rule, Severity::Error, text, row);
                }
            }
        } else if let Some(texts) = column.as_string_opt::<i32>() {
            for (row, text) in texts.iter().enumerate() {
                let Some(text) = text else { continue };
                // What is no period at all is the matter of the field's validator.
                let other = self.periods.get(text, |text| {
                    Period::parse(contract.period_kind(), text)
                        .is_ok_and(|found| found.label() != period.label())
                });
                if *other {
                    hits.add(rule, Severity::Error, None, row);
                }
            }
        }
    }

    /// Tells where the rows lie, with a hit for every row outside the reporting unit.
    pub fn regions(
        &mut self,
        plan: &Plan<'_>,
        columns: &[ArrayRef],
        eligible: &[bool],
        hits: &mut Hits,
    ) -> Regions {
        let rows = eligible.len();
        let unit = plan.job.unit;
        let field = plan
            .region
            .and_then(|(field, rule)| Some((columns.get(field)?.as_string_opt::<i32>()?, rule)));
        let mut region = StringBuilder::with_capacity(rows, rows * 6);
        let mut county = StringBuilder::with_capacity(rows, rows * 6);
        let put = |county: &mut StringBuilder, code: &str, is_county: bool| {
            county.append_option(is_county.then_some(code));
        };
        for (row, eligible) in eligible.iter().enumerate() {
            let Some((codes, rule)) = field else {
                // The feed has no region of its own: its rows are the unit's.
                region.append_value(unit.as_str());
                put(&mut county, unit.as_str(), unit.is_county());
                continue;
            };
            let code = codes.is_valid(row).then(|| codes.value(row));
            let place = code.and_then(|code| *self.places.get(code, |code| place(unit, code)));
            match (code, place) {
                (Some(code), Some(place)) => {
                    if !place.inside {
                        hits.add(rule, Severity::Error, None, row);
                    }
                    region.append_value(code);
                    put(&mut county, code, place.county);
                }
                (_, _) if *eligible && plan.job.contract.region().fallback_unit => {
                    hits.add(rule, Severity::Warning, Some("check.region_fallback"), row);
                    region.append_value(unit.as_str());
                    put(&mut county, unit.as_str(), unit.is_county());
                }
                (code, _) => {
                    // A row without a place is refused, also where the field itself may be empty.
                    let told = plan.fields.get(plan.region.map_or(0, |(field, _)| field));
                    if *eligible && code.is_none() && told.is_some_and(|field| !field.field.required) {
                        hits.add(
                            told.map_or(rule, |field| field.required),
                            Severity::Error,
                            None,
                            row,
                        );
                    } else if *eligible && code.is_some() {
                        hits.add(rule, Severity::Error, None, row);
                    }
                    region.append_null();
                    county.append_null();
                }
            }
        }
        Regions {
            region: region.finish(),
            county: county.finish(),
        }
    }
}

fn place(unit: &RegionCode, code: &str) -> Option<Place> {
    let region = RegionCode::parse(code).ok()?;
    Some(Place {
        inside: unit.covers(&region),
        county: region.is_county(),
    })
}
