//! Everything about a contract and a header that is decided once per file: which rules there are and on which columns.

mod wording;

use std::collections::BTreeMap;

use schemas::values::money::MoneyTerms;
use schemas::values::units::UnitWord;
use schemas::{BuiltinRule, Contract, Field, Part, ValidatorKind};

use crate::header::Header;
use crate::{Job, Severity};

/// One rule and what its findings say.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub id: String,
    pub severity: Severity,
    /// Text code, unless a hit knows better.
    pub text: &'static str,
    /// The text code of a rule of the contract.
    pub contract_text: Option<String>,
    /// Index of the field whose column and value the finding names.
    pub field: Option<usize>,
    pub args: BTreeMap<String, String>,
    /// Field and value (none: any) for which the rule is silent.
    pub unless: Option<(usize, Option<String>)>,
    /// The rule asks for a value of its field, so it has nothing to say where one is that could not be read.
    pub asks: bool,
    pub detail: Detail,
}

/// What the number of a hit means, and where suggestions come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    Nothing,
    /// The number of the row that was there first.
    FirstRow,
    /// Index in the frame's defects.
    Defect,
    Validator(ValidatorKind),
    /// The cell should have been a date.
    Date,
}

/// A field and its built-in rules (indexes in `Plan::rules`).
#[derive(Debug, Clone)]
pub(crate) struct FieldPlan<'a> {
    pub field: &'a Field,
    pub column: Option<usize>,
    /// The unit that the header or a line above the table gave.
    pub header_unit: Option<&'static UnitWord>,
    /// What the cells may say beside an amount.
    pub terms: Option<MoneyTerms<'a>>,
    /// The field is this part of the cells of `column`, which is another field's.
    pub part: Option<Part>,
    /// Words that stand for an empty cell.
    pub nulls: &'a [String],
    pub required: usize,
    pub kind: usize,
    pub length: usize,
    pub code: usize,
    pub validators: Vec<(usize, ValidatorKind)>,
    /// What cannot be read becomes null and the row keeps the reporting unit's region.
    pub falls_back: bool,
}

/// The plan of one file.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub job: &'a Job<'a>,
    pub header: Header,
    pub rules: Vec<Rule>,
    pub fields: Vec<FieldPlan<'a>>,
    /// Field and rule.
    pub region: Option<(usize, usize)>,
    pub period: Option<(usize, usize)>,
    /// The field that decides about the period instead, in rows that have it.
    pub period_rather: Option<usize>,
    pub entity: Option<usize>,
    pub key: Vec<usize>,
    pub key_rule: usize,
}

impl<'a> Plan<'a> {
    pub fn new(job: &'a Job<'a>, header: Header) -> Self {
        let contract = job.contract;
        let mut plan = Self {
            job,
            header,
            rules: Vec::new(),
            fields: Vec::new(),
            region: None,
            period: None,
            period_rather: index_of(contract, contract.period_rather()),
            entity: index_of(contract, contract.entity_field()),
            key: contract
                .key()
                .iter()
                .filter_map(|name| index_of(contract, Some(name)))
                .collect(),
            key_rule: 0,
        };
        plan.rules = crate::defects::rules(&job.limits.file);
        let region = index_of(contract, contract.region().field.as_deref());
        for (index, field) in contract.fields().iter().enumerate() {
            let source = source(contract, field);
            let own = source.and_then(|source| index_of(contract, Some(&source.name)));
            let column = plan.header.fields.get(own.unwrap_or(index)).copied().flatten();
            let validators = plan.field_rules(index, field);
            let falls_back = region == Some(index) && contract.region().fallback_unit && !field.required;
            let field_plan = FieldPlan {
                field,
                column: column.map(|column| column.index),
                header_unit: column.and_then(|column| column.unit),
                terms: terms(contract, source.unwrap_or(field)),
                part: field.derived.as_ref().map(|derived| derived.part),
                nulls: &contract.intake().nulls,
                required: plan.builtin(index, BuiltinRule::Required, "check.required", &[]),
                kind: plan.type_rule(index, field),
                length: plan.length_rule(index, field),
                code: plan.code_rule(index, field),
                validators,
                falls_back,
            };
            plan.fields.push(field_plan);
        }
        let unit = [("unit", job.unit.as_str().to_owned())];
        plan.region = region.map(|field| {
            let rule = plan.builtin(field, BuiltinRule::Region, "check.region_outside", &unit);
            (field, rule)
        });
        let rather = plan.period_rather.map(|field| ("rather", plan.title(field)));
        let period = std::iter::once(("period", job.period.label().to_owned())).chain(rather);
        let period: Vec<(&str, String)> = period.collect();
        plan.period = index_of(contract, contract.period_field()).map(|field| {
            let rule = plan.builtin(field, BuiltinRule::Period, "check.period_mismatch", &period);
            (field, rule)
        });
        plan.row_rules();
        let key = plan
            .key
            .iter()
            .map(|field| plan.title(*field))
            .collect::<Vec<_>>()
            .join(", ");
        let first = plan.key.first().copied().unwrap_or_default();
        plan.key_rule = plan.builtin(first, BuiltinRule::Key, "check.duplicate_key", &[("key", key)]);
        if let Some(rule) = plan.rules.get_mut(plan.key_rule) {
            rule.detail = Detail::FirstRow;
        }
        plan
    }

    /// What the sender calls a field: the header of its column, or the contract's title.
    pub fn title(&self, field: usize) -> String {
        let column = self.header.fields.get(field).copied().flatten();
        let title = column
            .and_then(|column| self.header.titles.get(column.index))
            .cloned();
        let fields = self.job.contract.fields();
        title
            .or_else(|| fields.get(field).map(|field| field.title.zh.clone()))
            .unwrap_or_default()
    }

    /// For a money field, the field that holds its currencies, if there is one.
    pub fn currencies_of(&self, field: usize) -> Option<Option<usize>> {
        let money = self.fields.get(field)?;
        let amounts = money.terms.is_some() && money.part.is_none();
        let of = |other: &FieldPlan<'_>| {
            let derived = other.field.derived.as_ref();
            derived.is_some_and(|derived| derived.part == Part::Currency && derived.from == money.field.name)
        };
        amounts.then(|| self.fields.iter().position(of))
    }

    /// The index of the contract's rule with this id.
    pub fn rule(&self, id: &str) -> Option<usize> {
        self.rules.iter().position(|rule| rule.id == id)
    }
}

/// The field whose cells a derived field is a part of.
fn source<'a>(contract: &'a Contract, field: &Field) -> Option<&'a Field> {
    contract.field(&field.derived.as_ref()?.from)
}

fn terms<'a>(contract: &'a Contract, field: &'a Field) -> Option<MoneyTerms<'a>> {
    let money = field.money.as_ref()?;
    Some(MoneyTerms {
        currencies: contract.code_list(&money.currencies)?,
        default: money.default.as_deref(),
        multiples: &money.multiples,
        unit_required: money.unit_required,
    })
}

/// The index of a field by name.
pub(crate) fn index_of(contract: &Contract, name: Option<&str>) -> Option<usize> {
    let name = name?;
    contract.fields().iter().position(|field| field.name == name)
}
