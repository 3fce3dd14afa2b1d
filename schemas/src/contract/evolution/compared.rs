//! Two contracts side by side, part by part.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Step};
use crate::codelists::CodeList;
use crate::contract::{Contract, Field, FieldType};

pub(super) fn change(
    step: Step,
    place: impl Into<String>,
    text: &'static str,
    detail: impl Into<String>,
) -> Change {
    let (place, detail) = (place.into(), detail.into());
    Change {
        step,
        text,
        detail: if detail.is_empty() { place.clone() } else { detail },
        place,
    }
}

fn differs<T: PartialEq>(one: T, other: T, found: Change) -> Option<Change> {
    (one != other).then_some(found)
}

/// The feed as a whole: who, when, how its files are read.
pub(super) fn feeds(old: &Contract, new: &Contract) -> Vec<Change> {
    let words = |place: &str| change(Step::Words, place, "evolution.words", place);
    let major = |place: &str, detail: String| change(Step::Major, place, "evolution.meaning", detail);
    let (files, before) = (new.intake(), old.intake());
    let fewer_rows = files.rows_max.is_some() && before.rows_max.is_none_or(|max| files.rows_max < Some(max));
    let stricter = fewer_rows || files.bad_rows_ppm_max < before.bad_rows_ppm_max;
    let refused: Vec<&str> = added(&before.refused_columns, &files.refused_columns);
    let lost_units = old.units().iter().any(|unit| !new.units().contains(unit));
    [
        differs(old.title(), new.title(), words("name")),
        differs(old.description(), new.description(), words("description")),
        differs(
            old.grain(),
            new.grain(),
            major("intake.grain", new.grain().zh.clone()),
        ),
        differs(old.basis(), new.basis(), words("intake.basis")),
        differs(
            (old.due(), old.owed_by()),
            (new.due(), new.owed_by()),
            words("intake.due"),
        ),
        differs(
            old.department(),
            new.department(),
            major("intake.department", new.department().to_string()),
        ),
        differs(old.key(), new.key(), major("primaryKey", new.key().join(", "))),
        differs(
            old.period_kind(),
            new.period_kind(),
            major("intake.period", format!("{:?}", new.period_kind())),
        ),
        differs(
            (old.period_field(), old.period_rather()),
            (new.period_field(), new.period_rather()),
            major("intake.period", new.period_field().unwrap_or("-").to_owned()),
        ),
        differs(
            old.region(),
            new.region(),
            major("intake.region", new.region().field.clone().unwrap_or_default()),
        ),
        differs(
            old.entity_field(),
            new.entity_field(),
            major("intake.entity", new.entity_field().unwrap_or("-").to_owned()),
        ),
        lost_units.then(|| major("intake.units", String::new())),
        (!lost_units && old.units() != new.units())
            .then(|| change(Step::Minor, "intake.units", "evolution.wider", "")),
        (old.zero_report_allowed() != new.zero_report_allowed()).then(|| match new.zero_report_allowed() {
            true => change(Step::Minor, "intake.zero_report_allowed", "evolution.wider", ""),
            false => change(
                Step::Major,
                "intake.zero_report_allowed",
                "evolution.narrower",
                "",
            ),
        }),
        stricter.then(|| change(Step::Major, "intake.files", "evolution.narrower", "")),
        (!stricter && (files.rows_max, files.bad_rows_ppm_max) != (before.rows_max, before.bad_rows_ppm_max))
            .then(|| change(Step::Minor, "intake.files", "evolution.wider", "")),
        (!refused.is_empty()).then(|| {
            change(
                Step::Major,
                "intake.files.refused_columns",
                "evolution.narrower",
                refused.join(", "),
            )
        }),
        (!added(&files.refused_columns, &before.refused_columns).is_empty()).then(|| {
            change(
                Step::Minor,
                "intake.files.refused_columns",
                "evolution.wider",
                "refused_columns",
            )
        }),
        differs(
            (
                &files.delimiter,
                files.quote,
                files.encoding,
                &files.nulls,
                &files.fixed,
                &files.records,
                &files.member,
            ),
            (
                &before.delimiter,
                before.quote,
                before.encoding,
                &before.nulls,
                &before.fixed,
                &before.records,
                &before.member,
            ),
            major("intake.files", String::new()),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn added<'a>(old: &[String], new: &'a [String]) -> Vec<&'a str> {
    let known: BTreeSet<&String> = old.iter().collect();
    new.iter()
        .filter(|word| !known.contains(word))
        .map(String::as_str)
        .collect()
}

/// Columns that came, went, moved or mean something else.
pub(super) fn fields(old: &Contract, new: &Contract) -> Vec<Change> {
    let mut found = Vec::new();
    for field in old
        .fields()
        .iter()
        .filter(|field| new.field(&field.name).is_none())
    {
        let place = format!("fields.{}", field.name);
        found.push(change(
            Step::Major,
            place,
            "evolution.field_gone",
            &field.title.zh,
        ));
    }
    for field in new.fields() {
        let place = format!("fields.{}", field.name);
        match old.field(&field.name) {
            None if field.required => {
                found.push(change(
                    Step::Major,
                    place,
                    "evolution.field_new_required",
                    &field.title.zh,
                ));
            }
            None => found.push(change(Step::Minor, place, "evolution.field_new", &field.title.zh)),
            Some(before) => found.extend(one_field((old, before), (new, field), &place)),
        }
    }
    let order = |contract: &Contract, other: &Contract| -> Vec<String> {
        let both = contract
            .fields()
            .iter()
            .filter(|field| other.field(&field.name).is_some());
        both.map(|field| field.name.clone()).collect()
    };
    if order(old, new) != order(new, old) {
        found.push(change(Step::Major, "fields", "evolution.field_order", ""));
    }
    found
}

fn one_field(
    (old, before): (&Contract, &Field),
    (new, after): (&Contract, &Field),
    place: &str,
) -> Vec<Change> {
    let major = |text: &'static str, detail: String| change(Step::Major, place, text, detail);
    // A title is a header too: whoever gives it up refuses the files that carry it.
    let headers = |field: &Field| {
        let titles = [field.title.zh.clone(), field.title.en.clone()];
        [&field.aliases[..], &titles[..]].concat()
    };
    let (was, is) = (headers(before), headers(after));
    let (come, gone) = (added(&was, &is), added(&is, &was));
    let mut found: Vec<Change> = [
        differs(
            (&before.title, &before.description),
            (&after.title, &after.description),
            change(Step::Words, place, "evolution.words", &after.title.zh),
        ),
        (!come.is_empty()).then(|| change(Step::Words, place, "evolution.aliases", come.join(", "))),
        (!gone.is_empty()).then(|| major("evolution.aliases_gone", gone.join(", "))),
        (after.required && !before.required)
            .then(|| major("evolution.field_required", after.title.zh.clone())),
        (before.required && !after.required)
            .then(|| change(Step::Minor, place, "evolution.wider", &after.title.zh)),
        differs(
            &before.unit,
            &after.unit,
            major("evolution.meaning", after.unit.clone().unwrap_or_default()),
        ),
        differs(
            (&before.money, &before.derived),
            (&after.money, &after.derived),
            major("evolution.meaning", after.title.zh.clone()),
        ),
        // How others see a column is decided by agreements; what is stored, and how sensitive it is, by the contract.
        differs(
            (before.class, before.level, before.treatment, before.token),
            (after.class, after.level, after.treatment, after.token),
            major("evolution.protection", after.title.zh.clone()),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    found.extend(match (&before.kind, &after.kind) {
        (one, other) if one == other => match one {
            FieldType::Code { list } => codes(old.code_list(list), new.code_list(list), place),
            _ => Vec::new(),
        },
        (FieldType::Text { length_max: old }, FieldType::Text { length_max: new }) if new > old => {
            vec![change(
                Step::Minor,
                place,
                "evolution.wider",
                format!("{old} → {new}"),
            )]
        }
        _ => vec![major("evolution.field_type", after.title.zh.clone())],
    });
    found
}

fn codes(old: Option<&CodeList>, new: Option<&CodeList>, place: &str) -> Vec<Change> {
    let codes = |list: Option<&CodeList>| -> BTreeMap<String, String> {
        let entries = list.map(CodeList::entries).unwrap_or_default().iter();
        entries
            .map(|entry| {
                (
                    entry.code.clone(),
                    format!("{}{:?}", entry.title.zh, entry.aliases),
                )
            })
            .collect()
    };
    let (before, after) = (codes(old), codes(new));
    let missing = |one: &BTreeMap<String, String>, other: &BTreeMap<String, String>| -> String {
        let missing = one.keys().filter(|code| !other.contains_key(*code));
        missing.map(String::as_str).collect::<Vec<_>>().join(", ")
    };
    let (gone, come) = (missing(&before, &after), missing(&after, &before));
    let renamed = before
        .iter()
        .any(|(code, name)| after.get(code).is_some_and(|other| other != name));
    [
        (!gone.is_empty()).then(|| change(Step::Major, place, "evolution.codes_gone", gone)),
        (!come.is_empty()).then(|| change(Step::Minor, place, "evolution.codes_new", come)),
        renamed.then(|| change(Step::Words, place, "evolution.words", "codes")),
    ]
    .into_iter()
    .flatten()
    .collect()
}
